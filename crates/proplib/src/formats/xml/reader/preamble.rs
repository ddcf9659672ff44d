//! What may stand before the first element.

use super::scan::Scanner;
use crate::Mode;
use crate::formats::read_error::{Expected, Fault, ReadErrorKind};
use crate::formats::xml::is_space;

impl Scanner<'_> {
    /// Steps over the mark of UTF-8, which is tolerated.
    pub(super) fn skip_mark(&mut self) -> Result<(), Fault> {
        if self.is_tolerant()
            && self.rest().first() == Some(&0xef)
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
            let before = *self;
            if self.comes(b"<?xml ", expected)? {
                self.skip_past(b">", Expected::PreambleEnd)?;
            } else if self.is_tolerant() {
                self.skip_instruction()?;
            } else {
                return Ok(false);
            }
            if self.is_tolerant() {
                before.check_encoding(self.offset().saturating_sub(before.offset()))?;
            }
            return Ok(true);
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

    /// # Errors
    /// If an XML declaration of so many bytes comes that says that the text is not in UTF-8: its
    /// bytes would be other characters than they are taken for.
    fn check_encoding(&self, length: usize) -> Result<(), Fault> {
        let text = self.rest().get(..length).unwrap_or(self.rest());
        let Some([space, declaration @ ..]) = text.strip_prefix(b"<?xml") else { return Ok(()) };
        let mut inside = Scanner::new(declaration, Mode::Tolerant);
        let has_key = inside.skip_past(b"encoding", Expected::PreambleEnd).is_ok();
        if !is_space(*space) || !has_key {
            return Ok(());
        }
        let behind = inside.rest();
        let value = behind.trim_ascii_start().strip_prefix(b"=").unwrap_or(behind);
        let value = value.trim_ascii_start();
        let name = match value {
            [quote @ (b'"' | b'\''), name @ ..] => {
                name.split(|byte| byte == quote).next().unwrap_or(name)
            }
            _ => value,
        };
        let known: [&[u8]; 4] = [b"utf-8", b"utf8", b"us-ascii", b"ascii"];
        if known.iter().any(|known| name.eq_ignore_ascii_case(known)) {
            return Ok(());
        }
        let offset = text.len().saturating_sub(value.len());
        Err(Fault { kind: ReadErrorKind::Encoding, offset: self.offset().saturating_add(offset) })
    }

    /// Skips a document type with the declarations in it.
    fn skip_document_type(&mut self) -> Result<(), Fault> {
        let mut first = *self;
        first.skip_past(b">", Expected::PreambleEnd)?;
        if first.is_before_plist()? {
            self.go_on_at(first.rest());
            return Ok(());
        }
        self.advance(b"<!DOCTYPE".len());
        let (mut in_brackets, mut declarations) = (false, 0_usize);
        loop {
            self.take_until(|byte| matches!(byte, b'"' | b'\'' | b'[' | b']' | b'<' | b'>'));
            match self.rest().first() {
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
}

#[cfg(test)]
mod tests {
    use super::*;

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
            let mut scanner = Scanner::strict(text);
            scanner.skip_preamble().unwrap();
            assert_eq!(scanner.rest(), rest.as_bytes(), "{text}");
        }
        assert!(Scanner::strict("<?xml version").skip_preamble().is_err());
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
            let mut scanner = Scanner::tolerant(text);
            scanner.skip_preamble().unwrap();
            assert_eq!(scanner.rest(), rest.as_bytes(), "{text}");
        }
        assert!(Scanner::tolerant("<!DOCTYPE plist [<!ENTITY a \"b\">").skip_preamble().is_err());
    }

    #[test]
    fn an_encoding_must_be_utf_8() {
        for (text, refused) in [
            ("<?xml version='1.0' encoding=\"utf-8\"?>", None),
            ("<?xml version='1.0' encoding = 'UTF8' standalone='yes'?>", None),
            ("<?xml encoding='US-ASCII'?>", None),
            ("<?xml-stylesheet encoding='b'?>", None),
            ("<?xml version='1.0' encoding=\"ISO-8859-1\"?>", Some(29)),
            ("<!-- --><?xml\tencoding='UTF-16' ?>", Some(23)),
            ("<?xml version='1.0'\nencoding\n=\n'utf-7'?>", Some(31)),
            ("<?xml encoding='UTF-8 '?>", Some(15)),
            ("<?xml encoding=utf-9?>", Some(15)),
            ("<?xml encoding?>", Some(14)),
        ] {
            let text = format!("{text}<plist>");
            let result = Scanner::tolerant(&text).skip_preamble();
            let found = result.err().map(|fault| (fault.kind, fault.offset));
            assert_eq!(found, refused.map(|at| (ReadErrorKind::Encoding, at)), "{text}");
            assert!(Scanner::strict(&text).skip_preamble().is_ok(), "{text}");
        }
    }

    /// What is found in the beginning of a text must hold whatever comes behind it.
    #[test]
    fn a_text_that_is_cut_ends_too_early() {
        for text in [
            "\u{feff}<?xml a?><!-- b --><!DOCTYPE plist [<!-- c --><!A '>'>]><?d?><!-- e --><plist id='b' >",
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
