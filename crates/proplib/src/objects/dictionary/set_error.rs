//! Why a dictionary could not be changed.

use crate::{Dictionary, NoMemory, StringError};

/// Why a dictionary could not be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetError {
    /// The key is longer than NetBSD takes.
    #[error("key of {length} bytes; expected at most {}", Dictionary::MAX_KEY)]
    KeyTooLong {
        /// How many bytes it has.
        length: usize,
    },
    /// The key holds a NUL.
    #[error("key holds a NUL byte; expected a C string, which ends at the first one")]
    KeyNul,
    /// The value is no string.
    #[error(transparent)]
    String(StringError),
    /// There is no memory for the entry.
    #[error(transparent)]
    NoMemory(#[from] NoMemory),
}

impl From<StringError> for SetError {
    fn from(error: StringError) -> Self {
        match error {
            StringError::NoMemory(error) => Self::NoMemory(error),
            StringError::Nul => Self::String(error),
        }
    }
}
