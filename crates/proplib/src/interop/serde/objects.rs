//! Objects as values of serde.

use alloc::vec::Vec;
use core::fmt;

use ::serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use ::serde::ser::{Error as _, SerializeMap as _, SerializeSeq as _, SerializeStruct as _};
use ::serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::RAW_STRING;
use super::error::ErrorKind;
use super::serializer::key_of;
use crate::memory::fallible;
use crate::objects::bytes::Bytes;
use crate::objects::entries::Entries;
use crate::{Array, Data, Dictionary, Limits, Number, Object, PropString};

/// How many containers may be open inside each other.
const MAX_DEPTH: usize = Limits::DEFAULT.max_depth;

/// An object, and how many containers deep it is.
struct Nested<'a> {
    object: &'a Object,
    depth: usize,
}

impl Serialize for Nested<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.object {
            Object::Bool(value) => serializer.serialize_bool(*value),
            Object::Number(number) => number.serialize(serializer),
            Object::String(string) => string.serialize(serializer),
            Object::Data(data) => data.serialize(serializer),
            Object::Array(array) => serialize_array(array, self.depth, serializer),
            Object::Dictionary(dictionary) => {
                serialize_dictionary(dictionary, self.depth, serializer)
            }
        }
    }
}

fn serialize_array<S: Serializer>(
    array: &Array,
    depth: usize,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let depth = deeper(depth).map_err(S::Error::custom)?;
    let mut elements = serializer.serialize_seq(Some(array.len()))?;
    for object in array {
        elements.serialize_element(&Nested { object, depth })?;
    }
    elements.end()
}

fn serialize_dictionary<S: Serializer>(
    dictionary: &Dictionary,
    depth: usize,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let depth = deeper(depth).map_err(S::Error::custom)?;
    let mut entries = serializer.serialize_map(Some(dictionary.len()))?;
    for (key, object) in dictionary {
        let object = Nested { object, depth };
        match core::str::from_utf8(key) {
            Ok(key) => entries.serialize_entry(key, &object)?,
            Err(_) => entries.serialize_entry(&Raw(key), &object)?,
        }
    }
    entries.end()
}

fn deeper(depth: usize) -> Result<usize, ErrorKind> {
    if depth < MAX_DEPTH {
        Ok(depth.saturating_add(1))
    } else {
        Err(ErrorKind::TooDeep { limit: MAX_DEPTH })
    }
}

/// Bytes, not a sequence of numbers.
struct Raw<'a>(&'a [u8]);

impl Serialize for Raw<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

/// Containers more than 256 deep are an error.
impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Nested { object: self, depth: 0 }.serialize(serializer)
    }
}

/// Containers more than 256 deep are an error.
impl Serialize for Array {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_array(self, 0, serializer)
    }
}

/// Containers more than 256 deep are an error.
impl Serialize for Dictionary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_dictionary(self, 0, serializer)
    }
}

/// As an `i64` or a `u64`, as it was made.
impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::Signed(value) => serializer.serialize_i64(value),
            Self::Unsigned(value) => serializer.serialize_u64(value),
        }
    }
}

/// As a string if it is UTF-8, otherwise as the [module](crate::serde) says.
impl Serialize for PropString {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(text) = self.as_str() {
            return serializer.serialize_str(text);
        }
        let mut raw = serializer.serialize_struct(RAW_STRING, 1)?;
        raw.serialize_field(RAW_STRING, &Raw(self.as_bytes()))?;
        raw.end()
    }
}

/// As bytes.
impl Serialize for Data {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.as_bytes())
    }
}

/// Makes an object that is `depth` containers deep.
#[derive(Clone, Copy)]
struct ObjectSeed {
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for ObjectSeed {
    type Value = Object;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Object, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ObjectSeed {
    type Value = Object;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("bool, integer, string, bytes, sequence or map")
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Object, E> {
        Ok(value.into())
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Object, E> {
        Ok(value.into())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Object, E> {
        Ok(value.into())
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Object, E> {
        PropString::new(value.as_bytes()).map(Object::from).map_err(E::custom)
    }

    fn visit_bytes<E: de::Error>(self, value: &[u8]) -> Result<Object, E> {
        Data::new(value).map(Object::from).map_err(E::custom)
    }

    fn visit_byte_buf<E: de::Error>(self, value: Vec<u8>) -> Result<Object, E> {
        Data::from_vec(value).map(Object::from).map_err(E::custom)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Object, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Object, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Object, A::Error> {
        let inner = Self { depth: deeper(self.depth).map_err(de::Error::custom)? };
        let mut array = Array::new();
        while let Some(element) = elements.next_element_seed(inner)? {
            array.push(element).map_err(de::Error::custom)?;
        }
        Ok(array.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
        let inner = Self { depth: deeper(self.depth).map_err(de::Error::custom)? };
        let mut entries = Entries::new();
        let mut next = map.next_key_seed(KeySeed)?;
        if next.as_ref().is_some_and(|key| key.as_slice() == RAW_STRING.as_bytes()) {
            let bytes: Data = map.next_value()?;
            return PropString::new(bytes.as_bytes()).map(Object::from).map_err(de::Error::custom);
        }
        while let Some(key) = next {
            entries.push(key, map.next_value_seed(inner)?).map_err(de::Error::custom)?;
            next = map.next_key_seed(KeySeed)?;
        }
        entries.into_dictionary().map(Object::from).map_err(de::Error::custom)
    }
}

/// Makes a key, of a string or of bytes.
struct KeySeed;

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Bytes;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Bytes, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for KeySeed {
    type Value = Bytes;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("string or bytes for a key")
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Bytes, E> {
        self.visit_bytes(value.as_bytes())
    }

    fn visit_bytes<E: de::Error>(self, value: &[u8]) -> Result<Bytes, E> {
        key_of(value).map_err(E::custom)
    }
}

/// Of bools, integers, strings, bytes, sequences and maps by string, not more than 256 deep.
impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        ObjectSeed { depth: 0 }.deserialize(deserializer)
    }
}

macro_rules! parts {
    ($($variant:ident: $type:ident, $expected:literal;)*) => {$(
        #[doc = concat!("Of what [`Object`] takes for a ", $expected, ".")]
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                match Object::deserialize(deserializer)? {
                    Object::$variant(part) => Ok(part),
                    other => {
                        let unexpected = super::Deserializer::new(&other).unexpected();
                        Err(de::Error::invalid_type(unexpected, &$expected))
                    }
                }
            }
        }
    )*};
}

parts! {
    Number: Number, "number";
    String: PropString, "string";
    Array: Array, "array";
    Dictionary: Dictionary, "dictionary";
}

/// Of bytes, or of a sequence of numbers that fit a byte.
impl<'de> Deserialize<'de> for Data {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_byte_buf(DataVisitor)
    }
}

struct DataVisitor;

impl<'de> Visitor<'de> for DataVisitor {
    type Value = Data;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("bytes")
    }

    fn visit_bytes<E: de::Error>(self, value: &[u8]) -> Result<Data, E> {
        Data::new(value).map_err(E::custom)
    }

    fn visit_byte_buf<E: de::Error>(self, value: Vec<u8>) -> Result<Data, E> {
        Data::from_vec(value).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Data, A::Error> {
        let mut bytes = Vec::new();
        while let Some(byte) = elements.next_element()? {
            fallible::push(&mut bytes, byte).map_err(de::Error::custom)?;
        }
        Data::from_vec(bytes).map_err(de::Error::custom)
    }
}
