//! Few bytes in three words, where they are looked at together.

use crate::memory::word::{nuls, special};

const WORD: usize = 8;
const HALF: usize = WORD / 2;

/// Up to [`Words::MOST`] bytes, the first one lowest in the first word, with NULs behind them.
///
/// They are read by loads as wide as a word that may overlap: copying them byte by byte to where a
/// word is read next makes the processor wait until all bytes have arrived there.
#[derive(Clone, Copy)]
pub(crate) struct Words {
    words: [u64; 3],
    length: usize,
}

impl Words {
    pub(crate) const MOST: usize = 3 * WORD;

    /// None if there are more.
    #[inline(always)]
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        let length = bytes.len();
        let words = if length > Self::MOST {
            return None;
        } else if length > 2 * WORD {
            [first(bytes)?, first(bytes.get(WORD..)?)?, last(bytes, 2 * WORD)?]
        } else if length > WORD {
            [first(bytes)?, last(bytes, WORD)?, 0]
        } else if length >= HALF {
            // The halves have the same bytes where they overlap.
            let low = u64::from(u32::from_le_bytes(*bytes.first_chunk::<HALF>()?));
            let high = u64::from(u32::from_le_bytes(*bytes.last_chunk::<HALF>()?));
            [low | high.wrapping_shl(bits(length.wrapping_sub(HALF))), 0, 0]
        } else {
            [bytes.iter().rfold(0, |word, &byte| word << 8 | u64::from(byte)), 0, 0]
        };
        Some(Self { words, length })
    }

    /// How many bytes there are.
    #[inline(always)]
    pub(crate) const fn length(self) -> usize {
        self.length
    }

    #[inline(always)]
    pub(crate) const fn words(self) -> [u64; 3] {
        self.words
    }

    /// Whether any of the bytes must be an entity where it is written.
    #[inline(always)]
    pub(crate) fn has_special(self) -> bool {
        self.any(special)
    }

    #[inline(always)]
    pub(crate) fn has_nul(self) -> bool {
        self.any(nuls)
    }

    /// The same as asking for both, at once.
    #[inline(always)]
    pub(crate) fn has_special_or_nul(self) -> bool {
        self.any(|word| special(word) | nuls(word))
    }

    /// Whether there are any bits in what is found in a word; bytes of ones take the place of those
    /// behind the last one.
    #[inline(always)]
    fn any(self, find: impl Fn(u64) -> u64) -> bool {
        let mut any = false;
        for (word, before) in self.words.into_iter().zip([0, WORD, 2 * WORD]) {
            if before >= self.length {
                break;
            }
            let behind = u64::MAX.checked_shl(bits(self.length.wrapping_sub(before))).unwrap_or(0);
            any |= find(word | behind) != 0;
        }
        any
    }
}

#[inline(always)]
fn first(bytes: &[u8]) -> Option<u64> {
    bytes.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}

/// The last word of the bytes, without those among the first `before`.
#[inline(always)]
fn last(bytes: &[u8], before: usize) -> Option<u64> {
    let word = u64::from_le_bytes(*bytes.last_chunk()?);
    let again = WORD.wrapping_add(before).wrapping_sub(bytes.len());
    Some(word.wrapping_shr(bits(again)))
}

const fn bits(bytes: usize) -> u32 {
    (bytes as u32).wrapping_mul(8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words_of(bytes: &[u8]) -> Words {
        Words::of(bytes).unwrap()
    }

    #[test]
    fn bytes_of_every_length_are_in_their_place() {
        let source: Vec<u8> = (1..=100).collect();
        for length in 0..=Words::MOST {
            let mut expected = source[..length].to_vec();
            expected.resize(Words::MOST, 0);
            assert_eq!(
                words_of(&source[..length]).words().map(u64::to_le_bytes).as_flattened(),
                expected
            );
        }
        assert!(Words::of(&source[..=Words::MOST]).is_none());
    }

    #[test]
    fn a_byte_is_seen_at_every_place() {
        for length in 0..=Words::MOST {
            for around in [b'=', 1, 0x80, 0xff] {
                let mut bytes = vec![around; length];
                let sees = |bytes: &[u8]| {
                    let words = words_of(bytes);
                    let (special, nul) = (words.has_special(), words.has_nul());
                    assert_eq!(words.has_special_or_nul(), special | nul);
                    (special, nul)
                };
                assert_eq!(sees(&bytes), (false, false));
                for place in 0..length {
                    for (byte, seen) in [
                        (0, (false, true)),
                        (b'<', (true, false)),
                        (b'>', (true, false)),
                        (b'&', (true, false)),
                    ] {
                        bytes[place] = byte;
                        assert_eq!(sees(&bytes), seen, "{bytes:?}");
                    }
                    bytes[place] = around;
                }
            }
        }
    }
}
