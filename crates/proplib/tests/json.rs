//! JSON as NetBSD writes, takes and refuses it; and, of its reader's faults, that they are not
//! here.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

mod objects;

use proplib::{
    Array, Dictionary, Expected, Format, Kind, Limits, Mode, Number, Object, ReadErrorKind,
    ReadOptions,
};

use objects::{array, dictionary, string};

fn read(text: impl AsRef<[u8]>) -> Result<Object, String> {
    Object::internalize(text.as_ref()).map_err(|error| error.to_string())
}

fn number(value: i64) -> Object {
    Number::Signed(value).into()
}

/// Says that an object and a text are each other's, with and without a NUL at the end.
#[track_caller]
fn assert_is(object: &Object, text: &[u8]) {
    let written = object.externalize_json().unwrap();
    assert_eq!(String::from_utf8_lossy(&written), String::from_utf8_lossy(text));
    assert!(written == text);
    assert_eq!(object.externalize_with(Format::Json, &Limits::DEFAULT).unwrap(), text);
    let read = Object::internalize(text).unwrap();
    assert_eq!(&read, object);
    assert_eq!(read.externalize_json().unwrap(), text);
    assert_eq!(&Object::internalize(&[text, b"\0garbage"].concat()).unwrap(), object);
}

#[test]
fn prop_basic() {
    let text = include_bytes!("golden/prop_basic.json");
    let xml = include_bytes!("golden/prop_basic.plist");
    assert_is(&Object::internalize(xml).unwrap(), text);
    // Its numbers are signed, so that nothing is lost on the way.
    assert_eq!(Object::internalize(text).unwrap().externalize().unwrap(), xml);
}

/// Empty containers, the ends of the numbers, every byte, and keys that need escapes.
#[test]
fn extremes() {
    let nest = array(&[array(&[true.into()])]);
    let keys = dictionary(&[
        (b"\xff", Dictionary::new().into()),
        ("é".as_bytes(), string([b'k'; 200])),
        (b"Z", nest),
        (b"/\"\\\x1f", false.into()),
    ]);
    let object = array(&[
        Array::new().into(),
        Dictionary::new().into(),
        string(""),
        number(i64::MIN),
        number(i64::MAX),
        number(0),
        Number::Unsigned(u64::MAX).into(),
        string((1..=255).collect::<Vec<u8>>()),
        keys,
    ]);
    assert_is(&object, include_bytes!("golden/extremes.json"));
}

#[test]
fn texts_that_netbsd_takes() {
    let yes = Object::Bool(true);
    let one_two = array(&[number(1), number(2)]);
    for (text, object) in [
        ("true", yes.clone()),
        (" \t\r\nfalse \t\r\n", false.into()),
        ("\"\"", string("")),
        ("\"a b\"", string("a b")),
        ("\"<plist>\"", string("<plist>")),
        ("\"\t\r\n\u{1}\u{7f}é\"", string("\t\r\n\u{1}\u{7f}é")),
        (r#""\"\\\/\b\f\n\r\t""#, string("\"\\/\u{8}\u{c}\n\r\t")),
        (r#""\u0041\u00e9\u20AC\ud83D\uDe00""#, string("Aé€😀")),
        ("[]", Array::new().into()),
        ("[ \n ]", Array::new().into()),
        ("{}", Dictionary::new().into()),
        ("{\n}", Dictionary::new().into()),
        ("[1,2]", one_two.clone()),
        (" [ 1 , 2 ] ", one_two.clone()),
        // The comma is optional, and one may trail.
        ("[1 2]", one_two.clone()),
        ("[1,2,]", one_two.clone()),
        ("[1 2 , ]", one_two),
        ("[+1-2]", array(&[number(1), number(-2)])),
        ("[1[]{}\"a\"true]", {
            array(&[
                number(1),
                Array::new().into(),
                Dictionary::new().into(),
                string("a"),
                yes.clone(),
            ])
        }),
        ("{\"b\":1,\"a\":2}", dictionary(&[(b"a", number(2)), (b"b", number(1))])),
        ("{\"b\" : 1 \"a\" : 2 , }", dictionary(&[(b"a", number(2)), (b"b", number(1))])),
        ("{\"a\":1\"b\":2}", dictionary(&[(b"a", number(1)), (b"b", number(2))])),
        ("{\"a\":1,\"a\":true}", dictionary(&[(b"a", yes.clone())])),
        (r#"{"\u0061":1,"a":true}"#, dictionary(&[(b"a", yes.clone())])),
        ("{\"a\":{\"a\":[{}]}}", {
            let inner = dictionary(&[(b"a", array(&[Dictionary::new().into()]))]);
            dictionary(&[(b"a", inner)])
        }),
        ("true\0garbage", yes),
    ] {
        assert_eq!(read(text), Ok(object), "{text}");
    }
}

/// Equality does not see the signedness, so it is asked for.
#[test]
fn numbers_are_signed_where_they_fit() {
    for (text, number) in [
        ("5", Number::Signed(5)),
        ("+5", Number::Signed(5)),
        ("-0", Number::Signed(0)),
        ("007", Number::Signed(7)),
        ("-010", Number::Signed(-10)),
        ("9223372036854775807", Number::Signed(i64::MAX)),
        ("+9223372036854775807", Number::Signed(i64::MAX)),
        ("9223372036854775808", Number::Unsigned(1 << 63)),
        ("18446744073709551615", Number::Unsigned(u64::MAX)),
        ("-9223372036854775808", Number::Signed(i64::MIN)),
    ] {
        let read = Object::internalize(text.as_bytes()).unwrap().as_number().unwrap();
        assert_eq!((read, read.is_unsigned()), (number, number.is_unsigned()), "{text}");
    }
    let unsigned = Object::from(Number::Unsigned(5));
    let read = Object::internalize(&unsigned.externalize_json().unwrap()).unwrap();
    assert_eq!(read, unsigned);
    assert_eq!(read.as_number().map(Number::is_unsigned), Some(false));
}

#[test]
fn texts_that_netbsd_refuses() {
    let root = "expected \"<\", with which an XML property list begins, or a value in JSON: \"{\", \
                \"[\", a string, a whole number, true or false";
    let value = "expected a value: \"{\", \"[\", a string, a whole number, true or false";
    let (element, next_element) = ("expected a value or \"]\"", "expected \",\", a value or \"]\"");
    let key = "expected a key in quotes or \"}\"";
    let next_key = "expected \",\", a key in quotes or \"}\"";
    let colon = "expected \":\" after the key";
    let decimal = "expected a whole number in decimal, without fraction and exponent";
    let range = "number out of range; expected -9223372036854775808 to 9223372036854775807, or to \
                 18446744073709551615 without a sign";
    let text_end = "expected nothing after the property list";
    let escape = "unknown escape; expected \\\", \\\\, \\/, \\b, \\f, \\n, \\r, \\t, or \\u and \
                  four hexadecimal digits";
    let surrogate = "surrogate without its other half; expected \\uD800 to \\uDBFF, and \\uDC00 to \
                     \\uDFFF at once after it";
    let escaped_nul = "escape of NUL; expected a C string, which has none";
    let key_empty = "empty key; expected 1 to 128 bytes";
    let key_too_long = "key too long; expected at most 128 bytes";
    let long_key = format!("{{\"{}\":1}}", "k".repeat(129));
    let escaped_key = format!("{{\"{}\":1}}", "\\n".repeat(129));
    for (text, column, message) in [
        ("null", 1, root),
        ("True", 1, root),
        ("tru", 1, root),
        ("'a'", 1, root),
        ("a", 1, root),
        (",", 1, root),
        ("]", 1, root),
        (".5", 1, root),
        ("NaN", 1, root),
        ("// c\n1", 1, root),
        ("/* c */ 1", 1, root),
        ("# c", 1, root),
        ("\u{b}1", 1, root),
        ("\u{feff}1", 1, root),
        (
            "bplist00",
            1,
            "binary property list, which is not read; expected a property list in XML or JSON, in \
             UTF-8",
        ),
        ("[null]", 2, element),
        ("[nul", 2, element),
        ("[,]", 2, element),
        ("[,1]", 2, element),
        ("[1,,2]", 4, element),
        ("[1,,]", 4, element),
        ("[1, // c\n2]", 5, element),
        ("[1;2]", 3, next_element),
        ("[1 null]", 4, next_element),
        ("[1}", 3, next_element),
        ("[1:2]", 3, next_element),
        ("[}", 2, element),
        ("{]", 2, key),
        ("{,}", 2, key),
        ("{a:1}", 2, key),
        ("{'a':1}", 2, key),
        ("{1:1}", 2, key),
        ("{\"a\":1,,}", 8, key),
        ("{\"a\":1,,\"b\":1}", 8, key),
        ("{\"a\":1 b}", 8, next_key),
        ("{\"a\":1]", 7, next_key),
        ("{\"a\":1:", 7, next_key),
        ("{\"a\" 1}", 6, colon),
        ("{\"a\"=1}", 5, colon),
        ("{\"a\"}", 5, colon),
        ("{\"a\",\"b\"}", 5, colon),
        ("{\"a\":}", 6, value),
        ("{\"a\":,\"b\":1}", 6, value),
        ("{\"a\":null}", 6, value),
        ("{\"a\"::1}", 6, value),
        ("{\"\":1}", 3, key_empty),
        (&long_key, 3, key_too_long),
        (&escaped_key, 3, key_too_long),
        // NetBSD takes such a sign for a 0 that never ends, and an array of it for endless.
        ("[-]", 3, decimal),
        ("[+]", 3, decimal),
        ("[1,-]", 5, decimal),
        ("-a", 2, decimal),
        ("+-5", 2, decimal),
        ("- 5", 2, decimal),
        ("-.5", 2, decimal),
        ("1.5", 2, decimal),
        ("[1.]", 3, decimal),
        ("1e5", 2, decimal),
        ("1E5", 2, decimal),
        ("0x10", 2, decimal),
        ("0X10", 2, decimal),
        ("18446744073709551616", 1, range),
        ("[-9223372036854775809]", 2, range),
        ("[+9223372036854775808]", 2, range),
        ("1 2", 3, text_end),
        ("1,", 2, text_end),
        ("[],", 3, text_end),
        ("[]]", 3, text_end),
        ("{}{}", 3, text_end),
        ("true false", 6, text_end),
        ("truefalse", 5, text_end),
        ("\"a\" // c", 5, text_end),
        ("\"\"\"", 3, text_end),
        ("1<plist>", 2, text_end),
        (r#""a\q""#, 3, escape),
        (r#""\0""#, 2, escape),
        (r#""\x41""#, 2, escape),
        (r#""\U0041""#, 2, escape),
        ("\"\\\n\"", 2, escape),
        (r#""\u""#, 2, escape),
        (r#""\u12""#, 2, escape),
        (r#""\u12g4""#, 2, escape),
        (r#""\u0000""#, 2, escaped_nul),
        (r#""\ud800""#, 2, surrogate),
        (r#""\ud800a""#, 2, surrogate),
        (r#""\udbff\ud800""#, 2, surrogate),
        (r#""\udc00\ud800""#, 2, surrogate),
        (r#"{"\ud800":1}"#, 3, surrogate),
    ] {
        assert_eq!(read(text), Err(format!("1:{column}: {message}")), "{text}");
    }
}

#[test]
fn a_mark_of_utf_16_is_stepped_over_and_no_utf_16_is_read() {
    for mark in [&b"\xff\xfe"[..], b" \n\xfe\xff"] {
        assert_eq!(read([mark, b"[]"].concat()), Ok(Array::new().into()));
        assert_eq!(read([mark, b" []"].concat()), Ok(Array::new().into()));
        let error = Object::internalize(mark).unwrap_err();
        assert_eq!(error.kind, ReadErrorKind::End(Expected::Root));
        // The second byte of a character is the end of the text.
        let error = Object::internalize(&[mark, b"[\0]\0"].concat()).unwrap_err();
        assert_eq!(error.kind, ReadErrorKind::OtherFormat("text in UTF-16"));
        let error = Object::internalize(&[mark, b"<plist><true/></plist>"].concat()).unwrap_err();
        assert_eq!(error.kind, ReadErrorKind::Other(Expected::Root));
        assert!(Object::internalize(&[mark, mark, b"[]"].concat()).is_err());
    }
    assert!(Object::internalize(b"\xff\xff[]").is_err());
    assert!(Object::internalize(b"\xff").is_err());
    assert!(Object::internalize(b"[\xff\xfe]").is_err());
}

#[test]
fn a_mark_of_utf_8_is_for_the_tolerant_mode() {
    let tolerant = ReadOptions { mode: Mode::Tolerant, ..ReadOptions::default() };
    for text in ["[]", " \n[ ]"] {
        let marked = format!("\u{feff}{text}");
        assert_eq!(Array::internalize_with(text.as_bytes(), &tolerant), Ok(Array::new()));
        assert_eq!(Array::internalize_with(marked.as_bytes(), &tolerant), Ok(Array::new()));
        assert!(Array::internalize(marked.as_bytes()).is_err());
    }
    for text in [" \u{feff}[]", "\u{feff}\u{feff}[]", "[\u{feff}]", "\u{feff}[-]", "\u{feff}[null]"]
    {
        assert!(Object::internalize_with(text.as_bytes(), &tolerant).is_err(), "{text:?}");
    }
    let error = Object::internalize_with("\u{feff}[1;2]".as_bytes(), &tolerant).unwrap_err();
    assert_eq!((error.offset, error.line, error.column), (5, 1, 6));
}

#[test]
fn text_without_its_end_is_an_error() {
    let early = "text ends too early; expected";
    let quote = "the quote that ends the string";
    for (text, message) in [
        ("\"", &format!("1:2: {early} {quote}")),
        ("\"abc", &format!("1:5: {early} {quote}")),
        ("\"abc\\", &format!("1:6: {early} {quote}")),
        ("\"abc\\\"", &format!("1:7: {early} {quote}")),
        ("\"abc\\u00", &format!("1:9: {early} {quote}")),
        ("\"a\0\"", &format!("1:3: {early} {quote}")),
        ("[\"a\nb", &format!("2:2: {early} {quote}")),
        ("{\"a", &format!("1:4: {early} {quote}")),
        ("[", &format!("1:2: {early} a value or \"]\"")),
        ("[1", &format!("1:3: {early} \",\", a value or \"]\"")),
        ("[1,", &format!("1:4: {early} a value or \"]\"")),
        ("[1\0]", &format!("1:3: {early} \",\", a value or \"]\"")),
        ("[[]", &format!("1:4: {early} \",\", a value or \"]\"")),
        ("{", &format!("1:2: {early} a key in quotes or \"}}\"")),
        ("{\"a\"", &format!("1:5: {early} \":\" after the key")),
        (
            "{\"a\":",
            &format!(
                "1:6: {early} a value: \"{{\", \"[\", a string, a whole number, true or false"
            ),
        ),
        ("{\"a\":1", &format!("1:7: {early} \",\", a key in quotes or \"}}\"")),
        ("{\"a\":1,", &format!("1:8: {early} a key in quotes or \"}}\"")),
        ("[-", &format!("1:3: {early} a whole number in decimal, without fraction and exponent")),
    ] {
        assert_eq!(read(text), Err(message.clone()), "{text}");
    }
}

#[test]
fn every_truncation_is_an_error() {
    for text in
        [&include_bytes!("golden/prop_basic.json")[..], include_bytes!("golden/extremes.json")]
    {
        let end = text.len() - "\n".len();
        assert!(Object::internalize(&text[..end]).is_ok());
        for length in 0..end {
            let error = Object::internalize(&text[..length]).unwrap_err();
            assert!(error.offset <= length, "{length}: {error}");
        }
    }
}

#[test]
fn errors_know_their_place() {
    let error = Object::internalize(b"{\n\t\"a\": [\n\t\tnull\n").unwrap_err();
    assert_eq!(error.kind, ReadErrorKind::Other(Expected::Element));
    assert_eq!((error.offset, error.line, error.column), (12, 3, 3));
    let error = Object::internalize(b"\n\n[\n").unwrap_err();
    assert_eq!(error.kind, ReadErrorKind::End(Expected::Element));
    assert_eq!((error.offset, error.line, error.column), (4, 4, 1));
}

/// NetBSD gives an array to who asks for a dictionary.
#[test]
fn the_root_is_of_the_kind_that_is_asked_for() {
    assert_eq!(Array::internalize(b"[]"), Ok(Array::new()));
    assert_eq!(Dictionary::internalize(b"{}"), Ok(Dictionary::new()));
    for (text, found) in [
        ("[1]", Kind::Array),
        ("true", Kind::Bool),
        ("false", Kind::Bool),
        ("\"a\"", Kind::String),
        ("-5", Kind::Number),
        // It is the kind that is wrong first.
        ("[-]", Kind::Array),
        ("\"", Kind::String),
    ] {
        let error = Dictionary::internalize(format!("\n {text}").as_bytes()).unwrap_err();
        let kind = ReadErrorKind::Root { expected: Kind::Dictionary, found };
        assert_eq!((error.kind, error.offset), (kind, 2), "{text}");
    }
    assert_eq!(
        Array::internalize(b"{}").unwrap_err().to_string(),
        "1:1: property list is of kind dictionary; expected array",
    );
}

fn nest(depth: usize) -> Vec<u8> {
    ["[{\"k\":".repeat(depth / 2), "[]".into(), "}]".repeat(depth / 2)].concat().into_bytes()
}

#[test]
fn depth_is_limited() {
    let limit = |max_depth| Limits { max_depth, ..Limits::default() };
    assert!(Object::internalize_within(&nest(254), &limit(255)).is_ok());
    assert!(Object::internalize(&nest(254)).is_ok());
    let error = Object::internalize(&nest(256)).unwrap_err();
    assert_eq!(error.kind, ReadErrorKind::TooDeep { limit: 256 });
    assert_eq!(error.offset, 128 * "[{\"k\":".len());
    for start in ["[", "{\"k\":", "[1,[2],"] {
        for depth in [10_000, 1_000_000] {
            let error = Object::internalize(start.repeat(depth).as_bytes()).unwrap_err();
            assert_eq!(error.kind, ReadErrorKind::TooDeep { limit: 256 });
        }
    }
    assert!(Object::internalize_within(b"true", &limit(0)).is_ok());
    assert!(Object::internalize_within(b"[]", &limit(0)).is_err());
}

#[test]
fn a_deep_nest_costs_no_stack() {
    let limits = Limits { max_depth: 10_001, ..Limits::default() };
    let text = nest(10_000);
    let object = Object::internalize_within(&text, &limits).unwrap();
    assert!(Object::internalize_within(&text[..text.len() - 1], &limits).is_err());
    assert!(object.externalize_json().is_err());
    let object = Object::internalize_within(&nest(2_000), &limits).unwrap();
    let written = object.externalize_with(Format::Json, &limits).unwrap();
    assert!(Object::internalize_within(&written, &limits).unwrap() == object);
}

#[test]
fn input_is_limited() {
    let limits = |max_input| Limits { max_input, ..Limits::default() };
    assert!(Object::internalize_within(b"[1]", &limits(3)).is_ok());
    let error = Object::internalize_within(b"[1]", &limits(2)).unwrap_err();
    assert_eq!(error.kind, ReadErrorKind::TooLarge { limit: 2 });
}
