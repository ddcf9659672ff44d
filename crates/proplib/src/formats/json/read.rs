//! The reader.

use alloc::vec::Vec;
use core::mem;

use super::number::{self, NumberError};
use super::string;
use crate::formats::format::is_space;
use crate::formats::read_error::{Expected, Fault, ReadErrorKind};
use crate::memory::fallible::{self, NoMemory};
use crate::objects::bytes::Bytes;
use crate::objects::container::Open;
use crate::{Dictionary, Kind, Mode, Object, PropString, ReadOptions};

/// Reads a property list from a text without a NUL; its outermost object must be of the kind that
/// is given.
pub(crate) fn read(
    text: &[u8],
    options: &ReadOptions,
    root: Option<Kind>,
) -> Result<Object, Fault> {
    let mut reader = Reader { text, offset: 0, max_depth: options.limits.max_depth };
    if options.mode == Mode::Tolerant {
        reader.take(b"\xef\xbb\xbf");
    }
    reader.skip_space();
    // A mark of UTF-16 is stepped over, and what follows is no UTF-16 all the same.
    if !reader.take(b"\xff\xfe") {
        reader.take(b"\xfe\xff");
    }
    let object = reader.root(root)?;
    reader.skip_space();
    if reader.rest().is_empty() { Ok(object) } else { Err(reader.expected(Expected::TextEnd)) }
}

struct Reader<'a> {
    text: &'a [u8],
    offset: usize,
    max_depth: usize,
}

/// What the first byte of a value says that it is.
#[derive(Clone, Copy)]
enum Lead {
    Array,
    Dictionary,
    False,
    Number,
    String,
    True,
}

impl Lead {
    fn of(text: &[u8]) -> Option<Self> {
        Some(match text {
            [b'[', ..] => Self::Array,
            [b'{', ..] => Self::Dictionary,
            [b'"', ..] => Self::String,
            [b'-' | b'+' | b'0'..=b'9', ..] => Self::Number,
            _ if text.starts_with(b"true") => Self::True,
            _ if text.starts_with(b"false") => Self::False,
            _ => return None,
        })
    }

    fn kind(self) -> Kind {
        match self {
            Self::Array => Kind::Array,
            Self::Dictionary => Kind::Dictionary,
            Self::False | Self::True => Kind::Bool,
            Self::Number => Kind::Number,
            Self::String => Kind::String,
        }
    }
}

/// What a value begins with.
enum Begun {
    /// A value that is complete.
    Value(Object),
    /// A container.
    Container(Open),
}

impl<'a> Reader<'a> {
    /// Reads the outermost object.
    fn root(&mut self, root: Option<Kind>) -> Result<Object, Fault> {
        let lead = self.lead(Expected::Root)?;
        if let Some(expected) = root
            && expected != lead.kind()
        {
            return Err(Fault::root(expected, lead.kind(), self.offset));
        }
        let mut current = match self.value(lead, 0)? {
            Begun::Value(object) => return Ok(object),
            Begun::Container(open) => open,
        };
        let mut parents: Vec<Open> = Vec::new();
        let mut after_value = false;
        loop {
            let object = match self.next(&mut current, after_value)? {
                Some(lead) => match self.value(lead, parents.len().saturating_add(1))? {
                    Begun::Value(object) => object,
                    Begun::Container(open) => {
                        fallible::push(&mut parents, mem::replace(&mut current, open))
                            .map_err(|error| self.no_memory(error))?;
                        after_value = false;
                        continue;
                    }
                },
                None => {
                    let Some(parent) = parents.pop() else {
                        return current.close().map_err(|error| self.no_memory(error));
                    };
                    let closed = mem::replace(&mut current, parent).close();
                    closed.map_err(|error| self.no_memory(error))?
                }
            };
            current.add(object).map_err(|error| self.no_memory(error))?;
            after_value = true;
        }
    }

    /// The next value in a container, after its key in a dictionary; nothing at the container's
    /// end, which is stepped over. A comma may come after a value, and need not.
    fn next(&mut self, open: &mut Open, after_value: bool) -> Result<Option<Lead>, Fault> {
        self.skip_space();
        let comma_is_due = after_value && !self.take(b",");
        self.skip_space();
        match open {
            Open::Array(_) => {
                if self.take(b"]") {
                    return Ok(None);
                }
                self.lead(if comma_is_due { Expected::CommaOrElement } else { Expected::Element })
                    .map(Some)
            }
            Open::Dictionary { key, .. } => {
                if self.take(b"}") {
                    return Ok(None);
                }
                if !self.take(b"\"") {
                    let expected = if comma_is_due { Expected::CommaOrKey } else { Expected::Key };
                    return Err(self.expected(expected));
                }
                *key = self.key()?;
                self.skip_space();
                if !self.take(b":") {
                    return Err(self.expected(Expected::Colon));
                }
                self.lead(Expected::JsonValue).map(Some)
            }
        }
    }

    /// What value comes next, which stays where it is.
    fn lead(&mut self, expected: Expected) -> Result<Lead, Fault> {
        self.skip_space();
        Lead::of(self.rest()).ok_or_else(|| self.expected(expected))
    }

    /// Reads a value, or begins a container that is `depth` others deep.
    fn value(&mut self, lead: Lead, depth: usize) -> Result<Begun, Fault> {
        Ok(Begun::Value(match lead {
            Lead::Array | Lead::Dictionary if depth >= self.max_depth => {
                return Err(self.fault(ReadErrorKind::TooDeep { limit: self.max_depth }));
            }
            Lead::Array => {
                self.advance(1);
                return Ok(Begun::Container(Open::array()));
            }
            Lead::Dictionary => {
                self.advance(1);
                return Ok(Begun::Container(Open::dictionary()));
            }
            Lead::False => {
                self.advance("false".len());
                false.into()
            }
            Lead::Number => self.number()?,
            Lead::String => {
                self.advance(1);
                PropString::from_bytes(self.string()?).into()
            }
            Lead::True => {
                self.advance("true".len());
                true.into()
            }
        }))
    }

    /// Reads a key behind its first quote.
    fn key(&mut self) -> Result<Bytes, Fault> {
        let offset = self.offset;
        let key = self.string()?;
        let kind = match key.as_slice().len() {
            0 => ReadErrorKind::KeyEmpty,
            1..=Dictionary::MAX_KEY => return Ok(key),
            _ => ReadErrorKind::KeyTooLong,
        };
        Err(Fault { kind, offset })
    }

    /// Reads a string behind its first quote.
    fn string(&mut self) -> Result<Bytes, Fault> {
        let (offset, rest) = (self.offset, self.rest());
        let Some((length, escapes)) = string::length(rest) else {
            self.advance(rest.len());
            return Err(self.expected(Expected::Quote));
        };
        self.advance(length.saturating_add(1));
        let raw = rest.get(..length).unwrap_or(rest);
        let bytes =
            if escapes { Bytes::from_vec(string::unescape(raw, offset)?) } else { Bytes::new(raw) };
        bytes.map_err(|error| self.no_memory(error))
    }

    fn number(&mut self) -> Result<Object, Fault> {
        match number::read(self.rest()) {
            Ok((number, length)) => {
                self.advance(length);
                match self.rest().first() {
                    // What other readers take for a part of the number.
                    Some(b'.' | b'e' | b'E' | b'x' | b'X') => Err(self.expected(Expected::Decimal)),
                    _ => Ok(number.into()),
                }
            }
            Err(NumberError::NoDigit(length)) => {
                self.advance(length);
                Err(self.expected(Expected::Decimal))
            }
            Err(NumberError::OutOfRange) => Err(self.fault(ReadErrorKind::Range)),
        }
    }

    /// What is still to be read.
    fn rest(&self) -> &'a [u8] {
        self.text.get(self.offset..).unwrap_or(&[])
    }

    fn advance(&mut self, bytes: usize) {
        self.offset = self.offset.saturating_add(bytes).min(self.text.len());
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.advance(rest.iter().position(|&byte| !is_space(byte)).unwrap_or(rest.len()));
    }

    /// Steps over these bytes, if they come next.
    fn take(&mut self, bytes: &[u8]) -> bool {
        let comes = self.rest().starts_with(bytes);
        if comes {
            self.advance(bytes.len());
        }
        comes
    }

    /// The fault that something else than this stands here, or nothing at all.
    #[cold]
    fn expected(&self, expected: Expected) -> Fault {
        self.fault(if self.rest().is_empty() {
            ReadErrorKind::End(expected)
        } else {
            ReadErrorKind::Other(expected)
        })
    }

    fn fault(&self, kind: ReadErrorKind) -> Fault {
        Fault { kind, offset: self.offset }
    }

    #[cold]
    fn no_memory(&self, error: NoMemory) -> Fault {
        self.fault(error.into())
    }
}
