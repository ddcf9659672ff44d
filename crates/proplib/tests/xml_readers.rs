//! The readers and writers of XML agree with each other, whatever the text is; and the tolerant
//! one agrees with another implementation on what others write.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at once")]

mod arbitrary;

use std::fmt::Write as _;
use std::io::{self, Read};

use plist::Value;
use proplib::xml::{ArrayReader, ArrayStream, ArrayWriter, Event, Events, IoSink, StreamError};
use proplib::{Array, Dictionary, Mode, Object, PropString, ReadError, ReadErrorKind, ReadOptions};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

const MODES: [Mode; 2] = [Mode::Strict, Mode::Tolerant];

fn options(mode: Mode) -> ReadOptions {
    ReadOptions { mode, ..ReadOptions::default() }
}

/// Gives a text in pieces of these sizes, over and over.
struct Pieces<'a> {
    text: &'a [u8],
    sizes: std::iter::Cycle<std::slice::Iter<'a, usize>>,
}

impl Read for Pieces<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let size = *self.sizes.next().unwrap();
        let length = size.min(room.len()).min(self.text.len());
        room[..length].copy_from_slice(&self.text[..length]);
        self.text = &self.text[length..];
        Ok(length)
    }
}

/// What the readers make of a text that is an array: its elements, and how it goes wrong.
fn elements<E>(
    reader: impl Iterator<Item = Result<Object, E>>,
    error: impl Fn(E) -> ReadError,
) -> (Vec<Object>, Option<ReadError>) {
    let mut elements = Vec::new();
    for element in reader {
        match element {
            Ok(element) => elements.push(element),
            Err(problem) => return (elements, Some(error(problem))),
        }
    }
    (elements, None)
}

/// All three readers of an array say the same of a text.
fn check_array_readers(text: &[u8], sizes: &[usize], mode: Mode) -> Result<(), TestCaseError> {
    let options = options(mode);
    let (read, error) = elements(ArrayReader::new(text, &options), |error| error);
    let pieces = Pieces { text, sizes: sizes.iter().cycle() };
    let streamed = elements(ArrayStream::new(pieces, &options), |error| match error {
        StreamError::Text(error) => error,
        StreamError::Read(error) => panic!("{error}"),
    });
    prop_assert_eq!(&streamed, &(read.clone(), error));
    if text.first() == Some(&b'<') {
        match (Array::internalize_with(text, &options), error) {
            (Ok(array), None) => prop_assert_eq!(array.as_slice(), read),
            (Err(whole), Some(error)) => prop_assert_eq!(whole, error),
            (whole, error) => panic!("{whole:?} and {error:?}"),
        }
    }
    Ok(())
}

/// The object that events tell of.
fn build(events: &mut Events<'_>) -> Result<Option<Object>, ReadError> {
    let Some(event) = events.next().transpose()? else { return Ok(None) };
    Ok(Some(match event {
        Event::Array => {
            let mut array = Array::new();
            while let Some(element) = build(events)? {
                array.push(element).unwrap();
            }
            array.into()
        }
        Event::Dictionary => {
            let mut dictionary = Dictionary::new();
            while let Some(event) = events.next().transpose()? {
                let Event::Key(key) = event else { return Ok(Some(dictionary.into())) };
                let Some(value) = build(events)? else { panic!("a key without a value") };
                dictionary.set(&key, value).unwrap();
            }
            panic!("a dictionary without an end")
        }
        Event::End => return Ok(None),
        Event::Key(key) => panic!("a key where a value is due: {key:?}"),
        Event::Bool(value) => value.into(),
        Event::Number(number) => number.into(),
        Event::String(text) => PropString::new(&text).unwrap().into(),
        Event::Data(data) => data.into(),
    }))
}

fn check_events(text: &[u8], mode: Mode) -> Result<(), TestCaseError> {
    let mut events = Events::new(text, &options(mode));
    let built = build(&mut events).and_then(|object| match events.next() {
        None => Ok(object.unwrap()),
        Some(Err(error)) => Err(error),
        Some(event) => panic!("{event:?} after the end"),
    });
    if text.first() == Some(&b'<') {
        prop_assert_eq!(&built, &Object::internalize_with(text, &options(mode)));
    }
    if built.is_err() {
        prop_assert!(events.next().is_none());
    }
    Ok(())
}

/// What the strict mode takes, the tolerant one takes for the same, or refuses for what the strict
/// one passes over.
fn check_modes(text: &[u8]) -> Result<(), TestCaseError> {
    if let Ok(object) = Object::internalize(text) {
        match Object::internalize_with(text, &options(Mode::Tolerant)) {
            Ok(tolerated) => prop_assert_eq!(arbitrary::text(&object), arbitrary::text(&tolerated)),
            Err(error) => prop_assert!(
                matches!(error.kind, ReadErrorKind::ForeignAttribute | ReadErrorKind::Encoding),
                "{}",
                error
            ),
        }
    }
    Ok(())
}

fn check_all(text: &[u8], sizes: &[usize]) -> Result<(), TestCaseError> {
    for mode in MODES {
        check_array_readers(text, sizes, mode)?;
        check_events(text, mode)?;
    }
    check_modes(text)
}

fn sizes() -> impl Strategy<Value = Vec<usize>> {
    prop_oneof![vec(1..10_usize, 1..5), vec(1..1000_usize, 1..5), Just(vec![1])]
}

/// An element as any writer of XML might put it; `choose` makes the choices, up to a number.
fn write_freely(out: &mut String, object: &Object, choose: &mut impl FnMut(usize) -> usize) {
    let between = ["", " ", "\n\t", "<!-- <c> -->", "<?pi?>", "\r\n<!-- - -->\n"];
    let blank = ["", "", " ", "\n"];
    let attribute = ["", "", " id=\"b\"", " ID='>' xmlns = \"'\"", "\n\txml:lang='d'"];
    macro_rules! any {
        ($choices:expr) => {
            $choices[choose($choices.len())]
        };
    }
    let (name, content) = match object {
        Object::Bool(value) => (if *value { "true" } else { "false" }, String::new()),
        Object::Number(number) => ("integer", {
            let plain = arbitrary::text(&(*number).into());
            let start = plain.find("<integer>").unwrap() + "<integer>".len();
            let mut text = plain[start..plain.find("</integer>").unwrap()].to_owned();
            if choose(4) == 0 {
                text = text.replacen('1', "&#x31;", 1);
            }
            any!(["", "<!-- -->"]).to_owned() + &text + any!(["", "<?pi?>"])
        }),
        Object::String(string) => ("string", {
            let mut content = String::new();
            for character in string.as_str().unwrap().chars() {
                match choose(6) {
                    0 => write!(content, "&#{};", u32::from(character)).unwrap(),
                    1 => write!(content, "&#x{:X};", u32::from(character)).unwrap(),
                    2 => write!(content, "<!-- & -->&#x{:x};", u32::from(character)).unwrap(),
                    _ => match character {
                        '<' => content += "&lt;",
                        '>' => content += any!(["&gt;", ">"]),
                        '&' => content += "&amp;",
                        '"' => content += any!(["&quot;", "\""]),
                        '\'' => content += any!(["&apos;", "'"]),
                        '\r' => content += "&#13;",
                        other => content.push(other),
                    },
                }
            }
            content
        }),
        Object::Data(data) => ("data", {
            let plain = arbitrary::text(&data.clone().into());
            let text = plain.split_once("<data>").map_or("", |(_, text)| text);
            let text = text.split_once("</data>").map_or("", |(text, _)| text);
            let wrap = 1 + choose(80);
            let mut content = String::new();
            for (index, character) in text.chars().enumerate() {
                if index % wrap == 0 {
                    content += any!(["\n\t\t", " ", "<!-- c -->", ""]);
                }
                content.push(character);
            }
            content + any!(blank)
        }),
        Object::Array(array) => ("array", {
            let mut content = String::from(any!(between));
            for element in array {
                write_freely(&mut content, element, choose);
                content += any!(between);
            }
            content
        }),
        Object::Dictionary(dictionary) => ("dict", {
            let mut content = String::from(any!(between));
            for (key, value) in dictionary {
                let mut element = String::new();
                let key = PropString::new(key).unwrap().into();
                write_freely(&mut element, &key, choose);
                content += &element.replace("string", "key");
                content += any!(between);
                write_freely(&mut content, value, choose);
                content += any!(between);
            }
            content
        }),
    };
    let attribute = any!(attribute);
    if content.is_empty() && choose(2) == 0 {
        write!(out, "<{name}{attribute}{}/>", any!(blank)).unwrap();
    } else {
        let end = any!(blank);
        write!(out, "<{name}{attribute}{}>{content}</{name}{end}>", any!(blank)).unwrap();
    }
}

/// Objects that an XML parser hands on unchanged; their keys do not look like elements.
fn common_object() -> impl Strategy<Value = Object> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Object::from),
        any::<i64>().prop_map(Object::from),
        any::<u64>().prop_map(Object::from),
        "[ -~é-üЀ-џ\n\t]{0,40}".prop_map(|text| PropString::new(text.as_bytes()).unwrap().into()),
        arbitrary::data().prop_map(Object::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(arbitrary::array),
            vec(("k[ -~é]{0,20}", inner), 0..6).prop_map(|entries| {
                let mut dictionary = Dictionary::new();
                for (key, value) in entries {
                    dictionary.set(key.replace("string", "").as_bytes(), value).unwrap();
                }
                dictionary.into()
            }),
        ]
    })
}

fn config() -> ProptestConfig {
    arbitrary::config()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn an_array_comes_back_through_streams(
        elements in vec(arbitrary::object(), 0..12),
        sizes in sizes(),
    ) {
        let mut writer = ArrayWriter::new(Vec::new());
        let mut io_writer = ArrayWriter::new(IoSink(Vec::new()));
        for element in &elements {
            writer.push(element).unwrap();
            io_writer.push(element).unwrap();
        }
        let text = writer.finish().unwrap();
        prop_assert_eq!(&io_writer.finish().unwrap().0, &text);
        let whole = arbitrary::array(elements.clone());
        prop_assert_eq!(String::from_utf8_lossy(&text), arbitrary::text(&whole));
        let pieces = Pieces { text: &text, sizes: sizes.iter().cycle() };
        for element in [
            ArrayStream::new(pieces, &options(Mode::Strict)).collect::<Result<Vec<_>, _>>().unwrap(),
            ArrayReader::new(&text, &options(Mode::Tolerant)).collect::<Result<_, _>>().unwrap(),
        ] {
            prop_assert_eq!(arbitrary::text(&arbitrary::array(element)), arbitrary::text(&whole));
        }
    }

    #[test]
    fn every_reader_takes_what_is_written(object in arbitrary::object(), sizes in sizes()) {
        check_all(&object.externalize().unwrap(), &sizes)?;
    }

    #[test]
    fn every_reader_says_the_same_of_changed_bytes(
        elements in vec(arbitrary::object(), 0..4),
        changes in vec((any::<Index>(), any::<u8>()), 1..4),
        end in any::<Index>(),
        sizes in sizes(),
    ) {
        let mut text = arbitrary::text(&arbitrary::array(elements)).into_bytes();
        for (index, byte) in changes {
            *index.get_mut(&mut text) = byte;
        }
        check_all(&text, &sizes)?;
        check_all(&text[..end.index(text.len())], &sizes)?;
    }

    #[test]
    fn every_reader_says_the_same_of_any_text(
        preamble in vec(select(&PREAMBLES[..]), 0..4),
        pieces in vec(select(&PIECES[..]), 0..20),
        is_array in any::<bool>(),
        sizes in sizes(),
    ) {
        let (preamble, pieces) = (preamble.concat(), pieces.concat());
        let (start, end) = if is_array { ("<array>", "</array>") } else { ("", "") };
        let text = format!("{preamble}<plist>{start}{pieces}{end}</plist>");
        check_all(text.as_bytes(), &sizes)?;
    }

    #[test]
    fn what_any_writer_of_xml_emits_is_tolerated(
        object in common_object(),
        choices in vec(any::<usize>(), 1..50),
        header in select(&HEADERS[..]),
    ) {
        let mut choices = choices.iter().cycle().enumerate();
        let mut choose = |up_to| {
            let (index, choice) = choices.next().unwrap();
            choice.wrapping_add(index) % up_to
        };
        let mut text = header.to_owned();
        write_freely(&mut text, &object, &mut choose);
        text += "\n</plist>\n";
        let read = Object::internalize_with(text.as_bytes(), &options(Mode::Tolerant));
        prop_assert_eq!(arbitrary::text(&read.unwrap()), arbitrary::text(&object), "{}", text);
        // The other implementation knows no byte order mark.
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let value = Value::from_reader_xml(text.as_bytes()).unwrap();
        prop_assert_eq!(value, Value::from_reader_xml(&object.externalize().unwrap()[..]).unwrap());
        check_all(text.as_bytes(), &[7, 1])?;
    }

    #[test]
    fn what_another_implementation_writes_is_read_in_both_modes(object in common_object()) {
        let value = Value::from_reader_xml(&object.externalize().unwrap()[..]).unwrap();
        let mut text = Vec::new();
        value.to_writer_xml(&mut text).unwrap();
        for mode in MODES {
            prop_assert_eq!(&Object::internalize_with(&text, &options(mode)).unwrap(), &object);
        }
    }
}

/// A text that claims or has more than is good is refused where it does so.
#[test]
fn hostile_texts_are_refused_at_once() {
    let deep = format!("<plist>{}", "<array>".repeat(10_000));
    let claim = "<plist><array><data size=\"2147483648\">Zm9v</data></array></plist>";
    let unterminated = format!("<plist><array><string>{}", "a".repeat(100_000));
    for (text, kind, offset) in [
        (&deep[..], ReadErrorKind::TooDeep { limit: 256 }, "<plist>".len() + 256 * "<array>".len()),
        (claim, ReadErrorKind::Size { found: 3 }, "<plist><array><data ".len()),
        (
            &unterminated,
            ReadErrorKind::End(proplib::Expected::EndTag("string")),
            unterminated.len(),
        ),
        (
            "<plist><array><string>a\0b</string></array></plist>",
            ReadErrorKind::End(proplib::Expected::EndTag("string")),
            "<plist><array><string>a".len(),
        ),
        (
            "<plist><array><st\0ring/>",
            ReadErrorKind::End(proplib::Expected::ValueOrEnd("array")),
            17,
        ),
    ] {
        for mode in MODES {
            let error = Array::internalize_with(text.as_bytes(), &options(mode)).unwrap_err();
            assert_eq!((error.kind, error.offset), (kind, offset));
            for size in [1, 1000, 1 << 20] {
                check_array_readers(text.as_bytes(), &[size], mode).unwrap();
            }
            check_events(text.as_bytes(), mode).unwrap();
        }
    }
}

/// What texts begin with.
const PREAMBLES: [&str; 12] = [
    "<?xml version=\"1.0\"?>",
    "<?xml '>'?>",
    "<?xml?>",
    "<!DOCTYPE plist>",
    "<!DOCTYPE plist [<!ENTITY a \"b\">]>",
    "<!DOCTYPE plist '><plist>'>",
    "<!DOCTYPE plist [><!-- ]> -->",
    "<!DOCTYPE x>",
    "<!-- > -->",
    "\n ",
    "\u{feff}",
    "<!",
];

/// What comes before an element that any writer of XML emits.
const HEADERS: [&str; 5] = [
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \
     \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">\n",
    "\u{feff}<?xml version='1.0'?><plist version='1.0'>",
    "<!-- first --><!DOCTYPE plist [<!ENTITY a \"b\">]><!-- second --><plist\nversion = \"1.0\" >",
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\r\n<?a b?>\r\n<plist>",
    "<plist id='b' xmlns:c=\"d\">",
];

/// What texts are made of.
const PIECES: [&str; 48] = [
    "<array>",
    "</array>",
    "<array/>",
    "<array >",
    "</array >",
    "<dict>",
    "</dict>",
    "<dict />",
    "<key>",
    "</key>",
    "<key/>",
    "<string>",
    "</string>",
    "<string/>",
    "<string a='b'>",
    "<integer>",
    "</integer>",
    "<integer a=\"b\">",
    "<data>",
    "<data size=\"3\">",
    "<data size='3' >",
    "</data>",
    "<data/>",
    "<true/>",
    "<true />",
    "<true>",
    "</true>",
    "<false/>",
    "<date>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?",
    "?>",
    "\n",
    " ",
    "&lt;",
    "&#65;",
    "&#x",
    "&",
    "0x",
    "-",
    "7",
    "Zm9v",
    "=",
    "<",
    "\0",
];
