//! The command to ask why, as a shell takes it.

use core::fmt::{self, Write};

use super::length::length;
use super::{Message, Report};
use crate::policy::Finding;

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
        let asked = match self.message {
            Message::Rename { finding, to, listed, target_listed } => {
                let verdict = self.occasion.map(|occasion| occasion.verdict);
                let is_renamed =
                    verdict.map_or(finding == Finding::Renamed, |verdict| verdict.is_allowed());
                // The old name leads nowhere any more, or is of a file that is not the cause.
                if is_renamed || (target_listed && !listed) { to } else { self.name }
            }
            _ => self.name,
        };
        asked.starts_with(b"/").then_some(Question(asked))
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
    use crate::policy::{EventKind, Verdict};
    use crate::report::Occasion;
    use crate::{Errno, Priority, StrictLevel};
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
    fn a_renaming_is_asked_about_by_the_name_that_is_its_cause() {
        let asked = |finding, verdict, (listed, target_listed)| {
            let message = Message::Rename { finding, to: b"/new", listed, target_listed };
            let level = StrictLevel::Ips;
            let event = Some(EventKind::Rename);
            let occasion = Some(Occasion { event, level, verdict, is_trial: false });
            let report = Report { occasion, ..Report::new(Priority::Alert, message, b"/old") };
            report.question().unwrap().to_string()
        };
        let denied = Verdict::Deny(Errno::PERM);
        for (finding, verdict, files, expected) in [
            (Finding::RenameMonitored, denied, (false, true), "/new"),
            (Finding::RenameMonitored, denied, (true, false), "/old"),
            (Finding::RenameMonitored, denied, (true, true), "/old"),
            (Finding::RenameLockdown, denied, (false, false), "/old"),
            (Finding::RenameLockdown, denied, (false, true), "/new"),
            // The old name is gone.
            (Finding::Renamed, Verdict::Allow, (true, false), "/new"),
            (Finding::Renamed, Verdict::Allow, (false, true), "/new"),
            (Finding::Renamed, Verdict::Allow, (true, true), "/new"),
        ] {
            let asked = asked(finding, verdict, files);
            assert_eq!(asked, std::format!("veriexecctl explain {expected}"), "{files:?}");
        }
        // A target that no path is known of.
        let target = Message::Rename {
            finding: Finding::Renamed,
            to: b"",
            listed: true,
            target_listed: false,
        };
        assert_eq!(Report::new(Priority::Notice, target, b"/old").question(), None);
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
