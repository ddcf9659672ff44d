//! What holds for every property list: it comes back from its text, and another reader and writer
//! agree with ours.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at once")]

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

/// An object as JSON can carry it: a string for data, and no empty key.
fn without_data(object: &Object) -> Object {
    match object {
        Object::Data(data) => {
            let text = data.as_bytes().escape_ascii().to_string();
            PropString::new(text.as_bytes()).unwrap().into()
        }
        Object::Array(elements) => array(elements.iter().map(without_data).collect()),
        Object::Dictionary(entries) => dictionary(
            entries
                .iter()
                .filter(|(key, _)| !key.is_empty())
                .map(|(key, value)| (key.to_vec(), without_data(value)))
                .collect(),
        ),
        other => other.clone(),
    }
}

/// The same in the types of another reader of JSON.
fn to_json(object: &Object) -> serde_json::Value {
    match object {
        Object::Bool(value) => (*value).into(),
        Object::Number(Number::Signed(value)) => (*value).into(),
        Object::Number(Number::Unsigned(value)) => (*value).into(),
        Object::String(string) => string.as_str().unwrap().into(),
        Object::Data(_) => panic!("there is no data in {object:?}"),
        Object::Array(array) => array.iter().map(to_json).collect(),
        Object::Dictionary(dictionary) => dictionary
            .iter()
            .map(|(key, value)| (String::from_utf8(key.to_vec()).unwrap(), to_json(value)))
            .collect(),
    }
}

/// What another reader of JSON has read, if NetBSD has it.
fn from_json(value: &serde_json::Value) -> Option<Object> {
    use serde_json::Value as Json;
    Some(match value {
        Json::Null => return None,
        Json::Bool(value) => (*value).into(),
        Json::Number(value) => match value.as_i64() {
            Some(value) => value.into(),
            None => value.as_u64()?.into(),
        },
        Json::String(text) => PropString::new(text.as_bytes()).ok()?.into(),
        Json::Array(elements) => array(elements.iter().map(from_json).collect::<Option<_>>()?),
        Json::Object(entries) => {
            if entries.contains_key("") {
                return None;
            }
            let mut dictionary = Dictionary::new();
            for (key, value) in entries {
                dictionary.set(key.as_bytes(), from_json(value)?).ok()?;
            }
            dictionary.into()
        }
    })
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
    fn an_object_comes_back_from_json(object in any_object()) {
        let object = without_data(&object);
        let text = object.externalize_json().unwrap();
        let read = Object::internalize(&text).unwrap();
        prop_assert_eq!(&read, &object);
        prop_assert_eq!(read.externalize_json().unwrap(), text);
    }

    #[test]
    fn others_read_what_is_written_in_json(object in common_object()) {
        let object = without_data(&object);
        let text = object.externalize_json().unwrap();
        let value: serde_json::Value = serde_json::from_slice(&text).unwrap();
        prop_assert_eq!(value, to_json(&object));
    }

    #[test]
    fn what_others_write_in_json_is_read(object in common_object(), is_pretty in any::<bool>()) {
        let object = without_data(&object);
        let value = to_json(&object);
        let write = if is_pretty { serde_json::to_vec_pretty } else { serde_json::to_vec };
        prop_assert_eq!(Object::internalize(&write(&value).unwrap()).unwrap(), object);
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
    fn changed_bytes_of_json_are_read_or_refused_and_never_a_panic(
        object in any_object(),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut text = without_data(&object).externalize_json().unwrap();
        for (index, byte) in changes {
            *index.get_mut(&mut text) = byte;
        }
        match Object::internalize(&text) {
            Ok(object) => {
                let written = object.externalize_json().unwrap();
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

    /// What another reader takes of JSON is taken here, too, as the same, if NetBSD has it.
    #[test]
    fn what_others_take_in_json_is_taken(
        object in common_object(),
        place in any::<prop::sample::Index>(),
        replaced in 0..3_usize,
        piece in prop::sample::select(&JSON_PIECES[..]),
    ) {
        let mut text = to_json(&without_data(&object)).to_string().into_bytes();
        let start = place.index(text.len());
        let end = text.len().min(start + replaced);
        text.splice(start..end, piece.bytes());
        let ours = Object::internalize(&text);
        let theirs = serde_json::from_slice::<serde_json::Value>(&text);
        match (ours, theirs.as_ref().ok().and_then(from_json)) {
            (Ok(ours), Some(theirs)) => prop_assert_eq!(ours, theirs),
            // They want commas, UTF-8 and no more than their numbers.
            (Ok(_), None) => {}
            (Err(error), theirs) => {
                prop_assert!(theirs.is_none(), "{}: {error}", text.escape_ascii());
            }
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

/// What texts in JSON are made of.
const JSON_PIECES: [&str; 26] = [
    "[",
    "]",
    "[]",
    "{",
    "}",
    "{}",
    "\"",
    "\"a\"",
    "\"a\":",
    "\"\"",
    ":",
    ",",
    " ",
    "\n",
    "0",
    "17",
    "-",
    "+",
    "true",
    "false",
    "null",
    ".5",
    "e5",
    "\\n",
    "\\ud83d\\ude00",
    "\\u0000",
];
