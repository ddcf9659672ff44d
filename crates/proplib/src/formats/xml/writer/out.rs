//! The room in which text gathers before a sink takes it.

use super::sink::Sink;
use crate::Number;
use crate::formats::xml::reader::scan::position;
use crate::formats::xml::{base64, integer};
use crate::objects::bytes::Bytes;

/// How much text is gathered before it goes to the sink: little enough for the stack of a kernel.
const ROOM: usize = 512;

/// The part of it that each [`Line`] may use without checking again.
pub(super) const LINE: usize = 176;

/// From this length on, bytes are not copied to an empty room first.
const LONG: usize = 128;

/// The most tabs that a [`Line`] can begin with.
pub(super) const TABS: usize = 16;

/// A sink with a room before it, since many short pieces are quicker than many sinks.
pub(super) struct Out<S> {
    sink: S,
    room: [u8; ROOM],
    length: usize,
}

impl<S> Out<S> {
    pub(super) const fn sink(&self) -> &S {
        &self.sink
    }
}

impl<S: Sink> Out<S> {
    #[inline(always)]
    pub(super) const fn new(sink: S) -> Self {
        Self { sink, room: [0; ROOM], length: 0 }
    }

    /// Hands on what has gathered.
    pub(super) fn flush(&mut self) -> Result<(), S::Error> {
        let gathered = self.room.get(..self.length).unwrap_or(&[]);
        self.length = 0;
        if gathered.is_empty() { Ok(()) } else { self.sink.put(gathered) }
    }

    /// The sink, to which everything was handed on.
    #[inline(always)]
    pub(super) fn finish(mut self) -> Result<S, S::Error> {
        self.flush()?;
        self.sink.finish()?;
        Ok(self.sink)
    }

    /// Goes on where the text ends, with room for [`LINE`] bytes.
    #[inline(always)]
    pub(super) fn line(&mut self) -> Result<Line<'_>, S::Error> {
        if self.length > const { ROOM - LINE } {
            self.flush()?;
        }
        Ok(Line { at: self.length, room: &mut self.room, length: &mut self.length })
    }

    /// Puts all the tabs of a line but those that a [`Line`] can begin with; says how many those
    /// are.
    #[inline(always)]
    pub(super) fn indent(&mut self, depth: usize) -> Result<usize, S::Error> {
        if depth > TABS { self.indent_deep(depth) } else { Ok(depth) }
    }

    #[cold]
    fn indent_deep(&mut self, depth: usize) -> Result<usize, S::Error> {
        let mut left = depth;
        while left > TABS {
            let mut line = self.line()?;
            line.put(&[b'\t'; TABS]);
            line.end();
            left = left.saturating_sub(TABS);
        }
        Ok(left)
    }

    /// Puts bytes as they are.
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> Result<(), S::Error> {
        if self.length == 0 && bytes.len() >= LONG {
            return self.sink.put(bytes);
        }
        let free = self.room.get_mut(self.length..).unwrap_or_default();
        if let Some(place) = free.get_mut(..bytes.len()) {
            place.copy_from_slice(bytes);
            self.length = self.length.saturating_add(bytes.len());
            return Ok(());
        }
        self.flush()?;
        match self.room.get_mut(..bytes.len()) {
            Some(place) => {
                place.copy_from_slice(bytes);
                self.length = bytes.len();
                Ok(())
            }
            None => self.sink.put(bytes),
        }
    }

    /// Puts text with `<`, `>` and `&` as entities, and all else as it is.
    pub(super) fn escaped(&mut self, text: &[u8]) -> Result<(), S::Error> {
        let mut rest = text;
        loop {
            let at = position(rest, is_special);
            let (plain, special) = rest.split_at_checked(at).unwrap_or((rest, &[]));
            self.bytes(plain)?;
            let Some((&byte, behind)) = special.split_first() else { return Ok(()) };
            self.bytes(match byte {
                b'<' => b"&lt;",
                b'>' => b"&gt;",
                _ => b"&amp;",
            })?;
            rest = behind;
        }
    }

    /// Puts data in base64.
    pub(super) fn base64(&mut self, data: &[u8]) -> Result<(), S::Error> {
        for some in data.chunks(base64::BLOCK) {
            let mut line = self.line()?;
            line.base64(some);
            line.end();
        }
        Ok(())
    }
}

/// Without branches, for the loops over many bytes.
const fn is_special(byte: u8) -> bool {
    (byte == b'<') | (byte == b'>') | (byte == b'&')
}

/// A stretch of text of at most [`LINE`] bytes, of which nothing need be asked while it grows.
///
/// Pieces are copied in their full, constant length, of which only a part may count: that is a
/// few instructions.
pub(super) struct Line<'out> {
    room: &'out mut [u8; ROOM],
    length: &'out mut usize,
    at: usize,
}

impl Line<'_> {
    #[inline(always)]
    pub(super) fn put<const LENGTH: usize>(&mut self, text: &[u8; LENGTH]) {
        self.put_part(text, LENGTH);
    }

    /// Puts the first `length` bytes.
    #[inline(always)]
    pub(super) fn put_part<const LENGTH: usize>(&mut self, text: &[u8; LENGTH], length: usize) {
        let place = self.room.get_mut(self.at..).and_then(<[u8]>::first_chunk_mut);
        debug_assert!(place.is_some(), "a line is too long");
        if let Some(place) = place {
            *place = *text;
        }
        self.at = self.at.wrapping_add(length);
    }

    /// Puts `depth` tabs, at most [`TABS`].
    #[inline(always)]
    pub(super) fn tabs(&mut self, depth: usize) {
        self.put_part(&[b'\t'; TABS], depth);
    }

    /// Puts a text that is short and needs no entity; says whether it is.
    #[inline(always)]
    pub(super) fn plain(&mut self, text: &Bytes) -> bool {
        match text.plain() {
            Some((room, length)) => {
                self.put_part(room, length);
                true
            }
            None => false,
        }
    }

    /// Puts at most [`base64::BLOCK`] bytes in base64.
    #[inline(always)]
    pub(super) fn base64(&mut self, data: &[u8]) {
        let place = self.room.get_mut(self.at..).unwrap_or(&mut []);
        self.at = self.at.wrapping_add(base64::encode(data, place));
    }

    /// Puts a signed number in decimal, an unsigned one in hexadecimal.
    #[inline(always)]
    pub(super) fn number(&mut self, number: Number) {
        match number {
            Number::Unsigned(value @ 0..10) => self.put(&[b'0', b'x', b'0' | value as u8]),
            Number::Signed(value @ 0..10) => self.put(&[b'0' | value as u8]),
            _ => {
                let (digits, length) = integer::digits(number);
                self.put_part(&digits, length);
            }
        }
    }

    #[inline(always)]
    pub(super) fn end(self) {
        *self.length = self.at;
    }
}
