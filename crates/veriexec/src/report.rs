//! What Veriexec has to say: structured, and rendered only when somebody prints it.

mod json;
mod limiter;
mod text;

use fingerprint::Digest;

use crate::operation::{Action, Operation};
use crate::policy::{EventKind, Finding, Notice, Verdict};
use crate::{Forecast, StrictLevel, Veriexec};

pub use json::Json;
pub use limiter::{Admission, Limiter, Suppressed};

/// Something that an administrator may want to know.
///
/// [`Display`](core::fmt::Display) renders it in NetBSD's words, on one line, with whatever could
/// disturb a terminal or a log escaped; [`json`](Self::json) renders all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report<'a> {
    /// How urgent it is.
    pub priority: Priority,
    /// What happened.
    pub message: Message<'a>,
    /// The file it is about: the name kept at load if there is one, else the name it was reached
    /// by; empty if none is known.
    pub name: &'a [u8],
    /// The process that asked, if something was decided. Its text names it where NetBSD's does: in
    /// alerts about a file, and when something is renamed.
    pub process: Option<Process>,
    /// What was decided, if something was.
    pub occasion: Option<Occasion>,
}

impl<'a> Report<'a> {
    /// A report about no decision.
    #[must_use]
    pub const fn new(priority: Priority, message: Message<'a>, name: &'a [u8]) -> Self {
        Self { priority, message, name, process: None, occasion: None }
    }
}

/// The decision that a report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occasion {
    /// What was to happen.
    pub event: EventKind,
    /// At which level.
    pub level: StrictLevel,
    /// Whether it may.
    pub verdict: Verdict,
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

impl Priority {
    /// A word for it that stays: in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
            Self::Info => "info",
        }
    }
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
#[non_exhaustive]
pub enum Message<'a> {
    /// The policy found something about a file, or whatever else the name is of.
    Finding(Finding),
    /// The policy found something about a renaming.
    Rename {
        /// What it found.
        finding: Finding,
        /// The new name.
        to: &'a [u8],
        /// Whether the file is listed.
        listed: bool,
        /// Whether a listed file has the new name.
        target_listed: bool,
    },
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
    /// So many reports of one kind were not made, see [`Limiter`](crate::Limiter).
    Suppressed {
        /// How many.
        count: u64,
        /// Of which kind: [`Message::word`].
        word: &'static str,
    },
}

impl Message<'_> {
    /// A word for the kind of message that stays: in JSON.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Finding(finding) | Self::Rename { finding, .. } => finding.word(),
            Self::Comparing { .. } => "comparing",
            Self::NewEntry => "new-entry",
            Self::NotRegular => "not-regular",
            Self::UnknownAlgorithm(_) => "unknown-algorithm",
            Self::BadLength => "bad-length",
            Self::ContaminatedFlags(_) => "contaminated-flags",
            Self::TablesLocked => "tables-locked",
            Self::NotMountPoint => "not-mount-point",
            Self::NotDeletable => "not-deletable",
            Self::Suppressed { .. } => "suppressed",
        }
    }
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

impl Veriexec {
    /// What there is to report about an operation that is decided so, however verbose, and without
    /// the process.
    pub fn reports<'a>(
        &'a self,
        operation: Operation<'a>,
        forecast: Forecast,
    ) -> impl Iterator<Item = Report<'a>> {
        let notices = forecast.decision.notices.into_iter().flatten();
        notices.map(move |notice| self.report_of(operation, forecast, notice))
    }

    /// The report of one notice of the decision.
    pub(crate) fn report_of<'a>(
        &'a self,
        operation: Operation<'a>,
        forecast: Forecast,
        notice: Notice,
    ) -> Report<'a> {
        let Forecast { level, event, object, decision } = forecast;
        let entry = operation.action.file().and_then(|file| self.entry(file.id));
        let name = entry.map_or(operation.path, |entry| entry.name_or(operation.path));
        let finding = notice.finding;
        let message = match (operation.action, event) {
            (Action::Rename { to, .. }, crate::Event::Rename { target_listed }) => {
                Message::Rename { finding, to, listed: object.is_listed(), target_listed }
            }
            _ => Message::Finding(finding),
        };
        let occasion = Some(Occasion { event: event.kind(), level, verdict: decision.verdict });
        Report { occasion, ..Report::new(notice.priority(), message, name) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_command_is_cut_at_its_end() {
        assert_eq!(Process::new(b"sh\0garbage", 1, 0, 0).command(), b"sh");
        assert_eq!(Process::new(&[b'x'; 99], 1, 0, 0).command(), [b'x'; Process::COMMAND_LEN]);
        assert_eq!(Process::new(b"", 1, 0, 0).command(), b"");
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
