//! Objects for tests, in a word.

use proplib::{Array, Dictionary, Object, PropString};

pub(crate) fn string(text: impl AsRef<[u8]>) -> Object {
    PropString::new(text.as_ref()).unwrap().into()
}

pub(crate) fn array(elements: &[Object]) -> Object {
    let mut array = Array::new();
    for element in elements {
        array.push(element.clone()).unwrap();
    }
    array.into()
}

pub(crate) fn dictionary(entries: &[(&[u8], Object)]) -> Object {
    let mut dictionary = Dictionary::new();
    for (key, value) in entries {
        dictionary.set(key, value.clone()).unwrap();
    }
    dictionary.into()
}
