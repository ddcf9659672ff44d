//! Reports as the fields of an audit record: `name=value`, between blanks, as audit records have them.
//!
//! | field | value |
//! |---|---|
//! | `pid`, `uid`, `gid`, `ppid` | numbers: the process, its user, its group and its parent |
//! | `op` | what was tried: [`EventKind::word`](crate::EventKind::word), or `request` |
//! | `cause` | what was found: [`Message::word`] |
//! | `verdict` | `denied` or `allowed` |
//! | `level` | 0 to 3 |
//! | `trial` | 1, of a decision for trial alone |
//! | `comm`, `exe`, `parent` | the command, the path of the program, and the parent's program |
//! | `name`, `to` | the file, and the new name of a renaming |
//! | `res`, `errno` | 1 if it may happen, else 0; and the error that the process is told, or 0 |
//!
//! A value from outside is in quotes or, if it has blanks, quotes, or bytes that are no printable
//! ASCII, in hexadecimal without quotes: so nobody makes up a field.

use core::fmt;

use super::{Message, Parent, Process, Report};
use crate::policy::Verdict;

/// What [`Report::audit`] returns, to be displayed.
#[derive(Clone, Copy, Debug)]
pub struct Audit<'a>(Report<'a>);

impl<'a> Report<'a> {
    /// The fields of an audit record; `None` if nothing was decided.
    #[must_use]
    pub fn audit(&self) -> Option<Audit<'a>> {
        self.occasion.map(|_| Audit(*self))
    }
}

impl fmt::Display for Audit<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { message, name, process, occasion, .. } = &self.0;
        let Some(occasion) = occasion else { return Ok(()) };
        if let Some(Process { pid, uid, gid, parent, .. }) = process {
            write!(out, "pid={pid} uid={uid} gid={gid} ")?;
            if let Some(Parent { pid, .. }) = parent {
                write!(out, "ppid={pid} ")?;
            }
        }
        let op = occasion.event.map_or("request", |event| event.word());
        let is_allowed = occasion.verdict.is_allowed();
        let verdict = if is_allowed { "allowed" } else { "denied" };
        let level = occasion.level.number();
        write!(out, "op={op} cause={} verdict={verdict} level={level}", message.word())?;
        if occasion.is_trial {
            out.write_str(" trial=1")?;
        }
        if let Some(Process { program, parent, .. }) = process {
            write!(out, " comm={}", Untrusted(program.command()))?;
            if !program.path.is_empty() {
                write!(out, " exe={}", Untrusted(program.path))?;
            }
            if let Some(Parent { program, .. }) = parent {
                write!(out, " parent={}", Untrusted(program.name()))?;
            }
        }
        if !name.is_empty() {
            write!(out, " name={}", Untrusted(name))?;
        }
        if let Message::Rename { to, .. } = message {
            write!(out, " to={}", Untrusted(to))?;
        }
        let errno = match occasion.verdict {
            Verdict::Allow => 0,
            Verdict::Deny(errno) => errno.raw(),
        };
        write!(out, " res={} errno={errno}", u8::from(is_allowed))
    }
}

/// What comes from outside.
struct Untrusted<'a>(&'a [u8]);

impl fmt::Display for Untrusted<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match str::from_utf8(self.0) {
            Ok(text) if text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"') => {
                write!(out, "\"{text}\"")
            }
            _ => self.0.iter().try_for_each(|byte| write!(out, "{byte:02X}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{EventKind, Finding};
    use crate::report::{Occasion, Priority, Program};
    use crate::{Errno, StrictLevel};
    use std::string::ToString;

    #[test]
    fn a_denial_has_all_that_is_known() {
        let parent = Parent { program: Program::new(b"init"), pid: 1 };
        let mut process = Process { parent: Some(parent), ..Process::new(b"sh", 17, 1000, 100) };
        process.program.path = b"/usr/bin/sh";
        let occasion = Occasion {
            event: Some(EventKind::Rename),
            level: StrictLevel::Ips,
            verdict: Verdict::Deny(Errno::PERM),
            is_trial: false,
        };
        let message = Message::Rename {
            finding: Finding::RenameMonitored,
            to: b"/b",
            listed: true,
            target_listed: false,
        };
        let report = Report {
            process: Some(process),
            occasion: Some(occasion),
            ..Report::new(Priority::Alert, message, b"/a")
        };
        assert_eq!(
            report.audit().unwrap().to_string(),
            "pid=17 uid=1000 gid=100 ppid=1 op=rename cause=rename-monitored verdict=denied level=2 \
             comm=\"sh\" exe=\"/usr/bin/sh\" parent=\"init\" name=\"/a\" to=\"/b\" res=0 errno=1"
        );
        assert!(Report { occasion: None, ..report }.audit().is_none());
        let refused = Report::refusal(Message::TablesLocked, StrictLevel::Ids, None);
        assert_eq!(
            refused.audit().unwrap().to_string(),
            "op=request cause=tables-locked verdict=denied level=1 res=0 errno=1"
        );
    }

    #[test]
    fn nobody_makes_up_a_field() {
        for (bytes, shown) in [
            (&b"/a"[..], "\"/a\""),
            (b"/a res=1", "2F61207265733D31"),
            (b"/\"", "2F22"),
            (b"/\n", "2F0A"),
            (b"/\xff", "2FFF"),
        ] {
            assert_eq!(Untrusted(bytes).to_string(), shown);
        }
    }
}
