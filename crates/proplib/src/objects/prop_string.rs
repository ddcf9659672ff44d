//! Strings, prop_string(3).

use core::fmt;

use crate::memory::fallible::NoMemory;
use crate::objects::bytes::Bytes;

/// A string of C: any bytes but NUL, UTF-8 or not.
///
/// ```
/// use proplib::{PropString, StringError};
///
/// let string = PropString::new(b"/bin/sh")?;
/// assert_eq!(string.as_str(), Some("/bin/sh"));
/// assert_eq!(PropString::new(b"\xff")?.as_str(), None);
/// assert_eq!(PropString::new(b"a\0b"), Err(StringError::Nul));
/// # Ok::<(), StringError>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct PropString(Bytes);

impl PropString {
    /// A string of these bytes.
    ///
    /// # Errors
    /// [`StringError`] if there is a NUL among them, or no memory for them.
    #[inline]
    pub fn new(bytes: &[u8]) -> Result<Self, StringError> {
        Bytes::without_nul(bytes).map(Self)
    }

    /// Bytes that are known to hold no NUL.
    pub(crate) const fn from_bytes(bytes: Bytes) -> Self {
        Self(bytes)
    }

    pub(crate) const fn bytes(&self) -> &Bytes {
        &self.0
    }

    /// The bytes, without a NUL at their end.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// The text, if it is UTF-8.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        core::str::from_utf8(self.as_bytes()).ok()
    }
}

impl fmt::Debug for PropString {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "\"{}\"", self.as_bytes().escape_ascii())
    }
}

/// Why bytes are no string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StringError {
    /// There is a NUL among them.
    #[error("string holds a NUL byte; expected a C string, which ends at the first one")]
    Nul,
    /// There is no memory for them.
    #[error(transparent)]
    NoMemory(#[from] NoMemory),
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn any_bytes_but_nul_are_a_string() {
        let bytes: Vec<u8> = (1..=255).collect();
        let string = PropString::new(&bytes).unwrap();
        assert_eq!(string.as_bytes(), bytes);
        assert_eq!(string.as_str(), None);
        assert_eq!(PropString::new("é".as_bytes()).unwrap().as_str(), Some("é"));
        assert_eq!(PropString::new(b"").unwrap(), PropString::default());
        assert_eq!(PropString::new(b"a\0b"), Err(StringError::Nul));
    }
}
