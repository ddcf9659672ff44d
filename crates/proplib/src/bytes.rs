//! Immutable bytes that many objects can share.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::fallible::{self, NoMemory};

/// As many bytes as fit beside a tag and a length in three words: most keys and short strings.
const INLINE: usize = 22;
/// As many bytes as are shared in one allocation: digests, and most paths.
const MEDIUM: usize = 64;

/// Bytes, shared unless there are none.
#[derive(Clone, Default)]
pub(crate) enum SharedBytes {
    #[default]
    Empty,
    Medium(u8, Arc<[u8; MEDIUM]>),
    Large(Arc<Vec<u8>>),
}

impl SharedBytes {
    #[inline]
    pub(crate) fn new(bytes: &[u8]) -> Result<Self, NoMemory> {
        if bytes.is_empty() {
            return Ok(Self::Empty);
        }
        match inline(bytes) {
            Some((length, room)) => Ok(Self::Medium(length, fallible::share(room)?)),
            None => Ok(Self::Large(fallible::share(fallible::copy(bytes)?)?)),
        }
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
            Self::Medium(length, room) => room.get(..usize::from(*length)).unwrap_or(&[]),
            Self::Large(bytes) => bytes,
        }
    }
}

/// Bytes, in place if they are few, otherwise shared.
#[derive(Clone)]
pub(crate) enum Bytes {
    Inline(u8, [u8; INLINE]),
    Shared(SharedBytes),
}

impl Bytes {
    #[inline]
    pub(crate) fn new(bytes: &[u8]) -> Result<Self, NoMemory> {
        match inline(bytes) {
            Some((length, room)) => Ok(Self::Inline(length, room)),
            None => Ok(Self::Shared(SharedBytes::new(bytes)?)),
        }
    }

    /// The first so many bytes.
    #[inline]
    pub(crate) fn first(from: &[u8], length: usize) -> Result<Self, NoMemory> {
        match (from.first_chunk(), u8::try_from(length)) {
            // A window of constant length is copied, and then cut, in a few instructions.
            (Some(window), Ok(length)) if usize::from(length) <= INLINE => {
                Ok(Self::Inline(length, cut(window, length)))
            }
            _ => Self::new(from.get(..length).unwrap_or(from)),
        }
    }

    /// Takes the list as it is, where that saves a copy.
    pub(crate) fn from_vec(bytes: Vec<u8>) -> Result<Self, NoMemory> {
        match inline(&bytes) {
            Some((length, room)) => Ok(Self::Inline(length, room)),
            None => Ok(Self::Shared(SharedBytes::from_vec(bytes)?)),
        }
    }

    #[inline]
    pub(crate) fn as_slice(&self) -> &[u8] {
        match self {
            Self::Inline(length, room) => room.get(..usize::from(*length)).unwrap_or(&[]),
            Self::Shared(bytes) => bytes.as_slice(),
        }
    }
}

impl Bytes {
    /// The room of bytes that are few, and how many count. Those behind are NUL.
    #[inline]
    pub(crate) const fn short(&self) -> Option<(&[u8; INLINE], usize)> {
        match self {
            Self::Inline(length, room) => Some((room, *length as usize)),
            Self::Shared(_) => None,
        }
    }
}

impl Default for Bytes {
    fn default() -> Self {
        Self::Inline(0, [0; INLINE])
    }
}

impl PartialEq for Bytes {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl Eq for Bytes {}

impl Ord for Bytes {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_slice().cmp(other.as_slice())
    }
}

impl PartialOrd for Bytes {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The bytes in a room of fixed size, with their number, if they fit.
#[inline]
fn inline<const ROOM: usize>(bytes: &[u8]) -> Option<(u8, [u8; ROOM])> {
    let mut room = [0; ROOM];
    room.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some((u8::try_from(bytes.len()).ok()?, room))
}

/// The first so many bytes, and NULs behind them.
#[inline]
fn cut(window: &[u8; INLINE], length: u8) -> [u8; INLINE] {
    let mut room = *window;
    for (index, byte) in (0_u8..).zip(&mut room) {
        if index >= length {
            *byte = 0;
        }
    }
    room
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_comes_back() {
        let source: Vec<u8> = (0..=255).collect();
        for length in 0..source.len() {
            let bytes = &source[..length];
            assert_eq!(Bytes::new(bytes).unwrap().as_slice(), bytes);
            assert_eq!(Bytes::new(bytes).unwrap().clone().as_slice(), bytes);
            let first = Bytes::first(&source, length).unwrap();
            assert_eq!(first.as_slice(), bytes);
            assert!(
                first.short().is_none_or(|(room, _)| room[length..].iter().all(|&byte| byte == 0))
            );
            assert_eq!(Bytes::first(bytes, length).unwrap().as_slice(), bytes);
            assert_eq!(SharedBytes::new(bytes).unwrap().as_slice(), bytes);
            assert_eq!(Bytes::from_vec(bytes.to_vec()).unwrap().as_slice(), bytes);
            assert_eq!(SharedBytes::from_vec(bytes.to_vec()).unwrap().as_slice(), bytes);
        }
    }

    #[test]
    fn order_is_that_of_unsigned_bytes() {
        let bytes = |text: &[u8]| Bytes::new(text).unwrap();
        assert!(bytes(b"fp") < bytes(b"fp-type"));
        assert!(bytes(b"z") < bytes(b"\x80"));
        assert!(bytes(&[b'a'; 100]) < bytes(b"b"));
        assert!(Bytes::default() == bytes(b""));
    }
}
