//! A test oracle: what NetBSD's veriexecctl(8) makes of a signatures file, to the letter.
//!
//! It models the scanner and the grammar of `sbin/veriexecctl` (veriexecctl_conf.l 1.14 and
//! veriexecctl_parse.y 1.25) with every fault they have, so that a test can say what a NetBSD
//! machine would load from a file of ours. **It is no parser to use for anything else:**
//!
//! * a comment after an entry takes the end of the line with it, and both that entry and the next
//!   are lost;
//! * a path that stands alone on its line is one name with the beginning of the next line;
//! * a last line without a newline is not loaded;
//! * flags of a bad line are added to those of the next good one;
//! * a byte that can begin no word is dropped, so that `SHA-256` is the two words `SHA` and `256`;
//! * a backslash quotes the blank after it even where it is itself quoted, so that no name can end
//!   in a backslash;
//! * a NUL ends a name.
//!
//! Left out is what needs a machine: the checks that the file exists and is a regular one, and
//! those of the kernel on algorithm and length of the fingerprint.

use std::cmp::Reverse;

/// An entry as veriexecctl(8) would send it to `/dev/veriexec`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadedEntry {
    /// `file`: the path, quoting removed.
    pub path: Vec<u8>,
    /// `fp-type`: the name of the algorithm as it was written; the kernel ignores case.
    pub algorithm: Vec<u8>,
    /// `fp`: the fingerprint.
    pub fingerprint: Vec<u8>,
    /// `entry-type`, which is not sent if there was no flag.
    pub entry_type: Option<u8>,
}

impl LoadedEntry {
    /// The entry type as the kernel takes it: direct access (0x01) unless there is another.
    #[must_use]
    pub fn access(&self) -> u8 {
        match self.entry_type.unwrap_or(0) {
            flags if flags & 0x07 == 0 => flags | 0x01,
            flags => flags,
        }
    }
}

/// What veriexecctl(8) would load from the file, in its order.
#[must_use]
pub fn parse(file: &[u8]) -> Vec<LoadedEntry> {
    let mut loaded = Vec::new();
    let mut parser = Parser::default();
    let mut scanner = Scanner { rest: file, at_line_start: true };
    while let Some(token) = scanner.next_token() {
        loaded.extend(parser.take(token));
    }
    // At the end of the file an entry that is not complete is an error that nobody looks at.
    loaded
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Path(Vec<u8>),
    Word(Vec<u8>),
    Comma,
    EndOfLine,
}

/// The rules of the scanner, in their order: of those that match the longest text, the first wins.
#[derive(Clone, Copy)]
enum Rule {
    Path,
    Word,
    Blank,
    CommentAtEndOfFile,
    Comment,
    Continuation,
    EmptyLine,
    EndOfLine,
    Comma,
    Invalid,
}

impl Rule {
    const ALL: [Self; 10] = [
        Self::Path,
        Self::Word,
        Self::Blank,
        Self::CommentAtEndOfFile,
        Self::Comment,
        Self::Continuation,
        Self::EmptyLine,
        Self::EndOfLine,
        Self::Comma,
        Self::Invalid,
    ];

    /// The length of the longest text ahead that the rule matches; 0 if there is none.
    fn matches(self, rest: &[u8], at_line_start: bool) -> usize {
        let one = |right: bool| usize::from(right);
        match (self, rest) {
            (Self::Path, [b'/', name @ ..]) => match path_bytes(name) {
                0 => 0,
                bytes => 1 + bytes,
            },
            (Self::Word, _) => rest.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count(),
            (Self::Blank, [b' ' | b'\t' | b'\r', ..]) => 1,
            (Self::CommentAtEndOfFile, [b'#', ..]) => until_newline(rest),
            (Self::Comment, [b'#', ..]) => match until_newline(rest) {
                comment if comment < rest.len() => comment + 1,
                _ => 0,
            },
            (Self::Continuation, [b'\\', b'\n', ..]) => 2,
            (Self::EmptyLine, [b'\n', ..]) => one(at_line_start),
            (Self::EndOfLine, [b'\n', ..]) | (Self::Comma, [b',', ..]) => 1,
            (Self::Invalid, [byte, ..]) => one(*byte != b'\n'),
            _ => 0,
        }
    }
}

/// How far a path goes on: any byte but a blank, or a backslash and any byte but a newline.
///
/// A backslash is such a byte by itself too, and the longest match wins; so a blank ends the path
/// exactly if no backslash stands before it, whatever stands before that.
fn path_bytes(name: &[u8]) -> usize {
    let mut before = b'/';
    let end = name.iter().position(|byte| {
        let ends = matches!(byte, b' ' | b'\t') && before != b'\\';
        before = *byte;
        ends
    });
    end.unwrap_or(name.len())
}

fn until_newline(rest: &[u8]) -> usize {
    rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len())
}

struct Scanner<'a> {
    rest: &'a [u8],
    at_line_start: bool,
}

impl Scanner<'_> {
    /// The next token; `None` at the end of the file.
    fn next_token(&mut self) -> Option<Token> {
        loop {
            // Of rules with equal lengths `min_by_key` keeps the first.
            let (rule, length) = Rule::ALL
                .map(|rule| (rule, rule.matches(self.rest, self.at_line_start)))
                .into_iter()
                .min_by_key(|(_, length)| Reverse(*length))
                .filter(|(_, length)| *length > 0)?;
            let (text, rest) = self.rest.split_at(length);
            self.rest = rest;
            self.at_line_start = text.ends_with(b"\n");
            match rule {
                Rule::Path => return Some(Token::Path(dequote(text))),
                Rule::Word => return Some(Token::Word(text.to_vec())),
                Rule::Comma => return Some(Token::Comma),
                Rule::EndOfLine => return Some(Token::EndOfLine),
                Rule::Blank
                | Rule::CommentAtEndOfFile
                | Rule::Comment
                | Rule::Continuation
                | Rule::EmptyLine
                | Rule::Invalid => {}
            }
        }
    }
}

/// Removes each backslash that has something after it, as from a C string.
fn dequote(text: &[u8]) -> Vec<u8> {
    let mut name = Vec::new();
    let mut bytes = text.split(|byte| *byte == 0).next().unwrap_or_default().iter();
    while let Some(byte) = bytes.next() {
        name.push(match byte {
            b'\\' => *bytes.next().unwrap_or(byte),
            _ => *byte,
        });
    }
    name
}

/// What the grammar takes next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Expected {
    /// A path, or the end of a line that has no entry.
    #[default]
    Entry,
    Algorithm,
    Fingerprint,
    /// A first flag or the end of the line.
    FlagOrEnd,
    /// A flag, after a comma.
    Flag,
    /// A comma or the end of the line.
    CommaOrEnd,
    /// The end of the line, after an error; all else is discarded.
    Recovery,
}

#[derive(Debug, Default)]
struct Parser {
    expected: Expected,
    /// The dictionary under construction. It is made for a path if there is none, and let go only
    /// when an entry is complete: after an error it stays, `entry-type` and all.
    dictionary: Option<LoadedEntry>,
}

impl Parser {
    fn take(&mut self, token: Token) -> Option<LoadedEntry> {
        use Expected::{Algorithm, CommaOrEnd, Entry, Fingerprint, Flag, FlagOrEnd, Recovery};
        self.expected = match (self.expected, token) {
            (FlagOrEnd | CommaOrEnd, Token::EndOfLine) => {
                self.expected = Entry;
                return self.dictionary.take();
            }
            // An error that comes up at the end of a line is over with that line.
            (_, Token::EndOfLine) => Entry,
            (Entry, Token::Path(path)) => {
                self.dictionary().path = path;
                Algorithm
            }
            (Algorithm, Token::Word(word)) => {
                self.dictionary().algorithm = word;
                Fingerprint
            }
            (Fingerprint, Token::Word(word)) => match convert(&word) {
                Some(fingerprint) => {
                    self.dictionary().fingerprint = fingerprint;
                    FlagOrEnd
                }
                None => Recovery,
            },
            (FlagOrEnd | Flag, Token::Word(word)) => match flag(&word) {
                Some(bits) => {
                    let entry_type = &mut self.dictionary().entry_type;
                    *entry_type = Some(entry_type.unwrap_or(0) | bits);
                    CommaOrEnd
                }
                None => Recovery,
            },
            (CommaOrEnd, Token::Comma) => Flag,
            _ => Recovery,
        };
        None
    }

    fn dictionary(&mut self) -> &mut LoadedEntry {
        self.dictionary.get_or_insert_with(|| LoadedEntry {
            path: Vec::new(),
            algorithm: Vec::new(),
            fingerprint: Vec::new(),
            entry_type: None,
        })
    }
}

/// Pairs of hexadecimal digits, as many as there are: the kernel alone knows how many are due.
fn convert(word: &[u8]) -> Option<Vec<u8>> {
    let (pairs, odd) = word.as_chunks::<2>();
    let nibble = |digit: u8| char::from(digit).to_digit(16).and_then(|n| u8::try_from(n).ok());
    odd.is_empty().then_some(())?;
    pairs.iter().map(|[high, low]| Some((nibble(*high)? << 4) | nibble(*low)?)).collect()
}

fn flag(word: &[u8]) -> Option<u8> {
    match word.to_ascii_lowercase().as_slice() {
        b"direct" | b"program" => Some(0x01),
        b"indirect" | b"interpreter" => Some(0x02),
        b"file" => Some(0x04),
        b"script" => Some(0x05),
        b"library" => Some(0x06),
        b"untrusted" => Some(0x10),
        _ => None,
    }
}
