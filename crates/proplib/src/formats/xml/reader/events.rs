//! Reading a property list without making objects of it.

use alloc::vec::Vec;
use core::iter::FusedIterator;
use core::mem;

use super::element::{Start, Value};
use super::scan::Scanner;
use super::text::Text;
use crate::formats::read_error::{Fault, ReadErrorKind};
use crate::memory::fallible;
use crate::{Data, Number, ReadError, ReadOptions};

/// A part of a property list.
#[derive(Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// An array, whose elements follow, and then [`Event::End`].
    Array,
    /// A dictionary, whose entries follow, each a key and a value, and then [`Event::End`]. Keys
    /// come in the order of the text, and as often as there; of equal ones the last one counts.
    Dictionary,
    /// The end of the innermost array or dictionary.
    End,
    /// A key, whose value follows.
    Key(Text<'a>),
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string.
    String(Text<'a>),
    /// Data.
    Data(Data),
}

/// The parts of a property list in XML, one after the other. Strings are borrowed from the text,
/// unless there are entities in them.
///
/// After an error nothing more comes; without one, the text was a whole property list.
///
/// ```
/// use proplib::xml::{Event, Events};
/// use proplib::ReadOptions;
///
/// let text = b"<plist><dict><key>file</key><string>/lib</string></dict></plist>";
/// let mut strings = Vec::new();
/// for event in Events::new(text, &ReadOptions::default()) {
///     if let Event::String(string) = event? {
///         strings.extend(string.as_borrowed());
///     }
/// }
/// assert_eq!(strings, [b"/lib"]);
/// # Ok::<(), proplib::ReadError>(())
/// ```
#[derive(Debug)]
pub struct Events<'a> {
    text: &'a [u8],
    scanner: Scanner<'a>,
    max_depth: usize,
    max_input: usize,
    next: Next,
    /// The containers around what comes next, the innermost last.
    containers: Vec<Container>,
    /// Whether the innermost is an empty element, which has no end tag.
    is_empty: bool,
}

/// What is around.
#[derive(Clone, Copy, Debug)]
enum Container {
    Array,
    Dictionary,
}

/// What is due.
#[derive(Clone, Copy, Debug)]
enum Next {
    Preamble { is_too_long: bool },
    Child,
    ValueOfKey,
    Nothing,
}

impl<'a> Events<'a> {
    /// The parts of this text, of which none is read yet.
    #[must_use]
    pub const fn new(text: &'a [u8], options: &ReadOptions) -> Self {
        Self {
            text,
            scanner: Scanner::new(text, options.mode),
            max_depth: options.limits.max_depth,
            max_input: options.limits.max_input,
            next: Next::Preamble { is_too_long: text.len() > options.limits.max_input },
            containers: Vec::new(),
            is_empty: false,
        }
    }

    /// Where the next part is looked for, in bytes from 0.
    pub(crate) fn offset(&self) -> usize {
        self.scanner.offset()
    }

    fn step(&mut self) -> Result<Option<Event<'a>>, Fault> {
        match self.next {
            Next::Preamble { is_too_long: true } => {
                Err(Fault { kind: ReadErrorKind::TooLarge { limit: self.max_input }, offset: 0 })
            }
            Next::Preamble { .. } => {
                self.scanner.begin()?;
                self.value().map(Some)
            }
            Next::Child if mem::take(&mut self.is_empty) => Ok(Some(self.end())),
            Next::Child => match self.containers.last() {
                Some(Container::Array) => match self.scanner.element()? {
                    Some(value) => self.event(value).map(Some),
                    None => Ok(Some(self.end())),
                },
                Some(Container::Dictionary) => match self.scanner.key()? {
                    Some(key) => {
                        self.next = Next::ValueOfKey;
                        Ok(Some(Event::Key(key)))
                    }
                    None => Ok(Some(self.end())),
                },
                None => {
                    self.next = Next::Nothing;
                    self.scanner.end()?;
                    Ok(None)
                }
            },
            Next::ValueOfKey => self.value().map(Some),
            Next::Nothing => Ok(None),
        }
    }

    fn value(&mut self) -> Result<Event<'a>, Fault> {
        let value = self.scanner.value()?;
        self.event(value)
    }

    fn event(&mut self, value: Value<'a>) -> Result<Event<'a>, Fault> {
        self.next = Next::Child;
        Ok(match value {
            Value::Array(start) => {
                self.open(start, Container::Array)?;
                Event::Array
            }
            Value::Bool(value) => Event::Bool(value),
            Value::Data(data) => Event::Data(data),
            Value::Dictionary(start) => {
                self.open(start, Container::Dictionary)?;
                Event::Dictionary
            }
            Value::Number(number) => Event::Number(number),
            Value::String(text) => Event::String(text),
        })
    }

    fn open(&mut self, start: Start, container: Container) -> Result<(), Fault> {
        if self.containers.len() >= self.max_depth {
            let kind = ReadErrorKind::TooDeep { limit: self.max_depth };
            return Err(Fault { kind, offset: start.offset });
        }
        self.is_empty = start.is_empty;
        fallible::push(&mut self.containers, container)
            .map_err(|error| self.scanner.no_memory(error))
    }

    fn end(&mut self) -> Event<'a> {
        self.containers.pop();
        Event::End
    }
}

impl<'a> Iterator for Events<'a> {
    type Item = Result<Event<'a>, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step()
            .map_err(|fault| {
                self.next = Next::Nothing;
                fault.in_text(self.text)
            })
            .transpose()
    }
}

impl FusedIterator for Events<'_> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Limits, Mode};
    use std::fmt::Write as _;

    /// The events of an element in a property list, on one line.
    fn events(element: &str, mode: Mode) -> String {
        let text = format!("<plist>{element}</plist>");
        let options = ReadOptions { mode, ..ReadOptions::default() };
        let mut line = String::new();
        for event in Events::new(text.as_bytes(), &options) {
            match event {
                Ok(event) => write!(line, "{event:?} ").unwrap(),
                Err(error) => write!(line, "{error}").unwrap(),
            }
        }
        line
    }

    #[test]
    fn parts_come_in_their_order() {
        assert_eq!(events("<true/>", Mode::Strict), "Bool(true) ");
        assert_eq!(
            events(
                "<dict><key>k&amp;</key><array><dict/><integer>0x7</integer></array><key>d</key>\
                 <data>AP8=</data><key>k&amp;</key><string> s</string></dict>",
                Mode::Strict,
            ),
            "Dictionary Key(\"k&\") Array Dictionary End Number(0x7) End Key(\"d\") Data(<00ff>) \
             Key(\"k&\") String(\" s\") End ",
        );
        assert_eq!(events("<array ><true /></array >", Mode::Tolerant), "Array Bool(true) End ");
    }

    #[test]
    fn an_error_is_the_last_that_comes() {
        assert_eq!(
            events("<array><true/></dict><true/>", Mode::Strict),
            "Array Bool(true) 1:22: expected a value",
        );
        assert_eq!(events("<true/><true/>", Mode::Strict), "Bool(true) 1:15: expected </plist>");
        let flat = ReadOptions::from(Limits { max_depth: 1, ..Limits::default() });
        let mut nested = Events::new(b"<plist><array><array/></array></plist>", &flat);
        assert_eq!(nested.next(), Some(Ok(Event::Array)));
        let error = nested.next().unwrap().unwrap_err();
        assert_eq!((error.kind, error.offset), (ReadErrorKind::TooDeep { limit: 1 }, 14));
        assert_eq!(nested.next(), None);
        let short = ReadOptions::from(Limits { max_input: 10, ..Limits::default() });
        let error = Events::new(b"<plist><true/></plist>", &short).next().unwrap().unwrap_err();
        assert_eq!(error.kind, ReadErrorKind::TooLarge { limit: 10 });
    }

    #[test]
    fn strings_are_borrowed_where_they_can_be() {
        let text = b"<plist><array><string>plain</string><string>&lt;</string></array></plist>";
        let borrowed: Vec<_> = Events::new(text, &ReadOptions::default())
            .filter_map(|event| match event.unwrap() {
                Event::String(string) => Some(string.as_borrowed()),
                _ => None,
            })
            .collect();
        assert_eq!(borrowed, [Some(&b"plain"[..]), None]);
    }
}
