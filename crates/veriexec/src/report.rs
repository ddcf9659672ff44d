//! What Veriexec has to say: structured, and rendered only when somebody prints it.

mod audit;
mod json;
mod length;
mod limiter;
mod process;
mod question;
mod text;

use fingerprint::Digest;

use crate::operation::{Action, Operation};
use crate::policy::{EventKind, Finding, Notice, Verdict};
use crate::{Errno, FileId, Forecast, Located, StrictLevel, Veriexec};

pub use audit::Audit;
pub use json::Json;
pub use limiter::{Budgets, Kind, Limiter, Suppressed};
pub use process::{Parent, Process, Program};
pub use question::Question;

/// Something that an administrator may want to know.
///
/// [`Display`](core::fmt::Display) renders it on one line that begins with NetBSD's words, with
/// whatever could disturb a terminal or a log escaped; [`audit`](Self::audit) has the fields of an
/// audit record, and [`json`](Self::json) all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report<'a> {
    /// How urgent it is.
    pub priority: Priority,
    /// What happened.
    pub message: Message<'a>,
    /// The file it is about: the name kept at load if there is one, else the name it was reached
    /// by; empty if none is known.
    pub name: &'a [u8],
    /// Which file that is, if it is one.
    pub file: Option<FileId>,
    /// The process that asked, if something was decided.
    pub process: Option<Process<'a>>,
    /// What was decided, if something was.
    pub occasion: Option<Occasion>,
}

impl<'a> Report<'a> {
    /// A report about no decision.
    #[must_use]
    pub const fn new(priority: Priority, message: Message<'a>, name: &'a [u8]) -> Self {
        Self { priority, message, name, file: None, process: None, occasion: None }
    }

    /// A report of what is refused because of the level, though no file is asked about.
    #[must_use]
    pub const fn refusal(
        message: Message<'a>,
        level: StrictLevel,
        process: Option<Process<'a>>,
    ) -> Self {
        let verdict = Verdict::Deny(Errno::PERM);
        let occasion = Occasion { event: None, level, verdict, is_trial: false };
        let report = Self::new(Priority::Alert, message, b"");
        Self { process, occasion: Some(occasion), ..report }
    }
}

/// The decision that a report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occasion {
    /// What was to happen; `None` if the message alone says it.
    pub event: Option<EventKind>,
    /// At which level.
    pub level: StrictLevel,
    /// Whether it may.
    pub verdict: Verdict,
    /// Whether who asks is alone at that level, for trial, and the system at level 0, where nothing
    /// is enforced: [`Platform::trial`](crate::Platform::trial). Above that level a trial hides
    /// nothing: what is denied is reported as what it is.
    pub is_trial: bool,
}

/// How urgent a report is: the priorities of syslog(3), with its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Something was refused because of the level.
    Alert = 1,
    /// A request failed.
    Error = 3,
    /// So many alerts were left out, or reports lost.
    Warning = 4,
    /// Worth knowing: among other things what would have been refused at a higher level.
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
    /// The strict level was to be lowered.
    LevelLowered,
    /// A module was to be removed by force.
    ForcedRemoval,
    /// So many reports of one kind were not made, see [`Limiter`](crate::Limiter).
    Suppressed(Suppressed),
    /// So many reports were made and not printed: the log could not take them in time.
    Lost(u64),
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
            Self::LevelLowered => "level-lowered",
            Self::ForcedRemoval => "forced-removal",
            Self::Suppressed(_) => "suppressed",
            Self::Lost(_) => "lost",
        }
    }

    /// A number for the kind of message, below 64.
    pub(crate) const fn number(&self) -> u32 {
        match self {
            Self::Finding(finding) | Self::Rename { finding, .. } => *finding as u32,
            Self::Comparing { .. } => 50,
            Self::NewEntry => 51,
            Self::NotRegular => 52,
            Self::UnknownAlgorithm(_) => 53,
            Self::BadLength => 54,
            Self::ContaminatedFlags(_) => 55,
            Self::TablesLocked => 56,
            Self::NotMountPoint => 57,
            Self::NotDeletable => 58,
            Self::LevelLowered => 59,
            Self::ForcedRemoval => 60,
            Self::Suppressed(_) => 61,
            Self::Lost(_) => 62,
        }
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
        let file = operation.action.file().map(|file| file.id);
        let entry = file.and_then(|file| self.entry(file));
        let name = entry.map_or(operation.path, |entry| entry.name_or(operation.path));
        let finding = notice.finding;
        let message = match (operation.action, event) {
            (Action::Rename { file, to, target }, crate::Event::Rename { target_listed }) => {
                let is_way = file.is_way();
                let listed = object.is_listed() || is_way;
                // A directory takes the place of nothing but an empty one.
                let target_listed =
                    if is_way { target.is_some_and(Located::is_way) } else { target_listed };
                Message::Rename { finding, to, listed, target_listed }
            }
            _ => Message::Finding(finding),
        };
        let occasion = Occasion {
            event: Some(event.kind()),
            level,
            verdict: decision.verdict,
            is_trial: false,
        };
        Report { file, occasion: Some(occasion), ..Report::new(notice.priority(), message, name) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
