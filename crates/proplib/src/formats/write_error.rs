//! Why an object cannot be written.

use crate::memory::fallible::NoMemory;

/// Why an object could not be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// More containers inside each other than [`Limits::max_depth`](crate::Limits::max_depth).
    #[error("containers nested too deep; expected at most {limit} inside each other")]
    TooDeep {
        /// How many were allowed.
        limit: usize,
    },
    /// There is data in it, and it is to be JSON.
    #[error("data, which JSON cannot carry; expected XML as the format, or no data")]
    Data,
    /// There is an empty key in it, and it is to be JSON.
    #[error("an empty key, which JSON cannot carry; expected XML as the format, or a longer key")]
    EmptyKey,
    /// There is no memory for the text.
    #[error(transparent)]
    NoMemory(#[from] NoMemory),
}

#[cfg(feature = "std")]
impl From<WriteError> for std::io::Error {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::NoMemory(error) => Self::new(std::io::ErrorKind::OutOfMemory, error),
            error => Self::new(std::io::ErrorKind::InvalidInput, error),
        }
    }
}
