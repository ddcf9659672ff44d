//! Reading an array element by element from what the standard library can read.

use std::fmt;
use std::io::{self, Read};
use std::iter::FusedIterator;
use std::vec::Vec;

use super::array_reader::Elements;
use super::scan::Scanner;
use crate::formats::place::Place;
use crate::formats::read_error::{Fault, ReadErrorKind};
use crate::memory::fallible;
use crate::{Mode, NoMemory, Object, ReadError, ReadOptions};

/// Reads the elements of a property list that is an array, one at a time, from a file, a pipe or
/// whatever else can be read.
///
/// It holds the element that it is at, and as much text as the largest string, data or comment in
/// it has, but not less than 64 KiB. [`Limits::max_input`](crate::Limits::max_input) is a limit for
/// each element here, and what comes before it, not for all of the text. After an error nothing
/// more comes; without one, the text was a whole property list, behind which some more may have
/// been read.
///
/// ```
/// use proplib::{ReadOptions, xml::ArrayStream};
///
/// let text = b"<plist><array><true/><string>/lib</string></array></plist>";
/// for element in ArrayStream::new(&text[..], &ReadOptions::default()) {
///     println!("{:?}", element?);
/// }
/// # Ok::<(), proplib::xml::StreamError>(())
/// ```
pub struct ArrayStream<R> {
    elements: Elements,
    mode: Mode,
    window: Window<R>,
}

/// Why no element came.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// The text could not be read.
    #[error("cannot be read: {0}")]
    Read(#[from] io::Error),
    /// It is no property list that is an array, or exceeds a limit.
    #[error(transparent)]
    Text(#[from] ReadError),
}

impl<R: Read> ArrayStream<R> {
    /// The elements of what is read, of which none is read yet.
    #[must_use]
    pub fn new(input: R, options: &ReadOptions) -> Self {
        Self {
            elements: Elements::new(&options.limits),
            mode: options.mode,
            window: Window::new(input, options.limits.max_input),
        }
    }

    fn element(&mut self) -> Result<Option<Object>, StreamError> {
        loop {
            let text = self.window.text();
            let mut scanner = Scanner::new(text, self.mode);
            let element = self.elements.next(&mut scanner);
            let read = scanner.offset();
            match element {
                Ok(Some(element)) => {
                    self.window.advance(read);
                    self.window.end_element()?;
                    return Ok(Some(element));
                }
                Ok(None) => return Ok(None),
                Err(fault) if self.window.can_mend(&fault) => {
                    self.window.advance(read);
                    self.window.fill()?;
                }
                Err(fault) => return Err(self.window.error(fault).into()),
            }
        }
    }
}

impl<R: Read> Iterator for ArrayStream<R> {
    type Item = Result<Object, StreamError>;

    fn next(&mut self) -> Option<Self::Item> {
        let element = self.element();
        if element.is_err() {
            self.elements.stop();
        }
        element.transpose()
    }
}

impl<R: Read> FusedIterator for ArrayStream<R> {}

impl<R: fmt::Debug> fmt::Debug for ArrayStream<R> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ArrayStream").field("input", &self.window.input).finish_non_exhaustive()
    }
}

/// As much as is asked for at once.
const ROOM: usize = 1 << 16;

/// As much unfinished text as is looked at again whenever any more of it comes.
const SHORT: usize = 1 << 12;

/// The part of a text that is in memory.
struct Window<R> {
    input: R,
    /// No more comes.
    is_over: bool,
    room: Vec<u8>,
    /// Where in the room the text is that is not read yet.
    start: usize,
    end: usize,
    /// Where the room begins in the text.
    place: Place,
    /// Where the element begins, from the beginning of the room; before it, if it wraps around.
    element: usize,
    limit: usize,
}

impl<R: Read> Window<R> {
    const fn new(input: R, limit: usize) -> Self {
        let place = Place::BEGIN;
        Self { input, is_over: false, room: Vec::new(), start: 0, end: 0, place, element: 0, limit }
    }

    /// What is to be read.
    fn text(&self) -> &[u8] {
        self.room.get(self.start..self.end).unwrap_or(&[])
    }

    fn advance(&mut self, bytes: usize) {
        self.start = self.start.saturating_add(bytes).min(self.end);
    }

    /// Begins the next element where the last one ended, unless that was too long.
    fn end_element(&mut self) -> Result<(), ReadError> {
        self.check(self.start)?;
        self.element = self.start;
        Ok(())
    }

    /// Whether an element that reaches to this place in the room is not too long.
    fn check(&self, end: usize) -> Result<(), ReadError> {
        if end.wrapping_sub(self.element) <= self.limit {
            return Ok(());
        }
        let kind = ReadErrorKind::TooLarge { limit: self.limit };
        Err(self.error(Fault { kind, offset: 0 }))
    }

    /// Whether more text could help against a fault, and may come.
    fn can_mend(&self, fault: &Fault) -> bool {
        let is_short = matches!(fault.kind, ReadErrorKind::End(_) | ReadErrorKind::Empty);
        is_short && !self.is_over && self.text().get(fault.offset) != Some(&0)
    }

    fn error(&self, fault: Fault) -> ReadError {
        let before = self.room.get(..self.start).unwrap_or(&[]);
        fault.behind(self.place.behind(before), self.text())
    }

    /// Reads more text, so much that it is worth while to look at it again.
    fn fill(&mut self) -> Result<(), StreamError> {
        let before = self.text().len();
        let enough = if before < SHORT { 1 } else { before / 8 };
        let wanted = before.saturating_add(enough);
        while self.text().len() < wanted && !self.is_over {
            self.check(self.end)?;
            self.make_room()
                .map_err(|error| self.error(Fault { kind: error.into(), offset: 0 }))?;
            let free = self.room.get_mut(self.end..).unwrap_or_default();
            match self.input.read(free) {
                Ok(0) => self.is_over = true,
                Ok(bytes) => self.end = self.end.saturating_add(bytes).min(self.room.len()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Moves what is not read yet to the beginning of the room, and doubles it if it is full.
    fn make_room(&mut self) -> Result<(), NoMemory> {
        if self.start > 0 {
            let read = self.room.get(..self.start).unwrap_or(&[]);
            self.place = self.place.behind(read);
            self.room.copy_within(self.start..self.end, 0);
            self.element = self.element.wrapping_sub(self.start);
            self.end = self.end.saturating_sub(self.start);
            self.start = 0;
        }
        if self.end == self.room.len() {
            let more = self.room.len().max(ROOM);
            fallible::reserve_exact(&mut self.room, more)?;
            self.room.resize(self.room.len().saturating_add(more), 0);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::xml::ArrayReader;
    use crate::{Limits, ReadOptions};

    /// Gives text in pieces of so many bytes, and then fails if it is told to.
    struct Pieces<'a> {
        text: &'a [u8],
        size: usize,
        error: Option<io::ErrorKind>,
        largest_ask: usize,
    }

    impl<'a> Pieces<'a> {
        fn new(text: &'a [u8], size: usize) -> Self {
            Self { text, size, error: None, largest_ask: 0 }
        }
    }

    impl Read for &mut Pieces<'_> {
        fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
            self.largest_ask = self.largest_ask.max(room.len());
            if self.text.is_empty()
                && let Some(error) = self.error.take()
            {
                return Err(error.into());
            }
            let length = self.size.min(room.len()).min(self.text.len());
            room[..length].copy_from_slice(&self.text[..length]);
            self.text = &self.text[length..];
            Ok(length)
        }
    }

    fn options(mode: Mode) -> ReadOptions {
        ReadOptions { mode, ..ReadOptions::default() }
    }

    #[track_caller]
    fn assert_same(text: &[u8], mode: Mode, size: usize) {
        let options = options(mode);
        let mut reader = ArrayReader::new(text, &options);
        let mut pieces = Pieces::new(text, size);
        for element in ArrayStream::new(&mut pieces, &options) {
            match (element, reader.next()) {
                (Ok(element), Some(Ok(expected))) => assert_eq!(element, expected),
                (Err(StreamError::Text(error)), Some(Err(expected))) => assert_eq!(error, expected),
                (element, expected) => panic!("{element:?} instead of {expected:?}"),
            }
        }
        assert_eq!(reader.next(), None);
    }

    #[test]
    fn pieces_make_no_difference() {
        for text in [
            "<plist><array><true/>\n<dict>\n<key>k&amp;</key><string>&lt;</string></dict></array></plist>",
            "<?xml a?><!DOCTYPE plist b>\n<plist version=\"1.0\">\n<array>\n<data size=\"3\">Z m9v</data> \
             <integer>-7</integer><array/><array><array><false/></array></array></array>\n</plist>\nrest",
            "\u{feff}<!-- a --><?b?><!DOCTYPE plist [<!ENTITY c '>'>]><plist d='e' ><array >\
             <string>f<![CDATA[g]]>&#104;</string><true ></true ><integer> 5<!-- --></integer></array ></plist >",
            "<plist><array><true/><tru/></array></plist>",
            "<plist><array><integer>99999999999999999999</integer></array></plist>",
            "<plist><array/></plist>",
            "<plist><dict/></plist>",
            "<plist><array><true/>",
            "<plist><array><string>a\0</string></array></plist>",
            "\n\n",
            "",
            "[]",
        ] {
            for mode in [Mode::Strict, Mode::Tolerant] {
                for size in [1, 2, 3, 7, 64, 1000] {
                    assert_same(text.as_bytes(), mode, size);
                }
            }
        }
    }

    #[test]
    fn errors_know_their_place_in_the_whole() {
        let element = "<dict>\n<key>k</key><string>0123456789</string>\n</dict>\n".repeat(10_000);
        let text = format!("<plist>\n<array>\n{element}  <wrong/></array></plist>");
        let pieces = &mut Pieces::new(text.as_bytes(), 8191);
        let error = ArrayStream::new(pieces, &options(Mode::Strict)).last().unwrap().unwrap_err();
        assert_eq!(
            error.to_string(),
            "30003:3: unknown element; expected <array>, <data>, <dict>, <false/>, <integer>, \
             <string> or <true/>",
        );
        let StreamError::Text(error) = error else { panic!("{error}") };
        assert_eq!(error.offset, text.find("<wrong/>").unwrap());
    }

    #[test]
    fn the_room_does_not_grow_with_the_number_of_elements() {
        let text = format!("<plist><array>{}</array></plist>", "<true/> ".repeat(100_000));
        let mut pieces = Pieces::new(text.as_bytes(), usize::MAX);
        let count =
            ArrayStream::new(&mut pieces, &options(Mode::Strict)).filter(Result::is_ok).count();
        assert_eq!((count, pieces.largest_ask), (100_000, ROOM));

        // But with the longest text.
        let long = "a".repeat(5 * ROOM);
        let text = format!("<plist><array><string>{long}</string><true/></array></plist>");
        let mut pieces = Pieces::new(text.as_bytes(), 1000);
        let read: Vec<_> = ArrayStream::new(&mut pieces, &options(Mode::Strict)).collect();
        assert!(matches!(&read[..], [Ok(Object::String(string)), Ok(Object::Bool(true))]
            if string.as_bytes() == long.as_bytes()));
        assert!(pieces.largest_ask <= 4 * ROOM);
    }

    #[test]
    fn an_element_is_limited_whatever_the_pieces_are() {
        let limits = Limits { max_input: 45, ..Limits::default() };
        let short = "<string>0123456789</string>".repeat(100);
        let long = format!("<string>{}</string>", "a".repeat(30));
        let text = format!("<plist><array>{short}{long}</array></plist>");
        for size in [1, 10, 100, 100_000] {
            let mut pieces = Pieces::new(text.as_bytes(), size);
            let mut stream = ArrayStream::new(&mut pieces, &limits.into());
            assert!(stream.by_ref().take(100).all(|element| element.is_ok()));
            let Some(Err(StreamError::Text(error))) = stream.next() else { panic!("{size}") };
            assert_eq!(error.kind, ReadErrorKind::TooLarge { limit: 45 });
            assert!(stream.next().is_none());
        }
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let mut pieces = Pieces::new(b"<plist><array><true/>", 5);
        pieces.error = Some(io::ErrorKind::Interrupted);
        let error = ArrayStream::new(&mut pieces, &options(Mode::Strict)).last().unwrap();
        assert!(matches!(error, Err(StreamError::Text(_))));
        let mut pieces = Pieces::new(b"<plist><array><true/>", 5);
        pieces.error = Some(io::ErrorKind::BrokenPipe);
        let mut stream = ArrayStream::new(&mut pieces, &options(Mode::Strict));
        assert!(matches!(stream.next(), Some(Ok(Object::Bool(true)))));
        let error = stream.next().unwrap().unwrap_err();
        assert!(
            matches!(error, StreamError::Read(error) if error.kind() == io::ErrorKind::BrokenPipe)
        );
        assert!(stream.next().is_none());
    }
}
