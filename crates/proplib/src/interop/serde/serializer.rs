//! From values to objects.

use ::serde::Serialize;
use ::serde::ser::{self, Impossible};

use super::RAW_STRING;
use super::error::{Error, ErrorKind, Uncarried};
use crate::objects::bytes::Bytes;
use crate::objects::entries::Entries;
use crate::{Array, Data, Dictionary, Limits, Number, Object, PropString};

/// Makes an object of a value, or nothing of `None`.
#[derive(Clone, Copy, Debug)]
pub struct Serializer {
    max_depth: usize,
    depth: usize,
}

impl Serializer {
    /// For a value whose containers are at most as deep as [`Limits::DEFAULT`] says.
    #[must_use]
    pub const fn new() -> Self {
        Self::within(&Limits::DEFAULT)
    }

    /// For a value whose containers are at most as deep as the limits say.
    #[must_use]
    pub const fn within(limits: &Limits) -> Self {
        Self { max_depth: limits.max_depth, depth: 0 }
    }

    /// For what is in a container.
    fn inner(self) -> Result<Self, Error> {
        if self.depth >= self.max_depth {
            return Err(ErrorKind::TooDeep { limit: self.max_depth }.into());
        }
        Ok(Self { depth: self.depth.saturating_add(1), ..self })
    }

    fn elements(self, variant: Option<&'static str>) -> Result<Elements, Error> {
        let outer = if variant.is_some() { self.inner()? } else { self };
        Ok(Elements { inner: outer.inner()?, array: Array::new(), variant })
    }

    fn fields(self, variant: Option<&'static str>) -> Result<Fields, Error> {
        let outer = if variant.is_some() { self.inner()? } else { self };
        let (entries, key) = (Entries::new(), Bytes::default());
        Ok(Fields { inner: outer.inner()?, entries, key, variant })
    }
}

impl Default for Serializer {
    fn default() -> Self {
        Self::new()
    }
}

macro_rules! numbers {
    ($($method:ident $type:ty;)*) => {$(
        fn $method(self, value: $type) -> Result<Self::Ok, Error> {
            Ok(Some(Number::from(value).into()))
        }
    )*};
}

macro_rules! uncarried {
    ($($method:ident($($argument:ty),*) $what:ident;)*) => {$(
        fn $method(self, $(_: $argument),*) -> Result<Self::Ok, Error> {
            Err(Uncarried::$what.into())
        }
    )*};
}

impl ser::Serializer for Serializer {
    type Ok = Option<Object>;
    type Error = Error;
    type SerializeSeq = Elements;
    type SerializeTuple = Elements;
    type SerializeTupleStruct = Elements;
    type SerializeTupleVariant = Elements;
    type SerializeMap = Fields;
    type SerializeStruct = Struct;
    type SerializeStructVariant = Fields;

    fn serialize_bool(self, value: bool) -> Result<Self::Ok, Error> {
        Ok(Some(value.into()))
    }

    numbers! {
        serialize_i8 i8;
        serialize_i16 i16;
        serialize_i32 i32;
        serialize_i64 i64;
        serialize_u8 u8;
        serialize_u16 u16;
        serialize_u32 u32;
        serialize_u64 u64;
    }

    uncarried! {
        serialize_i128(i128) Wide;
        serialize_u128(u128) Wide;
        serialize_f32(f32) Float;
        serialize_f64(f64) Float;
        serialize_unit() Unit;
        serialize_unit_struct(&'static str) Unit;
    }

    fn serialize_char(self, value: char) -> Result<Self::Ok, Error> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<Self::Ok, Error> {
        Ok(Some(PropString::new(value.as_bytes())?.into()))
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<Self::Ok, Error> {
        Ok(Some(Data::new(value)?.into()))
    }

    fn serialize_none(self) -> Result<Self::Ok, Error> {
        Ok(None)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Self::Ok, Error> {
        value.serialize(self)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<Self::Ok, Error> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Self::Ok, Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Self::Ok, Error> {
        let object = some(value.serialize(self.inner()?));
        wrap(Some(variant), object.map_err(|error| error.at_key(variant.as_bytes()))?)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Elements, Error> {
        self.elements(None)
    }

    fn serialize_tuple(self, _: usize) -> Result<Elements, Error> {
        self.elements(None)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Elements, Error> {
        self.elements(None)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Elements, Error> {
        self.elements(Some(variant))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Fields, Error> {
        self.fields(None)
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Struct, Error> {
        if name == RAW_STRING {
            return Ok(Struct::RawString(PropString::default()));
        }
        self.fields(None).map(Struct::Fields)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Fields, Error> {
        self.fields(Some(variant))
    }
}

/// What cannot be left out.
fn some(object: Result<Option<Object>, Error>) -> Result<Object, Error> {
    object?.ok_or_else(|| Uncarried::None.into())
}

/// What a variant carries, under its name.
fn wrap(variant: Option<&'static str>, object: Object) -> Result<Option<Object>, Error> {
    let Some(name) = variant else { return Ok(Some(object)) };
    let mut dictionary = Dictionary::new();
    dictionary.set(name.as_bytes(), object)?;
    Ok(Some(dictionary.into()))
}

/// The error of what a variant carries.
fn in_variant(variant: Option<&'static str>, error: Error) -> Error {
    match variant {
        Some(name) => error.at_key(name.as_bytes()),
        None => error,
    }
}

/// An array in the making.
#[expect(missing_debug_implementations, reason = "it lives no longer than a call of serialize")]
pub struct Elements {
    inner: Serializer,
    array: Array,
    variant: Option<&'static str>,
}

impl Elements {
    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let element = some(value.serialize(self.inner))
            .map_err(|error| in_variant(self.variant, error.at_index(self.array.len())))?;
        Ok(self.array.push(element)?)
    }

    fn end(self) -> Result<Option<Object>, Error> {
        wrap(self.variant, self.array.into())
    }
}

macro_rules! elements {
    ($($trait:ident $method:ident;)*) => {$(
        impl ser::$trait for Elements {
            type Ok = Option<Object>;
            type Error = Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                self.push(value)
            }

            fn end(self) -> Result<Self::Ok, Error> {
                self.end()
            }
        }
    )*};
}

elements! {
    SerializeSeq serialize_element;
    SerializeTuple serialize_element;
    SerializeTupleStruct serialize_field;
    SerializeTupleVariant serialize_field;
}

/// A dictionary in the making.
#[expect(missing_debug_implementations, reason = "it lives no longer than a call of serialize")]
pub struct Fields {
    inner: Serializer,
    entries: Entries,
    /// The key whose value comes next.
    key: Bytes,
    variant: Option<&'static str>,
}

impl Fields {
    fn add<T: Serialize + ?Sized>(&mut self, key: Bytes, value: &T) -> Result<(), Error> {
        let object = value
            .serialize(self.inner)
            .map_err(|error| in_variant(self.variant, error.at_key(key.as_slice())))?;
        if let Some(object) = object {
            self.entries.push(key, object)?;
        }
        Ok(())
    }

    fn end(self) -> Result<Option<Object>, Error> {
        wrap(self.variant, self.entries.into_dictionary()?.into())
    }
}

impl ser::SerializeMap for Fields {
    type Ok = Option<Object>;
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.key = key.serialize(KeySerializer)?;
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let key = core::mem::take(&mut self.key);
        self.add(key, value)
    }

    fn end(self) -> Result<Self::Ok, Error> {
        self.end()
    }
}

impl ser::SerializeStructVariant for Fields {
    type Ok = Option<Object>;
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        self.add(key_of(key.as_bytes())?, value)
    }

    fn end(self) -> Result<Self::Ok, Error> {
        self.end()
    }
}

/// A struct in the making.
#[expect(missing_debug_implementations, reason = "it lives no longer than a call of serialize")]
pub enum Struct {
    Fields(Fields),
    /// The one that stands for a string, see [`RAW_STRING`].
    RawString(PropString),
}

impl ser::SerializeStruct for Struct {
    type Ok = Option<Object>;
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        match self {
            Self::Fields(fields) => fields.add(key_of(key.as_bytes())?, value),
            Self::RawString(string) => {
                if let Some(Object::Data(bytes)) = value.serialize(Serializer::new())? {
                    *string = PropString::new(bytes.as_bytes())?;
                }
                Ok(())
            }
        }
    }

    fn end(self) -> Result<Self::Ok, Error> {
        match self {
            Self::Fields(fields) => fields.end(),
            Self::RawString(string) => Ok(Some(string.into())),
        }
    }
}

/// The bytes as a key, if they can be one.
pub(super) fn key_of(bytes: &[u8]) -> Result<Bytes, Error> {
    Ok(Dictionary::key(bytes)?)
}

/// Takes strings and bytes for keys.
struct KeySerializer;

macro_rules! no_keys {
    ($($method:ident($($argument:ty),*);)*) => {$(
        fn $method(self, $(_: $argument),*) -> Result<Bytes, Error> {
            Err(Uncarried::Key.into())
        }
    )*};
}

macro_rules! no_containers {
    ($($method:ident($($argument:ty),*) $type:ident;)*) => {$(
        fn $method(self, $(_: $argument),*) -> Result<Self::$type, Error> {
            Err(Uncarried::Key.into())
        }
    )*};
}

impl ser::Serializer for KeySerializer {
    type Ok = Bytes;
    type Error = Error;
    type SerializeSeq = Impossible<Bytes, Error>;
    type SerializeTuple = Impossible<Bytes, Error>;
    type SerializeTupleStruct = Impossible<Bytes, Error>;
    type SerializeTupleVariant = Impossible<Bytes, Error>;
    type SerializeMap = Impossible<Bytes, Error>;
    type SerializeStruct = Impossible<Bytes, Error>;
    type SerializeStructVariant = Impossible<Bytes, Error>;

    fn serialize_char(self, value: char) -> Result<Bytes, Error> {
        key_of(value.encode_utf8(&mut [0; 4]).as_bytes())
    }

    fn serialize_str(self, value: &str) -> Result<Bytes, Error> {
        key_of(value.as_bytes())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<Bytes, Error> {
        key_of(value)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Bytes, Error> {
        value.serialize(self)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<Bytes, Error> {
        key_of(variant.as_bytes())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Bytes, Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<Bytes, Error> {
        Err(Uncarried::Key.into())
    }

    no_keys! {
        serialize_bool(bool);
        serialize_i8(i8);
        serialize_i16(i16);
        serialize_i32(i32);
        serialize_i64(i64);
        serialize_i128(i128);
        serialize_u8(u8);
        serialize_u16(u16);
        serialize_u32(u32);
        serialize_u64(u64);
        serialize_u128(u128);
        serialize_f32(f32);
        serialize_f64(f64);
        serialize_none();
        serialize_unit();
        serialize_unit_struct(&'static str);
    }

    no_containers! {
        serialize_seq(Option<usize>) SerializeSeq;
        serialize_tuple(usize) SerializeTuple;
        serialize_tuple_struct(&'static str, usize) SerializeTupleStruct;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) SerializeTupleVariant;
        serialize_map(Option<usize>) SerializeMap;
        serialize_struct(&'static str, usize) SerializeStruct;
        serialize_struct_variant(&'static str, u32, &'static str, usize) SerializeStructVariant;
    }
}
