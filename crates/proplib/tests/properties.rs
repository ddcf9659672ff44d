//! What holds for every property list: it comes back from its text, and another reader and writer
//! agree with ours.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use plist::Value;
use proplib::{Array, Data, Dictionary, Number, Object, PropString};
use proptest::collection::vec;
use proptest::prelude::*;

fn array(elements: Vec<Object>) -> Object {
    let mut array = Array::new();
    for element in elements {
        array.push(element).unwrap();
    }
    array.into()
}

fn dictionary(entries: Vec<(Vec<u8>, Object)>) -> Object {
    let mut dictionary = Dictionary::new();
    for (key, value) in entries {
        dictionary.set(&key, value).unwrap();
    }
    dictionary.into()
}

fn number() -> impl Strategy<Value = Object> {
    prop_oneof![
        any::<i64>().prop_map(Number::Signed),
        any::<u64>().prop_map(Number::Unsigned),
        any::<i8>().prop_map(Number::from),
        any::<u8>().prop_map(Number::from),
    ]
    .prop_map(Object::from)
}

/// Objects of these texts and keys.
fn objects(
    text: impl Strategy<Value = Vec<u8>> + 'static,
    key: impl Strategy<Value = Vec<u8>> + Clone + 'static,
) -> impl Strategy<Value = Object> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Object::from),
        number(),
        text.prop_map(|text| PropString::new(&text).unwrap().into()),
        vec(any::<u8>(), 0..150).prop_map(|bytes| Data::new(&bytes).unwrap().into()),
    ];
    leaf.prop_recursive(5, 60, 8, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..8).prop_map(array),
            vec((key.clone(), inner), 0..8).prop_map(dictionary),
        ]
    })
}

/// Anything that NetBSD has.
fn any_object() -> impl Strategy<Value = Object> {
    let bytes = |most| vec(1..=255_u8, 0..most);
    let special = prop_oneof![Just(b'<'), Just(b'&'), Just(b'>'), Just(b'a')];
    objects(
        prop_oneof![bytes(100), vec(special.clone(), 0..30)],
        prop_oneof![bytes(129), vec(special, 0..4)],
    )
}

/// What an XML parser takes and hands on unchanged.
fn common_object() -> impl Strategy<Value = Object> {
    let text = "[ -~é-üЀ-џ]{0,40}".prop_map(|text| text.trim().as_bytes().to_vec());
    let key = "[ -~é]{1,20}".prop_map(|text| format!("k{}", text.trim()).into_bytes());
    objects(text, key)
}

/// The same in the types of the other reader, which knows no order of keys.
fn to_value(object: &Object) -> Value {
    match object {
        Object::Bool(value) => (*value).into(),
        Object::Number(Number::Signed(value)) => (*value).into(),
        Object::Number(Number::Unsigned(value)) => (*value).into(),
        Object::String(string) => string.as_str().unwrap().into(),
        Object::Data(data) => Value::Data(data.as_bytes().to_vec()),
        Object::Array(array) => Value::Array(array.iter().map(to_value).collect()),
        Object::Dictionary(dictionary) => Value::Dictionary(
            dictionary
                .iter()
                .map(|(key, value)| (String::from_utf8(key.to_vec()).unwrap(), to_value(value)))
                .collect(),
        ),
    }
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn an_object_comes_back_from_its_text(object in any_object()) {
        let text = object.externalize().unwrap();
        let read = Object::internalize(&text).unwrap();
        prop_assert_eq!(&read, &object);
        // Equality does not see the signedness of numbers; the text does.
        prop_assert_eq!(read.externalize().unwrap(), text);
    }

    #[test]
    fn others_read_what_is_written(object in common_object()) {
        let text = object.externalize().unwrap();
        let value = Value::from_reader_xml(text.as_slice()).unwrap();
        prop_assert_eq!(value, to_value(&object));
    }

    #[test]
    fn what_others_write_is_read(object in common_object()) {
        let mut text = Vec::new();
        to_value(&object).to_writer_xml(&mut text).unwrap();
        prop_assert_eq!(Object::internalize(&text).unwrap(), object);
    }

    #[test]
    fn order_of_keys_does_not_matter(entries in vec((vec(1..=255_u8, 0..3), any::<u8>()), 0..20)) {
        let mut text = b"<plist><dict>".to_vec();
        for (key, value) in &entries {
            let mut one = Dictionary::new();
            one.set(key, *value).unwrap();
            let one = one.externalize().unwrap();
            let start = one.windows(5).position(|window| window == b"<key>").unwrap();
            let end = one.windows(7).rposition(|window| window == b"</dict>").unwrap();
            text.extend_from_slice(&one[start..end]);
        }
        text.extend_from_slice(b"</dict></plist>");
        let entries = entries.into_iter().map(|(key, value)| (key, value.into())).collect();
        prop_assert_eq!(Object::internalize(&text).unwrap(), dictionary(entries));
    }

    #[test]
    fn changed_bytes_are_read_or_refused_and_never_a_panic(
        object in any_object(),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut text = object.externalize().unwrap();
        for (index, byte) in changes {
            *index.get_mut(&mut text) = byte;
        }
        match Object::internalize(&text) {
            Ok(object) => {
                let written = object.externalize().unwrap();
                prop_assert_eq!(Object::internalize(&written).unwrap(), object);
            }
            Err(error) => prop_assert!(error.offset <= text.len()),
        }
    }

    #[test]
    fn any_text_is_read_or_refused_and_never_a_panic(
        pieces in vec(prop::sample::select(&PIECES[..]), 0..20),
    ) {
        let text = format!("<plist>{}</plist>", pieces.concat());
        if let Err(error) = Object::internalize(text.as_bytes()) {
            prop_assert!(error.offset <= text.len());
            let before = &text.as_bytes()[..error.offset];
            let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
            prop_assert_eq!(error.line, line);
        }
    }
}

/// What texts are made of.
const PIECES: [&str; 30] = [
    "<array>",
    "</array>",
    "<array/>",
    "<dict>",
    "</dict>",
    "<dict/>",
    "<key>",
    "</key>",
    "<key/>",
    "<string>",
    "</string>",
    "<string/>",
    "<integer>",
    "</integer>",
    "<data>",
    "<data size=\"3\">",
    "</data>",
    "<data/>",
    "<true/>",
    "<false/>",
    "<!--",
    "-->",
    "\n",
    "&lt;",
    "&",
    "0x",
    "7",
    "Zm9v",
    "=",
    "<",
];
