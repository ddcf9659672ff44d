//! What Veriexec has to say: structured, and rendered only when somebody prints it.

use core::fmt::{self, Write};

use fingerprint::Digest;

use crate::Finding;

/// Something that an administrator may want to know.
///
/// [`Display`](fmt::Display) renders it in NetBSD's words, on one line, with whatever could
/// disturb a terminal or a log escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report<'a> {
    /// How urgent it is.
    pub priority: Priority,
    /// What happened.
    pub message: Message<'a>,
    /// The file it is about: the name kept at load if there is one, else the name it was reached
    /// by; empty if none is known.
    pub name: &'a [u8],
    /// The process that asked, in alerts.
    pub process: Option<Process>,
}

/// How urgent a report is: the priorities of syslog(3), with its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Something was refused, or would have been at a higher level.
    Alert = 1,
    /// A request failed.
    Error = 3,
    /// A request was refused because of the level.
    Warning = 4,
    /// Worth knowing.
    Notice = 5,
    /// For the record.
    Info = 6,
}

/// From which verbosity on something is reported: `kern.veriexec.verbose`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Loudness {
    /// At every verbosity.
    Always,
    /// At 1 and above.
    Verbose,
    /// At 2 and above.
    Debug,
}

impl Loudness {
    /// Whether it is heard at that verbosity.
    #[must_use]
    pub const fn is_heard(self, verbosity: i32) -> bool {
        match self {
            Self::Always => true,
            Self::Verbose => verbosity >= 1,
            Self::Debug => verbosity >= 2,
        }
    }
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message<'a> {
    /// The policy found something about a file that is accessed.
    Finding(Finding),
    /// The file was hashed, and this came out.
    Comparing {
        /// What the entry says.
        listed: &'a Digest,
        /// What the contents say.
        found: &'a Digest,
    },
    /// An entry was loaded.
    NewEntry,
    /// What was to be loaded is no regular file.
    NotRegular,
    /// The algorithm of an entry is missing, unknown, or not supported here.
    UnknownAlgorithm(Option<&'a [u8]>),
    /// The fingerprint of an entry is missing, or has not its algorithm's length.
    BadLength,
    /// The type of an entry has bits without a meaning.
    ContaminatedFlags(u8),
    /// The tables were to be changed above level 0.
    TablesLocked,
    /// A table was to be deleted by a directory that is no mount point.
    NotMountPoint,
    /// An entry was to be deleted by something that is neither a file nor a directory.
    NotDeletable,
}

/// A process, as reports name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process {
    command: [u8; Self::COMMAND_LEN],
    /// The process number.
    pub pid: u32,
    /// The real user.
    pub uid: u32,
    /// The real group.
    pub gid: u32,
}

impl Process {
    /// The longest name of a command, in bytes.
    pub const COMMAND_LEN: usize = 32;

    /// A process; of the command's name, [`COMMAND_LEN`](Self::COMMAND_LEN) bytes are kept.
    #[must_use]
    pub fn new(command: &[u8], pid: u32, uid: u32, gid: u32) -> Self {
        let mut kept = [0; Self::COMMAND_LEN];
        for (to, from) in kept.iter_mut().zip(command.iter().take_while(|byte| **byte != 0)) {
            *to = *from;
        }
        Self { command: kept, pid, uid, gid }
    }

    /// The name of the command.
    #[must_use]
    pub fn command(&self) -> &[u8] {
        self.command.split(|byte| *byte == 0).next().unwrap_or_default()
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Printable(self.name);
        out.write_str("Veriexec: ")?;
        match self.message {
            Message::TablesLocked => {
                return out.write_str("Strict mode, modifying tables not permitted.");
            }
            Message::NotRegular => {
                return write!(out, "Not adding `{name}': Not a regular file.");
            }
            Message::UnknownAlgorithm(algorithm) => {
                let algorithm = Printable(algorithm.unwrap_or_default());
                return write!(
                    out,
                    "Invalid or unknown fingerprint type `{algorithm}' for file `{name}'."
                );
            }
            Message::BadLength => return write!(out, "Bad fingerprint length for `{name}'."),
            Message::ContaminatedFlags(bits) => {
                return write!(out, "Contaminated flags `{bits:#x}' for `{name}', skipping.");
            }
            Message::NotMountPoint => {
                return write!(out, "Not deleting the table of `{name}': Not a mount point.");
            }
            Message::NotDeletable => {
                return write!(out, "Not deleting `{name}': Not a regular file or directory.");
            }
            Message::Finding(finding) => out.write_str(finding.text())?,
            Message::Comparing { listed, found } => {
                write!(out, "comparing hashes... fp1: {listed} fp2: {found}")?;
            }
            Message::NewEntry => out.write_str("New entry.")?,
        }
        write!(out, " [{name}")?;
        if let Some(process) = &self.process {
            let command = Printable(process.command());
            let Process { pid, uid, gid, .. } = process;
            write!(out, ", prog={command} pid={pid}, uid={uid}, gid={gid}")?;
        }
        out.write_char(']')
    }
}

/// Bytes from outside, printed without control and bidirectional characters.
///
/// A byte that belongs to no character is `\x` and two digits, a character that is not shown is
/// `\u{...}`, and a backslash is two.
struct Printable<'a>(&'a [u8]);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            for character in chunk.valid().chars() {
                match character {
                    '\\' => out.write_str("\\\\")?,
                    _ if is_disturbing(character) => {
                        write!(out, "\\u{{{:x}}}", u32::from(character))?;
                    }
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

/// Whether a character changes how what stands around it is shown.
fn is_disturbing(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::{String, ToString};
    use fingerprint::Algorithm;

    fn text(message: Message<'_>, name: &[u8]) -> String {
        Report { priority: Priority::Notice, message, name, process: None }.to_string()
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
    }

    #[test]
    fn alerts_name_the_process() {
        let report = Report {
            priority: Priority::Alert,
            message: Message::Finding(Finding::Mismatch),
            name: b"/bin/ls",
            process: Some(Process::new(b"sh", 17, 1000, 100)),
        };
        assert_eq!(
            report.to_string(),
            "Veriexec: Mismatch. [/bin/ls, prog=sh pid=17, uid=1000, gid=100]"
        );
    }

    #[test]
    fn the_name_of_a_command_is_cut_at_its_end() {
        assert_eq!(Process::new(b"sh\0garbage", 1, 0, 0).command(), b"sh");
        assert_eq!(Process::new(&[b'x'; 99], 1, 0, 0).command(), [b'x'; Process::COMMAND_LEN]);
        assert_eq!(Process::new(b"", 1, 0, 0).command(), b"");
    }

    #[test]
    fn names_do_not_reach_the_terminal_raw() {
        assert_eq!(
            text(Message::NewEntry, "/æ\x1b[2J\n\\\u{202e}".as_bytes()),
            "Veriexec: New entry. [/æ\\u{1b}[2J\\u{a}\\\\\\u{202e}]"
        );
        assert_eq!(text(Message::NewEntry, b"/\xff\x80a"), "Veriexec: New entry. [/\\xff\\x80a]");
    }

    #[test]
    fn loudness_is_measured_against_verbosity() {
        let heard = |verbosity| {
            [Loudness::Always, Loudness::Verbose, Loudness::Debug]
                .map(|loudness| loudness.is_heard(verbosity))
        };
        assert_eq!(heard(-1), [true, false, false]);
        assert_eq!(heard(0), [true, false, false]);
        assert_eq!(heard(1), [true, true, false]);
        assert_eq!(heard(2), [true, true, true]);
        assert_eq!(heard(i32::MAX), [true, true, true]);
    }
}
