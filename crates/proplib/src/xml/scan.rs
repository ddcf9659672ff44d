//! Tags, and what stands between them.

use super::is_space;
use crate::internalize::{Expected, Fault, ReadErrorKind};

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

    /// # Errors
    /// If it has an attribute.
    pub(super) fn without_attribute(&self) -> Result<(), Fault> {
        match self.attribute {
            None => Ok(()),
            Some(Attribute { offset, .. }) => Err(Fault { kind: ReadErrorKind::Attribute, offset }),
        }
    }
}

/// A place in a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scanner<'a> {
    text: &'a [u8],
    offset: usize,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { text, offset: 0 }
    }

    pub(super) fn offset(&self) -> usize {
        self.offset
    }

    /// What is still to be read.
    #[inline]
    pub(super) fn rest(&self) -> &'a [u8] {
        self.text.get(self.offset..).unwrap_or(&[])
    }

    #[inline]
    pub(super) fn advance(&mut self, bytes: usize) {
        self.offset = self.offset.saturating_add(bytes).min(self.text.len());
    }

    /// The fault that something else than this stands here, or nothing at all.
    #[cold]
    pub(super) fn expected(&self, expected: Expected) -> Fault {
        let kind = if self.rest().is_empty() {
            ReadErrorKind::End(expected)
        } else {
            ReadErrorKind::Other(expected)
        };
        Fault { kind, offset: self.offset }
    }

    #[inline]
    pub(super) fn skip_space(&mut self) {
        let blanks = self.rest().iter().take_while(|&&byte| is_space(byte)).count();
        self.advance(blanks);
    }

    /// Steps over these bytes, if they come next.
    #[inline]
    pub(super) fn take(&mut self, bytes: &[u8]) -> bool {
        let comes = self.rest().starts_with(bytes);
        if comes {
            self.advance(bytes.len());
        }
        comes
    }

    /// Takes what comes before the first byte that is so; all, if none is.
    #[inline]
    pub(super) fn take_until(&mut self, is: impl Fn(u8) -> bool) -> &'a [u8] {
        let rest = self.rest();
        let taken = rest.get(..position(rest, is)).unwrap_or(rest);
        self.advance(taken.len());
        taken
    }

    /// Skips the XML declaration and the document type, each up to its first `>`, as NetBSD does.
    pub(super) fn skip_preamble(&mut self) -> Result<(), Fault> {
        loop {
            self.skip_space();
            let rest = self.rest();
            if !rest.starts_with(b"<?xml ") && !rest.starts_with(b"<!DOCTYPE plist") {
                return Ok(());
            }
            self.take_until(|byte| byte == b'>');
            if !self.take(b">") {
                return Err(self.expected(Expected::PreambleEnd));
            }
        }
    }

    /// The next tag where a start tag may come, with comments before it skipped. Whether it is a
    /// start tag is for the caller to see.
    #[inline]
    pub(super) fn tag(&mut self, expected: Expected) -> Result<Tag<'a>, Fault> {
        loop {
            self.skip_space();
            if !self.rest().starts_with(b"<!") {
                return self.tag_here(expected);
            }
            self.skip_comment()?;
        }
    }

    /// Steps over the end tag of an element, before which no comment may stand.
    #[inline]
    pub(super) fn end_tag(&mut self, name: &'static str) -> Result<(), Fault> {
        self.skip_space();
        let tag = self.tag_here(Expected::EndTag(name))?;
        if tag.is_end_of(name) {
            Ok(())
        } else {
            Err(tag.fault(ReadErrorKind::Other(Expected::EndTag(name))))
        }
    }

    fn skip_comment(&mut self) -> Result<(), Fault> {
        if !self.take(b"<!--") {
            return Err(self.expected(Expected::Comment));
        }
        loop {
            self.take_until(|byte| byte == b'-');
            if self.take(b"-->") {
                return Ok(());
            }
            if !self.take(b"-") {
                return Err(self.expected(Expected::CommentEnd));
            }
        }
    }

    fn tag_here(&mut self, expected: Expected) -> Result<Tag<'a>, Fault> {
        let offset = self.offset;
        if !self.take(b"<") {
            return Err(self.expected(expected));
        }
        let is_end = self.take(b"/");
        let name = self.take_name();
        if let Expected::Start(only) | Expected::EndTag(only) = expected
            && name != only.as_bytes()
        {
            return Err(Fault { kind: ReadErrorKind::Other(expected), offset });
        }
        let mut tag = Tag {
            offset,
            form: if is_end { Form::End } else { Form::Start },
            name,
            attribute: None,
        };
        if self.take(b">") {
            return Ok(tag);
        }
        if !is_end && self.take(b"/>") {
            tag.form = Form::Empty;
            return Ok(tag);
        }
        if !self.rest().first().is_some_and(|&byte| is_space(byte)) {
            return Err(self.expected(Expected::TagEnd));
        }
        tag.attribute = Some(self.attribute()?);
        Ok(tag)
    }

    /// The name of an element: short, and no place for a search by blocks.
    #[inline]
    fn take_name(&mut self) -> &'a [u8] {
        let rest = self.rest();
        let length = rest
            .iter()
            .take_while(|&&byte| !is_space(byte) && !matches!(byte, b'/' | b'>'))
            .count();
        self.advance(length);
        rest.get(..length).unwrap_or(rest)
    }

    /// One attribute and the end of its tag: `NAME="VALUE">`, with any white space before it, and,
    /// as NetBSD has it, a blank taken for the `=`.
    fn attribute(&mut self) -> Result<Attribute<'a>, Fault> {
        self.skip_space();
        let offset = self.offset;
        let name = self.take_until(|byte| is_space(byte) || matches!(byte, b'=' | b'>'));
        if !self.rest().starts_with(b">") {
            self.advance(1);
        }
        if !self.take(b"\"") {
            return Err(Fault { kind: self.expected(Expected::Attribute).kind, offset });
        }
        let value = self.take_until(|byte| byte == b'"');
        self.advance(1);
        if !self.take(b">") {
            return Err(self.expected(Expected::TagEnd));
        }
        Ok(Attribute { offset, name, value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            let tag = Scanner::new(text.as_bytes()).tag(Expected::Value).unwrap();
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
            assert!(Scanner::new(text.as_bytes()).tag(Expected::Value).is_err(), "{text}");
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
            let mut scanner = Scanner::new(text.as_bytes());
            scanner.skip_preamble().unwrap();
            assert_eq!(scanner.rest(), rest.as_bytes(), "{text}");
        }
        assert!(Scanner::new(b"<?xml version").skip_preamble().is_err());
    }
}
