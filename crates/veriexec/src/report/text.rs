//! Reports as text, in NetBSD's words.

use core::fmt::{self, Write};

use sigfile::printable;

use super::length::length;
use super::{Kind, Message, Occasion, Parent, Process, Report, Suppressed};
use crate::policy::Finding;

/// The longest names that are written in full, in characters: those of the file, and of a program.
/// Of a longer one the beginning and the end are, so that what comes after it finds its place.
const LONGEST: (usize, usize) = (200, 90);

impl fmt::Display for Report<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Veriexec: ")?;
        self.write_words(out)?;
        if let Some(Occasion { level, verdict, is_trial, .. }) = self.occasion {
            let verdict = if verdict.is_allowed() { "allowed" } else { "denied" };
            let trial = if is_trial { " in a self-test" } else { "" };
            let level = level.number();
            write!(out, " {verdict}{trial}: {}, level={level}", self.attempt())?;
            if let Some(Parent { program, pid }) = self.process.and_then(|process| process.parent) {
                write!(out, ", parent={} ppid={pid}", Short(program.name(), LONGEST.1))?;
            }
            // Nobody has to ask about a test that went as it should.
            match self.question().filter(|_| !is_trial) {
                Some(question) if question.is_long() => {
                    out.write_str("; ask: see the next line")?
                }
                Some(question) => write!(out, "; ask: {question}")?,
                None => {}
            }
        }
        Ok(())
    }
}

impl Report<'_> {
    /// What was tried, in words.
    pub(super) fn attempt(&self) -> &'static str {
        match (self.occasion.and_then(|occasion| occasion.event), self.message) {
            (Some(event), _) => event.attempt(),
            (None, Message::LevelLowered) => "lower the level",
            (None, Message::ForcedRemoval) => "remove a module",
            (None, _) => "change the tables",
        }
    }

    /// NetBSD's words, with the process where NetBSD has it, or after them.
    fn write_words(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Short(self.name, LONGEST.0);
        match self.message {
            Message::Finding(finding) => return self.write_finding(finding, out),
            Message::Rename { finding, to, listed, target_listed } => {
                let to = Short(to, LONGEST.0);
                let by = By(self.process);
                match finding {
                    Finding::Renamed => {
                        let listed = if listed { "Monitored" } else { "Non-monitored" };
                        let target = if target_listed { "monitored" } else { "non-monitored" };
                        write!(out, "{listed} file `{name}' renamed to {target} file `{to}'{by}.")?;
                    }
                    Finding::RenameLockdown => {
                        write!(out, "Preventing rename of `{name}' to `{to}'{by}: Lockdown mode.")?;
                    }
                    _ => {
                        let files = if listed && target_listed { "files" } else { "file" };
                        write!(
                            out,
                            "Preventing rename of `{name}' to `{to}'{by}: IPS mode, {files} \
                             monitored."
                        )?;
                    }
                }
            }
            Message::Comparing { listed, found } => {
                return write!(out, "comparing hashes... fp1: {listed} fp2: {found} [{name}]");
            }
            Message::NewEntry => write!(out, "New entry. [{name}]")?,
            Message::NotRegular => write!(out, "Not adding `{name}': Not a regular file.")?,
            Message::UnknownAlgorithm(algorithm) => {
                let algorithm = Short(algorithm.unwrap_or_default(), LONGEST.1);
                write!(
                    out,
                    "Invalid or unknown fingerprint type `{algorithm}' for file `{name}'."
                )?;
            }
            Message::BadLength => write!(out, "Bad fingerprint length for `{name}'.")?,
            Message::ContaminatedFlags(bits) => {
                write!(out, "Contaminated flags `{bits:#x}' for `{name}', skipping.")?;
            }
            Message::TablesLocked => {
                out.write_str("Strict mode, modifying tables not permitted.")?;
            }
            Message::NotMountPoint => {
                write!(out, "Not deleting the table of `{name}': Not a mount point.")?;
            }
            Message::NotDeletable => {
                write!(out, "Not deleting `{name}': Not a regular file or directory.")?;
            }
            Message::LevelLowered => {
                out.write_str("Preventing the lowering of the strict level.")?;
            }
            Message::ForcedRemoval => {
                out.write_str("Preventing the forced removal of a module.")?;
            }
            Message::Suppressed(Suppressed { count, kind, user }) => {
                let reports = if count == 1 { "report" } else { "reports" };
                write!(out, "{count} more {reports} suppressed: ")?;
                match kind {
                    Kind::Decision { event, denied } => {
                        let verdict = if denied { "denied" } else { "allowed" };
                        write!(out, "{verdict}: {}", event.attempt())?;
                    }
                    Kind::Other => out.write_str("of requests")?,
                }
                return match user {
                    Some(user) => write!(out, ", uid={user}."),
                    None => out.write_str(", of other users."),
                };
            }
            Message::Lost(count) => {
                write!(
                    out,
                    "{count} more reports lost: they came faster than the log takes them."
                )?;
            }
        }
        match self.process {
            Some(process) => write!(out, " [{}]", Asker(process)),
            None => Ok(()),
        }
    }

    fn write_finding(&self, finding: Finding, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Short(self.name, LONGEST.0);
        match finding {
            Finding::Creation => write!(out, "Preventing new file creation in `{name}'.")?,
            Finding::UnmountAllowed => write!(out, "IDS mode, allowing unmount of \"{name}\".")?,
            Finding::UnmountMonitored => {
                write!(out, "IPS mode, preventing unmount of \"{name}\" with monitored files.")?;
            }
            Finding::UnmountLockdown => {
                write!(out, "Lockdown mode, preventing unmount of \"{name}\".")?;
            }
            _ => {
                write!(out, "{} [{name}", finding.text())?;
                if let Some(process) = self.process {
                    write!(out, ", {}", Asker(process))?;
                }
                return out.write_char(']');
            }
        }
        match self.process {
            Some(process) => write!(out, " [{}]", Asker(process)),
            None => Ok(()),
        }
    }
}

/// Who asks, as NetBSD's alerts name it, but by the path of its program.
struct Asker<'a>(Process<'a>);

impl fmt::Display for Asker<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Process { program, pid, uid, gid, .. } = &self.0;
        let program = Short(program.name(), LONGEST.1);
        write!(out, "prog={program} pid={pid}, uid={uid}, gid={gid}")
    }
}

/// Who renames, after the names.
struct By<'a>(Option<Process<'a>>);

impl fmt::Display for By<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(Process { uid, pid, .. }) => write!(out, ", uid={uid}, pid={pid}"),
            None => Ok(()),
        }
    }
}

/// A name made safe to show, and shortened in its midst if it has more characters than that.
struct Short<'a>(&'a [u8], usize);

impl fmt::Display for Short<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(name, longest) = *self;
        if length(printable(name)) <= longest {
            return write!(out, "{}", printable(name));
        }
        let half = longest / 2;
        let lengths = || (0..=half.min(name.len())).rev();
        let start = lengths().filter_map(|count| name.get(..count));
        let end = lengths().filter_map(|count| name.get(name.len().checked_sub(count)?..));
        let start =
            start.into_iter().find(|start| length(printable(start)) <= half).unwrap_or_default();
        let end = end.into_iter().find(|end| length(printable(end)) <= half).unwrap_or_default();
        write!(out, "{}...{}", printable(start), printable(end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{EventKind, Verdict};
    use crate::report::{Priority, Program};
    use crate::{Errno, StrictLevel};
    use alloc::string::{String, ToString};
    use fingerprint::{Algorithm, Digest};

    const BY: &str = " [prog=sh pid=17, uid=1000, gid=100]";

    fn text(message: Message<'_>, name: &[u8]) -> String {
        Report::new(Priority::Notice, message, name).to_string()
    }

    fn alert(message: Message<'_>, name: &[u8]) -> String {
        let process = Some(Process::new(b"sh", 17, 1000, 100));
        Report { process, ..Report::new(Priority::Alert, message, name) }.to_string()
    }

    #[test]
    fn texts_are_those_of_netbsd() {
        let finding = Message::Finding(Finding::NoEntry);
        assert_eq!(text(finding, b"/bin/ls"), "Veriexec: No entry. [/bin/ls]");
        assert_eq!(text(Message::NewEntry, b"/bin/ls"), "Veriexec: New entry. [/bin/ls]");
        assert_eq!(
            text(Message::NotRegular, b"/dev/null"),
            "Veriexec: Not adding `/dev/null': Not a regular file."
        );
        assert_eq!(
            text(Message::UnknownAlgorithm(Some(b"SHA3")), b"/bin/ls"),
            "Veriexec: Invalid or unknown fingerprint type `SHA3' for file `/bin/ls'."
        );
        assert_eq!(
            text(Message::UnknownAlgorithm(None), b"/bin/ls"),
            "Veriexec: Invalid or unknown fingerprint type `' for file `/bin/ls'."
        );
        assert_eq!(
            text(Message::BadLength, b"/bin/ls"),
            "Veriexec: Bad fingerprint length for `/bin/ls'."
        );
        assert_eq!(
            text(Message::ContaminatedFlags(0x28), b"/bin/ls"),
            "Veriexec: Contaminated flags `0x28' for `/bin/ls', skipping."
        );
        assert_eq!(
            text(Message::TablesLocked, b"/bin/ls"),
            "Veriexec: Strict mode, modifying tables not permitted."
        );
        let digest = |byte| Digest::new(Algorithm::Md5, &[byte; 16]).unwrap();
        assert_eq!(
            text(Message::Comparing { listed: &digest(1), found: &digest(2) }, b"/f"),
            "Veriexec: comparing hashes... fp1: 01010101010101010101010101010101 \
             fp2: 02020202020202020202020202020202 [/f]"
        );
        let left = Suppressed { count: 12, kind: Kind::Other, user: Some(0) };
        assert_eq!(
            text(Message::Suppressed(left), b""),
            "Veriexec: 12 more reports suppressed: of requests, uid=0."
        );
        assert_eq!(
            text(Message::Lost(12), b""),
            "Veriexec: 12 more reports lost: they came faster than the log takes them."
        );
        let left = Suppressed { count: 1, ..left };
        assert_eq!(
            text(Message::Suppressed(left), b""),
            "Veriexec: 1 more report suppressed: of requests, uid=0."
        );
    }

    #[test]
    fn findings_are_in_the_form_that_netbsd_has_for_each() {
        let by = ", prog=sh pid=17, uid=1000, gid=100]";
        let after = |text: &str| [text, BY].concat();
        for (finding, expected) in [
            (Finding::IncorrectAccess, format_args!("Incorrect access type. [/f{by}").to_string()),
            (Finding::Mismatch, format_args!("Mismatch. [/f{by}").to_string()),
            (Finding::WriteRequest, format_args!("Write access request. [/f{by}").to_string()),
            (Finding::RemoveRequest, format_args!("Remove request. [/f{by}").to_string()),
            (Finding::Creation, after("Preventing new file creation in `/f'.")),
            (Finding::UnmountAllowed, after("IDS mode, allowing unmount of \"/f\".")),
            (
                Finding::UnmountMonitored,
                after("IPS mode, preventing unmount of \"/f\" with monitored files."),
            ),
            (Finding::UnmountLockdown, after("Lockdown mode, preventing unmount of \"/f\".")),
        ] {
            let said = alert(Message::Finding(finding), b"/f");
            assert_eq!(said.strip_prefix("Veriexec: "), Some(&*expected));
        }
    }

    #[test]
    fn renamings_name_both_files() {
        let rename = |finding, listed, target_listed| {
            let message = Message::Rename { finding, to: b"/b", listed, target_listed };
            alert(message, b"/a")
        };
        let is = |said: String, expected: &str| {
            assert_eq!(said, ["Veriexec: ", expected, BY].concat());
        };
        is(
            rename(Finding::RenameLockdown, false, false),
            "Preventing rename of `/a' to `/b', uid=1000, pid=17: Lockdown mode.",
        );
        for (listed, target, files) in
            [(true, false, "file"), (false, true, "file"), (true, true, "files")]
        {
            let ips = "Preventing rename of `/a' to `/b', uid=1000, pid=17: IPS mode, ";
            let expected = [ips, files, " monitored."].concat();
            is(rename(Finding::RenameMonitored, listed, target), &expected);
        }
        is(
            rename(Finding::Renamed, true, false),
            "Monitored file `/a' renamed to non-monitored file `/b', uid=1000, pid=17.",
        );
        is(
            rename(Finding::Renamed, false, true),
            "Non-monitored file `/a' renamed to monitored file `/b', uid=1000, pid=17.",
        );
        let unknown = Message::Rename {
            finding: Finding::RenameLockdown,
            to: b"/b",
            listed: true,
            target_listed: false,
        };
        assert_eq!(
            text(unknown, b"/a"),
            "Veriexec: Preventing rename of `/a' to `/b': Lockdown mode."
        );
    }

    fn denial(name: &[u8]) -> Report<'_> {
        let parent = Parent { program: Program::new(b"cron"), pid: 3 };
        let mut process =
            Process { parent: Some(parent), ..Process::new(b"worker", 17, 1000, 100) };
        process.program.path = b"/usr/bin/sh";
        let occasion = Occasion {
            event: Some(EventKind::Direct),
            level: StrictLevel::Ips,
            verdict: Verdict::Deny(Errno::PERM),
            is_trial: false,
        };
        let report = Report::new(Priority::Alert, Message::Finding(Finding::NoEntry), name);
        Report { process: Some(process), occasion: Some(occasion), ..report }
    }

    #[test]
    fn a_denial_says_who_tried_what_and_how_to_ask() {
        let report = denial(b"/tmp/a b");
        assert_eq!(
            report.to_string(),
            "Veriexec: No entry. [/tmp/a b, prog=/usr/bin/sh pid=17, uid=1000, gid=100] denied: \
             execute, level=2, parent=cron ppid=3; ask: veriexecctl explain '/tmp/a b'"
        );
        let occasion =
            report.occasion.map(|occasion| Occasion { verdict: Verdict::Allow, ..occasion });
        let said = Report { occasion, ..report }.to_string();
        assert!(said.contains("] allowed: execute, level=2, "), "{said}");
        let occasion = report.occasion.map(|occasion| Occasion { is_trial: true, ..occasion });
        let said = Report { occasion, ..report }.to_string();
        assert!(said.ends_with("] denied in a self-test: execute, level=2, parent=cron ppid=3"));
        let process = report.process;
        let refused = Report::refusal(Message::TablesLocked, StrictLevel::Ids, process);
        assert_eq!(
            refused.to_string(),
            "Veriexec: Strict mode, modifying tables not permitted. [prog=/usr/bin/sh pid=17, \
             uid=1000, gid=100] denied: change the tables, level=1, parent=cron ppid=3"
        );
    }

    /// What printk takes in one record, less its own prefix.
    const LINE: usize = 960;

    #[test]
    fn no_name_pushes_the_verdict_out_of_the_line() {
        let names: [&[u8]; 4] = [b"x", b"\xff", "\u{e0041}".as_bytes(), b"'"];
        for name in names {
            let name = [b"/", name.repeat(4094 / name.len()).as_slice()].concat();
            let mut report = denial(&name);
            report.message = Message::Rename {
                finding: Finding::RenameMonitored,
                to: &name,
                listed: true,
                target_listed: true,
            };
            let process = report.process.as_mut().unwrap();
            process.program.path = &name;
            process.parent.as_mut().unwrap().program.path = &name;
            for number in [&mut process.pid, &mut process.uid, &mut process.gid] {
                *number = u32::MAX;
            }
            let line = report.to_string();
            assert!(line.len() <= LINE, "{} {line}", line.len());
            assert!(line.contains("] denied: execute, level=2, parent=/"), "{line}");
            assert!(line.ends_with("; ask: see the next line"), "{line}");
        }
        // The longest question that does stand in it.
        for count in 0..300 {
            let name = ["/", &" ".repeat(count)].concat();
            let line = denial(name.as_bytes()).to_string();
            assert!(line.len() <= LINE, "{line}");
        }
    }

    #[test]
    fn names_do_not_reach_the_terminal_raw() {
        assert_eq!(
            text(Message::NewEntry, "/æ\x1b[2J\n\\\u{202e}".as_bytes()),
            "Veriexec: New entry. [/æ\\x1b[2J\\n\\\\\\u{202e}]"
        );
        assert_eq!(text(Message::NewEntry, b"/\xff\x80a"), "Veriexec: New entry. [/\\xff\\x80a]");
        let evil = Message::Rename {
            finding: Finding::RenameLockdown,
            to: b"/\x1b]0;\x07",
            listed: false,
            target_listed: false,
        };
        assert!(!alert(evil, b"/a").contains('\x1b'));
    }
}
