//! Output for programs: JSON in ASCII, with names that need not be text.

use serde_json::{Map, Value};

use crate::{Entry, EntryType, printable};

/// A JSON object under construction; veriexecctl(8), JSON OUTPUT, is what it must agree with.
#[derive(Clone, Debug, Default)]
pub struct Object(Map<String, Value>);

impl Object {
    /// Without a member.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a member.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0.insert(key.to_owned(), value.into());
        self
    }

    /// Adds a file name, which need not be text: if it is not, it is given as it is shown to
    /// people, and `KEY_bytes` has its bytes in hexadecimal.
    #[must_use]
    pub fn name(self, key: &str, name: &[u8]) -> Self {
        match str::from_utf8(name) {
            Ok(text) => self.with(key, text),
            Err(_) => self
                .with(key, printable(name).to_string())
                .with(&format!("{key}_bytes"), hexadecimal(name)),
        }
    }

    /// Adds the four members that every entry has.
    #[must_use]
    pub fn entry(self, entry: &Entry) -> Self {
        self.name("path", entry.path())
            .with("algorithm", entry.algorithm().name())
            .with("fingerprint", entry.fingerprint().to_string())
            .with("flags", flags(entry.entry_type()))
    }

    /// The object on one line, with its end, without a character that a terminal acts on.
    #[must_use]
    pub fn into_line(self) -> String {
        let mut line = ascii(&Value::Object(self.0).to_string());
        line.push('\n');
        line
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::Object(object.0)
    }
}

/// The accesses as words, as the driver has them: no flags mean `direct`.
#[must_use]
pub fn flags(entry_type: EntryType) -> Value {
    let words = entry_type.or_direct().to_string();
    words.split(", ").collect::<Vec<_>>().into()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The same JSON without a character that a terminal acts on: all that is not printable ASCII
/// stands in strings, where it can be escaped.
fn ascii(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        if matches!(character, ' '..='~') {
            text.push(character);
        } else {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_is_carried_exactly_and_in_ascii() {
        let hostile = "/\x1b[2J\u{7f}\u{9b}\u{202e}\u{1f512}\n\"\\";
        let text = ascii(&Value::from(Object::new().name("path", hostile.as_bytes())).to_string());
        assert!(text.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{text}");
        let read: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["path"], hostile);
        assert_eq!(read.as_object().unwrap().len(), 1);
    }

    #[test]
    fn what_is_no_text_has_its_bytes_beside_it() {
        let value = Value::from(Object::new().name("path", b"/\xff\\"));
        assert_eq!(value["path"], "/\\xff\\\\");
        assert_eq!(value["path_bytes"], "2fff5c");
    }

    #[test]
    fn no_flags_are_shown_as_what_they_mean() {
        assert_eq!(flags(EntryType::EMPTY), serde_json::json!(["direct"]));
        let all = EntryType::from_bits(0x17).unwrap();
        assert_eq!(flags(all), serde_json::json!(["direct", "indirect", "file", "untrusted"]));
    }
}
