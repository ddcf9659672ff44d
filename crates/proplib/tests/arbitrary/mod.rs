//! Objects to try things on.
#![allow(dead_code, reason = "each test takes what it needs")]

use proplib::{Array, Data, Dictionary, Number, Object, PropString};
use proptest::collection::vec;
use proptest::prelude::*;

pub(crate) fn config() -> ProptestConfig {
    ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() }
}

/// Numbers, of which many are equal but for their signedness.
pub(crate) fn number() -> impl Strategy<Value = Number> {
    prop_oneof![
        any::<i64>().prop_map(Number::Signed),
        any::<u64>().prop_map(Number::Unsigned),
        any::<i8>().prop_map(Number::from),
        any::<u8>().prop_map(Number::from),
    ]
}

pub(crate) fn data() -> impl Strategy<Value = Data> {
    vec(any::<u8>(), 0..150).prop_map(|bytes| Data::new(&bytes).unwrap())
}

/// Any object, with any bytes in its strings and keys that they can have.
pub(crate) fn object() -> impl Strategy<Value = Object> {
    let text = prop_oneof![vec(1..=255_u8, 0..60), "[a-zé]{0,20}".prop_map(String::into_bytes)];
    let key = prop_oneof![vec(1..=255_u8, 0..129), "[a-zé]{0,3}".prop_map(String::into_bytes)];
    objects(text, key)
}

/// An object whose strings and keys are UTF-8.
pub(crate) fn text_object() -> impl Strategy<Value = Object> {
    let text = "[^\0]{0,40}".prop_map(String::into_bytes);
    objects(text, "[^\0]{0,20}".prop_map(String::into_bytes))
}

fn objects(
    text: impl Strategy<Value = Vec<u8>> + 'static,
    key: impl Strategy<Value = Vec<u8>> + Clone + 'static,
) -> impl Strategy<Value = Object> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Object::from),
        number().prop_map(Object::from),
        text.prop_map(|text| PropString::new(&text).unwrap().into()),
        data().prop_map(Object::from),
    ];
    leaf.prop_recursive(5, 60, 8, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..8).prop_map(array),
            vec((key.clone(), inner), 0..8).prop_map(dictionary),
        ]
    })
}

pub(crate) fn array(elements: Vec<Object>) -> Object {
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

/// Arrays inside each other.
pub(crate) fn nest(depth: usize) -> Object {
    (1..depth).fold(Array::new().into(), |inner, _| array(vec![inner]))
}

/// An object's text, which tells more than equality does: the signedness of numbers.
pub(crate) fn text(object: &Object) -> String {
    String::from_utf8_lossy(&object.externalize().unwrap()).into_owned()
}
