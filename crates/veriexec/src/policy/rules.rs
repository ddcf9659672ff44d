//! The table of the policy, and which of its rows an event selects.

use super::{Access, Decision, Evaluation, Event, Finding, Notice, Object, Verdict};
use crate::{Errno, Loudness, StrictLevel};

/// A row of the table: something that is found about an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Case {
    /// An access to something without contents.
    NotRegular,
    /// An unlisted file is opened, or written.
    UnlistedOpened,
    /// An unlisted file, or code in no file, is run or mapped.
    UnlistedRun,
    /// A listed file could not be hashed.
    HashFailed,
    /// A listed file is accessed in a way it is not listed for.
    WrongAccess,
    /// A listed file has its fingerprint.
    Valid,
    /// A listed file has another.
    Mismatch,
    /// Somebody may be writing a listed file.
    Busy,
    /// A listed file changed each time it was hashed.
    Unsettled,
    /// A listed file is mapped that cannot be hashed now.
    NotEvaluated,
    /// A listed file is opened for write, or cut.
    WriteListed,
    /// The size of a listed file changes.
    ResizeListed,
    /// A regular file is made.
    Create,
    /// The name of a listed file is removed.
    RemoveListed,
    /// The name of something else is removed.
    RemoveUnlisted,
    /// A listed file is renamed, or replaced.
    RenameListed,
    /// Something else is renamed, to a new name or that of another unlisted file.
    RenameUnlisted,
    /// A file gets a second name.
    Link,
    /// The attributes of a file are set.
    SetAttributes,
    /// A file system with a table is unmounted.
    UnmountListed,
    /// Another file system is.
    UnmountUnlisted,
    /// A mount hides listed files.
    MountOverListed,
    /// A mount hides none.
    MountOverUnlisted,
    /// A device is opened for reading.
    RawRead,
    /// A disk with listed files is opened for writing.
    RawWriteListed,
    /// Another disk is.
    RawWriteUnlisted,
    /// The memory is opened for writing.
    MemoryWrite,
    /// A command goes through to a device.
    PassThrough,
}

impl Case {
    /// Every row.
    pub const ALL: [Self; 28] = [
        Self::NotRegular,
        Self::UnlistedOpened,
        Self::UnlistedRun,
        Self::HashFailed,
        Self::WrongAccess,
        Self::Valid,
        Self::Mismatch,
        Self::Busy,
        Self::Unsettled,
        Self::NotEvaluated,
        Self::WriteListed,
        Self::ResizeListed,
        Self::Create,
        Self::RemoveListed,
        Self::RemoveUnlisted,
        Self::RenameListed,
        Self::RenameUnlisted,
        Self::Link,
        Self::SetAttributes,
        Self::UnmountListed,
        Self::UnmountUnlisted,
        Self::MountOverListed,
        Self::MountOverUnlisted,
        Self::RawRead,
        Self::RawWriteListed,
        Self::RawWriteUnlisted,
        Self::MemoryWrite,
        Self::PassThrough,
    ];

    /// What the row says: the table.
    #[must_use]
    pub const fn rule(self) -> Rule {
        use Answer::{Allow as A, Delete as X, Deny as D, Fail as F, Move as M, Purge as P};
        match self {
            // By level:                               0  1  2  3
            Self::NotRegular => Rule::quiet([A, A, A, A]),
            Self::UnlistedOpened => Rule::verbose([A, A, A, D], Finding::NoEntry),
            Self::UnlistedRun => Rule::verbose([A, A, D, D], Finding::NoEntry),
            Self::HashFailed => Rule::always([F, F, F, F], Finding::CalculationError),
            Self::WrongAccess => Rule::always([A, A, D, D], Finding::IncorrectAccess),
            Self::Valid => Rule::verbose([A, A, A, A], Finding::Match),
            Self::Mismatch => Rule::always([A, D, D, D], Finding::Mismatch),
            Self::Busy => Rule::always([A, D, D, D], Finding::Busy),
            Self::Unsettled => Rule::always([A, D, D, D], Finding::Unsettled),
            Self::NotEvaluated => Rule::always([A, D, D, D], Finding::NotEvaluated),
            Self::WriteListed => Rule::always([P, P, D, D], Finding::WriteRequest),
            // Below level 2 it was said when the file was opened, or named.
            Self::ResizeListed => Rule::always([P, P, D, D], Finding::WriteRequest).if_denied(),
            Self::Create => Rule::always([A, A, A, D], Finding::Creation).if_denied(),
            Self::RemoveListed => Rule::always([X, D, D, D], Finding::RemoveRequest),
            Self::RemoveUnlisted => Rule::verbose([A, A, A, D], Finding::NoEntry).if_denied(),
            Self::RenameListed => Rule::always([M, M, D, D], Finding::RenameMonitored)
                .if_denied()
                .or_notice(Finding::Renamed)
                .in_lockdown(Finding::RenameLockdown),
            Self::RenameUnlisted => Rule::always([A, A, A, D], Finding::RenameLockdown).if_denied(),
            Self::Link => Rule::quiet([A, A, A, A]),
            Self::SetAttributes => Rule::quiet([A, A, A, A]),
            Self::UnmountListed => Rule::always([A, A, D, D], Finding::UnmountMonitored)
                .if_denied()
                .in_ids(Finding::UnmountAllowed)
                .in_lockdown(Finding::UnmountLockdown),
            Self::UnmountUnlisted => {
                Rule::always([A, A, A, D], Finding::UnmountLockdown).if_denied()
            }
            Self::MountOverListed => Rule::always([A, A, D, D], Finding::MountOver),
            Self::MountOverUnlisted => Rule::always([A, A, A, D], Finding::MountOver).if_denied(),
            Self::RawRead => Rule::quiet([A, A, A, A]),
            Self::RawWriteListed => Rule::always([P, P, D, D], Finding::RawWrite),
            Self::RawWriteUnlisted => Rule::always([A, A, A, D], Finding::RawWrite).if_denied(),
            Self::MemoryWrite => Rule::always([A, A, D, D], Finding::MemoryWrite).if_denied(),
            Self::PassThrough => Rule::always([A, A, D, D], Finding::PassThrough).if_denied(),
        }
    }

    /// The rows for an event, in NetBSD's order; the first that denies is the last that counts.
    pub(super) const fn all(event: Event, object: Object) -> [Option<Self>; 3] {
        let case = match event {
            Event::Access(access) => return Self::access(access, object),
            Event::Write | Event::Truncate => return Self::write(object),
            Event::Resize if object.is_listed() => Self::ResizeListed,
            Event::Resize => Self::NotRegular,
            Event::Protect => return Self::protect(object),
            Event::KernelLoad(_) => {
                return match object {
                    Object::NotRegular => [Some(Self::UnlistedRun), None, None],
                    _ => Self::access(Access::Indirect, object),
                };
            }
            Event::Create => match object {
                Object::NotRegular => Self::NotRegular,
                _ => Self::Create,
            },
            Event::Remove if object.is_listed() => Self::RemoveListed,
            Event::Remove => Self::RemoveUnlisted,
            Event::Rename { target_listed } if target_listed || object.is_listed() => {
                Self::RenameListed
            }
            Event::Rename { .. } => Self::RenameUnlisted,
            Event::Link => Self::Link,
            Event::SetAttributes => Self::SetAttributes,
            Event::Unmount { listed: true } => Self::UnmountListed,
            Event::Unmount { listed: false } => Self::UnmountUnlisted,
            Event::MountOver { hides: true } => Self::MountOverListed,
            Event::MountOver { hides: false } => Self::MountOverUnlisted,
            Event::RawRead => Self::RawRead,
            Event::RawWrite { listed: true } => Self::RawWriteListed,
            Event::RawWrite { listed: false } => Self::RawWriteUnlisted,
            Event::MemoryWrite => Self::MemoryWrite,
            Event::PassThrough => Self::PassThrough,
        };
        [Some(case), None, None]
    }

    const fn access(access: Access, object: Object) -> [Option<Self>; 3] {
        match object {
            Object::NotRegular => [Some(Self::NotRegular), None, None],
            Object::Unlisted => match access {
                Access::File => [Some(Self::UnlistedOpened), None, None],
                Access::Direct | Access::Indirect => [Some(Self::UnlistedRun), None, None],
            },
            Object::Listed(listed, evaluation) => {
                let contents = match evaluation {
                    Evaluation::Failed(_) => return [Some(Self::HashFailed), None, None],
                    Evaluation::Valid => Self::Valid,
                    Evaluation::Mismatch => Self::Mismatch,
                    Evaluation::Busy => Self::Busy,
                    Evaluation::NotEvaluated => Self::Unsettled,
                };
                if listed.contains(access.flag()) {
                    [Some(contents), None, None]
                } else {
                    [Some(Self::WrongAccess), Some(contents), None]
                }
            }
        }
    }

    /// An access as a file and, of a listed one, the write.
    const fn write(object: Object) -> [Option<Self>; 3] {
        match (object, Self::access(Access::File, object)) {
            (Object::Listed(..), [first, None, _]) => [first, Some(Self::WriteListed), None],
            (Object::Listed(..), [first, second, _]) => [first, second, Some(Self::WriteListed)],
            (_, cases) => cases,
        }
    }

    /// An access as what is mapped, by the status alone.
    const fn protect(object: Object) -> [Option<Self>; 3] {
        match Self::access(Access::Indirect, object) {
            [Some(Self::Unsettled), _, _] => [Some(Self::NotEvaluated), None, None],
            [first, Some(Self::Unsettled), _] => [first, Some(Self::NotEvaluated), None],
            cases => cases,
        }
    }
}

/// What a row says: an answer and a report, by level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The answers at levels 0 to 3.
    pub answers: [Answer; 4],
    /// What is reported at levels 0 to 3.
    pub notices: [Option<Notice>; 4],
}

/// What a row answers at a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// Not denied by this row.
    Allow,
    /// Not denied by this row, and the status is forgotten.
    Purge,
    /// Not denied by this row, and the entry is deleted.
    Delete,
    /// Not denied by this row; the entry loses the name, and what had the new one loses its entry.
    Move,
    /// Denied with [`Errno::PERM`].
    Deny,
    /// Denied with the error that kept the file from being hashed.
    Fail,
}

impl Answer {
    /// Every answer.
    pub const ALL: [Self; 6] =
        [Self::Allow, Self::Purge, Self::Delete, Self::Move, Self::Deny, Self::Fail];

    /// Whether the row denies it.
    #[must_use]
    pub const fn denies(self) -> bool {
        matches!(self, Self::Deny | Self::Fail)
    }

    /// The decision, given that of the rows before this one, which all allowed it. A denial leaves
    /// the entries as they are.
    pub(super) const fn after(self, mut decision: Decision, object: Object) -> Decision {
        match (self, object) {
            (Self::Allow, _) => decision,
            (Self::Purge, _) => {
                decision.purge = true;
                decision
            }
            (Self::Delete, _) => {
                decision.delete = true;
                decision
            }
            (Self::Move, _) => {
                decision.rename = true;
                decision.delete = true;
                decision
            }
            (Self::Fail, Object::Listed(_, Evaluation::Failed(errno))) => denied(errno),
            (Self::Deny | Self::Fail, _) => denied(Errno::PERM),
        }
    }
}

const fn denied(errno: Errno) -> Decision {
    Decision { verdict: Verdict::Deny(errno), ..Decision::QUIETLY_ALLOWED }
}

impl Rule {
    /// What it says at a level.
    #[must_use]
    pub const fn at(&self, level: StrictLevel) -> (Answer, Option<Notice>) {
        let [learning, ids, ips, lockdown] = self.answers;
        let [in_learning, in_ids, in_ips, in_lockdown] = self.notices;
        match level {
            StrictLevel::Learning => (learning, in_learning),
            StrictLevel::Ids => (ids, in_ids),
            StrictLevel::Ips => (ips, in_ips),
            StrictLevel::Lockdown => (lockdown, in_lockdown),
        }
    }

    const fn quiet(answers: [Answer; 4]) -> Self {
        Self { answers, notices: [None; 4] }
    }

    /// Where it denies, it is an alarm; where not, it is for those who want to know all.
    const fn verbose(answers: [Answer; 4], finding: Finding) -> Self {
        Self::saying(answers, Notice { finding, loudness: Loudness::Verbose, alarm: false })
    }

    /// Where it denies, it is an alarm; where not, it is said all the same.
    const fn always(answers: [Answer; 4], finding: Finding) -> Self {
        Self::saying(answers, plain(finding))
    }

    const fn saying(answers: [Answer; 4], allowed: Notice) -> Self {
        let [a, b, c, d] = answers;
        let notices = [said(a, allowed), said(b, allowed), said(c, allowed), said(d, allowed)];
        Self { answers, notices }
    }

    /// Says it only at the levels that deny.
    const fn if_denied(self) -> Self {
        let [a, b, c, d] = self.answers;
        let [w, x, y, z] = self.notices;
        let notices = [kept(w, a), kept(x, b), kept(y, c), kept(z, d)];
        Self { notices, ..self }
    }

    /// Says something else where it said nothing.
    const fn or_notice(self, finding: Finding) -> Self {
        let [w, x, y, z] = self.notices;
        let plain = Some(plain(finding));
        let notices = [or(w, plain), or(x, plain), or(y, plain), or(z, plain)];
        Self { notices, ..self }
    }

    /// Says something else at level 1.
    const fn in_ids(self, finding: Finding) -> Self {
        let [w, _, y, z] = self.notices;
        Self { notices: [w, Some(plain(finding)), y, z], ..self }
    }

    /// Says something else at level 3.
    const fn in_lockdown(self, finding: Finding) -> Self {
        let [w, x, y, _] = self.notices;
        Self { notices: [w, x, y, Some(alert(finding))], ..self }
    }
}

const fn plain(finding: Finding) -> Notice {
    Notice { finding, loudness: Loudness::Always, alarm: false }
}

const fn alert(finding: Finding) -> Notice {
    Notice { finding, loudness: Loudness::Always, alarm: true }
}

const fn said(answer: Answer, allowed: Notice) -> Option<Notice> {
    if answer.denies() { Some(alert(allowed.finding)) } else { Some(allowed) }
}

const fn kept(notice: Option<Notice>, answer: Answer) -> Option<Notice> {
    if answer.denies() { notice } else { None }
}

const fn or(notice: Option<Notice>, other: Option<Notice>) -> Option<Notice> {
    if notice.is_some() { notice } else { other }
}
