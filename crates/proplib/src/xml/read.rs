//! The reader.

use alloc::vec::Vec;
use core::mem;

use super::scan::{Form, Scanner, Tag};
use super::{base64, integer, text};
use crate::bytes::Bytes;
use crate::container::Open;
use crate::fallible::{self, NoMemory};
use crate::internalize::{Expected, Fault, ReadErrorKind};
use crate::{Array, Data, Dictionary, Kind, Limits, Object, PropString};

/// Reads a property list from a text without a NUL; its outermost object must be of the kind that
/// is given.
pub(crate) fn read(text: &[u8], limits: &Limits, root: Option<Kind>) -> Result<Object, Fault> {
    let mut reader = Reader { scanner: Scanner::new(text), max_depth: limits.max_depth };
    reader.begin()?;
    let object = reader.root(root)?;
    reader.scanner.end_tag("plist")?;
    Ok(object)
}

struct Reader<'a> {
    scanner: Scanner<'a>,
    max_depth: usize,
}

/// The elements of values.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Element {
    Array,
    Data,
    Dict,
    False,
    Integer,
    String,
    True,
}

impl Element {
    fn of(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"string" => Self::String,
            b"integer" => Self::Integer,
            b"data" => Self::Data,
            b"dict" => Self::Dict,
            b"true" => Self::True,
            b"false" => Self::False,
            b"array" => Self::Array,
            _ => return None,
        })
    }

    fn kind(self) -> Kind {
        match self {
            Self::Array => Kind::Array,
            Self::Data => Kind::Data,
            Self::Dict => Kind::Dictionary,
            Self::False | Self::True => Kind::Bool,
            Self::Integer => Kind::Number,
            Self::String => Kind::String,
        }
    }
}

/// What a start tag begins.
enum Begun {
    /// A value that is complete.
    Value(Object),
    /// A container.
    Container(Open),
}

impl<'a> Reader<'a> {
    /// Steps over everything up to the start tag of the property list, and over that.
    fn begin(&mut self) -> Result<(), Fault> {
        self.scanner.skip_space();
        match self.scanner.rest().first() {
            Some(b'<') => {}
            Some(_) => return Err(self.scanner.expected(Expected::FirstTag)),
            None => return Err(self.fault(ReadErrorKind::Empty)),
        }
        self.scanner.skip_preamble()?;
        let expected = Expected::Start("plist");
        let tag = self.scanner.tag(expected)?;
        if tag.name != b"plist" || tag.form != Form::Start {
            return Err(tag.fault(ReadErrorKind::Other(expected)));
        }
        match tag.attribute {
            Some(attribute) if attribute.name != b"version" => tag.without_attribute(),
            _ => Ok(()),
        }
    }

    /// Reads the outermost object, and all that is in it.
    fn root(&mut self, kind: Option<Kind>) -> Result<Object, Fault> {
        let tag = self.scanner.tag(Expected::Value)?;
        let element = self.element(&tag)?;
        if let Some(expected) = kind.filter(|&kind| kind != element.kind()) {
            return Err(Fault::root(expected, element.kind(), tag.offset));
        }
        let mut current = match self.start(&tag, element, 0)? {
            Begun::Value(object) => return Ok(object),
            Begun::Container(open) => open,
        };
        let mut parents: Vec<Open> = Vec::new();
        loop {
            match self.next(&mut current)? {
                Some(tag) => {
                    let element = self.element(&tag)?;
                    let depth = parents.len().saturating_add(1);
                    match self.start(&tag, element, depth)? {
                        Begun::Value(object) => {
                            current.add(object).map_err(|error| self.no_memory(error))?;
                        }
                        Begun::Container(open) => {
                            let parent = mem::replace(&mut current, open);
                            fallible::push(&mut parents, parent)
                                .map_err(|error| self.no_memory(error))?;
                        }
                    }
                }
                None => {
                    let Some(parent) = parents.pop() else {
                        return current.close().map_err(|error| self.no_memory(error));
                    };
                    let object = mem::replace(&mut current, parent)
                        .close()
                        .and_then(|object| current.add(object));
                    object.map_err(|error| self.no_memory(error))?;
                }
            }
        }
    }

    /// The tag of the next value in a container, after its key in a dictionary; nothing at the
    /// container's end.
    fn next(&mut self, open: &mut Open) -> Result<Option<Tag<'a>>, Fault> {
        let key = match open {
            Open::Array(_) => {
                let tag = self.scanner.tag(Expected::ValueOrEnd("array"))?;
                return Ok(if tag.is_end_of("array") { None } else { Some(tag) });
            }
            Open::Dictionary { key, .. } => key,
        };
        let expected = Expected::StartOrEnd("key", "dict");
        let tag = self.scanner.tag(expected)?;
        if tag.is_end_of("dict") {
            return Ok(None);
        }
        if tag.name != b"key" || tag.form != Form::Start {
            return Err(tag.fault(ReadErrorKind::Other(expected)));
        }
        *key = self.key()?;
        self.scanner.tag(Expected::Value).map(Some)
    }

    fn element(&self, tag: &Tag<'_>) -> Result<Element, Fault> {
        if tag.form == Form::End {
            return Err(tag.fault(ReadErrorKind::Other(Expected::Value)));
        }
        Element::of(tag.name).ok_or_else(|| tag.fault(ReadErrorKind::UnknownElement))
    }

    /// Reads a value whose start tag was read, or begins a container inside so many others.
    fn start(&mut self, tag: &Tag<'_>, element: Element, depth: usize) -> Result<Begun, Fault> {
        if element != Element::Data {
            tag.without_attribute()?;
        }
        let is_empty = tag.form == Form::Empty;
        let not_so = |expected| Err(tag.fault(ReadErrorKind::Other(expected)));
        Ok(Begun::Value(match element {
            Element::Array | Element::Dict if depth >= self.max_depth => {
                return Err(tag.fault(ReadErrorKind::TooDeep { limit: self.max_depth }));
            }
            Element::Array if is_empty => Array::new().into(),
            Element::Array => return Ok(Begun::Container(Open::array())),
            Element::Dict if is_empty => Dictionary::new().into(),
            Element::Dict => return Ok(Begun::Container(Open::dictionary())),
            Element::True | Element::False if is_empty => (element == Element::True).into(),
            Element::True | Element::False => return not_so(Expected::EmptyElement),
            Element::String if is_empty => PropString::default().into(),
            Element::String => self.string()?.into(),
            Element::Data if is_empty => Data::default().into(),
            Element::Data => self.data(tag)?.into(),
            Element::Integer if is_empty => return not_so(Expected::NonEmptyElement),
            Element::Integer => self.integer()?,
        }))
    }

    fn string(&mut self) -> Result<PropString, Fault> {
        let bytes = self.text(usize::MAX, "string")?;
        if !self.scanner.take(b"</string>") {
            self.scanner.end_tag("string")?;
        }
        Ok(PropString::from_bytes(bytes))
    }

    fn key(&mut self) -> Result<Bytes, Fault> {
        let bytes = self.text(Dictionary::MAX_KEY, "key")?;
        if !self.scanner.take(b"</key>") {
            self.scanner.end_tag("key")?;
        }
        Ok(bytes)
    }

    /// Text up to the next tag, of so many bytes at most without entities.
    #[inline]
    fn text(&mut self, limit: usize, name: &'static str) -> Result<Bytes, Fault> {
        let offset = self.scanner.offset();
        let rest = self.scanner.rest();
        let plain = self.scanner.take_until(|byte| (byte == b'<') | (byte == b'&'));
        let check = |length: usize| {
            if length > limit {
                return Err(Fault { kind: ReadErrorKind::KeyTooLong, offset });
            }
            Ok(())
        };
        if self.scanner.rest().first() == Some(&b'<') {
            check(plain.len())?;
            return Bytes::new(plain).map_err(|error| self.no_memory(error));
        }
        let more = self.scanner.take_until(|byte| byte == b'<').len();
        if self.scanner.rest().is_empty() {
            return Err(self.scanner.expected(Expected::EndTag(name)));
        }
        let raw = rest.get(..plain.len().saturating_add(more)).unwrap_or(rest);
        let bytes = text::unescape(raw, offset)?;
        check(bytes.len())?;
        Bytes::from_vec(bytes).map_err(|error| self.no_memory(error))
    }

    fn integer(&mut self) -> Result<Object, Fault> {
        let read = integer::read(self.scanner.rest());
        let (number, length) = read.map_err(|_| self.fault(ReadErrorKind::Range))?;
        self.scanner.advance(length);
        if !self.scanner.take(b"</integer>") {
            self.scanner.skip_space();
            if self.scanner.rest().first() != Some(&b'<') {
                return Err(self.scanner.expected(Expected::Integer));
            }
            self.scanner.end_tag("integer")?;
        }
        Ok(number.into())
    }

    fn data(&mut self, tag: &Tag<'_>) -> Result<Data, Fault> {
        if tag.attribute.is_some_and(|attribute| attribute.name != b"size") {
            tag.without_attribute()?;
        }
        let offset = self.scanner.offset();
        let raw = self.scanner.take_until(|byte| byte == b'<');
        if self.scanner.rest().is_empty() {
            return Err(self.scanner.expected(Expected::Base64));
        }
        let data = base64::decode(raw, offset)?;
        if !self.scanner.take(b"</data>") {
            self.scanner.end_tag("data")?;
        }
        if let Some(attribute) = tag.attribute {
            let found = data.as_bytes().len();
            if integer::read_size(attribute.value) != u64::try_from(found).ok() {
                let kind = ReadErrorKind::Size { found };
                return Err(Fault { kind, offset: attribute.offset });
            }
        }
        Ok(data)
    }

    fn fault(&self, kind: ReadErrorKind) -> Fault {
        Fault { kind, offset: self.scanner.offset() }
    }

    #[cold]
    fn no_memory(&self, error: NoMemory) -> Fault {
        self.fault(error.into())
    }
}
