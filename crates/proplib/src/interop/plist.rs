//! To and from the values of the plist crate.
//!
//! | in proplib | in plist |
//! |---|---|
//! | bool | `Boolean` |
//! | number | `Integer` |
//! | string of UTF-8 | `String` |
//! | data | `Data` |
//! | array | `Array` |
//! | dictionary with keys of UTF-8 | `Dictionary` |
//!
//! What has no counterpart is an error that says what and where. Of plist's values these are
//! `Date`, `Real` and `Uid`, strings and keys that hold a NUL, and keys of more than 128 bytes; of
//! objects, strings and keys that are not UTF-8. Both ways, containers are at most as deep as
//! [`Limits::DEFAULT`] says.
//!
//! plist's integers are not made signed or unsigned. From there a number comes back as XML without
//! `0x` is read: signed if an `i64` holds it, and unsigned if not. It equals what it was; it may
//! be written otherwise. The order of plist's dictionaries is lost.
//!
//! ```
//! use plist::Value;
//! use proplib::Object;
//!
//! let object = Object::internalize(b"<plist><dict><key>a</key><integer>0x7</integer></dict></plist>")?;
//! let value = Value::try_from(&object)?;
//! assert_eq!(value.as_dictionary().and_then(|dictionary| dictionary.get("a")), Some(&7.into()));
//! assert_eq!(Object::try_from(&value)?, object);
//!
//! let value = Value::Array(vec![Value::Real(0.5)]);
//! let error = Object::try_from(&value).unwrap_err();
//! assert_eq!(error.to_string(), "[0]: real; a property list of NetBSD's has integers alone");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::fmt;
use std::string::String;
use std::vec::Vec;

use ::plist::Value;

use crate::interop::trail::Trail;
use crate::objects::entries::Entries;
use crate::{
    Array, Data, Dictionary, Limits, NoMemory, Number, Object, PropString, SetError, StringError,
};

/// Why a value has no object, or an object no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlistError {
    problem: PlistProblem,
    trail: Trail,
}

impl PlistError {
    /// What is wrong.
    #[must_use]
    pub const fn problem(&self) -> PlistProblem {
        self.problem
    }

    /// Where it is wrong: the keys and indices that lead there from the outermost object, such as
    /// `entries[2].file`; empty for that object itself.
    #[must_use]
    pub fn path(&self) -> &str {
        self.trail.as_str()
    }

    fn at_key(self, key: &[u8]) -> Self {
        Self { trail: self.trail.at_key(key), ..self }
    }

    fn at_index(self, index: usize) -> Self {
        Self { trail: self.trail.at_index(index), ..self }
    }
}

impl fmt::Display for PlistError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}{}", self.trail, self.problem)
    }
}

impl std::error::Error for PlistError {}

/// What cannot be carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlistProblem {
    /// A date of plist's.
    #[error("date; a property list of NetBSD's has none")]
    Date,
    /// A real of plist's.
    #[error("real; a property list of NetBSD's has integers alone")]
    Real,
    /// A UID of plist's.
    #[error("UID; a property list of NetBSD's has none")]
    Uid,
    /// A value of a kind that plist has gained since this was written.
    #[error("unknown value; expected one of the kinds of NetBSD's property lists")]
    Unknown,
    /// A key of plist's that a dictionary does not take.
    #[error(transparent)]
    Key(SetError),
    /// A string of plist's that holds a NUL.
    #[error(transparent)]
    String(StringError),
    /// A string or key of ours that is not UTF-8.
    #[error("not UTF-8; the plist crate has no other strings and keys")]
    NotUtf8,
    /// More containers inside each other than [`Limits::max_depth`].
    #[error("containers nested too deep; expected at most {limit} inside each other")]
    TooDeep {
        /// How many were allowed.
        limit: usize,
    },
    /// There is no memory for an object.
    #[error(transparent)]
    NoMemory(#[from] NoMemory),
}

impl From<PlistProblem> for PlistError {
    fn from(problem: PlistProblem) -> Self {
        Self { problem, trail: Trail::default() }
    }
}

impl From<NoMemory> for PlistError {
    fn from(error: NoMemory) -> Self {
        PlistProblem::NoMemory(error).into()
    }
}

impl From<StringError> for PlistError {
    fn from(error: StringError) -> Self {
        match error {
            StringError::NoMemory(error) => error.into(),
            error => PlistProblem::String(error).into(),
        }
    }
}

/// Which values cannot be carried is what the [module](crate::plist) says.
impl TryFrom<&Value> for Object {
    type Error = PlistError;

    fn try_from(value: &Value) -> Result<Self, PlistError> {
        object(value, 0)
    }
}

/// Which values cannot be carried is what the [module](crate::plist) says.
impl TryFrom<&::plist::Dictionary> for Dictionary {
    type Error = PlistError;

    fn try_from(dictionary: &::plist::Dictionary) -> Result<Self, PlistError> {
        dictionary_of_ours(dictionary, 0)
    }
}

/// Which objects cannot be carried is what the [module](crate::plist) says.
impl TryFrom<&Object> for Value {
    type Error = PlistError;

    fn try_from(object: &Object) -> Result<Self, PlistError> {
        value(object, 0)
    }
}

/// Which objects cannot be carried is what the [module](crate::plist) says.
impl TryFrom<&Dictionary> for ::plist::Dictionary {
    type Error = PlistError;

    fn try_from(dictionary: &Dictionary) -> Result<Self, PlistError> {
        dictionary_of_theirs(dictionary, 0)
    }
}

/// The depth of what is in a container at this depth.
fn deeper(depth: usize) -> Result<usize, PlistProblem> {
    let limit = Limits::DEFAULT.max_depth;
    if depth < limit { Ok(depth.saturating_add(1)) } else { Err(PlistProblem::TooDeep { limit }) }
}

fn object(value: &Value, depth: usize) -> Result<Object, PlistError> {
    Ok(match value {
        Value::Boolean(value) => (*value).into(),
        Value::Integer(value) => match (value.as_signed(), value.as_unsigned()) {
            (Some(value), _) => Number::Signed(value).into(),
            (None, Some(value)) => Number::Unsigned(value).into(),
            (None, None) => return Err(PlistProblem::Unknown.into()),
        },
        Value::String(text) => PropString::new(text.as_bytes())?.into(),
        Value::Data(bytes) => Data::new(bytes)?.into(),
        Value::Array(values) => {
            let depth = deeper(depth)?;
            let mut array = Array::new();
            for (index, value) in values.iter().enumerate() {
                array.push(object(value, depth).map_err(|error| error.at_index(index))?)?;
            }
            array.into()
        }
        Value::Dictionary(dictionary) => dictionary_of_ours(dictionary, depth)?.into(),
        Value::Date(_) => return Err(PlistProblem::Date.into()),
        Value::Real(_) => return Err(PlistProblem::Real.into()),
        Value::Uid(_) => return Err(PlistProblem::Uid.into()),
        _ => return Err(PlistProblem::Unknown.into()),
    })
}

fn dictionary_of_ours(
    dictionary: &::plist::Dictionary,
    depth: usize,
) -> Result<Dictionary, PlistError> {
    let depth = deeper(depth)?;
    let mut entries = Entries::new();
    for (key, value) in dictionary {
        let key = key.as_bytes();
        let at_key = |error: PlistError| error.at_key(key);
        let own = Dictionary::key(key).map_err(|error| match error {
            SetError::NoMemory(error) => error.into(),
            error => at_key(PlistProblem::Key(error).into()),
        })?;
        entries.push(own, object(value, depth).map_err(at_key)?)?;
    }
    Ok(entries.into_dictionary()?)
}

fn value(object: &Object, depth: usize) -> Result<Value, PlistError> {
    Ok(match object {
        Object::Bool(value) => (*value).into(),
        Object::Number(Number::Signed(value)) => (*value).into(),
        Object::Number(Number::Unsigned(value)) => (*value).into(),
        Object::String(string) => string.as_str().ok_or(PlistProblem::NotUtf8)?.into(),
        Object::Data(data) => Value::Data(data.as_bytes().to_vec()),
        Object::Array(array) => {
            let depth = deeper(depth)?;
            let mut values = Vec::with_capacity(array.len());
            for (index, object) in array.iter().enumerate() {
                values.push(value(object, depth).map_err(|error| error.at_index(index))?);
            }
            Value::Array(values)
        }
        Object::Dictionary(dictionary) => {
            Value::Dictionary(dictionary_of_theirs(dictionary, depth)?)
        }
    })
}

fn dictionary_of_theirs(
    dictionary: &Dictionary,
    depth: usize,
) -> Result<::plist::Dictionary, PlistError> {
    let depth = deeper(depth)?;
    let mut theirs = ::plist::Dictionary::new();
    for (key, object) in dictionary {
        let text = core::str::from_utf8(key)
            .map_err(|_| PlistError::from(PlistProblem::NotUtf8).at_key(key))?;
        let value = value(object, depth).map_err(|error| error.at_key(key))?;
        theirs.insert(String::from(text), value);
    }
    Ok(theirs)
}
