//! The grammar of signatures files, veriexec(5).
//!
//! A line is `PATH ALGORITHM FINGERPRINT [FLAG {, FLAG}]`, with spaces and tabs between, a comment
//! from `#` to its end, and a backslash before the newline if it continues on the next line. In a
//! path a backslash makes the byte after it, a blank or a newline too, part of the name.
//!
//! What NetBSD's veriexecctl(8) loses without a word is read or refused here, line by line: a
//! comment after an entry, a last line without a newline, a path without the rest, and a line after
//! a bad one, whose flags it mixes. Every other line that is right means what it means to that
//! program, with two exceptions:
//!
//! * A backslash that is itself quoted does not quote the blank after it, so that a name can end
//!   in a backslash. To NetBSD's scanner the blank belongs to the name, and there is no way to
//!   write such a name for it.
//! * An entry ends with its line unless a backslash continues it. To NetBSD's scanner an empty line
//!   after such a backslash is no end, and neither is a comment anywhere.

use std::iter::FusedIterator;
use std::ops::Range;

use fingerprint::{Algorithm, Digest, DigestError};

use crate::cursor::Cursor;
use crate::foreign::BYTE_ORDER_MARK;
use crate::{Diagnostic, Entry, EntryType, Excerpt, PathError, Problem};

/// The entries of a signatures file, in its order, and a diagnostic for each line that has none
/// because something is wrong with it.
///
/// A bad line has no influence on the lines before and after it. The time is linear in the length
/// of the file, and there is no limit on the length of a line.
#[must_use]
pub fn entries(file: &[u8]) -> Entries<'_> {
    Entries { cursor: Cursor::new(file) }
}

/// An entry and where it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The number of the line on which the path stands, from 1.
    pub number: usize,
    /// The byte of that line on which the path begins, from 1.
    pub column: usize,
    /// What it says.
    pub entry: Entry,
}

/// What [`entries`] returns.
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    cursor: Cursor<'a>,
}

impl Iterator for Entries<'_> {
    type Item = Result<Line, Diagnostic>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_item().map(|item| item.read)
    }
}

/// An entry or a diagnostic, and the bytes it was read from.
pub(crate) struct Item {
    pub(crate) read: Result<Line, Diagnostic>,
    /// Where its first word begins.
    pub(crate) start: usize,
    /// For an entry, where its last word and the blanks after it end: at the end of its line, or at
    /// a comment.
    pub(crate) end: usize,
    /// For an entry, where the digits of its fingerprint stand.
    pub(crate) fingerprint: Range<usize>,
    /// Where the line after it begins, or the file ends.
    pub(crate) next: usize,
}

impl Entries<'_> {
    pub(crate) fn next_item(&mut self) -> Option<Item> {
        loop {
            self.cursor.skip_blanks();
            if !self.cursor.at_end_of_line() {
                break;
            }
            if !self.cursor.end_line() {
                return None;
            }
        }
        let (number, column) = (self.cursor.line(), self.cursor.column());
        let start = self.cursor.offset();
        let mut ahead = self.cursor;
        Some(match entry(&mut ahead) {
            Ok((entry, fingerprint)) => {
                let end = ahead.offset();
                ahead.end_line();
                self.cursor = ahead;
                let (read, next) = (Ok(Line { number, column, entry }), ahead.offset());
                Item { read, start, end, fingerprint, next }
            }
            Err(diagnostic) => {
                self.cursor.skip_line();
                let end = self.cursor.offset();
                Item { read: Err(diagnostic), start, end, fingerprint: end..end, next: end }
            }
        })
    }
}

impl FusedIterator for Entries<'_> {}

/// Reads an entry, up to the end of its line; says where its fingerprint stands.
fn entry(cursor: &mut Cursor<'_>) -> Result<(Entry, Range<usize>), Diagnostic> {
    let start = *cursor;
    let path = path(cursor)?;
    cursor.skip_blanks();
    if cursor.at_end_of_line() {
        return Err(start.diagnose(Problem::PathAlone));
    }
    let algorithm = algorithm(cursor)?;
    cursor.skip_blanks();
    let first = cursor.offset();
    let fingerprint = fingerprint(cursor, algorithm)?;
    let digits = first..cursor.offset();
    cursor.skip_blanks();
    let entry_type = flags(cursor)?;
    match Entry::new(path, fingerprint, entry_type) {
        Ok(entry) => Ok((entry, digits)),
        Err(error) => Err(start.diagnose(Problem::Path(error))),
    }
}

fn path(cursor: &mut Cursor<'_>) -> Result<Vec<u8>, Diagnostic> {
    match cursor.rest() {
        [b'/'] | [b'/', b' ' | b'\t' | b'\n', ..] | [b'/', b'\r'] | [b'/', b'\r', b'\n', ..] => {
            return Err(cursor.diagnose(Problem::Path(PathError::Root)));
        }
        [b'/', ..] => {}
        rest if cursor.offset() == 0 && rest.starts_with(BYTE_ORDER_MARK) => {
            return Err(cursor.diagnose(Problem::ByteOrderMark));
        }
        [b'\\'] => return Err(cursor.diagnose(Problem::UnfinishedEscape)),
        rest => {
            let end = rest.iter().position(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
            let found = Excerpt::new(end.and_then(|end| rest.get(..end)).unwrap_or(rest));
            return Err(cursor.diagnose(Problem::RelativePath { found }));
        }
    }
    let mut name = Vec::new();
    loop {
        let plain = cursor.rest().iter().position(|byte| b"\\ \t\n\0".contains(byte));
        name.extend_from_slice(cursor.advance(plain.unwrap_or(cursor.rest().len())));
        match cursor.rest() {
            [b'\\'] => return Err(cursor.diagnose(Problem::UnfinishedEscape)),
            [b'\\', b'\n', ..] => {
                name.push(b'\n');
                cursor.advance_line(2);
            }
            [b'\\', quoted, ..] if *quoted != 0 => {
                name.push(*quoted);
                cursor.advance(2);
            }
            [b'\\', ..] => {
                cursor.advance(1);
            }
            [0, ..] => return Err(cursor.diagnose(Problem::Path(PathError::Nul))),
            _ => return Ok(name),
        }
    }
}

fn algorithm(cursor: &mut Cursor<'_>) -> Result<Algorithm, Diagnostic> {
    let word = cursor.word();
    if let Some(algorithm) = Algorithm::from_name(word) {
        cursor.advance(word.len());
        return Ok(algorithm);
    }
    let found = Excerpt::new(word);
    Err(if word.iter().all(u8::is_ascii_hexdigit) && is_digest_len(word.len()) {
        cursor.diagnose(Problem::AlgorithmMissing)
    } else if !word.is_empty() && algorithm_follows(*cursor) {
        cursor.diagnose(Problem::UnescapedBlank { found })
    } else if word.first().is_some_and(u8::is_ascii_alphanumeric) {
        cursor.diagnose(Problem::UnknownAlgorithm { found })
    } else {
        unexpected(cursor, "an algorithm")
    })
}

fn is_digest_len(digits: usize) -> bool {
    Algorithm::ALL.into_iter().any(|known| known.digest_len().checked_mul(2) == Some(digits))
}

/// Whether a later word of the line is an algorithm, so that the path may hold bare blanks.
fn algorithm_follows(mut cursor: Cursor<'_>) -> bool {
    while !cursor.at_end_of_line() {
        let word = cursor.word();
        if Algorithm::from_name(word).is_some() {
            return true;
        }
        cursor.advance(word.len().max(1));
        cursor.skip_blanks();
    }
    false
}

fn fingerprint(cursor: &mut Cursor<'_>, algorithm: Algorithm) -> Result<Digest, Diagnostic> {
    let word = cursor.word();
    if cursor.at_end_of_line() || EntryType::from_word(word).is_ok() {
        return Err(cursor.diagnose(Problem::FingerprintMissing { algorithm }));
    }
    if word.is_empty() {
        return Err(unexpected(cursor, "a fingerprint"));
    }
    match Digest::from_hex(algorithm, word) {
        Ok(digest) => {
            cursor.advance(word.len());
            Ok(digest)
        }
        Err(DigestError::NotHex { index }) => {
            cursor.advance(index);
            let found = Excerpt::new(character(cursor.word()));
            Err(cursor.diagnose(Problem::NotHex { found, algorithm }))
        }
        Err(error) => Err(cursor.diagnose(Problem::Fingerprint(error))),
    }
}

/// The first character of a word, or its first byte if that begins none.
fn character(word: &[u8]) -> &[u8] {
    let first = word.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next());
    word.get(..first.map_or(1, char::len_utf8)).unwrap_or(word)
}

fn flags(cursor: &mut Cursor<'_>) -> Result<EntryType, Diagnostic> {
    let mut flags = EntryType::EMPTY;
    if cursor.at_end_of_line() {
        return Ok(flags);
    }
    loop {
        flags = flags | flag(cursor)?;
        cursor.skip_blanks();
        let comma = *cursor;
        match cursor.rest() {
            _ if cursor.at_end_of_line() => return Ok(flags),
            [b',', ..] => {
                cursor.advance(1);
            }
            [byte, ..] if byte.is_ascii_alphanumeric() => {
                let found = Excerpt::new(cursor.word());
                return Err(cursor.diagnose(Problem::CommaMissing { found }));
            }
            _ => return Err(unexpected(cursor, "\",\" or the end of the line")),
        }
        cursor.skip_blanks();
        if cursor.at_end_of_line() {
            return Err(comma.diagnose(Problem::DanglingComma));
        }
    }
}

/// What the flags have before their names in sys/verified_exec.h.
const KERNEL_PREFIX: &[u8] = b"VERIEXEC_";

fn flag(cursor: &mut Cursor<'_>) -> Result<EntryType, Diagnostic> {
    let word = cursor.word();
    if let Ok(flag) = EntryType::from_word(word) {
        cursor.advance(word.len());
        return Ok(flag);
    }
    let found = Excerpt::new(word);
    let kernel = word.split_at_checked(KERNEL_PREFIX.len());
    let kernel = kernel.filter(|(prefix, _)| prefix.eq_ignore_ascii_case(KERNEL_PREFIX));
    let meant = kernel.and_then(|(_, name)| EntryType::from_word(name).ok());
    Err(match (cursor.rest().first(), meant) {
        (_, Some(meant)) => cursor.diagnose(Problem::KernelFlag { found, meant }),
        (Some(b','), _) => cursor.diagnose(Problem::StrayComma),
        (Some(byte), _) if byte.is_ascii_alphanumeric() => {
            cursor.diagnose(Problem::UnknownFlag { found })
        }
        _ => unexpected(cursor, "a flag"),
    })
}

fn unexpected(cursor: &Cursor<'_>, expected: &'static str) -> Diagnostic {
    if cursor.rest() == b"\\" {
        return cursor.diagnose(Problem::UnfinishedEscape);
    }
    let word = cursor.word();
    let found = Excerpt::new(if word.is_empty() { character(cursor.rest()) } else { word });
    cursor.diagnose(Problem::Unexpected { found, expected })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MD5: &str = "00112233445566778899aabbccddeeff";

    /// What comes of a file: paths with their flags, and diagnostics.
    fn read(file: &[u8]) -> Vec<String> {
        let show = |line: Line| {
            let path = crate::printable(line.entry.path()).to_string();
            format!("{}: {path} [{}]", line.number, line.entry.entry_type())
        };
        entries(file).map(|item| item.map_or_else(|e| e.to_string(), show)).collect()
    }

    /// What comes of a file in which `MD5` stands for that word and a fingerprint.
    fn read_md5(file: &str) -> Vec<String> {
        read(file.replace("MD5", &format!("MD5 {MD5}")).as_bytes())
    }

    #[test]
    fn what_netbsd_reads_is_read() {
        assert_eq!(read_md5("/bin/ls MD5\n"), ["1: /bin/ls []"]);
        assert_eq!(read_md5("\t /a \t MD5 \t Direct ,FILE,file \r\n"), ["1: /a [direct, file]"]);
        assert_eq!(read_md5("# c\n  # c\n\n \n/a MD5 script\n"), ["5: /a [direct, file]"]);
        assert_eq!(read_md5("/a \\\nMD5 \\\n file\n/b MD5\n"), ["1: /a [file]", "4: /b []"]);
        let upper = format!("/a md5 {}\n", MD5.to_uppercase());
        assert_eq!(read(upper.as_bytes()), ["1: /a []"]);
    }

    #[test]
    fn what_netbsd_loses_is_read() {
        assert_eq!(read_md5("/a MD5 file # why\n/b MD5#c\n"), ["1: /a [file]", "2: /b []"]);
        assert_eq!(read_md5("/a MD5 library"), ["1: /a [indirect, file]"]);
        assert_eq!(read_md5("/a MD5 file # why"), ["1: /a [file]"]);
        assert_eq!(read_md5("/a MD5\r"), ["1: /a []"]);
        assert_eq!(read_md5("/a MD5 # no \\\n/b MD5\n"), ["1: /a []", "2: /b []"]);
        assert_eq!(read_md5("/a \\\r\nMD5\r\n"), ["1: /a []"]);
    }

    #[test]
    fn a_backslash_makes_what_follows_part_of_the_name() {
        assert_eq!(read_md5("/a\\ b\\\tc\\#\\n MD5\n"), ["1: /a b\\tc#n []"]);
        assert_eq!(read_md5("/a\\\\ MD5\n"), ["1: /a\\\\ []"]);
        assert_eq!(read_md5("/a\\\n\\\nb MD5\n/c MD5\n"), ["1: /a\\n\\nb []", "4: /c []"]);
        assert_eq!(read_md5("/a,\"#\r' MD5\n"), ["1: /a,\"#\\r' []"]);
        assert_eq!(read_md5("/\r MD5\n"), ["1: /\\r []"]);
    }

    #[test]
    fn an_empty_file_has_nothing_in_it() {
        for empty in ["", "\n", "#", "# c", " \t\r\n\\\n", "\\\r\n"] {
            assert!(read(empty.as_bytes()).is_empty(), "{empty:?}");
        }
    }

    #[test]
    fn a_bad_line_is_reported_and_left_behind() {
        let after = |bad: &str| {
            let mut items = read_md5(&format!("/a MD5\n{bad}\n/z MD5 file\n"));
            assert_eq!(items.remove(0), "1: /a []");
            items
        };
        assert_eq!(
            after("/b MD5 indirect, bogus"),
            [
                "2:51: unknown flag \"bogus\"; expected direct, indirect, file, program, \
                 interpreter, script, library or untrusted",
                "3: /z [file]"
            ]
        );
        assert_eq!(after("\0\x01/\\\0 \x02#\\")[1..], ["3: /z [file]"]);
        assert_eq!(after("/b nope \\\n/c MD5")[1..], ["4: /z [file]"]);
        assert_eq!(after("bad\\\n/c MD5 /d\\\n")[1..], ["5: /z [file]"]);
    }
}
