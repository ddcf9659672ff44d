//! Reading an array element by element.

use core::fmt;
use core::iter::FusedIterator;

use super::element::Value;
use super::read::Builder;
use super::scan::Scanner;
use crate::formats::read_error::{Fault, ReadErrorKind};
use crate::{Kind, Limits, Object, ReadError, ReadOptions};

/// Reads the elements of a property list that is an array, one at a time.
///
/// It holds no more than the element that it is at. After an error nothing more comes; without
/// one, the text was a whole property list.
///
/// ```
/// use proplib::{ReadOptions, xml::ArrayReader};
///
/// let text = b"<plist><array><true/><string>/lib</string></array></plist>";
/// for element in ArrayReader::new(text, &ReadOptions::default()) {
///     println!("{:?}", element?);
/// }
/// # Ok::<(), proplib::ReadError>(())
/// ```
pub struct ArrayReader<'a> {
    text: &'a [u8],
    scanner: Scanner<'a>,
    elements: Elements,
    is_too_long: Option<ReadErrorKind>,
}

impl<'a> ArrayReader<'a> {
    /// The elements of this text, of which none is read yet.
    #[must_use]
    pub fn new(text: &'a [u8], options: &ReadOptions) -> Self {
        let limit = options.limits.max_input;
        let kind = ReadErrorKind::TooLarge { limit };
        Self {
            text,
            scanner: Scanner::new(text, options.mode),
            elements: Elements::new(&options.limits),
            is_too_long: (text.len() > limit).then_some(kind),
        }
    }

    fn element(&mut self) -> Result<Option<Object>, Fault> {
        match self.is_too_long.take() {
            Some(kind) => Err(Fault { kind, offset: 0 }),
            None => self.elements.next(&mut self.scanner),
        }
    }
}

impl Iterator for ArrayReader<'_> {
    type Item = Result<Object, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let element = self.element().map_err(|fault| {
            self.elements.stop();
            fault.in_text(self.text)
        });
        element.transpose()
    }
}

impl FusedIterator for ArrayReader<'_> {}

impl fmt::Debug for ArrayReader<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ArrayReader")
            .field("offset", &self.scanner.offset())
            .finish_non_exhaustive()
    }
}

/// The elements of an array, whose text may come in pieces.
pub(super) struct Elements {
    next: Next,
    builder: Builder,
    max_depth: usize,
}

/// What is due.
#[derive(Clone, Copy)]
enum Next {
    Preamble,
    Array,
    Element,
    RestOfElement,
    End,
    Nothing,
}

impl Elements {
    pub(super) fn new(limits: &Limits) -> Self {
        let max_depth = limits.max_depth;
        Self { next: Next::Preamble, builder: Builder::new(1, max_depth), max_depth }
    }

    /// Reads the next element; nothing when the property list ends.
    ///
    /// When the text ends too early, what is complete is kept, and the scanner is behind it: with
    /// more text, this goes on.
    pub(super) fn next(&mut self, scanner: &mut Scanner<'_>) -> Result<Option<Object>, Fault> {
        loop {
            let before = scanner.rest();
            match self.step(scanner) {
                Ok(Step::Element(object)) => return Ok(Some(object)),
                Ok(Step::Next) => {}
                Ok(Step::Nothing) => return Ok(None),
                Err(fault) => {
                    // The builder has seen to it itself.
                    if !matches!(self.next, Next::RestOfElement) {
                        scanner.go_on_at(before);
                    }
                    return Err(fault);
                }
            }
        }
    }

    /// Has nothing come any more.
    pub(super) fn stop(&mut self) {
        self.next = Next::Nothing;
    }

    #[inline(always)]
    fn step(&mut self, scanner: &mut Scanner<'_>) -> Result<Step, Fault> {
        match self.next {
            Next::Preamble => {
                scanner.begin()?;
                self.next = Next::Array;
            }
            Next::Array => {
                if let Value::Array(start) = scanner.root(Some(Kind::Array))? {
                    if self.max_depth == 0 {
                        let kind = ReadErrorKind::TooDeep { limit: 0 };
                        return Err(Fault { kind, offset: start.offset });
                    }
                    self.next = if start.is_empty { Next::End } else { Next::Element };
                }
            }
            Next::Element => match scanner.element()? {
                Some(value) => match self.builder.begin(value, scanner)? {
                    Some(object) => return Ok(Step::Element(object)),
                    None => self.next = Next::RestOfElement,
                },
                None => self.next = Next::End,
            },
            Next::RestOfElement => {
                let object = self.builder.go_on(scanner)?;
                self.next = Next::Element;
                return Ok(Step::Element(object));
            }
            Next::End => {
                scanner.end()?;
                self.next = Next::Nothing;
            }
            Next::Nothing => return Ok(Step::Nothing),
        }
        Ok(Step::Next)
    }
}

enum Step {
    Element(Object),
    Next,
    Nothing,
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn read(text: &str, limits: Limits) -> Result<Vec<Object>, String> {
        ArrayReader::new(text.as_bytes(), &limits.into())
            .map(|element| element.map_err(|error| error.to_string()))
            .collect()
    }

    #[test]
    fn elements_come_in_their_order() {
        for (array, count) in [
            ("<array/>", 0),
            ("<array></array>", 0),
            ("<array><true/></array>", 1),
            ("<array>\n<dict/> <!-- c --> <array><true/></array><integer>7</integer></array>", 3),
        ] {
            let text = format!("<plist>{array}</plist> and whatever follows");
            let whole = crate::Array::internalize(text.as_bytes()).unwrap();
            let elements = read(&text, Limits::default()).unwrap();
            assert_eq!(elements, whole.as_slice());
            assert_eq!(elements.len(), count);
        }
    }

    #[test]
    fn an_error_is_the_last_that_comes() {
        let text = b"<plist><array><true/>\n<tru/><true/></array></plist>";
        let mut reader = ArrayReader::new(text, &ReadOptions::default());
        assert_eq!(reader.next(), Some(Ok(Object::Bool(true))));
        let error = reader.next().unwrap().unwrap_err();
        let place = (error.offset, error.line, error.column);
        assert_eq!((error.kind, place), (ReadErrorKind::UnknownElement, (22, 2, 1)));
        assert_eq!(reader.next(), None);
        let message = "1:30: text ends too early; expected </plist>";
        assert_eq!(read("<plist><array><true/></array>", Limits::default()), Err(message.into()));
        let message = "1:8: property list is of kind dictionary; expected array";
        assert_eq!(read("<plist><dict/></plist>", Limits::default()), Err(message.into()));
    }

    #[test]
    fn limits_are_those_of_the_whole() {
        let text = "<plist><array><array><array/></array></array></plist>";
        let deep = |max_depth| Limits { max_depth, ..Limits::default() };
        for max_depth in 0..3 {
            let error = Object::internalize_within(text.as_bytes(), &deep(max_depth)).unwrap_err();
            assert_eq!(read(text, deep(max_depth)), Err(error.to_string()));
        }
        assert!(read(text, deep(3)).is_ok());
        let limits = Limits { max_input: text.len() - 1, ..Limits::default() };
        let error = Object::internalize_within(text.as_bytes(), &limits).unwrap_err();
        assert_eq!(read(text, limits), Err(error.to_string()));
    }
}
