//! A digest together with the algorithm that made it.

use core::fmt;
use core::hash::{Hash, Hasher};

use crate::Algorithm;

/// A fingerprint: an algorithm and a digest of exactly that algorithm's length.
///
/// It holds no allocation and is cheap to copy. [`Display`](fmt::Display) prints lower-case
/// hexadecimal, as veriexec(5) has it.
#[derive(Clone, Copy)]
pub struct Digest {
    algorithm: Algorithm,
    /// The digest, then zeros.
    bytes: [u8; Algorithm::MAX_DIGEST_LEN],
}

impl Digest {
    /// A digest from its raw bytes.
    ///
    /// # Errors
    /// [`DigestError::Length`] unless there are exactly
    /// [`algorithm.digest_len()`](Algorithm::digest_len) bytes.
    pub fn new(algorithm: Algorithm, raw: &[u8]) -> Result<Self, DigestError> {
        let wrong = DigestError::Length { algorithm, found: raw.len() };
        if raw.len() != algorithm.digest_len() {
            return Err(wrong);
        }
        let mut bytes = [0; Algorithm::MAX_DIGEST_LEN];
        bytes.get_mut(..raw.len()).ok_or(wrong)?.copy_from_slice(raw);
        Ok(Self { algorithm, bytes })
    }

    /// A digest from what an implementation of the algorithm put out, whose length is certain.
    #[cfg(feature = "std")]
    pub(crate) fn from_output(algorithm: Algorithm, output: &[u8]) -> Self {
        debug_assert_eq!(output.len(), algorithm.digest_len());
        let mut bytes = [0; Algorithm::MAX_DIGEST_LEN];
        for (byte, made) in bytes.iter_mut().zip(output) {
            *byte = *made;
        }
        Self { algorithm, bytes }
    }

    /// A digest from hexadecimal of either case.
    ///
    /// # Errors
    /// [`DigestError::NotHex`] names the first byte that is no hexadecimal digit;
    /// [`DigestError::Digits`] is for too many digits, too few, or an odd number of them.
    pub fn from_hex(algorithm: Algorithm, hex: &[u8]) -> Result<Self, DigestError> {
        if let Some(index) = hex.iter().position(|digit| !digit.is_ascii_hexdigit()) {
            return Err(DigestError::NotHex { index });
        }
        let wrong = DigestError::Digits { algorithm, found: hex.len() };
        let (pairs, odd) = hex.as_chunks::<2>();
        if pairs.len() != algorithm.digest_len() || !odd.is_empty() {
            return Err(wrong);
        }
        let mut bytes = [0; Algorithm::MAX_DIGEST_LEN];
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = (nibble(*high) << 4) | nibble(*low);
        }
        Ok(Self { algorithm, bytes })
    }

    /// The algorithm that made it.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The raw bytes, [`Algorithm::digest_len`] of them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.algorithm.digest_len()).unwrap_or(&self.bytes)
    }
}

/// The value of a hexadecimal digit that was checked to be one.
fn nibble(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit.wrapping_sub(b'0'),
        _ => (digit | 0x20).wrapping_sub(b'a').wrapping_add(10),
    }
}

impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        self.algorithm == other.algorithm && self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Digest {}

impl Hash for Digest {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.algorithm.hash(state);
        self.as_bytes().hash(state);
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{self}", self.algorithm)
    }
}

/// Why bytes or text are no digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DigestError {
    /// The number of bytes is not the algorithm's.
    #[error(
        "fingerprint of {found} bytes; expected {} for {algorithm}",
        algorithm.digest_len()
    )]
    Length {
        /// The algorithm whose length was due.
        algorithm: Algorithm,
        /// How many bytes there were.
        found: usize,
    },
    /// The number of hexadecimal digits is not the algorithm's.
    #[error(
        "fingerprint of {found} digits; expected {} for {algorithm}",
        algorithm.digest_len().saturating_mul(2)
    )]
    Digits {
        /// The algorithm whose length was due.
        algorithm: Algorithm,
        /// How many digits there were.
        found: usize,
    },
    /// A byte is no hexadecimal digit.
    #[error("fingerprint is not hexadecimal at its byte {}", index.saturating_add(1))]
    NotHex {
        /// The position of the byte, from 0.
        index: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_of_either_case_is_read_and_printed_low() {
        let digest = Digest::from_hex(Algorithm::Md5, b"00112233445566778899AABBccddeeff").unwrap();
        assert_eq!(digest.to_string(), "00112233445566778899aabbccddeeff");
        assert_eq!(Digest::new(Algorithm::Md5, digest.as_bytes()), Ok(digest));
    }

    #[test]
    fn wrong_lengths_and_digits_are_refused() {
        let odd = Digest::from_hex(Algorithm::Md5, b"001");
        assert_eq!(odd, Err(DigestError::Digits { algorithm: Algorithm::Md5, found: 3 }));
        let bad = Digest::from_hex(Algorithm::Md5, b"00g1");
        assert_eq!(bad, Err(DigestError::NotHex { index: 2 }));
        let short = Digest::new(Algorithm::Sha256, &[0; 31]);
        assert_eq!(short, Err(DigestError::Length { algorithm: Algorithm::Sha256, found: 31 }));
    }

    #[test]
    fn equality_is_of_algorithm_and_bytes() {
        let sha1 = Digest::new(Algorithm::Sha1, &[7; 20]).unwrap();
        let rmd160 = Digest::new(Algorithm::Rmd160, &[7; 20]).unwrap();
        assert_ne!(sha1, rmd160);
    }
}
