//! Reports as text, in NetBSD's words.

use core::fmt::{self, Write};

use sigfile::printable;

use super::{Message, Priority, Process, Report};
use crate::policy::Finding;

impl fmt::Display for Report<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = printable(self.name);
        out.write_str("Veriexec: ")?;
        match self.message {
            Message::Finding(finding) => self.write_finding(finding, out),
            Message::Rename { finding, to, listed, target_listed } => {
                let to = printable(to);
                let by = By(self.process);
                match finding {
                    Finding::Renamed => {
                        let listed = if listed { "Monitored" } else { "Non-monitored" };
                        let target = if target_listed { "monitored" } else { "non-monitored" };
                        write!(out, "{listed} file `{name}' renamed to {target} file `{to}'{by}.")
                    }
                    Finding::RenameLockdown => {
                        write!(out, "Preventing rename of `{name}' to `{to}'{by}: Lockdown mode.")
                    }
                    _ => {
                        let files = if listed && target_listed { "files" } else { "file" };
                        write!(
                            out,
                            "Preventing rename of `{name}' to `{to}'{by}: IPS mode, {files} \
                             monitored."
                        )
                    }
                }
            }
            Message::Comparing { listed, found } => {
                write!(out, "comparing hashes... fp1: {listed} fp2: {found} [{name}]")
            }
            Message::NewEntry => write!(out, "New entry. [{name}]"),
            Message::NotRegular => write!(out, "Not adding `{name}': Not a regular file."),
            Message::UnknownAlgorithm(algorithm) => {
                let algorithm = printable(algorithm.unwrap_or_default());
                write!(out, "Invalid or unknown fingerprint type `{algorithm}' for file `{name}'.")
            }
            Message::BadLength => write!(out, "Bad fingerprint length for `{name}'."),
            Message::ContaminatedFlags(bits) => {
                write!(out, "Contaminated flags `{bits:#x}' for `{name}', skipping.")
            }
            Message::TablesLocked => out.write_str("Strict mode, modifying tables not permitted."),
            Message::NotMountPoint => {
                write!(out, "Not deleting the table of `{name}': Not a mount point.")
            }
            Message::NotDeletable => {
                write!(out, "Not deleting `{name}': Not a regular file or directory.")
            }
            Message::Suppressed { count, word } => {
                write!(out, "{count} more reports suppressed: {word}.")
            }
        }
    }
}

impl Report<'_> {
    fn write_finding(&self, finding: Finding, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = printable(self.name);
        match finding {
            Finding::Creation => write!(out, "Preventing new file creation in `{name}'."),
            Finding::UnmountAllowed => write!(out, "IDS mode, allowing unmount of \"{name}\"."),
            Finding::UnmountMonitored => {
                write!(out, "IPS mode, preventing unmount of \"{name}\" with monitored files.")
            }
            Finding::UnmountLockdown => {
                write!(out, "Lockdown mode, preventing unmount of \"{name}\".")
            }
            _ => {
                write!(out, "{} [{name}", finding.text())?;
                if let (Priority::Alert, Some(process)) = (self.priority, &self.process) {
                    let command = printable(process.command());
                    let Process { pid, uid, gid, .. } = process;
                    write!(out, ", prog={command} pid={pid}, uid={uid}, gid={gid}")?;
                }
                out.write_char(']')
            }
        }
    }
}

/// Who renames, after the names.
struct By(Option<Process>);

impl fmt::Display for By {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(Process { uid, pid, .. }) => write!(out, ", uid={uid}, pid={pid}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::{String, ToString};
    use fingerprint::{Algorithm, Digest};

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
        assert_eq!(
            text(Message::Suppressed { count: 12, word: "mismatch" }, b""),
            "Veriexec: 12 more reports suppressed: mismatch."
        );
    }

    #[test]
    fn findings_are_in_the_form_that_netbsd_has_for_each() {
        let by = ", prog=sh pid=17, uid=1000, gid=100]";
        for (finding, expected) in [
            (Finding::IncorrectAccess, format_args!("Incorrect access type. [/f{by}").to_string()),
            (Finding::Mismatch, format_args!("Mismatch. [/f{by}").to_string()),
            (Finding::WriteRequest, format_args!("Write access request. [/f{by}").to_string()),
            (Finding::RemoveRequest, format_args!("Remove request. [/f{by}").to_string()),
            (Finding::Creation, "Preventing new file creation in `/f'.".to_string()),
            (Finding::UnmountAllowed, "IDS mode, allowing unmount of \"/f\".".to_string()),
            (
                Finding::UnmountMonitored,
                "IPS mode, preventing unmount of \"/f\" with monitored files.".to_string(),
            ),
            (Finding::UnmountLockdown, "Lockdown mode, preventing unmount of \"/f\".".to_string()),
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
        assert_eq!(
            rename(Finding::RenameLockdown, false, false),
            "Veriexec: Preventing rename of `/a' to `/b', uid=1000, pid=17: Lockdown mode."
        );
        let ips = "Veriexec: Preventing rename of `/a' to `/b', uid=1000, pid=17: IPS mode, ";
        for (listed, target, files) in
            [(true, false, "file"), (false, true, "file"), (true, true, "files")]
        {
            let said = rename(Finding::RenameMonitored, listed, target);
            assert_eq!(said.strip_prefix(ips), Some(&*[files, " monitored."].concat()));
        }
        assert_eq!(
            rename(Finding::Renamed, true, false),
            "Veriexec: Monitored file `/a' renamed to non-monitored file `/b', uid=1000, pid=17."
        );
        assert_eq!(
            rename(Finding::Renamed, false, true),
            "Veriexec: Non-monitored file `/a' renamed to monitored file `/b', uid=1000, pid=17."
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

    #[test]
    fn alerts_name_the_process_and_notices_do_not() {
        let mismatch = Message::Finding(Finding::Mismatch);
        assert_eq!(
            alert(mismatch, b"/bin/ls"),
            "Veriexec: Mismatch. [/bin/ls, prog=sh pid=17, uid=1000, gid=100]"
        );
        let process = Some(Process::new(b"sh", 17, 1000, 100));
        let matched = Message::Finding(Finding::Match);
        let notice = Report { process, ..Report::new(Priority::Notice, matched, b"/bin/ls") };
        assert_eq!(notice.to_string(), "Veriexec: Match. [/bin/ls]");
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
