//! To and from the values of the plist crate.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at once")]

mod arbitrary;

use std::time::SystemTime;

use arbitrary::{array, config, nest, text, text_object};
use plist::{Uid, Value};
use proplib::plist::{PlistError, PlistProblem};
use proplib::{Dictionary, Number, Object, PropString, SetError, StringError};
use proptest::prelude::*;

proptest! {
    #![proptest_config(config())]

    #[test]
    fn an_object_comes_back_from_its_value(object in text_object()) {
        let value = Value::try_from(&object).unwrap();
        prop_assert_eq!(&Object::try_from(&value).unwrap(), &object);
        let again = Value::try_from(&Object::try_from(&value).unwrap()).unwrap();
        prop_assert_eq!(again, value);
    }

    #[test]
    fn any_object_is_carried_or_refused_for_its_bytes(object in arbitrary::object()) {
        match Value::try_from(&object) {
            Ok(value) => prop_assert_eq!(Object::try_from(&value).unwrap(), object),
            Err(error) => prop_assert_eq!(error.problem(), PlistProblem::NotUtf8),
        }
    }
}

fn in_a_key(key: &str, value: Value) -> Value {
    let mut dictionary = plist::Dictionary::new();
    dictionary.insert(key.into(), value);
    Value::Array(vec![true.into(), Value::Dictionary(dictionary)])
}

#[track_caller]
fn refused(value: &Value) -> PlistError {
    Object::try_from(value).unwrap_err()
}

#[test]
fn what_netbsd_has_not_is_named_with_its_place() {
    for (value, problem, message) in [
        (
            Value::Date(SystemTime::UNIX_EPOCH.into()),
            PlistProblem::Date,
            "[1].key: date; a property list of NetBSD's has none",
        ),
        (
            Value::Real(1.0),
            PlistProblem::Real,
            "[1].key: real; a property list of NetBSD's has integers alone",
        ),
        (
            Value::Uid(Uid::new(7)),
            PlistProblem::Uid,
            "[1].key: UID; a property list of NetBSD's has none",
        ),
        (
            "a\0b".into(),
            PlistProblem::String(StringError::Nul),
            "[1].key: string holds a NUL byte; expected a C string, which ends at the first one",
        ),
    ] {
        let error = refused(&in_a_key("key", value));
        assert_eq!(error.problem(), problem);
        assert_eq!(error.path(), "[1].key");
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn keys_that_netbsd_has_not_are_refused() {
    let error = refused(&in_a_key("a\0b", true.into()));
    assert_eq!(error.problem(), PlistProblem::Key(SetError::KeyNul));
    assert_eq!(error.path(), r"[1].a\x00b");
    let long = "k".repeat(129);
    let error = refused(&in_a_key(&long, true.into()));
    assert_eq!(error.problem(), PlistProblem::Key(SetError::KeyTooLong { length: 129 }));
    assert!(Object::try_from(&in_a_key(&long[..128], true.into())).is_ok());
}

#[test]
fn bytes_that_are_not_utf_8_are_refused() {
    let string = array(vec![PropString::new(b"\xff").unwrap().into()]);
    let error = Value::try_from(&string).unwrap_err();
    assert_eq!(error.to_string(), "[0]: not UTF-8; the plist crate has no other strings and keys");
    let mut dictionary = Dictionary::new();
    dictionary.set_bool(b"k\xff", true).unwrap();
    let error = plist::Dictionary::try_from(&dictionary).unwrap_err();
    assert_eq!((error.problem(), error.path()), (PlistProblem::NotUtf8, r"k\xff"));
}

#[test]
fn a_number_keeps_its_value_and_not_its_signedness() {
    for (number, back) in [
        (Number::Signed(-5), "-5"),
        (Number::Signed(5), "5"),
        (Number::Unsigned(5), "5"),
        (Number::Unsigned(i64::MAX.unsigned_abs()), "9223372036854775807"),
        (Number::Unsigned(1 << 63), "0x8000000000000000"),
        (Number::Unsigned(u64::MAX), "0xffffffffffffffff"),
        (Number::Signed(i64::MIN), "-9223372036854775808"),
    ] {
        let object = Object::from(number);
        let returned = Object::try_from(&Value::try_from(&object).unwrap()).unwrap();
        assert_eq!(returned, object);
        assert!(text(&returned).contains(&format!("<integer>{back}</integer>")), "{number:?}");
    }
}

#[test]
fn depth_is_limited_both_ways() {
    let value = Value::try_from(&nest(256)).unwrap();
    assert_eq!(Object::try_from(&value).unwrap(), nest(256));
    let too_deep = PlistProblem::TooDeep { limit: 256 };
    assert_eq!(Value::try_from(&nest(257)).unwrap_err().problem(), too_deep);
    assert_eq!(refused(&Value::Array(vec![value])).problem(), too_deep);
}
