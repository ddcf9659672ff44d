//! A place in a text, and steps forward from there.

use crate::Mode;
use crate::formats::read_error::{Expected, Fault, ReadErrorKind};
use crate::memory::word::Word;

/// Where the first such byte is, or the length if there is none.
#[inline]
pub(crate) fn position(bytes: &[u8], is: impl Fn(u8) -> bool) -> usize {
    let (chunks, _) = bytes.as_chunks::<16>();
    let without = chunks
        .iter()
        .take_while(|chunk| !chunk.iter().fold(false, |any, &byte| any | is(byte)))
        .count();
    let before = without.saturating_mul(16);
    let rest = bytes.get(before..).unwrap_or(&[]);
    before.saturating_add(rest.iter().position(|&byte| is(byte)).unwrap_or(rest.len()))
}

/// A place in a text, which a NUL ends.
///
/// A fault says that the text ends too early if, and only if, more text could mend it. So text may
/// come in pieces: what is found in the first ones holds, whatever the next ones are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scanner<'a> {
    text: &'a [u8],
    rest: &'a [u8],
    mode: Mode,
}

impl<'a> Scanner<'a> {
    pub(super) const fn new(text: &'a [u8], mode: Mode) -> Self {
        Self { text, rest: text, mode }
    }

    pub(super) fn is_tolerant(&self) -> bool {
        self.mode == Mode::Tolerant
    }

    /// How many bytes were read.
    #[inline]
    pub(super) fn offset(&self) -> usize {
        self.text.len().saturating_sub(self.rest.len())
    }

    /// What is still to be read.
    #[inline]
    pub(super) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Steps over all but this rest of it.
    #[inline]
    pub(super) const fn go_on_at(&mut self, rest: &'a [u8]) {
        self.rest = rest;
    }

    #[inline]
    pub(super) fn advance(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or(&[]);
    }

    #[inline]
    pub(super) fn word(&self) -> Word {
        Word::of(self.rest)
    }

    #[inline]
    pub(super) const fn is_at_end(&self) -> bool {
        matches!(self.rest, [] | [0, ..])
    }

    /// The fault that something else than this stands here, or nothing at all.
    #[cold]
    pub(super) fn expected(&self, expected: Expected) -> Fault {
        self.fault(if self.is_at_end() {
            ReadErrorKind::End(expected)
        } else {
            ReadErrorKind::Other(expected)
        })
    }

    #[cold]
    pub(super) fn fault(&self, kind: ReadErrorKind) -> Fault {
        Fault { kind, offset: self.offset() }
    }

    #[inline]
    pub(super) fn skip_space(&mut self) {
        while let [b' ' | b'\t' | b'\n' | b'\r', rest @ ..] = self.rest {
            self.rest = rest;
        }
    }

    /// Steps over these bytes, if they come next.
    #[inline]
    pub(super) fn take<const LENGTH: usize>(&mut self, bytes: &[u8; LENGTH]) -> bool {
        match self.rest.strip_prefix(bytes) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Whether these bytes come next.
    ///
    /// # Errors
    /// If the text ends before that can be said.
    pub(super) fn comes(&self, bytes: &[u8], expected: Expected) -> Result<bool, Fault> {
        let mut at = *self;
        for &byte in bytes {
            match at.rest {
                [] | [0, ..] => return Err(at.expected(expected)),
                [next, ..] if *next != byte => return Ok(false),
                [_, rest @ ..] => at.rest = rest,
            }
        }
        Ok(true)
    }

    /// Takes what comes before the first byte that is so, or before the end.
    #[inline]
    pub(super) fn take_until(&mut self, is: impl Fn(u8) -> bool) -> &'a [u8] {
        let length = position(self.rest, |byte| is(byte) | (byte == 0));
        let (taken, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, &[]));
        self.rest = rest;
        taken
    }

    /// Steps over what comes before these bytes, and over them.
    pub(super) fn skip_past(&mut self, end: &[u8], expected: Expected) -> Result<&'a [u8], Fault> {
        let from = self.rest;
        let first = end.first().copied().unwrap_or_default();
        loop {
            self.take_until(|byte| byte == first);
            if self.comes(end, expected)? {
                let length = from.len().saturating_sub(self.rest.len());
                self.advance(end.len());
                return Ok(from.get(..length).unwrap_or(from));
            }
            self.advance(1);
        }
    }

    pub(super) fn skip_comment(&mut self) -> Result<(), Fault> {
        if !self.comes(b"<!--", Expected::Comment)? {
            return Err(self.expected(Expected::Comment));
        }
        self.advance(4);
        self.skip_past(b"-->", Expected::CommentEnd).map(drop)
    }

    pub(super) fn skip_instruction(&mut self) -> Result<(), Fault> {
        self.skip_past(b"?>", Expected::InstructionEnd).map(drop)
    }
}

#[cfg(test)]
impl<'a> Scanner<'a> {
    pub(super) const fn strict(text: &'a str) -> Self {
        Self::new(text.as_bytes(), Mode::Strict)
    }

    pub(super) const fn tolerant(text: &'a str) -> Self {
        Self::new(text.as_bytes(), Mode::Tolerant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_found_in_and_behind_blocks() {
        for length in 0..70 {
            let mut bytes = vec![b'a'; length];
            assert_eq!(position(&bytes, |byte| byte == b'<'), length);
            for at in (0..length).rev() {
                bytes[at] = b'<';
                assert_eq!(position(&bytes, |byte| byte == b'<'), at);
            }
        }
    }
}
