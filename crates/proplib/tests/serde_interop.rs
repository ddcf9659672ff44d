//! Any type to and from objects, and objects to and from other formats.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

mod arbitrary;

use std::collections::BTreeMap;
use std::fmt::Debug;

use arbitrary::{array, config, nest, text};
use proplib::serde::{
    Deserializer, Error, ErrorKind, Serializer, Uncarried, from_dictionary, from_object,
    to_dictionary, to_object,
};
use proplib::{
    Array, Data, Dictionary, Kind, Limits, Number, Object, PropString, SetError, StringError,
};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A bit of everything that a property list carries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Record {
    flag: bool,
    small: (i8, u8, i16, u16),
    large: (i32, u32, i64, u64),
    letter: char,
    text: String,
    digest: Data,
    choice: Choice,
    choices: Vec<Choice>,
    perhaps: Option<u64>,
    inside: Option<Box<Record>>,
    wrapped: Wrapped,
    pair: Pair,
    by_name: BTreeMap<String, i64>,
    by_choice: BTreeMap<Simple, Option<bool>>,
    object: Object,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Choice {
    Unit,
    Newtype(i32),
    Tuple(u8, String),
    Struct { a: Option<u8>, b: Vec<bool> },
    Empty {},
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Simple {
    One,
    Two,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Wrapped(u16);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Pair(String, Data);

/// Text without the NUL, which no string has.
fn string() -> impl Strategy<Value = String> {
    "[^\0]{0,12}"
}

fn choice() -> impl Strategy<Value = Choice> {
    prop_oneof![
        Just(Choice::Unit),
        Just(Choice::Empty {}),
        any::<i32>().prop_map(Choice::Newtype),
        (any::<u8>(), string()).prop_map(|(a, b)| Choice::Tuple(a, b)),
        (any::<Option<u8>>(), vec(any::<bool>(), 0..4)).prop_map(|(a, b)| Choice::Struct { a, b }),
    ]
}

fn record() -> impl Strategy<Value = Record> {
    let numbers =
        (any::<(i8, u8, i16, u16)>(), any::<(i32, u32, i64, u64)>(), any::<Option<u64>>());
    let letter = any::<char>().prop_filter("a string holds no NUL", |&letter| letter != '\0');
    let texts = (letter, string(), arbitrary::data(), (string(), arbitrary::data()));
    let choices = (choice(), vec(choice(), 0..4));
    let simple = prop_oneof![Just(Simple::One), Just(Simple::Two)];
    // A map's value that is none is left out, and its key with it.
    let by_choice = btree_map(simple, any::<bool>().prop_map(Some), 0..3);
    let maps = (btree_map(string(), any::<i64>(), 0..4), by_choice);
    let parts = (any::<bool>(), numbers, texts, choices, any::<u16>(), maps, arbitrary::object());
    let outer = parts.prop_map(|(flag, numbers, texts, choices, wrapped, maps, object)| Record {
        flag,
        small: numbers.0,
        large: numbers.1,
        letter: texts.0,
        text: texts.1,
        digest: texts.2,
        choice: choices.0,
        choices: choices.1,
        perhaps: numbers.2,
        inside: None,
        wrapped: Wrapped(wrapped),
        pair: Pair(texts.3.0, texts.3.1),
        by_name: maps.0,
        by_choice: maps.1,
        object,
    });
    let outer = outer.boxed();
    (outer.clone(), option::of(outer))
        .prop_map(|(outer, inner)| Record { inside: inner.map(Box::new), ..outer })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_value_comes_back_from_its_object_and_its_text(record in record()) {
        let dictionary = to_dictionary(&record).unwrap();
        prop_assert_eq!(&from_dictionary::<Record>(&dictionary).unwrap(), &record);
        let read = Dictionary::internalize(&dictionary.externalize().unwrap()).unwrap();
        prop_assert_eq!(from_dictionary::<Record>(&read).unwrap(), record);
    }

    #[test]
    fn an_object_is_its_own_object(object in arbitrary::object()) {
        let made = to_object(&object).unwrap();
        prop_assert_eq!(text(&made), text(&object));
        let back: Object = from_object(&object).unwrap();
        prop_assert_eq!(text(&back), text(&object));
    }

    #[test]
    fn an_object_survives_a_struct_that_holds_what_is_left(
        object in arbitrary::object(),
        key in "[a-z]{2,4}",
    ) {
        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        struct Rest {
            a: u8,
            #[serde(flatten)]
            rest: BTreeMap<String, Object>,
        }
        let rest = Rest { a: 1, rest: [(key, object)].into() };
        prop_assert_eq!(from_object::<Rest>(&to_object(&rest).unwrap()).unwrap(), rest);
    }

    #[test]
    fn json_carries_an_object_whose_data_are_numbers(object in arbitrary::text_object()) {
        let json = serde_json::to_string(&object).unwrap();
        let back: Object = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(serde_json::to_string(&back).unwrap(), json);
        prop_assert_eq!(back, without_data(&object));
    }
}

/// The same object with an array of numbers for data.
fn without_data(object: &Object) -> Object {
    match object {
        Object::Data(data) => array(data.as_bytes().iter().map(|&byte| byte.into()).collect()),
        Object::Array(elements) => array(elements.iter().map(without_data).collect()),
        Object::Dictionary(entries) => {
            let mut dictionary = Dictionary::new();
            for (key, object) in entries {
                dictionary.set(key, without_data(object)).unwrap();
            }
            dictionary.into()
        }
        leaf => leaf.clone(),
    }
}

#[track_caller]
fn writes(value: impl Serialize, printed: &str) {
    assert_eq!(format!("{:?}", to_object(&value).unwrap()), printed);
}

#[test]
fn values_have_the_forms_that_serde_json_gives_them() {
    writes(Choice::Unit, r#""Unit""#);
    writes(Choice::Newtype(-3), r#"{"Newtype": -3}"#);
    writes(Choice::Tuple(7, "x".into()), r#"{"Tuple": [0x7, "x"]}"#);
    writes(Choice::Struct { a: None, b: vec![true] }, r#"{"Struct": {"b": [true]}}"#);
    writes(Choice::Empty {}, r#"{"Empty": {}}"#);
    writes(Wrapped(9), "0x9");
    writes((1_i8, 'x', "y"), r#"[1, "x", "y"]"#);
    writes(BTreeMap::from([(Simple::Two, 2_u8), (Simple::One, 1)]), r#"{"One": 0x1, "Two": 0x2}"#);
    writes(Data::new(b"\x01").unwrap(), "<01>");
    writes(b"\x01", "[0x1]");
    writes(Some(Some(true)), "true");
}

#[test]
fn the_signedness_of_a_type_is_that_of_its_number() {
    macro_rules! signed {
        ($($type:ty: $unsigned:literal)*) => {$(
            for value in [<$type>::MIN, <$type>::MAX] {
                let number = to_object(&value).unwrap().as_number().unwrap();
                assert_eq!(number.is_unsigned(), $unsigned);
                assert_eq!(from_object::<$type>(&number.into()).unwrap(), value);
            }
        )*};
    }
    signed!(i8: false i16: false i32: false i64: false u8: true u16: true u32: true u64: true);
    // What is read goes by the value.
    assert_eq!(from_object::<u8>(&Number::Signed(200).into()), Ok(200));
    assert_eq!(from_object::<i8>(&Number::Unsigned(100).into()), Ok(100));
    assert!(from_object::<u8>(&Number::Signed(-1).into()).is_err());
    assert!(from_object::<u8>(&Number::Unsigned(256).into()).is_err());
    assert!(from_object::<i64>(&Number::Unsigned(1 << 63).into()).is_err());
}

#[test]
fn none_is_left_out_of_what_has_keys() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Optional {
        a: Option<u8>,
        b: Option<String>,
        #[serde(flatten)]
        c: Option<Inner>,
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Inner {
        d: Option<bool>,
        e: u8,
    }
    let none = Optional { a: None, b: None, c: None };
    assert_eq!(to_dictionary(&none).unwrap(), Dictionary::new());
    assert_eq!(from_dictionary::<Optional>(&Dictionary::new()), Ok(none));
    let some = Optional { a: Some(1), b: None, c: Some(Inner { d: None, e: 2 }) };
    writes(&some, r#"{"a": 0x1, "e": 0x2}"#);
    assert_eq!(from_object::<Optional>(&to_object(&some).unwrap()), Ok(some));
    writes(BTreeMap::from([("a", None), ("b", Some(1_u8))]), r#"{"b": 0x1}"#);
}

#[track_caller]
fn not_carried(value: impl Serialize, uncarried: Uncarried, path: &str) {
    let error = to_object(&value).unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Uncarried(uncarried));
    assert_eq!(error.path(), path);
}

#[test]
fn what_a_property_list_cannot_carry_is_named_with_its_place() {
    #[derive(Serialize)]
    struct Unit;
    #[derive(Serialize)]
    struct Outer<T> {
        inner: Vec<T>,
    }
    #[derive(Serialize)]
    enum Enum<T> {
        Newtype(T),
        Tuple(u8, T),
        Struct { field: T },
    }
    not_carried(1.5_f64, Uncarried::Float, "");
    not_carried(Outer { inner: vec![1.5_f32] }, Uncarried::Float, "inner[0]");
    not_carried([(true, 1_u128)], Uncarried::Wide, "[0][1]");
    not_carried(BTreeMap::from([("k", 1_i128)]), Uncarried::Wide, "k");
    not_carried((), Uncarried::Unit, "");
    not_carried(Enum::Newtype(Unit), Uncarried::Unit, "Newtype");
    not_carried(Enum::Tuple(1, ()), Uncarried::Unit, "Tuple[1]");
    not_carried(Enum::Struct { field: () }, Uncarried::Unit, "Struct.field");
    not_carried(None::<u8>, Uncarried::None, "");
    not_carried(vec![Some(1), None], Uncarried::None, "[1]");
    not_carried(Enum::Newtype(None::<u8>), Uncarried::None, "Newtype");
    macro_rules! no_keys {
        ($($key:expr),*) => {$(not_carried([BTreeMap::from([($key, 1)])], Uncarried::Key, "[0]");)*};
    }
    no_keys!(1_u8, -1_i64, true, (), None::<String>, ("a", "b"), ["a"], [BTreeMap::from([(1, 2)])]);
    let error = to_object(&[0.5]).unwrap_err();
    assert_eq!(error.to_string(), "[0]: floating-point number; a property list has integers alone",);
}

#[test]
fn strings_and_keys_that_netbsd_has_not_are_refused() {
    let kind = |value: &dyn Fn() -> Result<Object, Error>| value().unwrap_err().kind().clone();
    let nul = || ErrorKind::String(StringError::Nul);
    assert_eq!(kind(&|| to_object("a\0")), nul());
    assert_eq!(kind(&|| to_object(&'\0')), nul());
    let key = |key: &str| to_object(&BTreeMap::from([(key, 1)]));
    assert_eq!(kind(&|| key("a\0")), ErrorKind::Key(SetError::KeyNul));
    let too_long = ErrorKind::Key(SetError::KeyTooLong { length: 129 });
    assert_eq!(kind(&|| key(&"k".repeat(129))), too_long);
    assert!(key(&"k".repeat(128)).is_ok());
}

#[test]
fn keys_and_strings_may_be_any_bytes() {
    let mut dictionary = Dictionary::new();
    dictionary.set(b"\xfe", PropString::new(b"\xff").unwrap()).unwrap();
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Holder {
        string: PropString,
        array: Array,
        dictionary: Dictionary,
        number: Number,
    }
    let mut array = Array::new();
    array.push(PropString::new(b"\xff").unwrap()).unwrap();
    let string = PropString::new(b"/bin/\xff").unwrap();
    let holder = Holder { string, array, dictionary, number: Number::Unsigned(3) };
    let made = to_dictionary(&holder).unwrap();
    assert_eq!(made.get_string(b"string"), Some(&b"/bin/\xff"[..]));
    assert_eq!(from_dictionary::<Holder>(&made).unwrap(), holder);
    // Other formats see such a string as the module says.
    let json = serde_json::to_string(&holder.string).unwrap();
    assert_eq!(json, r#"{"$proplib::string":[47,98,105,110,47,255]}"#);
    assert_eq!(serde_json::from_str::<PropString>(&json).unwrap(), holder.string);
    assert!(serde_json::to_string(&holder.dictionary).is_err());
}

#[test]
fn values_can_borrow_from_an_object() {
    #[derive(Deserialize)]
    struct Load<'a> {
        file: &'a str,
        fp: &'a [u8],
    }
    let mut dictionary = Dictionary::new();
    dictionary.set_string(b"file", b"/bin/sh").unwrap();
    dictionary.set_data(b"fp", b"\x01\xff").unwrap();
    let load: Load<'_> = from_dictionary(&dictionary).unwrap();
    assert_eq!((load.file, load.fp), ("/bin/sh", &b"\x01\xff"[..]));
    assert!(std::ptr::eq(load.fp, dictionary.get_data(b"fp").unwrap()));
}

#[track_caller]
fn does_not_read<T: DeserializeOwned + Debug>(object: &str, message: &str) {
    let text = format!("<plist>{object}</plist>");
    let object = Object::internalize(text.as_bytes()).unwrap();
    let error = from_object::<T>(&object).unwrap_err();
    assert_eq!(error.to_string(), message);
}

#[test]
fn errors_say_where_something_else_was_expected() {
    type Inner = BTreeMap<String, Vec<u8>>;
    does_not_read::<bool>("<string>x</string>", "invalid type: string \"x\", expected a boolean");
    does_not_read::<Inner>(
        "<dict><key>a</key><array><integer>1</integer><integer>256</integer></array></dict>",
        "a[1]: invalid value: integer `256`, expected u8",
    );
    does_not_read::<Wrapped>("<true/>", "invalid type: boolean `true`, expected u16");
    does_not_read::<Pair>("<dict/>", "invalid type: map, expected tuple struct Pair");
    does_not_read::<(u8,)>(
        "<array><integer>1</integer><integer>2</integer></array>",
        "invalid length 2, expected fewer elements",
    );
    does_not_read::<Choice>(
        "<dict><key>Tuple</key><array><integer>1</integer><true/></array></dict>",
        "Tuple[1]: invalid type: boolean `true`, expected a string",
    );
    does_not_read::<Choice>(
        "<dict><key>Struct</key><dict><key>a</key><true/></dict></dict>",
        "Struct.a: invalid type: boolean `true`, expected u8",
    );
    does_not_read::<Choice>(
        "<dict><key>Newtype</key><string>x</string></dict>",
        "Newtype: invalid type: string \"x\", expected i32",
    );
    does_not_read::<Choice>(
        "<dict><key>Unit</key><true/></dict>",
        "Unit: invalid type: boolean `true`, expected a string alone",
    );
    does_not_read::<Choice>(
        "<string>Newtype</string>",
        "invalid type: unit variant, expected a dictionary of this key",
    );
    does_not_read::<Choice>(
        "<dict><key>Tuple</key><dict/></dict>",
        "Tuple: invalid type: map, expected an array",
    );
    does_not_read::<Choice>(
        "<dict><key>Struct</key><array/></dict>",
        "Struct: invalid type: sequence, expected a dictionary",
    );
    does_not_read::<Choice>(
        "<dict/>",
        "invalid type: map, expected string or dictionary of one key, the variant's name",
    );
    does_not_read::<Simple>(
        "<string>Three</string>",
        "unknown variant `Three`, expected `One` or `Two`",
    );
    does_not_read::<Number>("<true/>", "invalid type: boolean `true`, expected number");
    does_not_read::<Data>("<string>x</string>", "invalid type: string \"x\", expected bytes");
    does_not_read::<()>("<array/>", "invalid type: sequence, expected unit");
    let kind = *to_dictionary(&[1]).unwrap_err().kind()
        == ErrorKind::Kind { expected: Kind::Dictionary, found: Kind::Array };
    assert!(kind);
}

#[test]
fn depth_is_limited_both_ways() {
    let too_deep = ErrorKind::TooDeep { limit: 256 };
    assert_eq!(to_object(&nest(256)), Ok(nest(256)));
    assert_eq!(from_object::<Object>(&nest(256)), Ok(nest(256)));
    assert!(to_object(&nest(257)).is_err());
    assert_eq!(*from_object::<Object>(&nest(257)).unwrap_err().kind(), too_deep);
    assert_eq!(serde_json::to_string(&nest(256)).unwrap().len(), 512);
    assert!(serde_json::to_string(&nest(257)).is_err());

    #[derive(Debug, Serialize, Deserialize)]
    struct Nest {
        inner: Option<Box<Nest>>,
    }
    #[derive(Debug, Serialize, Deserialize)]
    enum Variants {
        End,
        Newtype(Box<Variants>),
    }
    let nested = |depth| {
        (1..depth).fold(Nest { inner: None }, |inner, _| Nest { inner: Some(Box::new(inner)) })
    };
    let variants =
        |depth| (0..depth).fold(Variants::End, |inner, _| Variants::Newtype(Box::new(inner)));
    assert!(from_object::<Nest>(&to_object(&nested(256)).unwrap()).is_ok());
    assert!(from_object::<Variants>(&to_object(&variants(256)).unwrap()).is_ok());
    assert_eq!(*to_object(&nested(257)).unwrap_err().kind(), too_deep);
    assert_eq!(*to_object(&variants(257)).unwrap_err().kind(), too_deep);
    let deep = Limits { max_depth: 1000, ..Limits::default() };
    let object = nested(257).serialize(Serializer::within(&deep)).unwrap().unwrap();
    assert_eq!(*from_object::<Nest>(&object).unwrap_err().kind(), too_deep);
    assert!(Nest::deserialize(Deserializer::within(&object, &deep)).is_ok());
    let object = variants(257).serialize(Serializer::within(&deep)).unwrap().unwrap();
    assert_eq!(*from_object::<Variants>(&object).unwrap_err().kind(), too_deep);
}

#[test]
fn a_type_that_wraps_itself_is_left_in_the_end() {
    #[derive(Debug, Deserialize)]
    struct Endless(#[allow(dead_code, reason = "nothing is ever put there")] Option<Box<Endless>>);
    let error = from_object::<Endless>(&true.into()).unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::TooDeep { limit: 256 });
}
