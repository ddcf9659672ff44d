//! Eight bytes of a text at once.

/// The same byte eight times.
const fn every(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// Bits of which the lowest is in the first NUL of a word, read with its first byte lowest; none
/// if there is no NUL. Those above may be in other bytes.
const fn nuls(word: u64) -> u64 {
    word.wrapping_sub(every(1)) & !word & every(0x80)
}

/// Whether any of these bytes must be an entity where it is written: `<`, `>` or `&`.
#[inline]
pub(super) const fn has_special(bytes: [u8; 8]) -> bool {
    let word = u64::from_le_bytes(bytes);
    // `<` and `>` differ in one bit.
    let angles = nuls((word | every(b'<' ^ b'>')) ^ every(b'>'));
    angles | nuls(word ^ every(b'&')) != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_bytes_are_seen_at_every_place() {
        for place in 0..8 {
            for byte in 0..=255 {
                for around in [b'a', b'=', b'%', b'\'', b'?', 0x80, 0xff, 0] {
                    let mut bytes = [around; 8];
                    bytes[place] = byte;
                    assert_eq!(has_special(bytes), b"<>&".contains(&byte), "{bytes:?}");
                }
            }
        }
    }
}
