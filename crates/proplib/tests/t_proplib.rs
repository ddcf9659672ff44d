//! The cases of NetBSD's tests/lib/libprop/t_proplib.c, by their names there.
//!
//! What they assert of pointers has no meaning for values: where it is "the same object", equality
//! is asserted here, and that storage is shared where that can be seen; where it is "nocopy", that
//! the bytes which were handed over stay where they are. Short strings and data are kept in place
//! or copied; so those that are looked at for that are long.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::cmp::Ordering::{Equal, Greater, Less};

use proplib::{Array, Data, Dictionary, Number, Object, PropString, StringError};

/// More bytes than any object keeps in place.
const LONG: usize = 200;

#[test]
fn prop_basic() {
    let text = include_bytes!("golden/prop_basic.plist");
    let mut inner = Dictionary::new();
    inner.set_signed(b"one", 1).unwrap();
    inner.set_string(b"two", b"number-two").unwrap();
    let mut three = Array::new();
    for _ in 0..3 {
        three.push(inner.clone()).unwrap();
    }
    let mut dictionary = inner;
    dictionary.set(b"three", three).unwrap();
    dictionary.set_bool(b"true-val", true).unwrap();
    dictionary.set_bool(b"false-val", false).unwrap();
    assert_eq!(dictionary.externalize().unwrap(), text);
    let again = Dictionary::internalize(text).unwrap();
    assert_eq!(again.externalize().unwrap(), text);
    assert_eq!(again, dictionary);
}

/// NetBSD PR lib/43964.
#[test]
fn prop_dictionary_equals() {
    let dictionary = Dictionary::internalize(include_bytes!("golden/prop_basic.plist")).unwrap();
    let copy = dictionary.clone();
    assert_eq!(copy, dictionary);
    // A copy that shares nothing.
    let mut copy = Dictionary::new();
    for (key, value) in &dictionary {
        copy.set(key, value.clone()).unwrap();
    }
    assert_eq!(copy, dictionary);
    copy.remove(b"one").unwrap();
    assert_ne!(copy, dictionary);
}

#[test]
fn prop_data_basic() {
    let (one, two) = ([0xde, 0xad, 0xbe, 0xef], [0xaa, 0x55].repeat(4));

    assert!(Data::new(&[]).unwrap().as_bytes().is_empty());
    assert!(Data::from_vec(Vec::new()).unwrap().as_bytes().is_empty());
    assert_eq!(Data::from_vec(Vec::with_capacity(4)).unwrap(), Data::default());

    let source = one.repeat(LONG);
    let place = source.as_ptr();
    let data = Data::from_vec(source).unwrap();
    assert_eq!(data.as_bytes().as_ptr(), place);
    assert_eq!(data.clone().as_bytes().as_ptr(), place);
    let copy = Data::new(data.as_bytes()).unwrap();
    assert_ne!(copy.as_bytes().as_ptr(), place);
    assert_eq!(copy, data);

    let data = Data::new(&one).unwrap();
    assert_eq!(data.as_bytes().len(), 4);
    assert_eq!(<[u8; 4]>::try_from(data.as_bytes()).unwrap(), one);
    assert_eq!(data, Data::from_vec(one.to_vec()).unwrap());
    assert_eq!(data.as_bytes(), one);

    let other = Data::new(&two).unwrap();
    assert_eq!(other.as_bytes().len(), 8);
    assert!(<[u8; 4]>::try_from(other.as_bytes()).is_err());
    assert_ne!(other, data);
    assert_ne!(other.as_bytes(), one);
}

#[test]
fn prop_number_basic() {
    let signed = Number::Signed(i64::MAX);
    assert!(!signed.is_unsigned());
    assert_eq!(signed.to_i64(), Some(i64::MAX));
    assert_eq!(signed.to_u64(), Some(i64::MAX.unsigned_abs()));
    assert_eq!(signed, i64::MAX);
    assert_eq!(signed, Number::Signed(i64::MAX));

    let unsigned = Number::Unsigned(u64::MAX);
    assert!(unsigned.is_unsigned());
    assert_eq!(unsigned.to_u64(), Some(u64::MAX));
    assert_eq!(unsigned.to_i64(), None);
    assert_eq!(unsigned, u64::MAX);
    assert_ne!(unsigned, Number::Unsigned(0));
    assert_ne!(unsigned, 0_u64);
    let copy = unsigned;
    assert_eq!((copy, copy.is_unsigned()), (unsigned, true));

    let same = Number::Unsigned(i64::MAX.unsigned_abs());
    assert_ne!(same.is_unsigned(), signed.is_unsigned());
    assert_eq!(same, signed);
    assert_eq!(same, i64::MAX);
    assert_eq!(same, i64::MAX.unsigned_abs());
}

/// The types of C are schar to longlong and intptr, and their unsigned relatives; each of them is
/// one of these.
#[test]
fn prop_number_range_check() {
    macro_rules! own {
        ($($signed:ident $unsigned:ident $to_signed:ident $to_unsigned:ident;)*) => {$(
            let (min, max) = (Number::from($signed::MIN), Number::from($signed::MAX));
            let unsigned_max = Number::from($unsigned::MAX);
            assert_eq!(min.$to_signed(), Some($signed::MIN));
            assert_eq!(max.$to_signed(), Some($signed::MAX));
            assert_eq!(Number::from($unsigned::MIN).$to_unsigned(), Some($unsigned::MIN));
            assert_eq!(unsigned_max.$to_unsigned(), Some($unsigned::MAX));
            assert_eq!(unsigned_max.$to_signed(), None);
            assert_eq!(min.$to_unsigned(), None);
            assert_eq!(Number::Signed(-1).$to_unsigned(), None);
            assert_eq!(max.$to_unsigned(), Some($signed::MAX.unsigned_abs()));
        )*};
    }
    own! {
        i8 u8 to_i8 to_u8;
        i16 u16 to_i16 to_u16;
        i32 u32 to_i32 to_u32;
        i64 u64 to_i64 to_u64;
    }
    macro_rules! wider {
        ($($wide:ident $wide_unsigned:ident $to_wide:ident than $unsigned:ident $to_narrow:ident $to_narrow_unsigned:ident;)*) => {$(
            assert_eq!(Number::from($unsigned::MAX).$to_wide(), Some($wide::from($unsigned::MAX)));
            for number in [$wide::MIN, $wide::MAX].map(Number::from) {
                assert_eq!(number.$to_narrow(), None);
                assert_eq!(number.$to_narrow_unsigned(), None);
            }
            assert_eq!(Number::from($wide_unsigned::MAX).$to_narrow(), None);
            assert_eq!(Number::from($wide_unsigned::MAX).$to_narrow_unsigned(), None);
        )*};
    }
    wider! {
        i16 u16 to_i16 than u8 to_i8 to_u8;
        i32 u32 to_i32 than u8 to_i8 to_u8;
        i64 u64 to_i64 than u8 to_i8 to_u8;
        i32 u32 to_i32 than u16 to_i16 to_u16;
        i64 u64 to_i64 than u16 to_i16 to_u16;
        i64 u64 to_i64 than u32 to_i32 to_u32;
    }
}

#[test]
fn prop_string_basic() {
    let one = PropString::new(b"test string 1").unwrap();
    assert_eq!(one, PropString::new(b"test string 1").unwrap());
    assert_eq!(one.clone(), one);
    let long = PropString::new(&[b'a'; LONG]).unwrap();
    assert_eq!(long.clone().as_bytes().as_ptr(), long.as_bytes().as_ptr());

    let formatted = PropString::new(format!("{}-{}", 12345, 67890).as_bytes()).unwrap();
    assert_eq!(formatted.as_bytes(), b"12345-67890");
    assert_eq!(formatted.as_bytes().len(), 11);
    assert_eq!(formatted.as_str(), Some("12345-67890"));
    assert!(<[u8; 11]>::try_from(formatted.as_bytes()).is_ok());
    assert!(<[u8; 10]>::try_from(formatted.as_bytes()).is_err());
    assert_eq!(PropString::new(b"a\0"), Err(StringError::Nul));

    let (a, b) = (PropString::new(b"a").unwrap(), PropString::new(b"b").unwrap());
    assert_eq!([a.cmp(&b), b.cmp(&a), a.cmp(&a)], [Less, Greater, Equal]);
    assert_eq!(a.as_bytes().cmp(b"b"), Less);
    assert_eq!(a.as_bytes(), b"a");
    assert_ne!(a, b);
    assert_ne!(Object::from(a), Object::from(Number::Signed(0)));
}

#[test]
fn prop_dict_util() {
    let mut dictionary = Dictionary::new();

    macro_rules! numbers {
        ($($value:expr, $getter:ident;)*) => {$(
            let value = $value;
            dictionary.set(stringify!($getter).as_bytes(), value).unwrap();
            assert_eq!(dictionary.$getter(stringify!($getter).as_bytes()), Some(value));
        )*};
    }
    numbers! {
        i8::MIN, get_i8;
        i16::MIN, get_i16;
        i32::MIN, get_i32;
        i64::MIN, get_i64;
        u8::MAX, get_u8;
        u16::MAX, get_u16;
        u32::MAX, get_u32;
        u64::MAX, get_u64;
    }
    let is_unsigned = |key: &[u8]| dictionary.get(key)?.as_number().map(Number::is_unsigned);
    assert_eq!(is_unsigned(b"get_i8"), Some(false));
    assert_eq!(is_unsigned(b"get_u8"), Some(true));

    for value in [true, false] {
        dictionary.set_bool(b"bool", value).unwrap();
        assert_eq!(dictionary.get_bool(b"bool"), Some(value));
    }

    let text = [b'a'; LONG];
    dictionary.set_string(b"string", text).unwrap();
    assert_eq!(dictionary.get_string(b"string"), Some(&text[..]));
    let string = PropString::new(&text).unwrap();
    dictionary.set(b"string_nocopy", string.clone()).unwrap();
    let kept = dictionary.get_string(b"string_nocopy").unwrap();
    assert_eq!((kept, kept.as_ptr()), (&text[..], string.as_bytes().as_ptr()));

    let bytes = vec![0; LONG];
    dictionary.set_data(b"data", &bytes).unwrap();
    let copied = dictionary.get_data(b"data").unwrap();
    assert_eq!(copied, bytes);
    assert_ne!(copied.as_ptr(), bytes.as_ptr());
    let place = bytes.as_ptr();
    dictionary.set(b"data_nocopy", Data::from_vec(bytes).unwrap()).unwrap();
    let kept = dictionary.get_data(b"data_nocopy").unwrap();
    assert_eq!((kept.len(), kept.as_ptr()), (LONG, place));
}
