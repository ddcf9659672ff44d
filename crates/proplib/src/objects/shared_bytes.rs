//! Immutable bytes that many objects can share.

use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::StringError;
use crate::memory::fallible::{self, NoMemory};

/// The most bytes in a small allocation: most digests.
const SMALL: usize = 32;
/// The most bytes in one allocation: all digests, and most paths.
const MEDIUM: usize = 64;

/// Bytes, shared unless there are none.
#[derive(Clone, Default)]
pub(crate) enum SharedBytes {
    #[default]
    Empty,
    Small(u8, Arc<[u8; SMALL]>),
    Medium(u8, Arc<[u8; MEDIUM]>),
    Large(Arc<Vec<u8>>),
}

impl SharedBytes {
    #[inline]
    pub(crate) fn new(bytes: &[u8]) -> Result<Self, NoMemory> {
        if bytes.is_empty() {
            return Ok(Self::Empty);
        }
        // Most are digests of exactly this length.
        if let Ok(room) = <[u8; SMALL]>::try_from(bytes) {
            return Ok(Self::Small(SMALL as u8, fallible::share(room)?));
        }
        if let Some((length, room)) = inline(bytes) {
            return Ok(Self::Small(length, fallible::share(room)?));
        }
        match inline(bytes) {
            Some((length, room)) => Ok(Self::Medium(length, fallible::share(room)?)),
            None => Ok(Self::Large(fallible::share(fallible::copy(bytes)?)?)),
        }
    }

    /// Bytes that a string of C can have.
    #[cold]
    pub(crate) fn without_nul(bytes: &[u8]) -> Result<Self, StringError> {
        if bytes.contains(&0) {
            return Err(StringError::Nul);
        }
        Ok(Self::new(bytes)?)
    }

    /// Takes the list as it is, where that saves a copy.
    pub(crate) fn from_vec(bytes: Vec<u8>) -> Result<Self, NoMemory> {
        if bytes.len() <= MEDIUM {
            return Self::new(&bytes);
        }
        Ok(Self::Large(fallible::share(bytes)?))
    }

    #[inline]
    pub(crate) fn as_slice(&self) -> &[u8] {
        match self {
            Self::Empty => &[],
            Self::Small(length, room) => room.get(..usize::from(*length)).unwrap_or(&[]),
            Self::Medium(length, room) => room.get(..usize::from(*length)).unwrap_or(&[]),
            Self::Large(bytes) => bytes,
        }
    }
}

/// The bytes in a room of fixed size, with their number, if they fit.
#[inline]
fn inline<const ROOM: usize>(bytes: &[u8]) -> Option<(u8, [u8; ROOM])> {
    let mut room = [0; ROOM];
    room.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some((u8::try_from(bytes.len()).ok()?, room))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_comes_back() {
        let source: Vec<u8> = (0..=255).collect();
        for length in 0..source.len() {
            let bytes = &source[..length];
            assert_eq!(SharedBytes::new(bytes).unwrap().as_slice(), bytes);
            assert_eq!(SharedBytes::from_vec(bytes.to_vec()).unwrap().as_slice(), bytes);
        }
    }
}
