//! Text between tags, where it is not just bytes up to the next one.

use alloc::vec::Vec;
use core::fmt;
use core::ops::Deref;

use super::scan::Scanner;
use crate::formats::read_error::{Expected, Fault, ReadErrorKind};
use crate::memory::fallible::{self, NoMemory};
use crate::objects::bytes::Bytes;

/// The bytes of a string or a key, borrowed from the text that is read unless there were entities
/// to be replaced.
pub struct Text<'a>(Inner<'a>);

enum Inner<'a> {
    /// The text from there on and how many bytes of it are meant, among which no `<`, `>` and
    /// `&` are: a copy of a window of constant length is quicker than one of only these bytes.
    Plain(&'a [u8], usize),
    Borrowed(&'a [u8]),
    Decoded(Vec<u8>),
}

impl<'a> Text<'a> {
    /// The first `length` bytes, without any `<`, `>` and `&` among them.
    #[inline]
    pub(super) const fn first_plain(from: &'a [u8], length: usize) -> Self {
        Self(Inner::Plain(from, length))
    }

    pub(super) const fn borrowed(bytes: &'a [u8]) -> Self {
        Self(Inner::Borrowed(bytes))
    }

    pub(super) const fn decoded(bytes: Vec<u8>) -> Self {
        Self(Inner::Decoded(bytes))
    }

    /// The bytes, of the text that is read if they are just so in it.
    #[must_use]
    pub fn as_borrowed(&self) -> Option<&'a [u8]> {
        match self.0 {
            Inner::Plain(from, length) => Some(from.get(..length).unwrap_or(from)),
            Inner::Borrowed(bytes) => Some(bytes),
            Inner::Decoded(_) => None,
        }
    }

    #[inline(always)]
    pub(super) fn into_bytes(self) -> Result<Bytes, NoMemory> {
        match self.0 {
            Inner::Plain(from, length) => Bytes::first_plain(from, length),
            Inner::Borrowed(bytes) => Bytes::new(bytes),
            Inner::Decoded(bytes) => Bytes::from_vec(bytes),
        }
    }
}

impl Deref for Text<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Inner::Plain(from, length) => from.get(..*length).unwrap_or(from),
            Inner::Borrowed(bytes) => bytes,
            Inner::Decoded(bytes) => bytes,
        }
    }
}

impl AsRef<[u8]> for Text<'_> {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Text<'_> {}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "\"{}\"", self.escape_ascii())
    }
}

impl Scanner<'_> {
    /// Takes text up to the next tag, with entities replaced; in the tolerant mode, up to the end
    /// tag, with CDATA sections as they are, and without comments and processing instructions.
    #[cold]
    pub(super) fn decode(&mut self, expected: Expected) -> Result<Vec<u8>, Fault> {
        let mut out = Vec::new();
        loop {
            let plain = self.take_until(|byte| (byte == b'<') | (byte == b'&'));
            self.extend(&mut out, plain)?;
            match self.rest() {
                [b'&', ..] => {
                    let (room, length) = self.reference(expected)?;
                    self.extend(&mut out, room.get(..length).unwrap_or(&room))?;
                }
                [b'<', b'!', ..] if self.is_tolerant() => {
                    if self.comes(b"<![", expected)? && self.comes(b"<![CDATA[", expected)? {
                        self.advance(b"<![CDATA[".len());
                        let section = self.skip_past(b"]]>", Expected::SectionEnd)?;
                        self.extend(&mut out, section)?;
                    } else {
                        self.skip_comment()?;
                    }
                }
                [b'<', b'?', ..] if self.is_tolerant() => self.skip_instruction()?,
                [b'<'] | [b'<', 0, ..] => {
                    self.advance(1);
                    return Err(self.expected(expected));
                }
                [b'<', ..] => return Ok(out),
                _ => return Err(self.expected(expected)),
            }
        }
    }

    fn extend(&self, out: &mut Vec<u8>, bytes: &[u8]) -> Result<(), Fault> {
        fallible::extend(out, bytes).map_err(|error| self.fault(error.into()))
    }

    /// Takes an entity, and returns the bytes that it stands for with their number.
    fn reference(&mut self, expected: Expected) -> Result<([u8; 4], usize), Fault> {
        if self.is_tolerant() && self.comes(b"&#", expected)? {
            return self.character(expected);
        }
        /// What the entities of XML stand for.
        const ENTITIES: [(&[u8], u8); 5] = [
            (b"&amp;", b'&'),
            (b"&apos;", b'\''),
            (b"&gt;", b'>'),
            (b"&lt;", b'<'),
            (b"&quot;", b'"'),
        ];
        let mut is_short = None;
        for (name, byte) in ENTITIES {
            match self.comes(name, expected) {
                Ok(true) => {
                    self.advance(name.len());
                    return Ok(([byte, 0, 0, 0], 1));
                }
                Ok(false) => {}
                Err(fault) => is_short = Some(fault),
            }
        }
        Err(is_short.unwrap_or_else(|| self.fault(ReadErrorKind::Entity)))
    }

    /// Takes `&#N;` or `&#xN;`, the number of a character.
    fn character(&mut self, expected: Expected) -> Result<([u8; 4], usize), Fault> {
        let fault = self.fault(ReadErrorKind::Character);
        self.advance(2);
        let base = if self.comes(b"x", expected)? {
            self.advance(1);
            16
        } else {
            10
        };
        let mut number = None::<u32>;
        loop {
            if self.is_at_end() {
                return Err(self.expected(expected));
            }
            let digit = self.rest().first().and_then(|&byte| char::from(byte).to_digit(base));
            let Some(digit) = digit else { break };
            self.advance(1);
            number = Some(number.unwrap_or(0).saturating_mul(base).saturating_add(digit));
        }
        if !self.take(b";") {
            return Err(fault);
        }
        let mut room = [0; 4];
        match number.and_then(char::from_u32) {
            None | Some('\0') => Err(fault),
            Some(character) => {
                let length = character.encode_utf8(&mut room).len();
                Ok((room, length))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Mode;

    fn decode(text: &[u8], mode: Mode) -> Result<Vec<u8>, (ReadErrorKind, usize)> {
        Scanner::new(text, mode)
            .decode(Expected::EndTag("string"))
            .map_err(|fault| (fault.kind, fault.offset))
    }

    #[test]
    fn entities_are_replaced() {
        for mode in [Mode::Strict, Mode::Tolerant] {
            let text = b"a&amp;lt;&lt;&gt;&quot;&apos;</";
            assert_eq!(decode(text, mode).unwrap(), b"a&lt;<>\"'");
        }
    }

    #[test]
    fn other_entities_are_refused_where_they_stand() {
        for mode in [Mode::Strict, Mode::Tolerant] {
            for (text, at) in
                [("a&nbsp;<", 1), ("&amp;&AMP;<", 5), ("&<", 0), ("a & b<", 2), ("&amp<", 0)]
            {
                assert_eq!(decode(text.as_bytes(), mode), Err((ReadErrorKind::Entity, at)));
            }
        }
        assert_eq!(decode(b"&#65;<", Mode::Strict), Err((ReadErrorKind::Entity, 0)));
    }

    #[test]
    fn characters_are_found_by_their_numbers() {
        for (text, character) in [
            ("&#65;</", "A"),
            ("&#x41;</", "A"),
            ("&#00000000000065;</", "A"),
            ("&#233;&#xe9;&#xE9;</", "ééé"),
            ("&#x1F600;</", "\u{1f600}"),
            ("&#1;&#x10ffff;</", "\u{1}\u{10ffff}"),
        ] {
            let read = decode(text.as_bytes(), Mode::Tolerant).unwrap();
            assert_eq!(read, character.as_bytes(), "{text}");
        }
        for text in [
            "&#0;<",
            "&#x0;<",
            "&#xD800;<",
            "&#x110000;<",
            "&#99999999999999999999;<",
            "&#;<",
            "&#x;<",
            "&#X41;<",
            "&#65<",
            "&# 65;<",
            "&#-65;<",
            "&#6a;<",
        ] {
            let error = Err((ReadErrorKind::Character, 0));
            assert_eq!(decode(text.as_bytes(), Mode::Tolerant), error, "{text}");
        }
    }

    #[test]
    fn sections_are_text_and_comments_are_none() {
        let text = b"a<![CDATA[<&amp;]]]]><!-- <&b --><?pi > <?>c</";
        assert_eq!(decode(text, Mode::Tolerant).unwrap(), b"a<&amp;]]c");
        assert_eq!(decode(text, Mode::Strict).unwrap(), b"a");
    }

    #[test]
    fn text_without_an_end_ends_too_early() {
        let whole = b"a&amp;&#x41;<![CDATA[b]]><!-- c --><?d?></";
        for length in 0..whole.len() {
            let (kind, offset) = decode(&whole[..length], Mode::Tolerant).unwrap_err();
            assert!(matches!(kind, ReadErrorKind::End(_)), "{length}");
            assert_eq!(offset, length);
            let with_nul = [&whole[..length], b"\0", &whole[length..]].concat();
            assert_eq!(decode(&with_nul, Mode::Tolerant), Err((kind, offset)));
        }
    }
}
