//! What may stand before the first element.

use super::scan::Scanner;
use crate::formats::read_error::{Expected, Fault};

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
    use crate::Mode;
    use crate::formats::read_error::ReadErrorKind;

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
