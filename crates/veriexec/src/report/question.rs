//! The command to ask why, as a shell takes it.

use core::fmt::{self, Write};

use super::Report;
use super::length::length;

/// The longest question that stands in the line of a report, in characters.
const LONGEST: usize = 280;

/// What [`Report::question`] returns, to be displayed: a command to paste into a shell, of
/// printable ASCII alone. A path with control characters or bytes beyond ASCII is in `$''`, which
/// every shell but the plainest knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question<'a>(&'a [u8]);

impl<'a> Report<'a> {
    /// The command that says what holds for the file and why; `None` if no path of it is known.
    #[must_use]
    pub fn question(&self) -> Option<Question<'a>> {
        self.name.starts_with(b"/").then_some(Question(self.name))
    }
}

impl Question<'_> {
    /// Whether it is too long to stand in the line of a report.
    #[must_use]
    pub fn is_long(&self) -> bool {
        length(self) > LONGEST
    }
}

impl fmt::Display for Question<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("veriexecctl explain ")?;
        let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._+,:@%=-".contains(byte);
        let is_printable = |byte: &u8| (b' '..=b'~').contains(byte) && *byte != b'\'';
        if self.0.iter().all(is_plain) {
            self.write(out, |_| false)
        } else if self.0.iter().all(is_printable) {
            out.write_char('\'')?;
            self.write(out, |_| false)?;
            out.write_char('\'')
        } else {
            out.write_str("$'")?;
            self.write(out, |byte| !is_printable(&byte) || byte == b'\\')?;
            out.write_char('\'')
        }
    }
}

impl Question<'_> {
    fn write(&self, out: &mut fmt::Formatter<'_>, is_escaped: impl Fn(u8) -> bool) -> fmt::Result {
        self.0.iter().try_for_each(|byte| {
            if is_escaped(*byte) {
                write!(out, "\\x{byte:02x}")
            } else {
                out.write_char(char::from(*byte))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Message, Priority};
    use std::process::Command;
    use std::string::ToString;

    fn question(name: &[u8]) -> Option<std::string::String> {
        let report = Report::new(Priority::Alert, Message::NewEntry, name);
        report.question().map(|question| question.to_string())
    }

    #[test]
    fn ordinary_paths_stand_as_they_are() {
        let asked = question(b"/usr/lib/x86_64-linux-gnu/libc.so.6").unwrap();
        assert_eq!(asked, "veriexecctl explain /usr/lib/x86_64-linux-gnu/libc.so.6");
        assert_eq!(question(b"tmpfs:/f"), None);
        assert_eq!(question(b""), None);
    }

    #[test]
    fn a_shell_reads_what_was_meant() {
        for name in [
            &b"/a b"[..],
            b"/$(touch x);`y`&\"*?[~#!\\",
            b"/it's",
            b"/\xff\x1b[2J\n\t\xe2\x80\xae'\\x41",
            "/gr\u{f6}\u{df}e".as_bytes(),
        ] {
            let asked = question(name).unwrap();
            assert!(asked.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{asked}");
            let given = asked.strip_prefix("veriexecctl explain ").unwrap();
            let script = std::format!("printf %s {given}");
            let output = Command::new("bash").args(["-c", &script]).output().unwrap();
            assert_eq!(output.stdout, name, "{asked}");
        }
    }

    #[test]
    fn a_long_one_does_not_stand_in_the_line() {
        let long = ["/", &"x".repeat(LONGEST)].concat();
        let report = |name| Report::new(Priority::Alert, Message::NewEntry, name);
        assert!(report(long.as_bytes()).question().unwrap().is_long());
        assert!(!report(b"/bin/ls").question().unwrap().is_long());
    }
}
