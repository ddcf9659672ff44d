//! Eight bytes of a text at once.

/// The same byte eight times.
const fn every(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// Bits of which the lowest is in the first NUL of a word, read with its first byte lowest; none
/// if there is no NUL. Those above may be in other bytes.
#[inline]
pub(crate) const fn nuls(word: u64) -> u64 {
    word.wrapping_sub(every(1)) & !word & every(0x80)
}

/// The same for the first byte that must be an entity where it is written: `<`, `>` or `&`.
#[inline]
pub(crate) const fn special(word: u64) -> u64 {
    // `<` and `>` differ in one bit.
    nuls((word | every(b'<' ^ b'>')) ^ every(b'>')) | nuls(word ^ every(b'&'))
}

/// How many bytes come before a NUL or a byte that must be an entity where it is written; all, if
/// none comes.
#[inline]
pub(crate) fn plain(text: &[u8]) -> usize {
    let (words, rest) = text.as_chunks::<8>();
    let mut before: usize = 0;
    for bytes in words {
        let word = u64::from_le_bytes(*bytes);
        let found = special(word) | nuls(word);
        if found != 0 {
            return before.wrapping_add((found.trailing_zeros() / 8) as usize);
        }
        before = before.wrapping_add(8);
    }
    let behind = rest.iter().take_while(|byte| !matches!(byte, b'<' | b'>' | b'&' | 0)).count();
    before.wrapping_add(behind)
}

/// Eight bytes, to be compared with the beginnings of tags.
#[derive(Clone, Copy)]
pub(crate) struct Word(u64);

impl Word {
    /// The first eight bytes of a text; if it is shorter, a word that begins with nothing.
    #[inline]
    pub(crate) fn of(text: &[u8]) -> Self {
        Self(text.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes)))
    }

    /// Whether it begins with these bytes: at most eight, and none of them NUL.
    #[inline(always)]
    pub(crate) const fn begins<const LENGTH: usize>(self, with: &[u8; LENGTH]) -> bool {
        let (mut bytes, mut mask) = (0, 0);
        let mut rest = with.as_slice();
        while let [before @ .., last] = rest {
            bytes = bytes << 8 | *last as u64;
            mask = mask << 8 | 0xff;
            rest = before;
        }
        self.0 & mask == bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_ends_at_every_place() {
        for length in 0..40 {
            for around in [b'a', b'=', b'%', b'\'', 0x80, 0xff, 1] {
                let mut bytes = vec![around; length];
                assert_eq!(plain(&bytes), length);
                for at in (0..length).rev() {
                    for end in [b'<', b'>', b'&', 0] {
                        bytes[at] = end;
                        assert_eq!(plain(&bytes), at, "{bytes:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn words_begin_as_their_texts() {
        let word = Word::of(b"<string>text");
        assert!(word.begins(b"<string>") && word.begins(b"<str") && word.begins(b""));
        assert!(!word.begins(b"<strinG>") && !word.begins(b"string"));
        assert!(!Word::of(b"<true/>").begins(b"<true/>"));
    }
}
