//! Names and other bytes made safe to show.

use core::fmt::{self, Write};

/// The bytes in a form that is safe for a terminal and a log, and stands for no other bytes.
///
/// Control characters, characters that are invisible, blank without being a space or that turn the
/// direction of writing, noncharacters, and bytes that are not UTF-8 are written as `\n`, `\t`,
/// `\r`, `\xNN` (a byte) or `\u{NNNN}` (a character beyond ASCII); a backslash is doubled; the
/// rest, spaces included, stands as it is.
#[must_use]
pub fn printable(bytes: &[u8]) -> Printable<'_> {
    Printable(bytes)
}

/// What [`printable`] returns, to be displayed.
#[derive(Clone, Copy, Debug)]
pub struct Printable<'a>(&'a [u8]);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            for character in chunk.valid().chars() {
                match character {
                    '\n' => out.write_str("\\n")?,
                    '\t' => out.write_str("\\t")?,
                    '\r' => out.write_str("\\r")?,
                    '\\' => out.write_str("\\\\")?,
                    '\0'..='\x1f' | '\x7f' => write!(out, "\\x{:02x}", u32::from(character))?,
                    _ if misleads(character) => write!(out, "\\u{{{:x}}}", u32::from(character))?,
                    _ => out.write_char(character)?,
                }
            }
            for byte in chunk.invalid() {
                write!(out, "\\x{byte:02x}")?;
            }
        }
        Ok(())
    }
}

/// Whether a name holds characters that are not seen for what they are.
#[cfg(feature = "std")]
pub(crate) fn has_hidden_characters(name: &[u8]) -> bool {
    let hidden = |character: char| character.is_ascii_control() || misleads(character);
    name.utf8_chunks().any(|chunk| chunk.valid().chars().any(hidden))
}

/// Whether a character beyond ASCII acts on a terminal or makes two names look alike.
fn misleads(character: char) -> bool {
    if character.is_ascii() {
        return false;
    }
    if character.is_control() || character.is_whitespace() {
        return true;
    }
    matches!(
        character,
        // Unicode's Default_Ignorable_Code_Point: shown as nothing, joiners and controls of
        // writing direction among them.
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
            // The blank braille pattern.
            | '\u{2800}'
            // Noncharacters.
            | '\u{fdd0}'..='\u{fdef}'
    ) || u32::from(character) & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_names_stand_as_they_are() {
        for name in ["/usr/bin/ls", "/a b\"c'#$", "/größe/日本語/🦀"] {
            assert_eq!(printable(name.as_bytes()).to_string(), name);
        }
    }

    #[test]
    fn what_acts_on_a_terminal_is_escaped() {
        let shown = |bytes: &[u8]| printable(bytes).to_string();
        assert_eq!(shown(b"/a\nb\tc\rd"), "/a\\nb\\tc\\rd");
        assert_eq!(shown(b"\x1b[2J\x00\x7f"), "\\x1b[2J\\x00\\x7f");
        assert_eq!(shown("\u{85}\u{9b}".as_bytes()), "\\u{85}\\u{9b}");
        assert_eq!(shown(b"a\\n"), "a\\\\n");
        assert_eq!(shown(b"/\xff\xc3"), "/\\xff\\xc3");
    }

    #[test]
    fn what_is_invisible_or_turns_the_text_is_escaped() {
        let hidden = [
            0x61c, 0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202b, 0x202c,
            0x202d, 0x202e, 0x2060, 0x2066, 0x2067, 0x2068, 0x2069, 0xfeff, 0xa0, 0xad, 0x3000,
            0x2800, 0xfe0f, 0xe0041, 0xfffe, 0x10ffff,
        ];
        for code in hidden {
            let character = char::from_u32(code).unwrap();
            let name = format!("/a{character}b");
            assert_eq!(printable(name.as_bytes()).to_string(), format!("/a\\u{{{code:x}}}b"));
        }
    }
}
