//! What is wrong with a line of a signatures file, and where.

use std::ffi::OsStr;
use std::fmt::{self, Display};
use std::os::unix::ffi::OsStrExt;

use fingerprint::{Algorithm, DigestError};

use crate::{EntryType, Foreign, PathError, printable};

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
    /// The file has another format.
    #[error(transparent)]
    Foreign(Foreign),
    /// The file begins with a mark that is no part of a path.
    #[error(
        "the file begins with a byte order mark; save it as UTF-8 without one, or remove its first \
         three bytes"
    )]
    ByteOrderMark,
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
    #[error(
        "fingerprint missing; expected {} hexadecimal digits for {algorithm}",
        digits(*algorithm)
    )]
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
    #[error(
        "unknown flag {found}; expected direct, indirect, file, program, interpreter, script, \
         library or untrusted"
    )]
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

impl Problem {
    /// The word that stands for this kind of problem, and will not change.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Foreign(_) => "foreign-format",
            Self::ByteOrderMark => "byte-order-mark",
            Self::RelativePath { .. } => "relative-path",
            Self::Path(_) => "bad-path",
            Self::UnfinishedEscape => "unfinished-escape",
            Self::PathAlone => "path-alone",
            Self::UnknownAlgorithm { .. } => "unknown-algorithm",
            Self::UnescapedBlank { .. } => "unescaped-blank",
            Self::AlgorithmMissing => "missing-algorithm",
            Self::FingerprintMissing { .. } => "missing-fingerprint",
            Self::NotHex { .. } => "not-hexadecimal",
            Self::Fingerprint(_) => "wrong-length",
            Self::UnknownFlag { .. } => "unknown-flag",
            Self::KernelFlag { .. } => "kernel-flag",
            Self::CommaMissing { .. } => "missing-comma",
            Self::StrayComma => "stray-comma",
            Self::DanglingComma => "dangling-comma",
            Self::Unexpected { .. } => "unexpected",
        }
    }

    /// Every code.
    pub const CODES: [&'static str; 18] = [
        "foreign-format",
        "byte-order-mark",
        "relative-path",
        "bad-path",
        "unfinished-escape",
        "path-alone",
        "unknown-algorithm",
        "unescaped-blank",
        "missing-algorithm",
        "missing-fingerprint",
        "not-hexadecimal",
        "wrong-length",
        "unknown-flag",
        "kernel-flag",
        "missing-comma",
        "stray-comma",
        "dangling-comma",
        "unexpected",
    ];
}

fn digits(algorithm: Algorithm) -> usize {
    algorithm.digest_len().saturating_mul(2)
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

/// The bytes without the beginning of a character that the cut left at their end.
fn whole_characters(head: &[u8]) -> &[u8] {
    let last = head.utf8_chunks().last().map_or(&[][..], |chunk| chunk.invalid());
    let incomplete = str::from_utf8(last).is_err_and(|error| error.error_len().is_none());
    head.strip_suffix(last).filter(|_| incomplete).unwrap_or(head)
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

#[cfg(test)]
mod tests {
    use fingerprint::UnknownAlgorithm;

    use super::*;
    use crate::UnknownFlag;

    fn shown(bytes: &[u8]) -> String {
        Excerpt::new(bytes).to_string()
    }

    #[test]
    fn excerpts_are_quoted_and_safe() {
        assert_eq!(shown(b"foo"), "\"foo\"");
        assert_eq!(shown(b"a\"b\"\n"), "\"a\\\"b\\\"\\n\"");
        assert_eq!(shown(b"\x1b[0m\xff"), "\"\\x1b[0m\\xff\"");
        assert_eq!(shown(b""), "\"\"");
    }

    #[test]
    fn overlong_excerpts_are_cut_between_characters() {
        assert_eq!(shown(&[b'x'; 64]), format!("\"{}\"", "x".repeat(64)));
        assert_eq!(shown(&[b'x'; 65]), format!("\"{}...\" (65 bytes)", "x".repeat(64)));
        let straddling = format!("{}\u{20ac}uro", "x".repeat(62));
        let expected = format!("\"{}...\" (68 bytes)", "x".repeat(62));
        assert_eq!(shown(straddling.as_bytes()), expected);
        let fitting = format!("{}\u{20ac}uro", "x".repeat(61));
        let expected = format!("\"{}\u{20ac}...\" (67 bytes)", "x".repeat(61));
        assert_eq!(shown(fitting.as_bytes()), expected);
        assert_eq!(
            shown(&[0xff; 65]),
            format!("\"{}...\" (65 bytes)", "\\xff".repeat(64)),
            "bytes that begin no character are not taken for a cut one"
        );
    }

    #[test]
    fn a_file_name_is_put_in_front() {
        let problem = Problem::UnknownFlag { found: Excerpt::new(b"foo") };
        let diagnostic = Diagnostic { line: 12, column: 8, problem };
        assert_eq!(
            diagnostic.in_file("/etc/signatures").to_string(),
            "/etc/signatures:12:8: unknown flag \"foo\"; expected direct, indirect, file, program, \
             interpreter, script, library or untrusted"
        );
        let hostile = diagnostic.in_file("/tmp/\x1b]0;").to_string();
        assert!(hostile.starts_with("/tmp/\\x1b]0;:12:8: "), "{hostile}");
    }

    #[test]
    fn what_is_expected_is_what_the_types_know() {
        let found = Excerpt::new(b"x");
        let tail = |text: String| text.split_once("; ").map(|(_, tail)| tail.to_owned()).unwrap();
        assert_eq!(
            tail(Problem::UnknownFlag { found: found.clone() }.to_string()),
            tail(UnknownFlag.to_string())
        );
        assert_eq!(
            tail(Problem::UnknownAlgorithm { found }.to_string()),
            tail(UnknownAlgorithm.to_string())
        );
    }
}
