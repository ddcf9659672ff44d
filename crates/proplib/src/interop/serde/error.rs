//! What can go wrong between values and objects.

use alloc::string::{String, ToString};
use core::fmt;

use ::serde::{de, ser};

use crate::interop::trail::Trail;
use crate::{Kind, NoMemory, SetError, StringError};

/// Why a value has no object, or an object no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    trail: Trail,
}

impl Error {
    /// What is wrong.
    #[must_use]
    pub const fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Where it is wrong: the keys and indices that lead there from the outermost object, such as
    /// `entries[2].file`; empty for that object itself.
    #[must_use]
    pub fn path(&self) -> &str {
        self.trail.as_str()
    }

    pub(super) fn at_key(self, key: &[u8]) -> Self {
        Self { trail: self.trail.at_key(key), ..self }
    }

    pub(super) fn at_index(self, index: usize) -> Self {
        Self { trail: self.trail.at_index(index), ..self }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}{}", self.trail, self.kind)
    }
}

impl core::error::Error for Error {}

/// What is wrong with a value or an object.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Property lists have no such thing.
    #[error(transparent)]
    Uncarried(#[from] Uncarried),
    /// A key is none that a dictionary takes.
    #[error(transparent)]
    Key(SetError),
    /// A string is none of a property list's.
    #[error(transparent)]
    String(StringError),
    /// More containers inside each other than [`Limits::max_depth`](crate::Limits::max_depth).
    #[error("containers nested too deep; expected at most {limit} inside each other")]
    TooDeep {
        /// How many were allowed.
        limit: usize,
    },
    /// The outermost object is of another kind than was asked for.
    #[error("value is of kind {found}; expected {expected}")]
    Kind {
        /// What was asked for.
        expected: Kind,
        /// What it is.
        found: Kind,
    },
    /// There is no memory for an object.
    #[error(transparent)]
    NoMemory(#[from] NoMemory),
    /// What the type says of itself, or serde of it.
    #[error("{0}")]
    Message(String),
}

/// What of serde's a property list cannot carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Uncarried {
    /// An `f32` or `f64`.
    #[error("floating-point number; a property list has integers alone")]
    Float,
    /// An `i128` or `u128`, whatever its value.
    #[error("number of 128 bits; a property list has numbers of 64 bits")]
    Wide,
    /// `()`, or a struct without fields and braces.
    #[error("unit; a property list has no such value")]
    Unit,
    /// `None` that is not a field or a map's value, and so cannot be left out.
    #[error("none; a property list leaves out keys alone, not elements or whole values")]
    None,
    /// A key of a map that is no string.
    #[error("key of a map that is no string; a property list has no other keys")]
    Key,
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self { kind, trail: Trail::default() }
    }
}

impl From<Uncarried> for Error {
    fn from(uncarried: Uncarried) -> Self {
        ErrorKind::from(uncarried).into()
    }
}

impl From<NoMemory> for Error {
    fn from(error: NoMemory) -> Self {
        ErrorKind::from(error).into()
    }
}

impl From<SetError> for Error {
    fn from(error: SetError) -> Self {
        match error {
            SetError::NoMemory(error) => error.into(),
            SetError::String(error) => error.into(),
            error => ErrorKind::Key(error).into(),
        }
    }
}

impl From<StringError> for Error {
    fn from(error: StringError) -> Self {
        match error {
            StringError::NoMemory(error) => error.into(),
            error => ErrorKind::String(error).into(),
        }
    }
}

impl ser::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        ErrorKind::Message(message.to_string()).into()
    }
}

impl de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        ErrorKind::Message(message.to_string()).into()
    }
}
