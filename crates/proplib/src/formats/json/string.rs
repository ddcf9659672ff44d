//! Strings between quotes: escapes, and where they end.

use alloc::vec::Vec;

use crate::formats::read_error::{Fault, ReadErrorKind};
use crate::memory::fallible::{self, NoMemory};

/// Writes a string with its quotes, and escapes where NetBSD has them. Bytes from 0x7f on are
/// written as they are, UTF-8 or not.
pub(super) fn write(out: &mut Vec<u8>, text: &[u8]) -> Result<(), NoMemory> {
    fallible::push(out, b'"')?;
    let mut rest = text;
    loop {
        let at = rest.iter().position(|&byte| is_special(byte)).unwrap_or(rest.len());
        let (plain, special) = rest.split_at_checked(at).unwrap_or((rest, &[]));
        fallible::extend(out, plain)?;
        let Some((&byte, behind)) = special.split_first() else { break };
        match ESCAPES.into_iter().find(|(_, escaped)| *escaped == byte) {
            Some((name, _)) => fallible::extend(out, &[b'\\', name])?,
            None => {
                let [high, low] = [byte >> 4, byte & 0xf].map(hex_digit);
                fallible::extend(out, &[b'\\', b'u', b'0', b'0', high, low])?;
            }
        }
        rest = behind;
    }
    fallible::push(out, b'"')
}

const fn is_special(byte: u8) -> bool {
    matches!(byte, 0..0x20 | b'"' | b'\\' | b'/')
}

fn hex_digit(value: u8) -> u8 {
    b"0123456789ABCDEF".get(usize::from(value)).copied().unwrap_or(b'0')
}

/// What the letters after a backslash stand for.
const ESCAPES: [(u8, u8); 8] = [
    (b'"', b'"'),
    (b'\\', b'\\'),
    (b'/', b'/'),
    (b'b', 0x08),
    (b'f', 0x0c),
    (b'n', b'\n'),
    (b'r', b'\r'),
    (b't', b'\t'),
];

/// How many bytes come before the quote that ends a string, and whether there are escapes among
/// them; nothing if no such quote comes.
pub(super) fn length(text: &[u8]) -> Option<(usize, bool)> {
    let mut rest = text;
    let mut escapes = false;
    loop {
        let at = rest.iter().position(|&byte| matches!(byte, b'"' | b'\\'))?;
        let behind = rest.get(at..)?;
        if behind.starts_with(b"\"") {
            return Some((text.len().saturating_sub(behind.len()), escapes));
        }
        escapes = true;
        rest = behind.get(2..)?;
    }
}

/// Replaces escapes by what they stand for; `offset` is where the text begins.
pub(super) fn unescape(text: &[u8], offset: usize) -> Result<Vec<u8>, Fault> {
    let no_memory = |error: NoMemory| Fault { kind: error.into(), offset };
    let mut out = Vec::new();
    fallible::reserve_exact(&mut out, text.len()).map_err(no_memory)?;
    let mut rest = text;
    loop {
        let at = rest.iter().position(|&byte| byte == b'\\').unwrap_or(rest.len());
        let (plain, special) = rest.split_at_checked(at).unwrap_or((rest, &[]));
        fallible::extend(&mut out, plain).map_err(no_memory)?;
        if special.is_empty() {
            return Ok(out);
        }
        let (char, length) = escape(special).map_err(|kind| {
            let at = text.len().saturating_sub(special.len());
            Fault { kind, offset: offset.saturating_add(at) }
        })?;
        fallible::extend(&mut out, char.encode_utf8(&mut [0; 4]).as_bytes()).map_err(no_memory)?;
        rest = special.get(length..).unwrap_or(&[]);
    }
}

/// What the escape stands for that a text begins with, and how many bytes it takes.
fn escape(text: &[u8]) -> Result<(char, usize), ReadErrorKind> {
    let letter = text.get(1).ok_or(ReadErrorKind::Escape)?;
    if let Some((_, byte)) = ESCAPES.into_iter().find(|(name, _)| name == letter) {
        return Ok((byte.into(), 2));
    }
    let (first, behind) = unit(text).ok_or(ReadErrorKind::Escape)?;
    match first {
        0 => Err(ReadErrorKind::EscapedNul),
        0xd800..0xdc00 => match unit(behind) {
            Some((second @ 0xdc00..0xe000, _)) => {
                let [high, low] = [first, second].map(|unit| unit & 0x3ff);
                let code = (high << 10 | low).saturating_add(0x1_0000);
                Ok((char::from_u32(code).ok_or(ReadErrorKind::Surrogate)?, 12))
            }
            _ => Err(ReadErrorKind::Surrogate),
        },
        _ => Ok((char::from_u32(first).ok_or(ReadErrorKind::Surrogate)?, 6)),
    }
}

/// The unit of UTF-16 that a text begins with as `\uXXXX`, and what is behind it.
fn unit(text: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, behind) = text.strip_prefix(b"\\u")?.split_at_checked(4)?;
    let unit = digits
        .iter()
        .try_fold(0_u32, |unit, &digit| Some(unit << 4 | char::from(digit).to_digit(16)?))?;
    Some((unit, behind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ReadErrorKind::{Escape, EscapedNul, Surrogate};

    fn written(text: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        write(&mut out, text).unwrap();
        out
    }

    #[test]
    fn strings_are_written_with_the_escapes_of_netbsd() {
        assert_eq!(written(b""), br#""""#);
        assert_eq!(written(b"/a\"b\\"), br#""\/a\"b\\""#);
        assert_eq!(written(b"\x08\x0c\n\r\t"), br#""\b\f\n\r\t""#);
        assert_eq!(written(b"\x01\x0b\x1f"), br#""\u0001\u000B\u001F""#);
        assert_eq!(written(b" \x7f\x80\xff"), b"\" \x7f\x80\xff\"");
    }

    #[test]
    fn what_is_written_comes_back() {
        let text: Vec<u8> = (1..=255).chain(*b"\\u0041\"").collect();
        let written = written(&text);
        let (length, escapes) = length(&written[1..]).unwrap();
        assert_eq!((length, escapes), (written.len() - 2, true));
        assert_eq!(unescape(&written[1..=length], 0).unwrap(), text);
    }

    #[test]
    fn a_string_ends_at_its_quote() {
        for (text, expected) in [
            ("\"", Some((0, false))),
            ("a\"b", Some((1, false))),
            (r#"\""#, None),
            (r#"\"""#, Some((2, true))),
            (r#"\\""#, Some((2, true))),
            (r#"a\q\"\\" ""#, Some((7, true))),
            ("", None),
            ("a", None),
            ("\\", None),
            ("\n\"", Some((1, false))),
        ] {
            assert_eq!(length(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn escapes_stand_for_characters() {
        for (text, expected) in [
            (r#"\"\\\/\b\f\n\r\t"#, "\"\\/\u{8}\u{c}\n\r\t"),
            (r"\u0001\u0041\u007f", "\u{1}A\u{7f}"),
            (r"\u0080\u00e9\u07FF", "\u{80}é\u{7ff}"),
            (r"\u0800\uD7ff\ue000\uFFFF", "\u{800}\u{d7ff}\u{e000}\u{ffff}"),
            (r"\ud800\udc00", "\u{10000}"),
            (r"\uD83D\uDE00", "😀"),
            (r"\uDBFF\uDFFF", "\u{10ffff}"),
            (r"a\u00e9b", "aéb"),
        ] {
            assert_eq!(unescape(text.as_bytes(), 0).unwrap(), expected.as_bytes(), "{text}");
        }
    }

    #[test]
    fn other_escapes_are_refused_where_they_stand() {
        for (text, kind, at) in [
            (r"a\q", Escape, 1),
            (r"\n\0", Escape, 2),
            (r"\U0041", Escape, 0),
            (r"\'", Escape, 0),
            (r"\x41", Escape, 0),
            ("\\\n", Escape, 0),
            (r"\u", Escape, 0),
            (r"\u12", Escape, 0),
            (r"\u123g", Escape, 0),
            (r"\u+123", Escape, 0),
            (r"\u 123", Escape, 0),
            (r"\u0000", EscapedNul, 0),
            (r"ab\ud800", Surrogate, 2),
            (r"\udbff\n", Surrogate, 0),
            (r"\ud800\ud800", Surrogate, 0),
            (r"\ud800\u0041", Surrogate, 0),
            (r"\ud800\ue000", Surrogate, 0),
            (r"\ud800\udc0", Surrogate, 0),
            (r"\ud800x\udc00", Surrogate, 0),
            (r"\udc00", Surrogate, 0),
            (r"\udfff\ud800", Surrogate, 0),
        ] {
            let fault = unescape(text.as_bytes(), 10).unwrap_err();
            assert_eq!((fault.kind, fault.offset), (kind, 10 + at), "{text}");
        }
    }
}
