//! What a property list is made of, prop_object(3).

use core::fmt;

use crate::objects::walk;
use crate::{Array, Data, Dictionary, Number, PropString};

/// A property list, or a part of one.
///
/// Clones share what they hold and never allocate.
///
/// ```
/// use proplib::{Array, Kind, Object};
///
/// let object = Object::from(7_u8);
/// assert_eq!(object.kind(), Kind::Number);
/// assert_eq!(object.as_number().and_then(|number| number.to_i64()), Some(7));
/// assert_eq!(object.as_bool(), None);
///
/// let mut array = Array::new();
/// array.push(object)?;
/// match Object::from(array) {
///     Object::Array(array) => assert_eq!(array.len(), 1),
///     other => panic!("{other:?}"),
/// }
/// # Ok::<(), proplib::NoMemory>(())
/// ```
#[derive(Clone)]
pub enum Object {
    /// True or false, prop_bool(3).
    Bool(bool),
    /// A number, prop_number(3).
    Number(Number),
    /// A string, prop_string(3).
    String(PropString),
    /// Bytes, prop_data(3).
    Data(Data),
    /// Objects in a row, prop_array(3).
    Array(Array),
    /// Objects by key, prop_dictionary(3).
    Dictionary(Dictionary),
}

impl Object {
    /// What it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Bool(_) => Kind::Bool,
            Self::Number(_) => Kind::Number,
            Self::String(_) => Kind::String,
            Self::Data(_) => Kind::Data,
            Self::Array(_) => Kind::Array,
            Self::Dictionary(_) => Kind::Dictionary,
        }
    }

    /// The boolean, if it is one.
    #[must_use]
    pub const fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(*value) } else { None }
    }

    /// The number, if it is one.
    #[must_use]
    pub const fn as_number(&self) -> Option<Number> {
        if let Self::Number(value) = self { Some(*value) } else { None }
    }

    /// The string, if it is one.
    #[must_use]
    pub const fn as_string(&self) -> Option<&PropString> {
        if let Self::String(value) = self { Some(value) } else { None }
    }

    /// The data, if it is data.
    #[must_use]
    pub const fn as_data(&self) -> Option<&Data> {
        if let Self::Data(value) = self { Some(value) } else { None }
    }

    /// The array, if it is one.
    #[must_use]
    pub const fn as_array(&self) -> Option<&Array> {
        if let Self::Array(value) = self { Some(value) } else { None }
    }

    /// The dictionary, if it is one.
    #[must_use]
    pub const fn as_dictionary(&self) -> Option<&Dictionary> {
        if let Self::Dictionary(value) = self { Some(value) } else { None }
    }

    /// The array, to be changed where it is, if it is one.
    #[must_use]
    pub const fn as_array_mut(&mut self) -> Option<&mut Array> {
        if let Self::Array(value) = self { Some(value) } else { None }
    }

    /// The dictionary, to be changed where it is, if it is one.
    #[must_use]
    pub const fn as_dictionary_mut(&mut self) -> Option<&mut Dictionary> {
        if let Self::Dictionary(value) = self { Some(value) } else { None }
    }

    pub(crate) const fn is_container(&self) -> bool {
        matches!(self, Self::Array(_) | Self::Dictionary(_))
    }

    /// Whether it is a container that is not empty.
    pub(crate) fn has_children(&self) -> bool {
        match self {
            Self::Array(array) => !array.is_empty(),
            Self::Dictionary(dictionary) => !dictionary.is_empty(),
            _ => false,
        }
    }
}

impl From<bool> for Object {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

macro_rules! from {
    ($($variant:ident: $($type:ty)*;)*) => {$($(
        impl From<$type> for Object {
            fn from(value: $type) -> Self {
                Self::$variant(value.into())
            }
        }
    )*)*};
}

from! {
    Number: Number u8 u16 u32 u64 i8 i16 i32 i64;
    String: PropString;
    Data: Data;
    Array: Array;
    Dictionary: Dictionary;
}

impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        walk::equal(self, other)
    }
}

impl Eq for Object {}

impl fmt::Debug for Object {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        walk::print(self, out)
    }
}

/// The kinds of [`Object`]; they print as in prop_object_type(3): `bool`, `number`, `string`,
/// `data`, `array`, `dictionary`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// [`Object::Bool`].
    Bool,
    /// [`Object::Number`].
    Number,
    /// [`Object::String`].
    String,
    /// [`Object::Data`].
    Data,
    /// [`Object::Array`].
    Array,
    /// [`Object::Dictionary`].
    Dictionary,
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::Bool => "bool",
            Self::Number => "number",
            Self::String => "string",
            Self::Data => "data",
            Self::Array => "array",
            Self::Dictionary => "dictionary",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_pointer_width = "64")]
    fn an_object_has_three_words() {
        assert_eq!(size_of::<Object>(), 24);
        assert_eq!(size_of::<Option<Object>>(), 24);
    }

    #[test]
    fn objects_are_what_they_were_made_of() {
        let objects: [(Object, Kind); 6] = [
            (true.into(), Kind::Bool),
            (Number::Signed(1).into(), Kind::Number),
            (PropString::default().into(), Kind::String),
            (Data::default().into(), Kind::Data),
            (Array::new().into(), Kind::Array),
            (Dictionary::new().into(), Kind::Dictionary),
        ];
        for (index, (object, kind)) in objects.iter().enumerate() {
            assert_eq!(object.kind(), *kind);
            for (other, (that, _)) in objects.iter().enumerate() {
                assert_eq!(object == that, index == other, "{object:?} and {that:?}");
            }
        }
    }
}
