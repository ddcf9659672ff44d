//! Tags, with their attributes.

use super::scan::Scanner;
use crate::formats::read_error::{Expected, Fault, ReadErrorKind};
use crate::formats::xml::is_space;

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
    /// In the tolerant mode, only the size of data.
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

impl<'a> Scanner<'a> {
    /// The next tag where a start tag may come, with comments before it skipped. Whether it is a
    /// start tag is for the caller to see.
    pub(super) fn tag(&mut self, expected: Expected) -> Result<Tag<'a>, Fault> {
        loop {
            self.skip_space();
            if self.rest().starts_with(b"<!") {
                self.skip_comment()?;
            } else if self.is_tolerant() && self.rest().starts_with(b"<?") {
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
        if !self.rest().first().is_some_and(|&byte| is_space(byte)) {
            return Err(self.expected(Expected::TagEnd));
        }
        let before = *self;
        match self.attribute() {
            Ok(attribute) => {
                self.keep(&mut tag, attribute)?;
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

    /// Keeps an attribute that is to be looked at with the element.
    ///
    /// # Errors
    /// In the tolerant mode, if it may say that the value is another one than what stands there, as
    /// `IDREF` does; those of an end tag can say nothing.
    fn keep(&self, tag: &mut Tag<'a>, attribute: Attribute<'a>) -> Result<(), Fault> {
        if !self.is_tolerant() {
            tag.attribute = Some(attribute);
            return Ok(());
        }
        let is_harmless = tag.form == Form::End
            || match attribute.name {
                b"version" => tag.name == b"plist",
                b"size" => tag.name == b"data" && tag.attribute.is_none(),
                b"id" | b"ID" | b"xmlns" | b"xml:id" | b"xml:lang" | b"xml:space" => true,
                other => other.starts_with(b"xmlns:"),
            };
        if !is_harmless {
            let kind = ReadErrorKind::ForeignAttribute;
            return Err(Fault { kind, offset: attribute.offset });
        }
        if attribute.name == b"size" && tag.form != Form::End {
            tag.attribute = Some(attribute);
        }
        Ok(())
    }

    /// The name of an element: short, and no place for a search by blocks.
    #[inline]
    fn take_name(&mut self) -> &'a [u8] {
        let length = self
            .rest()
            .iter()
            .take_while(|&&byte| !is_space(byte) && !matches!(byte, b'/' | b'>' | 0))
            .count();
        let (name, rest) = self.rest().split_at_checked(length).unwrap_or((self.rest(), &[]));
        self.go_on_at(rest);
        name
    }

    /// One attribute and the end of its tag: `NAME="VALUE">`, with any white space before it, and,
    /// as NetBSD has it, a blank taken for the `=`.
    fn attribute(&mut self) -> Result<Attribute<'a>, Fault> {
        self.skip_space();
        let offset = self.offset();
        let name = self.take_until(|byte| is_space(byte) || matches!(byte, b'=' | b'>'));
        if !self.is_at_end() && self.rest().first() != Some(&b'>') {
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
            let before = self.rest().len();
            self.skip_space();
            let is_apart = self.rest().len() < before;
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
            let quote = match self.rest().first() {
                Some(&quote @ (b'"' | b'\'')) if has_value => quote,
                _ if self.is_at_end() => return Err(self.expected(Expected::Attribute)),
                _ => {
                    return Err(Fault { kind: ReadErrorKind::Other(Expected::Attribute), offset });
                }
            };
            self.advance(1);
            let value = self.skip_past(&[quote], Expected::Attribute)?;
            self.keep(tag, Attribute { offset, name, value })?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            let tag = Scanner::strict(text).tag(Expected::Value).unwrap();
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
            assert!(Scanner::strict(text).tag(Expected::Value).is_err(), "{text}");
        }
    }

    #[test]
    fn tags_of_others_are_tolerated() {
        for (text, form, size) in [
            ("<a />", Form::Empty, None),
            ("<a\n/>", Form::Empty, None),
            ("<a >", Form::Start, None),
            ("</a\t>", Form::End, None),
            ("<data id='c'>", Form::Start, None),
            ("<data ID=\"c\"/>", Form::Empty, None),
            ("<data xmlns:b = \"'>\" xml:lang= '\"/>' />", Form::Empty, None),
            ("<data size='3'>", Form::Start, Some("3")),
            ("<data size=\"3\">", Form::Start, Some("3")),
            ("<data id='c' size = '3' xml:space='d'>", Form::Start, Some("3")),
            ("<?pi ?> <!-- --><?a>?><a>", Form::Start, None),
            // NetBSD takes these.
            ("<data size \"3\">", Form::Start, Some("3")),
            ("</a b=\"c\">", Form::End, None),
            ("</data size='c' d=\"e\">", Form::End, None),
        ] {
            let tag = Scanner::tolerant(text).tag(Expected::Value).unwrap();
            assert_eq!(tag.form, form, "{text}");
            assert!([&b"a"[..], b"data"].contains(&tag.name), "{text}");
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
            "<a id='c'xmlns='e'>",
            "<a ='c'>",
            "<a id='c' \"d\">",
            "<a <b>",
            "<!a>",
        ] {
            let fault = Scanner::tolerant(text).tag(Expected::Value).unwrap_err();
            assert!(matches!(fault.kind, ReadErrorKind::Other(_)), "{text}: {fault:?}");
        }
    }

    #[test]
    fn an_attribute_that_may_change_the_value_is_refused_where_it_stands() {
        for (text, offset) in [
            ("<string IDREF=\"1\"/>", 8),
            ("<string IDREF='1'/>", 8),
            ("<string IDREF=\"1\">", 8),
            ("<string IDREF \"1\">", 8),
            ("<dict id='1' IDREF='2'>", 13),
            ("<key IDREF='1'/>", 5),
            ("<integer size='8'>", 9),
            ("<true version='1.0'/>", 6),
            ("<data size='3' size='4'>", 15),
            ("<data Size='3'>", 6),
            ("<string xml:base='a'>", 8),
            ("<string nil='true'>", 8),
            ("<plist version='1.0' encoding='base64'>", 21),
        ] {
            let fault = Scanner::tolerant(text).tag(Expected::Value).unwrap_err();
            assert_eq!(fault.kind, ReadErrorKind::ForeignAttribute, "{text}");
            assert_eq!(fault.offset, offset, "{text}");
        }
    }
}
