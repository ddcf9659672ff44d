//! Tags, and what stands between them.

use super::is_space;
use crate::Mode;
use crate::read_error::{Expected, Fault, ReadErrorKind};
use crate::word::Word;

/// Where the first such byte is, or the length if there is none.
#[inline]
pub(super) fn position(bytes: &[u8], is: impl Fn(u8) -> bool) -> usize {
    let (chunks, _) = bytes.as_chunks::<16>();
    let without = chunks
        .iter()
        .take_while(|chunk| !chunk.iter().fold(false, |any, &byte| any | is(byte)))
        .count();
    let before = without.saturating_mul(16);
    let rest = bytes.get(before..).unwrap_or(&[]);
    before.saturating_add(rest.iter().position(|&byte| is(byte)).unwrap_or(rest.len()))
}

/// The form of a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `<name>`
    Start,
    /// `</name>`
    End,
    /// `<name/>`
    Empty,
}

/// A tag, and where it begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tag<'a> {
    pub(super) offset: usize,
    pub(super) form: Form,
    pub(super) name: &'a [u8],
    /// In the tolerant mode, only one that says a size.
    pub(super) attribute: Option<Attribute<'a>>,
}

/// `name="value"`
#[derive(Clone, Copy, Debug)]
pub(super) struct Attribute<'a> {
    pub(super) offset: usize,
    pub(super) name: &'a [u8],
    pub(super) value: &'a [u8],
}

impl Tag<'_> {
    pub(super) fn fault(&self, kind: ReadErrorKind) -> Fault {
        Fault { kind, offset: self.offset }
    }

    pub(super) fn is_end_of(&self, name: &str) -> bool {
        self.form == Form::End && self.name == name.as_bytes()
    }
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

    /// Steps over the mark of UTF-8, which is tolerated.
    pub(super) fn skip_mark(&mut self) -> Result<(), Fault> {
        if self.is_tolerant()
            && self.rest.first() == Some(&0xef)
            && self.comes(b"\xef\xbb\xbf", Expected::FirstTag)?
        {
            self.advance(3);
        }
        Ok(())
    }

    /// Skips the XML declaration and the document type, each up to its first `>`, as NetBSD does;
    /// in the tolerant mode, all that may stand there.
    pub(super) fn skip_preamble(&mut self) -> Result<(), Fault> {
        let expected = Expected::Start("plist");
        loop {
            self.skip_space();
            if self.is_at_end() || !self.skip_part(expected)? {
                return Ok(());
            }
        }
    }

    /// Skips one part of the preamble, if there is another one.
    fn skip_part(&mut self, expected: Expected) -> Result<bool, Fault> {
        if self.comes(b"<?", expected)? {
            if self.comes(b"<?xml ", expected)? {
                self.skip_past(b">", Expected::PreambleEnd)?;
                return Ok(true);
            }
            if self.is_tolerant() {
                self.skip_instruction()?;
            }
            return Ok(self.is_tolerant());
        }
        if self.comes(b"<!D", expected)? {
            if self.comes(b"<!DOCTYPE plist", expected)? && !self.is_tolerant() {
                self.skip_past(b">", Expected::PreambleEnd)?;
                return Ok(true);
            }
            if self.is_tolerant() && self.comes(b"<!DOCTYPE", expected)? {
                self.skip_document_type()?;
                return Ok(true);
            }
            return Ok(false);
        }
        if self.is_tolerant() && self.comes(b"<!", expected)? {
            self.skip_comment()?;
            return Ok(true);
        }
        Ok(false)
    }

    /// The next tag where a start tag may come, with comments before it skipped. Whether it is a
    /// start tag is for the caller to see.
    pub(super) fn tag(&mut self, expected: Expected) -> Result<Tag<'a>, Fault> {
        loop {
            self.skip_space();
            if self.rest.starts_with(b"<!") {
                self.skip_comment()?;
            } else if self.is_tolerant() && self.rest.starts_with(b"<?") {
                self.skip_instruction()?;
            } else {
                return self.tag_here(expected);
            }
        }
    }

    /// Steps over the end tag of an element, before which no comment may stand.
    pub(super) fn end_tag(&mut self, name: &'static str) -> Result<(), Fault> {
        let expected = Expected::EndTag(name);
        let tag = if self.is_tolerant() {
            self.tag(expected)?
        } else {
            self.skip_space();
            self.tag_here(expected)?
        };
        if tag.is_end_of(name) { Ok(()) } else { Err(tag.fault(ReadErrorKind::Other(expected))) }
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

    /// Skips a document type with the declarations in it.
    fn skip_document_type(&mut self) -> Result<(), Fault> {
        let mut first = *self;
        first.skip_past(b">", Expected::PreambleEnd)?;
        if first.is_before_plist()? {
            self.rest = first.rest;
            return Ok(());
        }
        self.advance(b"<!DOCTYPE".len());
        let (mut in_brackets, mut declarations) = (false, 0_usize);
        loop {
            self.take_until(|byte| matches!(byte, b'"' | b'\'' | b'[' | b']' | b'<' | b'>'));
            match self.rest.first() {
                Some(quote @ (b'"' | b'\'')) => {
                    self.advance(1);
                    self.skip_past(&[*quote], Expected::PreambleEnd)?;
                    continue;
                }
                Some(b'[') => in_brackets = true,
                Some(b']') => in_brackets = false,
                Some(b'<') if self.comes(b"<!--", Expected::PreambleEnd)? => {
                    self.skip_comment()?;
                    continue;
                }
                Some(b'<') if self.comes(b"<?", Expected::PreambleEnd)? => {
                    self.skip_instruction()?;
                    continue;
                }
                Some(b'<') => declarations = declarations.saturating_add(1),
                Some(b'>') if declarations > 0 => declarations = declarations.saturating_sub(1),
                Some(b'>') if !in_brackets => {
                    self.advance(1);
                    return Ok(());
                }
                Some(b'>') => {}
                _ => return Err(self.expected(Expected::PreambleEnd)),
            }
            self.advance(1);
        }
    }

    /// Whether NetBSD would go on here, having skipped a document type to its first `>`.
    fn is_before_plist(mut self) -> Result<bool, Fault> {
        let expected = Expected::Start("plist");
        loop {
            self.skip_space();
            if !self.comes(b"<!--", expected)? {
                return Ok(self.comes(b"<plist", expected)?
                    || self.comes(b"<?xml ", expected)?
                    || self.comes(b"<!DOCTYPE plist", expected)?);
            }
            self.skip_comment()?;
        }
    }

    fn tag_here(&mut self, expected: Expected) -> Result<Tag<'a>, Fault> {
        let offset = self.offset();
        if !self.take(b"<") {
            return Err(self.expected(expected));
        }
        let is_end = self.take(b"/");
        let name = self.take_name();
        if self.is_at_end() {
            return Err(self.expected(expected));
        }
        if let Expected::Start(only) | Expected::EndTag(only) = expected
            && name != only.as_bytes()
        {
            return Err(Fault { kind: ReadErrorKind::Other(expected), offset });
        }
        let form = if is_end { Form::End } else { Form::Start };
        let mut tag = Tag { offset, form, name, attribute: None };
        if self.take(b">") {
            return Ok(tag);
        }
        if !is_end && self.comes(b"/", Expected::TagEnd)? {
            if self.comes(b"/>", Expected::TagEnd)? {
                self.advance(2);
                tag.form = Form::Empty;
                return Ok(tag);
            }
            return Err(self.expected(Expected::TagEnd));
        }
        if !self.rest.first().is_some_and(|&byte| is_space(byte)) {
            return Err(self.expected(Expected::TagEnd));
        }
        let before = *self;
        match self.attribute() {
            Ok(attribute) => {
                if !self.is_tolerant() || attribute.name == b"size" {
                    tag.attribute = Some(attribute);
                }
                Ok(tag)
            }
            Err(Fault { kind: ReadErrorKind::Other(_), .. }) if self.is_tolerant() => {
                *self = before;
                self.attributes(&mut tag)?;
                Ok(tag)
            }
            Err(fault) => Err(fault),
        }
    }

    /// The name of an element: short, and no place for a search by blocks.
    #[inline]
    fn take_name(&mut self) -> &'a [u8] {
        let length = self
            .rest
            .iter()
            .take_while(|&&byte| !is_space(byte) && !matches!(byte, b'/' | b'>' | 0))
            .count();
        let (name, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, &[]));
        self.rest = rest;
        name
    }

    /// One attribute and the end of its tag: `NAME="VALUE">`, with any white space before it, and,
    /// as NetBSD has it, a blank taken for the `=`.
    fn attribute(&mut self) -> Result<Attribute<'a>, Fault> {
        self.skip_space();
        let offset = self.offset();
        let name = self.take_until(|byte| is_space(byte) || matches!(byte, b'=' | b'>'));
        if !self.is_at_end() && self.rest.first() != Some(&b'>') {
            self.advance(1);
        }
        if self.is_at_end() {
            return Err(self.expected(Expected::Attribute));
        }
        if !self.take(b"\"") {
            return Err(Fault { kind: ReadErrorKind::Other(Expected::Attribute), offset });
        }
        let value = self.skip_past(b"\"", Expected::Attribute)?;
        if !self.take(b">") {
            return Err(self.expected(Expected::TagEnd));
        }
        Ok(Attribute { offset, name, value })
    }

    /// Any attributes and the end of their tag, as XML has them.
    fn attributes(&mut self, tag: &mut Tag<'a>) -> Result<(), Fault> {
        loop {
            let before = self.rest.len();
            self.skip_space();
            let is_apart = self.rest.len() < before;
            if self.take(b">") {
                return Ok(());
            }
            if tag.form == Form::Start && self.comes(b"/", Expected::TagEnd)? {
                if !self.comes(b"/>", Expected::TagEnd)? {
                    return Err(self.expected(Expected::TagEnd));
                }
                self.advance(2);
                tag.form = Form::Empty;
                return Ok(());
            }
            if !is_apart {
                return Err(self.expected(Expected::TagEnd));
            }
            let offset = self.offset();
            let name = self.take_until(|byte| {
                is_space(byte) || matches!(byte, b'=' | b'>' | b'/' | b'"' | b'\'' | b'<')
            });
            self.skip_space();
            let has_value = !name.is_empty() && self.take(b"=");
            self.skip_space();
            let quote = match self.rest.first() {
                Some(&quote @ (b'"' | b'\'')) if has_value => quote,
                _ if self.is_at_end() => return Err(self.expected(Expected::Attribute)),
                _ => {
                    return Err(Fault { kind: ReadErrorKind::Other(Expected::Attribute), offset });
                }
            };
            self.advance(1);
            let value = self.skip_past(&[quote], Expected::Attribute)?;
            if name == b"size" && tag.attribute.is_none() {
                tag.attribute = Some(Attribute { offset, name, value });
            }
        }
    }
}
#[cfg(test)]
mod tests {
    use super::*;

    fn strict(text: &str) -> Scanner<'_> {
        Scanner::new(text.as_bytes(), Mode::Strict)
    }

    fn tolerant(text: &str) -> Scanner<'_> {
        Scanner::new(text.as_bytes(), Mode::Tolerant)
    }

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

    #[test]
    fn tags_are_read_as_netbsd_reads_them() {
        for (text, form, name, attribute) in [
            ("<a>", Form::Start, "a", None),
            (" \t\r\n<a/>", Form::Empty, "a", None),
            ("</a>", Form::End, "a", None),
            ("<!-- <a> --> <!----><b>", Form::Start, "b", None),
            ("<!-- - -- -> ---><b>", Form::Start, "b", None),
            ("<plist version=\"1.0\">", Form::Start, "plist", Some(("version", "1.0"))),
            ("<plist \n version=\"1.0\">", Form::Start, "plist", Some(("version", "1.0"))),
            ("<plist version \"1.0\">", Form::Start, "plist", Some(("version", "1.0"))),
            ("<d size=\">\n<\">", Form::Start, "d", Some(("size", ">\n<"))),
            ("</d a=\"\">", Form::End, "d", Some(("a", ""))),
        ] {
            let tag = strict(text).tag(Expected::Value).unwrap();
            assert_eq!((tag.form, tag.name), (form, name.as_bytes()), "{text}");
            let found = tag.attribute.map(|attribute| (attribute.name, attribute.value));
            let wanted = attribute.map(|(name, value)| (name.as_bytes(), value.as_bytes()));
            assert_eq!(found, wanted, "{text}");
        }
    }

    #[test]
    fn other_tags_are_refused() {
        for text in [
            "",
            " ",
            "a",
            "x<a>",
            "<",
            "<a",
            "<a ",
            "<a/",
            "</",
            "</a",
            "</a/>",
            "<a/ >",
            "<a / >",
            "<a />",
            "<a >",
            "</a >",
            "<a b>",
            "<a b=>",
            "<a b=c>",
            "<a b='c'>",
            "<a b=\"c>",
            "<a b= \"c\">",
            "<a b =\"c\">",
            "<a b=\"c\" >",
            "<a b=\"c\"/>",
            "<a b=\"c\" d=\"e\">",
            "<!",
            "<!a>",
            "<!-",
            "<!-a-><a>",
            "<!--",
            "<!-- -- >",
            "<!--><a>",
            "<!---><a>",
            "<![CDATA[a]]>",
        ] {
            assert!(strict(text).tag(Expected::Value).is_err(), "{text}");
        }
    }

    #[test]
    fn a_preamble_ends_at_its_first_angle_bracket() {
        for (text, rest) in [
            ("<?xml version='1.0'?>\n<!DOCTYPE plist>\n<plist>", "<plist>"),
            ("<?xml a>b", "b"),
            ("<!DOCTYPE plist [<!ENTITY a \"b\">]>", "]>"),
            ("<?xml?>", "<?xml?>"),
            ("<!DOCTYPE html>", "<!DOCTYPE html>"),
            ("<!-- --><?xml ?>", "<!-- --><?xml ?>"),
        ] {
            let mut scanner = strict(text);
            scanner.skip_preamble().unwrap();
            assert_eq!(scanner.rest(), rest.as_bytes(), "{text}");
        }
        assert!(strict("<?xml version").skip_preamble().is_err());
    }
    #[test]
    fn tags_of_others_are_tolerated() {
        for (text, form, size) in [
            ("<a />", Form::Empty, None),
            ("<a\n/>", Form::Empty, None),
            ("<a >", Form::Start, None),
            ("</a\t>", Form::End, None),
            ("<a b='c'>", Form::Start, None),
            ("<a b=\"c\"/>", Form::Empty, None),
            ("<a b = \"'>\" c= '\"/>' />", Form::Empty, None),
            ("<a size='3'>", Form::Start, Some("3")),
            ("<a size=\"3\">", Form::Start, Some("3")),
            ("<a b='c' size = '3' size='4'>", Form::Start, Some("3")),
            ("<?pi ?> <!-- --><?a>?><a>", Form::Start, None),
            // NetBSD takes these.
            ("<a b \"c\">", Form::Start, None),
            ("</a b=\"c\">", Form::End, None),
        ] {
            let tag = tolerant(text).tag(Expected::Value).unwrap();
            assert_eq!((tag.form, tag.name), (form, &b"a"[..]), "{text}");
            let value = tag.attribute.map(|attribute| attribute.value);
            assert_eq!(value, size.map(str::as_bytes), "{text}");
        }
        for text in [
            "<a/ >",
            "<a / >",
            "</a/>",
            "</a />",
            "<a b>",
            "<a b />",
            "<a b=>",
            "<a b=c>",
            "<a 'b'>",
            "<a b='c'd='e'>",
            "<a ='c'>",
            "<a b='c' \"d\">",
            "<a <b>",
            "<!a>",
        ] {
            let fault = tolerant(text).tag(Expected::Value).unwrap_err();
            assert!(matches!(fault.kind, ReadErrorKind::Other(_)), "{text}: {fault:?}");
        }
    }

    #[test]
    fn a_document_type_may_have_declarations() {
        for (text, rest) in [
            ("<!DOCTYPE plist [<!ENTITY a \"b\">]><plist>", "<plist>"),
            ("<!DOCTYPE html>\n<plist>", "<plist>"),
            ("<!DOCTYPE plist SYSTEM 'a>b'><plist>", "<plist>"),
            (
                "<!DOCTYPE plist [\n<!-- it's ]> --> <?pi ]> '?>\n<!ELEMENT a (b)>\n%c;\n\
                 <!ENTITY a '\">]>'>\n] >\n<plist>",
                "<plist>",
            ),
            ("<?xml?><!-- a --><?pi?><!DOCTYPE plist><!-- b --> <plist>", "<plist>"),
            // NetBSD goes on after the first angle bracket, if it can.
            ("<!DOCTYPE plist [><!-- --><plist>]><plist>", "<plist>]><plist>"),
        ] {
            let mut scanner = tolerant(text);
            scanner.skip_preamble().unwrap();
            assert_eq!(scanner.rest(), rest.as_bytes(), "{text}");
        }
        assert!(tolerant("<!DOCTYPE plist [<!ENTITY a \"b\">").skip_preamble().is_err());
    }

    /// What is found in the beginning of a text must hold whatever comes behind it.
    #[test]
    fn a_text_that_is_cut_ends_too_early() {
        for text in [
            "\u{feff}<?xml a?><!-- b --><!DOCTYPE plist [<!-- c --><!A '>'>]><?d?><!-- e --><plist a='b' >",
            "<?xml a?><!DOCTYPE plist b><!-- c --><plist version=\"1.0\">",
        ] {
            for mode in [Mode::Strict, Mode::Tolerant] {
                let read = |text: &[u8]| {
                    let mut scanner = Scanner::new(text, mode);
                    scanner.skip_mark()?;
                    scanner.skip_preamble()?;
                    scanner.tag(Expected::Start("plist")).map(|_| ())
                };
                let whole = read(text.as_bytes());
                assert!(whole.is_ok() || mode == Mode::Strict);
                for length in 0..text.len() {
                    let cut = &text.as_bytes()[..length];
                    let fault = read(cut).unwrap_err();
                    match fault.kind {
                        ReadErrorKind::End(_) => assert_eq!(fault.offset, length),
                        kind => assert_eq!(whole.unwrap_err().kind, kind),
                    }
                    let with_nul = [cut, b"\0", &text.as_bytes()[length..]].concat();
                    assert_eq!(read(&with_nul).unwrap_err().offset, fault.offset);
                }
            }
        }
    }
}
