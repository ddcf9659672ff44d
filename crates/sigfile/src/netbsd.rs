//! What NetBSD's veriexecctl(8) makes of a signatures file, faults and all.
//!
//! It is a model of its scanner and grammar, for warnings about files that a NetBSD machine would
//! read otherwise than we do. Nothing is ever loaded by it.

use fingerprint::{Algorithm, Digest};

use crate::{EntryType, PathError};

/// What that program takes for one line: everything up to a newline that it sees as one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Statement {
    /// Where its first word begins.
    pub(crate) start: usize,
    /// Where the next statement can begin.
    pub(crate) end: usize,
    /// What comes of it, if a kernel takes it.
    pub(crate) loaded: Option<Loaded>,
}

/// An entry as that program loads it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Loaded {
    pub(crate) path: Vec<u8>,
    pub(crate) fingerprint: Digest,
    /// The accesses that the kernel permits.
    pub(crate) access: EntryType,
    /// Where the statement begins whose flags it has besides its own, if there is one.
    pub(crate) leak: Option<usize>,
}

/// The statements of a file.
pub(crate) fn statements(file: &[u8]) -> impl Iterator<Item = Statement> {
    let mut reader = Reader {
        scanner: Scanner { file, at: 0, at_line_start: true },
        stale: EntryType::EMPTY,
        leak: None,
    };
    std::iter::from_fn(move || reader.statement())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Path,
    Word,
    Comma,
    EndOfLine,
}

struct Scanner<'a> {
    file: &'a [u8],
    at: usize,
    at_line_start: bool,
}

impl<'a> Scanner<'a> {
    /// The next token, its text and where that begins; `None` at the end of the file.
    fn token(&mut self) -> Option<(Token, &'a [u8], usize)> {
        loop {
            let start = self.at;
            let rest = self.file.get(start..)?;
            let (token, length) = match rest {
                [] => return None,
                [b'/', name @ ..] if path_len(name) > 0 => {
                    (Some(Token::Path), path_len(name).saturating_add(1))
                }
                [byte, ..] if byte.is_ascii_alphanumeric() => (Some(Token::Word), word_len(rest)),
                [b'#', ..] => (None, line_len(rest)),
                [b'\\', b'\n', ..] => (None, 2),
                [b'\n', ..] if self.at_line_start => (None, 1),
                [b'\n', ..] => (Some(Token::EndOfLine), 1),
                [b',', ..] => (Some(Token::Comma), 1),
                // Blanks, and bytes that can begin nothing.
                _ => (None, 1),
            };
            let text = rest.get(..length).unwrap_or(rest);
            self.at = start.saturating_add(text.len());
            self.at_line_start = text.ends_with(b"\n");
            if let Some(token) = token {
                return Some((token, text, start));
            }
        }
    }
}

fn word_len(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count()
}

/// The length of a line with its newline.
fn line_len(text: &[u8]) -> usize {
    let newline = text.iter().position(|byte| *byte == b'\n');
    newline.map_or(text.len(), |index| index.saturating_add(1))
}

/// How far a path goes on: to a blank without a backslash before it, quoted or not.
fn path_len(name: &[u8]) -> usize {
    let mut before = b'/';
    let end = name.iter().position(|byte| {
        let ends = matches!(byte, b' ' | b'\t') && before != b'\\';
        before = *byte;
        ends
    });
    end.unwrap_or(name.len())
}

/// The name, up to a NUL, without the backslashes that have something after them.
fn dequoted(text: &[u8]) -> Vec<u8> {
    let mut name = Vec::new();
    let mut bytes = text.split(|byte| *byte == 0).next().unwrap_or_default().iter();
    while let Some(byte) = bytes.next() {
        name.push(if *byte == b'\\' { *bytes.next().unwrap_or(byte) } else { *byte });
    }
    name
}

struct Reader<'a> {
    scanner: Scanner<'a>,
    /// The flags of statements in error, which wait for the next one that is not.
    stale: EntryType,
    /// Where the first of those begins.
    leak: Option<usize>,
}

/// What a statement goes on with.
#[derive(Clone, Copy)]
enum Expected {
    Path,
    Algorithm,
    Fingerprint,
    FlagOrEnd,
    Flag,
    CommaOrEnd,
    /// Nothing can put it right any more.
    End,
}

impl Reader<'_> {
    fn statement(&mut self) -> Option<Statement> {
        let mut expected = Expected::Path;
        let mut begun = None;
        let (mut path, mut algorithm, mut hex) = (&[][..], &[][..], &[][..]);
        let mut own = EntryType::EMPTY;
        let loaded = loop {
            let Some((token, text, at)) = self.scanner.token() else { break None };
            begun.get_or_insert(at);
            expected = match (expected, token) {
                (Expected::FlagOrEnd | Expected::CommaOrEnd, Token::EndOfLine) => {
                    break self.complete(path, algorithm, hex, own);
                }
                (_, Token::EndOfLine) => {
                    self.keep(own, begun);
                    break None;
                }
                (Expected::Path, Token::Path) => {
                    path = text;
                    Expected::Algorithm
                }
                (Expected::Algorithm, Token::Word) => {
                    algorithm = text;
                    Expected::Fingerprint
                }
                (Expected::Fingerprint, Token::Word) if is_hex(text) => {
                    hex = text;
                    Expected::FlagOrEnd
                }
                (Expected::FlagOrEnd | Expected::Flag, Token::Word) => {
                    match EntryType::from_word(text) {
                        Ok(flag) => {
                            own = own | flag;
                            Expected::CommaOrEnd
                        }
                        Err(_) => Expected::End,
                    }
                }
                (Expected::CommaOrEnd, Token::Comma) => Expected::Flag,
                _ => Expected::End,
            };
        };
        Some(Statement { start: begun?, end: self.scanner.at, loaded })
    }

    /// A statement without an error: the flags that waited are let go with it, wherever it ends up.
    fn complete(
        &mut self,
        path: &[u8],
        algorithm: &[u8],
        hex: &[u8],
        own: EntryType,
    ) -> Option<Loaded> {
        let access = (self.stale | own).or_direct();
        let leak = self.leak.take().filter(|_| access != own.or_direct());
        self.stale = EntryType::EMPTY;
        // The kernel knows algorithms and lengths; the root directory is no regular file, and what
        // is too long for a path is none.
        let fingerprint = Digest::from_hex(Algorithm::from_name(algorithm)?, hex).ok()?;
        let path = Some(dequoted(path)).filter(|path| PathError::check(path).is_ok())?;
        Some(Loaded { path, fingerprint, access, leak })
    }

    fn keep(&mut self, own: EntryType, begun: Option<usize>) {
        if !own.is_empty() {
            self.stale = self.stale | own;
            self.leak = self.leak.or(begun);
        }
    }
}

fn is_hex(word: &[u8]) -> bool {
    word.len().is_multiple_of(2) && word.iter().all(u8::is_ascii_hexdigit)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "00112233445566778899aabbccddeeff";

    /// What is loaded from a file in which `MD5` stands for that word and a fingerprint.
    fn loaded(file: &str) -> Vec<String> {
        let file = file.replace("MD5", &format!("MD5 {HEX}"));
        let shown = |Loaded { path, access, leak, .. }: Loaded| {
            let leak = leak.map_or_else(String::new, |at| format!(" from {at}"));
            format!("{} {access}{leak}", path.escape_ascii())
        };
        statements(file.as_bytes()).filter_map(|made| made.loaded).map(shown).collect()
    }

    #[test]
    fn right_lines_are_read() {
        let file = "# c\n\n/a MD5\n /b MD5 script , Untrusted\r\n/c\\ d MD5 \\\n file\n";
        assert_eq!(loaded(file), ["/a direct", "/b direct, file, untrusted", "/c d file"]);
    }

    #[test]
    fn a_comment_takes_the_newline_with_it() {
        let file = "/a MD5 file # why\n/b MD5 direct\n/c MD5 direct\n/d MD5\n";
        assert_eq!(loaded(file), ["/c direct, file from 0", "/d direct"]);
        assert_eq!(loaded("/a MD5 # why\n \n/b MD5\n"), ["/a direct", "/b direct"]);
    }

    #[test]
    fn flags_wait_for_the_next_good_line() {
        let file = "/a MD5 x\n/b MD5 indirect, bogus\n/c MD5 file, bogus\n/d MD5 file\n/e MD5\n";
        assert_eq!(loaded(file), ["/d indirect, file from 42", "/e direct"]);
        // A line that only the kernel refuses takes them with it.
        assert_eq!(loaded("/b MD5 file file\n/c SHA3 00\n/d MD5\n"), ["/d direct"]);
        assert_eq!(loaded("/b MD5 file file\n/d MD5 file\n"), ["/d file"], "it had that already");
    }

    #[test]
    fn statements_cover_what_is_lost() {
        let file = format!("/a\n/b MD5 {HEX}\n/c MD5 {HEX}");
        let found: Vec<_> = statements(file.as_bytes())
            .map(|made| (made.start, made.end, made.loaded.map(|loaded| loaded.path)))
            .collect();
        let end = file.find("/c").unwrap();
        assert_eq!(found, [(0, end, Some(b"/a\n/b".to_vec())), (end, file.len(), None)]);
    }
}
