//! What is wrong with a line of a signatures file, and where.

use std::ffi::OsStr;
use std::fmt::{self, Display};
use std::os::unix::ffi::OsStrExt;

use fingerprint::{Algorithm, DigestError};

use crate::{EntryType, PathError, UnknownFlag, printable};

/// Why a line of a signatures file gave no entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {problem}")]
pub struct Diagnostic {
    /// The line of the offending word, from 1.
    pub line: usize,
    /// The byte of that line on which the word begins, from 1.
    pub column: usize,
    /// What is wrong with it.
    pub problem: Problem,
}

impl Diagnostic {
    /// The diagnostic with the file's name before it: `/etc/signatures:12:8: ...`.
    pub fn in_file<'a>(&'a self, name: &'a (impl AsRef<OsStr> + ?Sized)) -> impl Display + 'a {
        InFile { name: name.as_ref(), diagnostic: self }
    }
}

struct InFile<'a> {
    name: &'a OsStr,
    diagnostic: &'a Diagnostic,
}

impl Display for InFile<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", printable(self.name.as_bytes()), self.diagnostic)
    }
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The line does not begin with `/`.
    #[error("path {found} does not begin with \"/\"; expected an absolute path")]
    RelativePath {
        /// The word on which the line begins.
        found: Excerpt,
    },
    /// The path is one that no entry can have.
    #[error(transparent)]
    Path(PathError),
    /// The file ends with a backslash.
    #[error("the file ends with a backslash; expected what it quotes or a line that continues")]
    UnfinishedEscape,
    /// Nothing follows the path.
    #[error("path stands alone; expected PATH ALGORITHM FINGERPRINT [FLAGS]")]
    PathAlone,
    /// The second word is no algorithm.
    #[error("unknown algorithm {found}; expected MD5, SHA1, RMD160, SHA256, SHA384 or SHA512")]
    UnknownAlgorithm {
        /// The word.
        found: Excerpt,
    },
    /// The second word is no algorithm, but a later one is.
    #[error(
        "unknown algorithm {found}; if it belongs to the path, write each blank of the path with \
         a backslash before it"
    )]
    UnescapedBlank {
        /// The word.
        found: Excerpt,
    },
    /// The second word looks like a fingerprint.
    #[error(
        "algorithm missing before the fingerprint; expected PATH ALGORITHM FINGERPRINT [FLAGS]"
    )]
    AlgorithmMissing,
    /// The line ends after the algorithm, or goes on with flags.
    #[error("fingerprint missing; expected {} hexadecimal digits for {algorithm}", digits(*algorithm))]
    FingerprintMissing {
        /// The algorithm whose fingerprint was due.
        algorithm: Algorithm,
    },
    /// A byte of the fingerprint is no hexadecimal digit; the column is that byte's.
    #[error(
        "{found} is no hexadecimal digit; expected {} of them for {algorithm}",
        digits(*algorithm)
    )]
    NotHex {
        /// The character that the byte begins.
        found: Excerpt,
        /// The algorithm whose fingerprint was due.
        algorithm: Algorithm,
    },
    /// The fingerprint has too many digits, too few, or an odd number of them.
    #[error(transparent)]
    Fingerprint(DigestError),
    /// A flag is none of veriexec(5).
    #[error("unknown flag {found}; {}", expected_flags())]
    UnknownFlag {
        /// The word.
        found: Excerpt,
    },
    /// A flag has the name it has in sys/verified_exec.h.
    #[error("unknown flag {found}; expected {meant}")]
    KernelFlag {
        /// The word.
        found: Excerpt,
        /// The flag that it stands for.
        meant: EntryType,
    },
    /// Two flags have no comma between them.
    #[error("flags are separated by commas; expected \",\" before {found}")]
    CommaMissing {
        /// The second flag.
        found: Excerpt,
    },
    /// A comma has no flag before it.
    #[error("\",\" without a flag before it; expected a flag")]
    StrayComma,
    /// A comma has no flag after it.
    #[error("\",\" without a flag after it; expected a flag, or the line to end before the comma")]
    DanglingComma,
    /// A word cannot stand where it stands.
    #[error("unexpected {found}; expected {expected}")]
    Unexpected {
        /// The word.
        found: Excerpt,
        /// What could have stood there.
        expected: &'static str,
    },
}

fn digits(algorithm: Algorithm) -> usize {
    algorithm.digest_len().saturating_mul(2)
}

/// The list of flags, from the one place that has it.
fn expected_flags() -> String {
    let text = UnknownFlag.to_string();
    text.split_once("; ").map_or(text.clone(), |(_, expected)| expected.to_owned())
}

/// Some bytes of a file, to be shown: quoted, safe for a terminal, shortened when overlong.
#[derive(Clone, PartialEq, Eq)]
pub struct Excerpt {
    head: Vec<u8>,
    len: usize,
}

impl Excerpt {
    /// The most bytes that are shown.
    pub const MAX_SHOWN: usize = 64;

    /// An excerpt of these bytes.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        let head = match bytes.get(..Self::MAX_SHOWN) {
            Some(head) if bytes.len() > head.len() => whole_characters(head),
            _ => bytes,
        };
        Self { head: head.to_vec(), len: bytes.len() }
    }
}

/// The bytes without a character that the cut left incomplete at their end.
fn whole_characters(bytes: &[u8]) -> &[u8] {
    let cut = bytes.iter().rev().take(4).position(|byte| byte & 0xc0 != 0x80);
    let Some(start) = cut.and_then(|back| bytes.len().checked_sub(back)?.checked_sub(1)) else {
        return bytes;
    };
    match bytes.split_at_checked(start) {
        Some((whole, last)) if str::from_utf8(last).is_err_and(|e| e.error_len().is_none()) => {
            whole
        }
        _ => bytes,
    }
}

impl Display for Excerpt {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("\"")?;
        let mut separator = "";
        for part in self.head.split(|byte| *byte == b'"') {
            write!(out, "{separator}{}", printable(part))?;
            separator = "\\\"";
        }
        if self.head.len() < self.len {
            write!(out, "...\" ({} bytes)", self.len)
        } else {
            out.write_str("\"")
        }
    }
}

impl fmt::Debug for Excerpt {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(self, out)
    }
}
