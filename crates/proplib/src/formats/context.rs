//! Where in the object a text is wrong: what encloses the place.

use alloc::vec::Vec;

use super::format::Format;
use super::xml::{Event, Events};
use crate::memory::fallible::{self, NoMemory};
use crate::{Mode, ReadError, ReadOptions};

impl ReadError {
    /// Where in the object the error is: the keys and indices that lead there from the outermost
    /// object, such as `entries[3].fp`; empty for that object itself. `text` and `options` are what
    /// was read.
    ///
    /// What leads there is looked for only now, so that errors cost nothing but their place.
    /// Bytes of keys that are not printable ASCII are escaped, as in `\xff`.
    ///
    /// ```
    /// use proplib::{Object, ReadOptions};
    ///
    /// let text = b"<plist><dict><key>entries</key><array><true/><dict>\
    ///     <key>fp</key><data>?</data></dict></array></dict></plist>";
    /// let error = Object::internalize(text).unwrap_err();
    /// assert_eq!(error.path_in(text, &ReadOptions::default())?, b"entries[1].fp");
    /// # Ok::<(), proplib::NoMemory>(())
    /// ```
    ///
    /// # Errors
    /// [`NoMemory`].
    pub fn path_in(&self, text: &[u8], options: &ReadOptions) -> Result<Vec<u8>, NoMemory> {
        let unmarked = match options.mode {
            Mode::Strict => text,
            Mode::Tolerant => text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text),
        };
        match Format::of(unmarked) {
            Some(Format::Xml) => in_xml(text, options, self.offset),
            _ => in_json(text.get(..self.offset).unwrap_or(text)),
        }
    }
}

/// A container around the place.
struct Level<'a> {
    is_array: bool,
    /// How many elements are complete, in an array.
    index: usize,
    /// The key whose value is not complete, in a dictionary.
    key: Option<Key<'a>>,
}

enum Key<'a> {
    Xml(super::xml::Text<'a>),
    /// As it stands in the text, with its escapes.
    Json(&'a [u8]),
}

impl Key<'_> {
    fn as_slice(&self) -> &[u8] {
        match self {
            Self::Xml(text) => text,
            Self::Json(text) => text,
        }
    }
}

/// The containers around a place.
#[derive(Default)]
struct Levels<'a>(Vec<Level<'a>>);

impl<'a> Levels<'a> {
    fn open(&mut self, is_array: bool) -> Result<(), NoMemory> {
        fallible::push(&mut self.0, Level { is_array, index: 0, key: None })
    }

    fn close(&mut self) {
        self.0.pop();
        self.end_value();
    }

    fn end_value(&mut self) {
        if let Some(level) = self.0.last_mut() {
            level.index = level.index.saturating_add(1);
            level.key = None;
        }
    }

    fn begin_value(&mut self, key: Key<'a>) {
        if let Some(level) = self.0.last_mut() {
            level.key = Some(key);
        }
    }

    /// Whether a string that comes is a key.
    fn key_is_due(&self) -> bool {
        self.0.last().is_some_and(|level| !level.is_array && level.key.is_none())
    }

    fn path(&self) -> Result<Vec<u8>, NoMemory> {
        let mut path = Vec::new();
        for level in &self.0 {
            if level.is_array {
                fallible::push(&mut path, b'[')?;
                decimal(&mut path, level.index)?;
                fallible::push(&mut path, b']')?;
            } else if let Some(key) = &level.key {
                if !path.is_empty() {
                    fallible::push(&mut path, b'.')?;
                }
                for byte in key.as_slice().escape_ascii() {
                    fallible::push(&mut path, byte)?;
                }
            }
        }
        Ok(path)
    }
}

fn decimal(out: &mut Vec<u8>, number: usize) -> Result<(), NoMemory> {
    let start = out.len();
    let mut rest = number;
    loop {
        let digit = u8::try_from(rest % 10).unwrap_or_default();
        fallible::push(out, b'0'.wrapping_add(digit))?;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if let Some(digits) = out.get_mut(start..) {
        digits.reverse();
    }
    Ok(())
}

fn in_xml(text: &[u8], options: &ReadOptions, offset: usize) -> Result<Vec<u8>, NoMemory> {
    let mut levels = Levels::default();
    let mut events = Events::new(text, options);
    while let Some(Ok(event)) = events.next() {
        // What begins at the place, or behind it, does not enclose it.
        if events.offset() > offset {
            break;
        }
        match event {
            Event::Array => levels.open(true)?,
            Event::Dictionary => levels.open(false)?,
            Event::End => levels.close(),
            Event::Key(key) => levels.begin_value(Key::Xml(key)),
            Event::Bool(_) | Event::Number(_) | Event::String(_) | Event::Data(_) => {
                levels.end_value();
            }
        }
    }
    levels.path()
}

/// The same in what comes before the place in JSON, which is known to be right so far.
fn in_json(text: &[u8]) -> Result<Vec<u8>, NoMemory> {
    let mut levels = Levels::default();
    let mut rest = text;
    while let [first, behind @ ..] = rest {
        rest = behind;
        match first {
            b'[' => levels.open(true)?,
            b'{' => levels.open(false)?,
            b']' | b'}' => levels.close(),
            b'"' => {
                let mut is_escaped = false;
                let end = behind.iter().position(|&byte| {
                    let ends = byte == b'"' && !is_escaped;
                    is_escaped = byte == b'\\' && !is_escaped;
                    ends
                });
                let Some((string, [_, behind @ ..])) =
                    end.and_then(|end| behind.split_at_checked(end))
                else {
                    break;
                };
                rest = behind;
                if levels.key_is_due() {
                    levels.begin_value(Key::Json(string));
                } else {
                    levels.end_value();
                }
            }
            b'+' | b'-' | b'0'..=b'9' | b'a'..=b'z' => {
                let length = behind
                    .iter()
                    .take_while(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
                    .count();
                rest = behind.get(length..).unwrap_or(&[]);
                // A word up to the place may be wrong in it.
                if rest.is_empty() {
                    break;
                }
                levels.end_value();
            }
            _ => {}
        }
    }
    levels.path()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Object;

    fn path(text: &str, mode: Mode) -> String {
        let options = ReadOptions { mode, ..ReadOptions::default() };
        let error = Object::internalize_with(text.as_bytes(), &options).unwrap_err();
        String::from_utf8(error.path_in(text.as_bytes(), &options).unwrap()).unwrap()
    }

    #[test]
    fn errors_in_xml_are_in_what_encloses_them() {
        for (element, expected) in [
            ("<date/>", ""),
            ("<array><true/><dict><key>fp</key><data>?</data></dict></array>", "[1].fp"),
            ("<dict><key>a</key><true/><key>b</key></dict>", "b"),
            ("<dict><key>a</key><true/><true/></dict>", ""),
            ("<dict><key>a</key><dict><key>b\n</key><integer>x</integer></dict></dict>", "a.b\\n"),
            ("<array><array/><array><true/></array><array><true/>", "[2][1]"),
            ("<dict><key>entries</key><array><true/><true/><string>", "entries[2]"),
        ] {
            for mode in [Mode::Strict, Mode::Tolerant] {
                assert_eq!(path(&format!("<plist>{element}</plist>"), mode), expected, "{element}");
            }
        }
        let tolerated =
            "<plist><array ><dict ><key >a&#98;</key ><string IDREF='1'/></dict></array>";
        assert_eq!(path(tolerated, Mode::Tolerant), "[0].ab");
    }

    #[test]
    fn errors_in_json_are_in_what_encloses_them() {
        for (text, expected) in [
            ("null", ""),
            ("[1, {\"fp\": null}]", "[1].fp"),
            ("[1.5]", "[0]"),
            ("[1 2 x]", "[2]"),
            ("{\"a\": [true, [], {}], \"b\\\"\": [{\"c\": 1e3}]}", "b\\\\\\\"[0].c"),
            ("{\"a\": 1, 2}", ""),
            ("{\"a\"}", "a"),
            ("[\"a", "[0]"),
            ("[[], [[]], [-]]", "[2][0]"),
        ] {
            assert_eq!(path(text, Mode::Strict), expected, "{text}");
        }
    }
}
