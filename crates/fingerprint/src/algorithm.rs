//! The fingerprint algorithms Veriexec knows, by their NetBSD names.

use core::fmt;
use core::str::FromStr;

/// A fingerprint algorithm.
///
/// The names are those of veriexec(4), `sysctl kern.veriexec.algorithms` and the second field of a
/// signatures file, veriexec(5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Algorithm {
    /// MD5, RFC 1321. Broken; kept because old signatures files hold it.
    Md5,
    /// SHA-1, FIPS 180-4. Broken; kept because old signatures files hold it.
    Sha1,
    /// RIPEMD-160, ISO/IEC 10118-3. Kept because old signatures files hold it.
    Rmd160,
    /// SHA-256, FIPS 180-4: the default.
    Sha256,
    /// SHA-384, FIPS 180-4.
    Sha384,
    /// SHA-512, FIPS 180-4.
    Sha512,
}

impl Algorithm {
    /// Every algorithm, weakest first.
    pub const ALL: [Self; 6] =
        [Self::Md5, Self::Sha1, Self::Rmd160, Self::Sha256, Self::Sha384, Self::Sha512];

    /// The longest digest of any algorithm, in bytes.
    pub const MAX_DIGEST_LEN: usize = 64;

    /// The canonical name, as NetBSD's kernel and veriexecgen(8) print it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA1",
            Self::Rmd160 => "RMD160",
            Self::Sha256 => "SHA256",
            Self::Sha384 => "SHA384",
            Self::Sha512 => "SHA512",
        }
    }

    /// The length of a digest, in bytes.
    #[must_use]
    pub const fn digest_len(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 | Self::Rmd160 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// The algorithm of that name, in any case, as NetBSD's kernel compares it (strcasecmp).
    #[must_use]
    pub fn from_name(name: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name().as_bytes().eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.name())
    }
}

impl FromStr for Algorithm {
    type Err = UnknownAlgorithm;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::from_name(name.as_bytes()).ok_or(UnknownAlgorithm)
    }
}

/// A name that is no fingerprint algorithm's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such hash algorithm; expected MD5, SHA1, RMD160, SHA256, SHA384 or SHA512")]
pub struct UnknownAlgorithm;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_case() {
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::from_name(algorithm.name().as_bytes()), Some(algorithm));
            let lower = algorithm.name().to_ascii_lowercase();
            assert_eq!(lower.parse(), Ok(algorithm));
        }
        assert_eq!(Algorithm::from_name(b"SHA-256"), None);
        assert_eq!(Algorithm::from_name(b""), None);
    }

    #[test]
    fn no_digest_is_longer_than_the_maximum() {
        let longest = Algorithm::ALL.into_iter().map(Algorithm::digest_len).max();
        assert_eq!(longest, Some(Algorithm::MAX_DIGEST_LEN));
    }
}
