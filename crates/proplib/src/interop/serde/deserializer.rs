//! From objects to values.

use core::slice;

use ::serde::de::value::{BorrowedBytesDeserializer, BorrowedStrDeserializer};
use ::serde::de::{
    self, DeserializeSeed, EnumAccess, Error as _, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor,
};

use super::RAW_STRING;
use super::error::{Error, ErrorKind};
use crate::objects::dictionary::Iter;
use crate::{Array, Data, Dictionary, Limits, Number, Object, PropString};

/// Makes a value of an object.
#[derive(Clone, Copy, Debug)]
pub struct Deserializer<'de> {
    node: Node<'de>,
    max_depth: usize,
    depth: usize,
    /// How many types were entered for this object that are but a wrap of another.
    wraps: usize,
}

#[derive(Clone, Copy, Debug)]
enum Node<'de> {
    Bool(bool),
    Number(Number),
    String(&'de PropString),
    Data(&'de Data),
    Array(&'de Array),
    Dictionary(&'de Dictionary),
}

/// An object as a [`Deserializer`] takes it: `&Object`, `&Array` or `&Dictionary`.
#[derive(Clone, Copy, Debug)]
pub struct Source<'de>(Node<'de>);

impl<'de> From<&'de Object> for Source<'de> {
    fn from(object: &'de Object) -> Self {
        Self(match object {
            Object::Bool(value) => Node::Bool(*value),
            Object::Number(value) => Node::Number(*value),
            Object::String(string) => Node::String(string),
            Object::Data(data) => Node::Data(data),
            Object::Array(array) => Node::Array(array),
            Object::Dictionary(dictionary) => Node::Dictionary(dictionary),
        })
    }
}

impl<'de> From<&'de Array> for Source<'de> {
    fn from(array: &'de Array) -> Self {
        Self(Node::Array(array))
    }
}

impl<'de> From<&'de Dictionary> for Source<'de> {
    fn from(dictionary: &'de Dictionary) -> Self {
        Self(Node::Dictionary(dictionary))
    }
}

impl<'de> Deserializer<'de> {
    /// For an object whose containers are at most as deep as [`Limits::DEFAULT`] says.
    #[must_use]
    pub fn new(source: impl Into<Source<'de>>) -> Self {
        Self::within(source, &Limits::DEFAULT)
    }

    /// For an object whose containers are at most as deep as the limits say.
    #[must_use]
    pub fn within(source: impl Into<Source<'de>>, limits: &Limits) -> Self {
        Self { node: source.into().0, max_depth: limits.max_depth, depth: 0, wraps: 0 }
    }

    /// For what is in this container.
    fn inner(self, object: &'de Object) -> Self {
        Self { node: Source::from(object).0, wraps: 0, ..self }
    }

    /// # Errors
    /// If the container is inside too many others.
    fn open(mut self) -> Result<Self, Error> {
        if self.depth >= self.max_depth {
            return Err(ErrorKind::TooDeep { limit: self.max_depth }.into());
        }
        self.depth = self.depth.saturating_add(1);
        Ok(self)
    }

    /// # Errors
    /// If too many types wrap each other; one that wraps itself would do so without end.
    fn wrapped(mut self) -> Result<Self, Error> {
        if self.wraps >= self.max_depth {
            return Err(ErrorKind::TooDeep { limit: self.max_depth }.into());
        }
        self.wraps = self.wraps.saturating_add(1);
        Ok(self)
    }

    fn array<V: Visitor<'de>>(self, array: &'de Array, visitor: V) -> Result<V::Value, Error> {
        let mut elements = Elements { outer: self.open()?, left: array.iter(), index: 0 };
        let value = visitor.visit_seq(&mut elements)?;
        if elements.left.len() == 0 {
            return Ok(value);
        }
        Err(Error::invalid_length(array.len(), &"fewer elements"))
    }

    fn dictionary<V: Visitor<'de>>(
        self,
        dictionary: &'de Dictionary,
        visitor: V,
    ) -> Result<V::Value, Error> {
        let left = dictionary.iter();
        let mut fields = Fields { outer: self.open()?, left, value: None };
        let value = visitor.visit_map(&mut fields)?;
        if fields.left.len() == 0 {
            return Ok(value);
        }
        Err(Error::invalid_length(dictionary.len(), &"fewer keys"))
    }

    /// What serde's messages call it.
    pub(super) fn unexpected(&self) -> Unexpected<'de> {
        match self.node {
            Node::Bool(value) => Unexpected::Bool(value),
            Node::Number(Number::Signed(value)) => Unexpected::Signed(value),
            Node::Number(Number::Unsigned(value)) => Unexpected::Unsigned(value),
            Node::String(string) => {
                string.as_str().map_or(Unexpected::Other("string"), Unexpected::Str)
            }
            Node::Data(data) => Unexpected::Bytes(data.as_bytes()),
            Node::Array(_) => Unexpected::Seq,
            Node::Dictionary(_) => Unexpected::Map,
        }
    }
}

impl<'de> de::Deserializer<'de> for Deserializer<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.node {
            Node::Bool(value) => visitor.visit_bool(value),
            Node::Number(Number::Signed(value)) => visitor.visit_i64(value),
            Node::Number(Number::Unsigned(value)) => visitor.visit_u64(value),
            Node::String(string) => match string.as_str() {
                Some(text) => visitor.visit_borrowed_str(text),
                None => visitor.visit_map(RawString(Some(string.as_bytes()))),
            },
            Node::Data(data) => visitor.visit_borrowed_bytes(data.as_bytes()),
            Node::Array(array) => self.array(array, visitor),
            Node::Dictionary(dictionary) => self.dictionary(dictionary, visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self.wrapped()?)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self.wrapped()?)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.node {
            Node::String(name) => {
                visitor.visit_enum(Variant { name: name.as_bytes(), value: None })
            }
            Node::Dictionary(dictionary) if dictionary.len() == 1 => {
                let outer = self.open()?;
                let mut entries = dictionary.iter();
                let (name, object) = entries.next().ok_or_else(|| {
                    Error::invalid_type(Unexpected::Map, &"dictionary of one key")
                })?;
                let variant = Variant { name, value: Some(outer.inner(object)) };
                visitor.visit_enum(variant).map_err(|error| error.at_key(name))
            }
            _ => Err(Error::invalid_type(
                self.unexpected(),
                &"string or dictionary of one key, the variant's name",
            )),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    ::serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier
    }
}

impl<'de> IntoDeserializer<'de, Error> for Deserializer<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// What is still to come of an array.
struct Elements<'de> {
    outer: Deserializer<'de>,
    left: slice::Iter<'de, Object>,
    index: usize,
}

impl<'de> SeqAccess<'de> for &mut Elements<'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        let Some(object) = self.left.next() else { return Ok(None) };
        let index = self.index;
        self.index = index.saturating_add(1);
        let value = seed.deserialize(self.outer.inner(object));
        value.map(Some).map_err(|error| error.at_index(index))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.len())
    }
}

/// What is still to come of a dictionary.
struct Fields<'de> {
    outer: Deserializer<'de>,
    left: Iter<'de>,
    /// The key that was taken last, and its object.
    value: Option<(&'de [u8], &'de Object)>,
}

impl<'de> MapAccess<'de> for &mut Fields<'de> {
    type Error = Error;

    fn next_key_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        self.value = self.left.next();
        let Some((key, _)) = self.value else { return Ok(None) };
        seed.deserialize(Key(key)).map(Some).map_err(|error| error.at_key(key))
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        let (key, object) =
            self.value.take().ok_or_else(|| Error::custom("value asked for before its key"))?;
        seed.deserialize(self.outer.inner(object)).map_err(|error| error.at_key(key))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.len())
    }
}

/// The key of a dictionary: a string for those who take one, bytes if it is not UTF-8.
struct Key<'de>(&'de [u8]);

impl<'de> de::Deserializer<'de> for Key<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match core::str::from_utf8(self.0) {
            Ok(text) => visitor.visit_borrowed_str(text),
            Err(_) => visitor.visit_borrowed_bytes(self.0),
        }
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_borrowed_bytes(self.0)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_borrowed_bytes(self.0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(Variant { name: self.0, value: None })
    }

    ::serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string unit unit_struct seq
        tuple tuple_struct map struct identifier ignored_any
    }
}

/// The name of a variant, and what it carries.
struct Variant<'de> {
    name: &'de [u8],
    value: Option<Deserializer<'de>>,
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Error> {
        Ok((seed.deserialize(Key(self.name))?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        match self.value {
            None => Ok(()),
            Some(value) => Err(Error::invalid_type(value.unexpected(), &"a string alone")),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(self.carried("a dictionary of this key")?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        let value = self.carried("a dictionary of this key")?;
        match value.node {
            Node::Array(array) => value.array(array, visitor),
            _ => Err(Error::invalid_type(value.unexpected(), &"an array")),
        }
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let value = self.carried("a dictionary of this key")?;
        match value.node {
            Node::Dictionary(dictionary) => value.dictionary(dictionary, visitor),
            _ => Err(Error::invalid_type(value.unexpected(), &"a dictionary")),
        }
    }
}

impl<'de> Variant<'de> {
    fn carried(self, expected: &'static str) -> Result<Deserializer<'de>, Error> {
        self.value.ok_or_else(|| Error::invalid_type(Unexpected::UnitVariant, &expected))
    }
}

/// A string that is not UTF-8, as a map that [`RAW_STRING`] describes.
struct RawString<'de>(Option<&'de [u8]>);

impl<'de> MapAccess<'de> for RawString<'de> {
    type Error = Error;

    fn next_key_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        if self.0.is_none() {
            return Ok(None);
        }
        seed.deserialize(BorrowedStrDeserializer::new(RAW_STRING)).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(BorrowedBytesDeserializer::new(self.0.take().unwrap_or(&[])))
    }
}
