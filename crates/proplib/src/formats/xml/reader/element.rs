//! The elements of a property list, one after the other.

use super::scan::Scanner;
use super::tag::{Form, Tag};
use super::text::Text;
use crate::formats::read_error::{Expected, Fault, ReadErrorKind};
use crate::formats::xml::{HEADER, base64, integer, is_space};
use crate::memory::fallible::NoMemory;
use crate::memory::word;
use crate::{Data, Dictionary, Kind, Number};

/// A value, of which a container's children are still to be read.
pub(super) enum Value<'a> {
    Array(Start),
    Bool(bool),
    Data(Data),
    Dictionary(Start),
    Number(Number),
    String(Text<'a>),
}

impl Value<'_> {
    fn kind(&self) -> Kind {
        match self {
            Self::Array(_) => Kind::Array,
            Self::Bool(_) => Kind::Bool,
            Self::Data(_) => Kind::Data,
            Self::Dictionary(_) => Kind::Dictionary,
            Self::Number(_) => Kind::Number,
            Self::String(_) => Kind::String,
        }
    }
}

/// Where a container begins, and whether it is an empty element, which has no end tag.
#[derive(Clone, Copy)]
pub(super) struct Start {
    pub(super) offset: usize,
    pub(super) is_empty: bool,
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

impl<'a> Scanner<'a> {
    /// Steps over everything up to the start tag of the property list, and over that.
    pub(super) fn begin(&mut self) -> Result<(), Fault> {
        if let Some(rest) = self.rest().strip_prefix(HEADER) {
            self.go_on_at(rest);
            return Ok(());
        }
        self.skip_mark()?;
        self.skip_space();
        if self.is_at_end() {
            return Err(self.fault(ReadErrorKind::Empty));
        }
        if self.rest().first() != Some(&b'<') {
            return Err(self.expected(Expected::FirstTag));
        }
        self.skip_preamble()?;
        let expected = Expected::Start("plist");
        let tag = self.tag(expected)?;
        if tag.name != b"plist" || tag.form != Form::Start {
            return Err(tag.fault(ReadErrorKind::Other(expected)));
        }
        match tag.attribute {
            Some(attribute) if attribute.name != b"version" => self.without_attribute(&tag),
            _ => Ok(()),
        }
    }

    /// Steps over the end tag of the property list.
    pub(super) fn end(&mut self) -> Result<(), Fault> {
        self.skip_space();
        if self.take(b"</plist>") { Ok(()) } else { self.end_tag("plist") }
    }

    /// The next element of an array; nothing at its end, which is stepped over.
    #[inline(always)]
    pub(super) fn element(&mut self) -> Result<Option<Value<'a>>, Fault> {
        self.skip_space();
        if let Some(value) = self.quick_value() {
            return Ok(Some(value));
        }
        if self.take(b"</array>") {
            return Ok(None);
        }
        let tag = self.tag(Expected::ValueOrEnd("array"))?;
        if tag.is_end_of("array") {
            return Ok(None);
        }
        self.value_of(&tag).map(Some)
    }

    /// The next key of a dictionary; nothing at its end, which is stepped over.
    #[inline(always)]
    pub(super) fn key(&mut self) -> Result<Option<Text<'a>>, Fault> {
        self.skip_space();
        let before = self.rest();
        if self.take(b"<key>") {
            if let Some((from, length)) = self.quick_text(b"</key>")
                && length <= Dictionary::MAX_KEY
            {
                return Ok(Some(Text::first_plain(from, length)));
            }
            self.go_on_at(before);
        } else if self.take(b"</dict>") {
            return Ok(None);
        }
        self.odd_key()
    }

    /// The value of which the whole property list consists, which must be of the kind that is
    /// given.
    pub(super) fn root(&mut self, kind: Option<Kind>) -> Result<Value<'a>, Fault> {
        let check = |found, offset| match kind.filter(|&expected| expected != found) {
            Some(expected) => Err(Fault::root(expected, found, offset)),
            None => Ok(()),
        };
        self.skip_space();
        let offset = self.offset();
        if let Some(value) = self.quick_value() {
            check(value.kind(), offset)?;
            return Ok(value);
        }
        let tag = self.tag(Expected::Value)?;
        let element = self.element_of(&tag)?;
        check(element.kind(), tag.offset)?;
        self.rest_of(&tag, element)
    }

    /// A key that is not just in the form that proplib(3) writes.
    #[cold]
    fn odd_key(&mut self) -> Result<Option<Text<'a>>, Fault> {
        let expected = Expected::StartOrEnd("key", "dict");
        let tag = self.tag(expected)?;
        if tag.is_end_of("dict") {
            return Ok(None);
        }
        let is_empty = tag.form == Form::Empty && self.is_tolerant();
        if tag.name != b"key" || tag.form != Form::Start && !is_empty {
            return Err(tag.fault(ReadErrorKind::Other(expected)));
        }
        if is_empty {
            return Ok(Some(Text::borrowed(&[])));
        }
        let offset = self.offset();
        let key = self.text("key")?;
        if key.len() > Dictionary::MAX_KEY {
            return Err(Fault { kind: ReadErrorKind::KeyTooLong, offset });
        }
        Ok(Some(key))
    }

    /// The value that is due.
    #[inline(always)]
    pub(super) fn value(&mut self) -> Result<Value<'a>, Fault> {
        self.skip_space();
        match self.quick_value() {
            Some(value) => Ok(value),
            None => self.odd_value(),
        }
    }

    #[cold]
    fn odd_value(&mut self) -> Result<Value<'a>, Fault> {
        let tag = self.tag(Expected::Value)?;
        self.value_of(&tag)
    }

    /// A value in the very form that proplib(3) writes; else nothing, and nothing is read.
    #[inline(always)]
    fn quick_value(&mut self) -> Option<Value<'a>> {
        let before = self.rest();
        let word = self.word();
        let value = if word.begins(b"<string>") {
            self.advance(8);
            self.quick_text(b"</string>")
                .map(|(from, length)| Value::String(Text::first_plain(from, length)))
        } else if word.begins(b"<true/>") {
            self.advance(7);
            Some(Value::Bool(true))
        } else if word.begins(b"<false/>") {
            self.advance(8);
            Some(Value::Bool(false))
        } else if word.begins(b"<integer") {
            self.advance(8);
            self.quick_integer()
        } else if word.begins(b"<data>") {
            self.advance(6);
            self.quick_data()
        } else if word.begins(b"<dict>") {
            let offset = self.offset();
            self.advance(6);
            Some(Value::Dictionary(Start { offset, is_empty: false }))
        } else if word.begins(b"<array>") {
            let offset = self.offset();
            self.advance(7);
            Some(Value::Array(Start { offset, is_empty: false }))
        } else {
            None
        };
        if value.is_none() {
            self.go_on_at(before);
        }
        value
    }

    /// Text without entities, and the end tag at once behind it: where it begins and how long it
    /// is.
    #[inline(always)]
    fn quick_text<const LENGTH: usize>(&mut self, end: &[u8; LENGTH]) -> Option<(&'a [u8], usize)> {
        let from = self.rest();
        let length = word::plain(from);
        self.go_on_at(from.get(length..)?.strip_prefix(end)?);
        Some((from, length))
    }

    #[inline(always)]
    fn quick_integer(&mut self) -> Option<Value<'a>> {
        if !self.take(b">") {
            return None;
        }
        let (number, length) = integer::read_plain(self.rest())?;
        self.advance(length);
        self.take(b"</integer>").then_some(Value::Number(number))
    }

    #[inline(always)]
    fn quick_data(&mut self) -> Option<Value<'a>> {
        let (from, length) = self.quick_text(b"</data>")?;
        base64::decode_plain(from.get(..length)?).map(Value::Data)
    }

    /// The element that a tag begins.
    fn element_of(&self, tag: &Tag<'_>) -> Result<Element, Fault> {
        if tag.form == Form::End {
            return Err(tag.fault(ReadErrorKind::Other(Expected::Value)));
        }
        Element::of(tag.name).ok_or_else(|| {
            let other =
                ["date", "real", "uid"].into_iter().find(|name| name.as_bytes() == tag.name);
            tag.fault(other.map_or(ReadErrorKind::UnknownElement, ReadErrorKind::OtherType))
        })
    }

    fn value_of(&mut self, tag: &Tag<'a>) -> Result<Value<'a>, Fault> {
        let element = self.element_of(tag)?;
        self.rest_of(tag, element)
    }

    /// Reads a value whose start tag was read.
    fn rest_of(&mut self, tag: &Tag<'a>, element: Element) -> Result<Value<'a>, Fault> {
        if element != Element::Data {
            self.without_attribute(tag)?;
        }
        let is_empty = tag.form == Form::Empty;
        let start = Start { offset: tag.offset, is_empty };
        let not_so = |expected| Err(tag.fault(ReadErrorKind::Other(expected)));
        Ok(match element {
            Element::Array => Value::Array(start),
            Element::Dict => Value::Dictionary(start),
            Element::True | Element::False => {
                if !is_empty {
                    if !self.is_tolerant() {
                        return not_so(Expected::EmptyElement);
                    }
                    self.end_tag(if element == Element::True { "true" } else { "false" })?;
                }
                Value::Bool(element == Element::True)
            }
            Element::String if is_empty => Value::String(Text::borrowed(&[])),
            Element::String => Value::String(self.text("string")?),
            Element::Data => Value::Data(self.data(tag)?),
            Element::Integer if is_empty => return not_so(Expected::NonEmptyElement),
            Element::Integer => Value::Number(self.integer()?),
        })
    }

    /// Text up to the end tag of an element, and over that.
    fn text(&mut self, name: &'static str) -> Result<Text<'a>, Fault> {
        let from = self.rest();
        let mut text = Text::borrowed(self.take_until(|byte| (byte == b'<') | (byte == b'&')));
        if !self.is_before_end_tag() {
            self.go_on_at(from);
            text = Text::decoded(self.decode(Expected::EndTag(name))?);
        }
        self.end_tag(name)?;
        Ok(text)
    }

    /// Whether a tag comes next that must be an end tag, in the tolerant mode surely.
    fn is_before_end_tag(&self) -> bool {
        match self.rest() {
            [b'<', b'/', ..] => true,
            [b'<', ..] => !self.is_tolerant(),
            _ => false,
        }
    }

    fn integer(&mut self) -> Result<Number, Fault> {
        let offset = self.offset();
        let text = self.content(Expected::Integer)?;
        let (number, length) =
            integer::read(&text).map_err(|_| Fault { kind: ReadErrorKind::Range, offset })?;
        if let Some(other) = text.iter().skip(length).position(|&byte| !is_space(byte)) {
            let at = if text.as_borrowed().is_some() { length.saturating_add(other) } else { 0 };
            let kind = ReadErrorKind::Other(Expected::Integer);
            return Err(Fault { kind, offset: offset.saturating_add(at) });
        }
        self.end_tag("integer")?;
        Ok(number)
    }

    fn data(&mut self, tag: &Tag<'_>) -> Result<Data, Fault> {
        if tag.attribute.is_some_and(|attribute| attribute.name != b"size") {
            self.without_attribute(tag)?;
        }
        let data = if tag.form == Form::Empty {
            Data::default()
        } else {
            let offset = self.offset();
            let text = self.content(Expected::Base64)?;
            let data = base64::decode(&text, offset).map_err(|fault| match text.as_borrowed() {
                Some(_) => fault,
                None => Fault { offset, ..fault },
            })?;
            self.end_tag("data")?;
            data
        };
        if let Some(attribute) = tag.attribute {
            let found = data.as_bytes().len();
            if integer::read_size(attribute.value) != u64::try_from(found).ok() {
                let kind = ReadErrorKind::Size { found };
                return Err(Fault { kind, offset: attribute.offset });
            }
        }
        Ok(data)
    }

    /// What is between two tags and has no entities, but where they are tolerated.
    fn content(&mut self, expected: Expected) -> Result<Text<'a>, Fault> {
        let from = self.rest();
        let raw = self.take_until(|byte| byte == b'<');
        if self.is_at_end() {
            return Err(self.expected(expected));
        }
        if self.is_before_end_tag() && !(self.is_tolerant() && raw.contains(&b'&')) {
            return Ok(Text::borrowed(raw));
        }
        self.go_on_at(from);
        self.decode(expected).map(Text::decoded)
    }

    /// # Errors
    /// If the tag has an attribute; what is tolerated was seen with the tag.
    fn without_attribute(&self, tag: &Tag<'_>) -> Result<(), Fault> {
        match tag.attribute {
            Some(attribute) if !self.is_tolerant() => {
                Err(Fault { kind: ReadErrorKind::Attribute, offset: attribute.offset })
            }
            _ => Ok(()),
        }
    }

    #[cold]
    pub(super) fn no_memory(&self, error: NoMemory) -> Fault {
        self.fault(error.into())
    }
}
