//! Immutable bytes, in place or shared.

use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::StringError;
use crate::memory::fallible::NoMemory;
use crate::memory::words::Words;
use crate::objects::shared_bytes::SharedBytes;

/// The most bytes that fit beside a tag and a length in three words: most keys and short strings.
const INLINE: usize = 22;

/// Bytes, in place if they are few, otherwise shared. In a room, those behind are NUL.
#[derive(Clone)]
pub(crate) enum Bytes {
    /// Few, and none that XML has entities for: most are so, and quickly written.
    Plain(u8, [u8; INLINE]),
    Inline(u8, [u8; INLINE]),
    Shared(SharedBytes),
}

impl Bytes {
    pub(crate) const EMPTY: Self = Self::Plain(0, [0; INLINE]);

    #[inline]
    pub(crate) fn new(bytes: &[u8]) -> Result<Self, NoMemory> {
        match Self::few(bytes) {
            Some(few) => Ok(few),
            None => Ok(Self::Shared(SharedBytes::new(bytes)?)),
        }
    }

    /// Bytes that a string of C can have.
    ///
    /// Where the bytes are a literal, as keys mostly are, the compiler does all this.
    #[inline(always)]
    pub(crate) fn without_nul(bytes: &[u8]) -> Result<Self, StringError> {
        if bytes.len() > INLINE {
            return Ok(Self::Shared(SharedBytes::without_nul(bytes)?));
        }
        let words = Words::of(bytes).ok_or(StringError::Nul)?;
        let is_plain = !words.has_special_or_nul();
        if !is_plain && words.has_nul() {
            return Err(StringError::Nul);
        }
        Ok(Self::of_words(words, is_plain))
    }

    /// The first `length` bytes, without any `<`, `>` and `&` among them.
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
        if bytes.len() > INLINE {
            return None;
        }
        let words = Words::of(bytes)?;
        Some(Self::of_words(words, !words.has_special()))
    }

    /// Bytes that fit in place.
    #[inline(always)]
    fn of_words(words: Words, is_plain: bool) -> Self {
        let [first, second, third] = words.words();
        let mut room = [0; INLINE];
        // Behind the tag and the length, which are two bytes, these parts end where words of memory
        // do: the processor waits where a word is copied that was written in other parts.
        if let Some((start, rest)) = room.split_first_chunk_mut()
            && let Some((rest_of_word, rest)) = rest.split_first_chunk_mut()
            && let Some((middle, rest)) = rest.split_first_chunk_mut()
            && let Some(end) = rest.first_chunk_mut()
        {
            *start = (first as u32).to_le_bytes();
            *rest_of_word = ((first >> 32) as u16).to_le_bytes();
            *middle = (first >> 48 | second << 16).to_le_bytes();
            *end = (second >> 48 | third << 16).to_le_bytes();
        }
        let length = words.length() as u8;
        if is_plain { Self::Plain(length, room) } else { Self::Inline(length, room) }
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

    // Only bytes that are long or alike come to these two.
    #[cold]
    fn eq_bytes(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }

    #[cold]
    fn cmp_bytes(&self, other: &Self) -> Ordering {
        self.as_slice().cmp(other.as_slice())
    }
}

impl Default for Bytes {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl PartialEq for Bytes {
    #[inline(always)]
    fn eq(&self, other: &Self) -> bool {
        match (self.first_word(), other.first_word()) {
            (Some(one), Some(other)) if one != other => false,
            _ => self.eq_bytes(other),
        }
    }
}

impl Eq for Bytes {}

impl Ord for Bytes {
    #[inline(always)]
    fn cmp(&self, other: &Self) -> Ordering {
        // What is behind the shorter one is NUL, which no byte of the longer one is below; and few
        // keys that are compared begin with the same eight bytes.
        match (self.first_word(), other.first_word()) {
            (Some(one), Some(other)) if one < other => Ordering::Less,
            (Some(one), Some(other)) if one > other => Ordering::Greater,
            _ => self.cmp_bytes(other),
        }
    }
}

impl PartialOrd for Bytes {
    #[inline(always)]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The first `length` bytes, and NULs behind them.
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
            assert_eq!(Bytes::from_vec(bytes.to_vec()).unwrap().as_slice(), bytes);
        }
    }

    #[test]
    fn a_nul_is_refused_at_every_place() {
        for length in 0..200 {
            for other in [b'a', b'<', 0xff] {
                let mut bytes = vec![other; length];
                let kept = Bytes::without_nul(&bytes).unwrap();
                assert_eq!(kept.as_slice(), bytes);
                assert_eq!(
                    kept.plain().is_some(),
                    length <= INLINE && (other != b'<' || length == 0)
                );
                for place in 0..length {
                    bytes[place] = 0;
                    assert!(matches!(Bytes::without_nul(&bytes), Err(StringError::Nul)));
                    bytes[place] = other;
                }
            }
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
