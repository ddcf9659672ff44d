//! Immutable bytes that many objects can share.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::memory::fallible::{self, NoMemory};
use crate::memory::word::has_special;

/// As many bytes as fit beside a tag and a length in three words: most keys and short strings.
const INLINE: usize = 22;
/// As many bytes as are shared in small allocations: most digests.
const SMALL: usize = 32;
/// As many bytes as are shared in one allocation: all digests, and most paths.
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
        if let Some((length, room)) = inline(bytes) {
            return Ok(Self::Small(length, fallible::share(room)?));
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
            Self::Small(length, room) => room.get(..usize::from(*length)).unwrap_or(&[]),
            Self::Medium(length, room) => room.get(..usize::from(*length)).unwrap_or(&[]),
            Self::Large(bytes) => bytes,
        }
    }
}

/// Bytes, in place if they are few, otherwise shared. In a room, those behind are NUL.
#[derive(Clone)]
pub(crate) enum Bytes {
    /// Few, and none that XML has entities for: most are so, and quickly written.
    Plain(u8, [u8; INLINE]),
    Inline(u8, [u8; INLINE]),
    Shared(SharedBytes),
}

impl Bytes {
    #[inline]
    pub(crate) fn new(bytes: &[u8]) -> Result<Self, NoMemory> {
        match Self::few(bytes) {
            Some(few) => Ok(few),
            None => Ok(Self::Shared(SharedBytes::new(bytes)?)),
        }
    }

    /// The first so many bytes, among which no `<`, `>` and `&` are.
    #[inline(always)]
    pub(crate) fn first_plain(from: &[u8], length: usize) -> Result<Self, NoMemory> {
        match (from.first_chunk(), u8::try_from(length)) {
            // A window of constant length is copied, and then cut, in a few instructions.
            (Some(window), Ok(length)) if usize::from(length) <= INLINE => {
                Ok(Self::Plain(length, cut(window, length.into())))
            }
            _ => Self::new(from.get(..length).unwrap_or(from)),
        }
    }

    /// Takes the list as it is, where that saves a copy.
    pub(crate) fn from_vec(bytes: Vec<u8>) -> Result<Self, NoMemory> {
        match Self::few(&bytes) {
            Some(few) => Ok(few),
            None => Ok(Self::Shared(SharedBytes::from_vec(bytes)?)),
        }
    }

    #[inline]
    fn few(bytes: &[u8]) -> Option<Self> {
        let (length, room) = inline::<INLINE>(bytes)?;
        // Windows of eight bytes cover the room together.
        let (windows, _) = room.as_chunks();
        let last = room.last_chunk().copied().unwrap_or_default();
        Some(if windows.iter().fold(has_special(last), |any, &window| any | has_special(window)) {
            Self::Inline(length, room)
        } else {
            Self::Plain(length, room)
        })
    }

    #[inline]
    pub(crate) fn as_slice(&self) -> &[u8] {
        match self {
            Self::Plain(length, room) | Self::Inline(length, room) => {
                room.get(..usize::from(*length)).unwrap_or(&[])
            }
            Self::Shared(bytes) => bytes.as_slice(),
        }
    }

    /// The room of bytes that are few and plain, and how many count.
    #[inline]
    pub(crate) const fn plain(&self) -> Option<(&[u8; INLINE], usize)> {
        match self {
            Self::Plain(length, room) => Some((room, *length as usize)),
            _ => None,
        }
    }

    /// The first eight bytes of a room, as a number of the same order.
    #[inline(always)]
    fn first_word(&self) -> Option<u64> {
        match self {
            Self::Plain(_, room) | Self::Inline(_, room) => {
                room.first_chunk().map(|bytes| u64::from_be_bytes(*bytes))
            }
            Self::Shared(_) => None,
        }
    }

    #[cold]
    fn cmp_bytes(&self, other: &Self) -> Ordering {
        self.as_slice().cmp(other.as_slice())
    }
}

impl Default for Bytes {
    fn default() -> Self {
        Self::Plain(0, [0; INLINE])
    }
}

impl PartialEq for Bytes {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl Eq for Bytes {}

impl Ord for Bytes {
    #[inline(always)]
    fn cmp(&self, other: &Self) -> Ordering {
        // What is behind the shorter one is NUL, which no byte of the longer one is below; and few
        // keys that are compared begin with the same eight bytes.
        match (self.first_word(), other.first_word()) {
            (Some(one), Some(other)) if one != other => one.cmp(&other),
            _ => self.cmp_bytes(other),
        }
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
#[inline(always)]
fn cut(window: &[u8; INLINE], length: usize) -> [u8; INLINE] {
    /// Masks of all lengths, each a window of it.
    const MASKS: &[u8; 2 * INLINE] = &{
        let mut masks = [0; 2 * INLINE];
        let (mut whole, _) = masks.split_at_mut(INLINE);
        while let [mask, rest @ ..] = whole {
            *mask = 0xff;
            whole = rest;
        }
        masks
    };
    let masks = MASKS.get(INLINE.saturating_sub(length)..).and_then(<[u8]>::first_chunk);
    let mut room = *window;
    for (byte, mask) in room.iter_mut().zip(masks.unwrap_or(&[0; INLINE])) {
        *byte &= mask;
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
            assert_eq!(SharedBytes::new(bytes).unwrap().as_slice(), bytes);
            assert_eq!(Bytes::from_vec(bytes.to_vec()).unwrap().as_slice(), bytes);
            assert_eq!(SharedBytes::from_vec(bytes.to_vec()).unwrap().as_slice(), bytes);
        }
    }

    #[test]
    fn the_first_bytes_are_cut_off() {
        let source: Vec<u8> = (100..200).collect();
        for length in 0..source.len() {
            for from in [&source[..], &source[..length]] {
                let bytes = Bytes::first_plain(from, length).unwrap();
                assert_eq!(bytes.as_slice(), &source[..length]);
                if let Some((room, _)) = bytes.plain() {
                    assert!(room[length..].iter().all(|&byte| byte == 0));
                }
            }
        }
    }

    #[test]
    fn bytes_are_plain_without_entities() {
        for length in 0..=INLINE {
            let mut bytes = vec![b'='; length];
            assert!(Bytes::new(&bytes).unwrap().plain().is_some());
            for place in 0..length {
                for special in *b"<>&" {
                    bytes[place] = special;
                    assert!(Bytes::new(&bytes).unwrap().plain().is_none());
                    assert!(Bytes::from_vec(bytes.clone()).unwrap().plain().is_none());
                }
                bytes[place] = b'=';
            }
        }
        assert!(Bytes::new(&[b'a'; INLINE + 1]).unwrap().plain().is_none());
    }

    #[test]
    fn order_is_that_of_unsigned_bytes() {
        let bytes = |text: &[u8]| Bytes::new(text).unwrap();
        assert!(bytes(b"fp") < bytes(b"fp-type"));
        assert!(bytes(b"z") < bytes(b"\x80"));
        assert!(bytes(&[b'a'; 100]) < bytes(b"b"));
        assert!(Bytes::default() == bytes(b""));
        let all = [&b""[..], b"\0", b"\0\0", b"a", b"a\0", b"a\0b", b"aa", b"b", &[b'c'; 16]];
        let long = [&[b'c'; 16], &b"\0"[..]].concat();
        let longer = [&[b'c'; 20], &b"a"[..]].concat();
        let all: Vec<&[u8]> = [&all[..], &[&long, &longer, &[b'c'; 22], &[b'c'; 30]]].concat();
        for one in &all {
            for other in &all {
                assert_eq!(bytes(one).cmp(&bytes(other)), one.cmp(other), "{one:?} {other:?}");
            }
        }
    }
}
