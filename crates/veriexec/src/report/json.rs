//! Reports as JSON, an object each.
//!
//! | key | value | when |
//! |---|---|---|
//! | `priority` | string: [`Priority::word`](super::Priority::word) | always |
//! | `message` | string: [`Message::word`] | always |
//! | `text` | string: the report as text | always |
//! | `path` | string: the name of the file | unless it is not known |
//! | `to` | string: the new name | of a renaming |
//! | `listed`, `target_listed` | booleans | of a renaming |
//! | `algorithm`, `fp`, `found` | strings: a name, and digests in hexadecimal | of a comparison |
//! | `algorithm` | string | of an algorithm that is not known, if one was given |
//! | `flags` | number | of an entry type with bits without a meaning |
//! | `count`, `suppressed` | number, and string: an event or `request` | of suppressed reports |
//! | `count` | number | of lost reports |
//! | `user`, `denied` | number and boolean | of suppressed reports, as far as they have them |
//! | `event` | string: [`EventKind::word`](crate::EventKind::word) | of a decision |
//! | `level` | number: 0 to 3 | of a decision |
//! | `allowed` | boolean | of a decision |
//! | `errno` | string, or a number that has no name here | of a denial |
//! | `trial` | true | of a decision for trial: [`Occasion::is_trial`] |
//! | `command` | string | of a process |
//! | `program` | string: the path | of a process, if it is known |
//! | `pid`, `uid`, `gid` | numbers | of a process |
//! | `parent`, `ppid` | string: a path or a command, and number | of a process with a parent |
//! | `ask` | string: a command for a shell | of a decision about a file with a path |
//!
//! A name is bytes, and JSON has none. A name that is UTF-8 is that string, exactly. Another one is
//! given as it is shown to people, by [`printable`], and a second key, with `_bytes` after the name
//! of the first, has its bytes in hexadecimal: `path_bytes`, `to_bytes`, `algorithm_bytes`,
//! `command_bytes`, `program_bytes`, `parent_bytes`. Characters beyond ASCII and control characters are `\u` escapes, so that the
//! line is harmless on a terminal. veriexecctl(8) does the same.

use core::fmt::{self, Write};

use sigfile::printable;

use super::{Kind, Message, Occasion, Parent, Process, Report, Suppressed};
use crate::policy::Verdict;

/// What [`Report::json`] returns, to be displayed: one line without its end.
#[derive(Clone, Copy, Debug)]
pub struct Json<'a>(Report<'a>);

impl<'a> Report<'a> {
    /// The report as a JSON object.
    #[must_use]
    pub const fn json(&self) -> Json<'a> {
        Json(*self)
    }
}

impl fmt::Display for Json<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { priority, message, name, process, occasion, .. } = &self.0;
        let mut object = Object { out };
        write!(object.out, "{{\"priority\":\"{}\"", priority.word())?;
        object.word("message", message.word())?;
        object.text("text", &self.0)?;
        if !name.is_empty() {
            object.bytes("path", name)?;
        }
        object.details(message)?;
        if let Some(Occasion { event, level, verdict, is_trial }) = occasion {
            if let Some(event) = event {
                object.word("event", event.word())?;
            }
            object.value("level", level.number())?;
            object.value("allowed", verdict.is_allowed())?;
            if let Verdict::Deny(errno) = verdict {
                match errno.name() {
                    Some(name) => object.word("errno", name)?,
                    None => object.value("errno", errno.raw())?,
                }
            }
            if *is_trial {
                object.value("trial", true)?;
            }
        }
        if let Some(process) = process {
            let Process { program, pid, uid, gid, parent, .. } = process;
            object.bytes("command", program.command())?;
            if !program.path.is_empty() {
                object.bytes("program", program.path)?;
            }
            object.value("pid", pid)?;
            object.value("uid", uid)?;
            object.value("gid", gid)?;
            if let Some(Parent { program, pid }) = parent {
                object.bytes("parent", program.name())?;
                object.value("ppid", pid)?;
            }
        }
        if let Some(question) = self.0.question().filter(|_| occasion.is_some()) {
            object.text("ask", &question)?;
        }
        object.out.write_char('}')
    }
}

/// An object whose first key is written.
struct Object<'o, 'f> {
    out: &'o mut fmt::Formatter<'f>,
}

impl Object<'_, '_> {
    fn details(&mut self, message: &Message<'_>) -> fmt::Result {
        match message {
            Message::Rename { to, listed, target_listed, .. } => {
                self.bytes("to", to)?;
                self.value("listed", listed)?;
                self.value("target_listed", target_listed)
            }
            Message::Comparing { listed, found } => {
                self.word("algorithm", listed.algorithm().name())?;
                self.text("fp", listed)?;
                self.text("found", found)
            }
            Message::UnknownAlgorithm(Some(algorithm)) => self.bytes("algorithm", algorithm),
            Message::ContaminatedFlags(bits) => self.value("flags", bits),
            Message::Suppressed(Suppressed { count, kind, user }) => {
                self.value("count", count)?;
                match kind {
                    Kind::Decision { event, denied } => {
                        self.word("suppressed", event.word())?;
                        self.value("denied", denied)?;
                    }
                    Kind::Other => self.word("suppressed", "request")?,
                }
                user.map_or(Ok(()), |user| self.value("user", user))
            }
            Message::Lost(count) => self.value("count", count),
            _ => Ok(()),
        }
    }

    /// A number or a boolean.
    fn value(&mut self, key: &str, value: impl fmt::Display) -> fmt::Result {
        write!(self.out, ",\"{key}\":{value}")
    }

    /// A word of ours, which has nothing to escape.
    fn word(&mut self, key: &str, word: &str) -> fmt::Result {
        write!(self.out, ",\"{key}\":\"{word}\"")
    }

    fn text(&mut self, key: &str, text: &impl fmt::Display) -> fmt::Result {
        write!(self.out, ",\"{key}\":\"")?;
        write!(Escaped(self.out), "{text}")?;
        self.out.write_char('"')
    }

    /// Bytes from outside.
    fn bytes(&mut self, key: &str, bytes: &[u8]) -> fmt::Result {
        match str::from_utf8(bytes) {
            Ok(text) => self.text(key, &text),
            Err(_) => {
                self.text(key, &printable(bytes))?;
                write!(self.out, ",\"{key}_bytes\":\"")?;
                bytes.iter().try_for_each(|byte| write!(self.out, "{byte:02x}"))?;
                self.out.write_char('"')
            }
        }
    }
}

/// Escapes what is written through it.
struct Escaped<'o, 'f>(&'o mut fmt::Formatter<'f>);

impl Write for Escaped<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|character| escape(self.0, character))
    }
}

fn escape(out: &mut impl Write, character: char) -> fmt::Result {
    match character {
        '"' => out.write_str("\\\""),
        '\\' => out.write_str("\\\\"),
        ' '..='~' => out.write_char(character),
        _ => {
            let mut units = [0; 2];
            character
                .encode_utf16(&mut units)
                .iter()
                .try_for_each(|unit| write!(out, "\\u{unit:04x}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{EventKind, Finding};
    use crate::{Errno, Priority, StrictLevel};
    use alloc::string::ToString;
    use fingerprint::{Algorithm, Digest};

    #[test]
    fn a_denial_has_all_that_is_known() {
        let report = Report {
            process: Some(Process::new(b"sh", 17, 1000, 100)),
            occasion: Some(Occasion {
                event: Some(EventKind::Direct),
                level: StrictLevel::Ids,
                verdict: Verdict::Deny(Errno::PERM),
                is_trial: false,
            }),
            ..Report::new(Priority::Alert, Message::Finding(Finding::Mismatch), b"/bin/ls")
        };
        assert_eq!(
            report.json().to_string(),
            "{\"priority\":\"alert\",\"message\":\"mismatch\",\
             \"text\":\"Veriexec: Mismatch. [/bin/ls, prog=sh pid=17, uid=1000, gid=100] denied: \
             execute, level=1; ask: veriexecctl explain /bin/ls\",\
             \"path\":\"/bin/ls\",\"event\":\"direct\",\"level\":1,\"allowed\":false,\
             \"errno\":\"EPERM\",\"command\":\"sh\",\"pid\":17,\"uid\":1000,\"gid\":100,\
             \"ask\":\"veriexecctl explain /bin/ls\"}"
        );
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        let report = Report::new(Priority::Warning, Message::TablesLocked, b"");
        assert_eq!(
            report.json().to_string(),
            "{\"priority\":\"warning\",\"message\":\"tables-locked\",\
             \"text\":\"Veriexec: Strict mode, modifying tables not permitted.\"}"
        );
    }

    #[test]
    fn each_message_has_its_details() {
        let digest = |byte| Digest::new(Algorithm::Md5, &[byte; 16]).unwrap();
        for (message, details) in [
            (
                Message::Rename {
                    finding: Finding::Renamed,
                    to: b"/b",
                    listed: true,
                    target_listed: false,
                },
                "\"to\":\"/b\",\"listed\":true,\"target_listed\":false",
            ),
            (
                Message::Comparing { listed: &digest(1), found: &digest(2) },
                "\"algorithm\":\"MD5\",\"fp\":\"01010101010101010101010101010101\",\
                 \"found\":\"02020202020202020202020202020202\"",
            ),
            (Message::UnknownAlgorithm(Some(b"SHA3")), "\"algorithm\":\"SHA3\""),
            (Message::ContaminatedFlags(0x28), "\"flags\":40"),
            (
                Message::Suppressed(Suppressed {
                    count: 7,
                    kind: Kind::Decision { event: EventKind::File, denied: true },
                    user: Some(8),
                }),
                "\"count\":7,\"suppressed\":\"file\",\"denied\":true,\"user\":8",
            ),
            (Message::Lost(9), "\"count\":9"),
        ] {
            let json = Report::new(Priority::Notice, message, b"/a").json().to_string();
            let end = [",\"path\":\"/a\",", details, "}"].concat();
            assert!(json.ends_with(&end), "{json}");
        }
    }

    #[test]
    fn names_are_carried_exactly_and_harmlessly() {
        let path = |name: &[u8]| {
            let json = Report::new(Priority::Notice, Message::NewEntry, name).json().to_string();
            assert!(json.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{json}");
            json.split_once("\"path\":").unwrap().1.to_string()
        };
        assert_eq!(
            path("/\"a\\b\"\x1b\n\u{202e}\u{1f980}\x7f".as_bytes()),
            "\"/\\\"a\\\\b\\\"\\u001b\\u000a\\u202e\\ud83e\\udd80\\u007f\"}"
        );
        assert_eq!(
            path(b"/\xff\xc3(\\\x1b"),
            "\"/\\\\xff\\\\xc3(\\\\\\\\\\\\x1b\",\"path_bytes\":\"2fffc3285c1b\"}"
        );
        assert_eq!(path("/\u{fffd}".as_bytes()), "\"/\\ufffd\"}");
    }
}
