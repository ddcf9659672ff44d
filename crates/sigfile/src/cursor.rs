//! A place in a signatures file, and what can be skipped there.

use crate::{Diagnostic, Problem};

/// A place in a signatures file. A copy is a place to come back to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor<'a> {
    file: &'a [u8],
    rest: &'a [u8],
    line: usize,
    column: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(file: &'a [u8]) -> Self {
        Self { file, rest: file, line: 1, column: 1 }
    }

    /// What lies ahead.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// How many bytes lie behind.
    pub(crate) fn offset(&self) -> usize {
        self.file.len().saturating_sub(self.rest.len())
    }

    pub(crate) fn line(&self) -> usize {
        self.line
    }

    pub(crate) fn column(&self) -> usize {
        self.column
    }

    pub(crate) fn diagnose(&self, problem: Problem) -> Diagnostic {
        Diagnostic { line: self.line, column: self.column, problem }
    }

    /// Goes over that many bytes, none of them a newline.
    pub(crate) fn advance(&mut self, bytes: usize) -> &'a [u8] {
        let (passed, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, &[]));
        self.rest = rest;
        self.column = self.column.saturating_add(passed.len());
        passed
    }

    /// Goes over that many bytes, of which the last is a newline.
    pub(crate) fn advance_line(&mut self, bytes: usize) {
        self.advance(bytes);
        self.line = self.line.saturating_add(1);
        self.column = 1;
    }

    /// Goes over spaces, tabs, carriage returns, and newlines with a backslash before them.
    pub(crate) fn skip_blanks(&mut self) {
        loop {
            match self.rest {
                [b' ' | b'\t' | b'\r', ..] => {
                    self.advance(1);
                }
                [b'\\', b'\n', ..] => self.advance_line(2),
                [b'\\', b'\r', b'\n', ..] => self.advance_line(3),
                _ => return,
            }
        }
    }

    /// Whether the line has no word left.
    pub(crate) fn at_end_of_line(&self) -> bool {
        matches!(self.rest, [] | [b'\n' | b'#', ..])
    }

    /// Goes to the next line, over a comment if there is one; says whether there is a next line.
    ///
    /// A backslash at the end of a comment is part of the comment.
    pub(crate) fn end_line(&mut self) -> bool {
        let newline = self.rest.iter().position(|byte| *byte == b'\n');
        match newline.and_then(|index| index.checked_add(1)) {
            Some(bytes) => self.advance_line(bytes),
            None => {
                self.advance(self.rest.len());
            }
        }
        newline.is_some()
    }

    /// Goes to the next line, over every line that continues this one.
    ///
    /// It reads as if the line were right, so that a fault in a line does not change where the line
    /// ends.
    pub(crate) fn skip_line(&mut self) {
        loop {
            self.skip_blanks();
            if self.at_end_of_line() {
                self.end_line();
                return;
            }
            if self.rest.first() == Some(&b'/') {
                self.skip_path();
            } else {
                self.advance(1);
            }
        }
    }

    fn skip_path(&mut self) {
        loop {
            match self.rest {
                [] | [b' ' | b'\t' | b'\n', ..] => return,
                [b'\\', b'\n', ..] => self.advance_line(2),
                [b'\\', _, ..] => {
                    self.advance(2);
                }
                _ => {
                    self.advance(1);
                }
            }
        }
    }

    /// The word ahead: up to a blank, a comma, a comment, or the end of the line. A backslash that
    /// ends the file belongs to no word.
    pub(crate) fn word(&self) -> &'a [u8] {
        let mut ahead = *self;
        loop {
            match ahead.rest {
                [] | [b' ' | b'\t' | b'\r' | b'\n' | b',' | b'#', ..] => break,
                [b'\\'] | [b'\\', b'\n', ..] | [b'\\', b'\r', b'\n', ..] => break,
                _ => {
                    ahead.advance(1);
                }
            }
        }
        let len = self.rest.len().saturating_sub(ahead.rest.len());
        self.rest.get(..len).unwrap_or(self.rest)
    }
}
