//! Documents of NetBSD's form, byte for byte.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use proplib::{Array, Data, Dictionary, Number, Object, PropString};

/// Says that an object and a text are each other's, with and without a NUL at the end.
#[track_caller]
fn assert_is(object: &Object, text: &[u8]) {
    let written = object.externalize().unwrap();
    assert_eq!(String::from_utf8_lossy(&written), String::from_utf8_lossy(text));
    assert!(written == text);
    let read = Object::internalize(text).unwrap();
    assert_eq!(&read, object);
    assert_eq!(read.externalize().unwrap(), text);
    assert_eq!(&Object::internalize(&[text, b"\0garbage"].concat()).unwrap(), object);
}

/// What veriexecctl(8) sends to load `/lib/libc.so SHA256 ... file, indirect` with `-k`.
#[test]
fn load_request() {
    let fingerprint: Vec<u8> = (0..32).collect();
    let mut load = Dictionary::new();
    load.set_string(b"file", b"/lib/libc.so").unwrap();
    load.set_unsigned(b"entry-type", 6).unwrap();
    load.set_string(b"fp-type", b"SHA256").unwrap();
    load.set_data(b"fp", &fingerprint).unwrap();
    load.set_bool(b"keep-filename", true).unwrap();
    load.set_bool(b"eval-on-load", false).unwrap();
    assert_is(&load.into(), include_bytes!("golden/load.plist"));
}

/// Empty containers, the ends of the numbers, every byte, and keys that need entities.
#[test]
fn extremes() {
    let string = |bytes: &[u8]| Object::from(PropString::new(bytes).unwrap());
    let data = |bytes: &[u8]| Object::from(Data::new(bytes).unwrap());
    let mut leaf = Array::new();
    leaf.push(true).unwrap();
    let mut nest = Array::new();
    nest.push(leaf).unwrap();
    let mut dictionary = Dictionary::new();
    dictionary.set_string(b"\xff", [b'k'; 200]).unwrap();
    dictionary.set_bool(b"", true).unwrap();
    dictionary.set(b"Z", nest).unwrap();
    dictionary.set_bool(b"<&>'\"", false).unwrap();
    let mut array = Array::new();
    for object in [
        Array::new().into(),
        Dictionary::new().into(),
        string(b""),
        data(b""),
        Number::Signed(i64::MIN).into(),
        Number::Signed(i64::MAX).into(),
        Number::Unsigned(0).into(),
        Number::Unsigned(u64::MAX).into(),
        string(&(1..=255).collect::<Vec<u8>>()),
        data(&(0..=255).collect::<Vec<u8>>()),
        dictionary.into(),
    ] {
        array.push(object).unwrap();
    }
    assert_is(&array.into(), include_bytes!("golden/extremes.plist"));
}
