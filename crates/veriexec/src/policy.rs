//! The policy: what is allowed, at which level, and what is said about it.
//!
//! It is one total function of its arguments, [`decide`]. What is found about an event selects rows
//! of a table, [`Case::rule`], which have one answer a level; the first row that denies ends it.
//!
//! The rows are those of NetBSD's veriexec(8) and veriexec(9), but for these, which are ours:
//!
//! | event | NetBSD | here |
//! |---|---|---|
//! | [`Truncate`](Event::Truncate), by path | not checked | as opening for write |
//! | [`Resize`](Event::Resize) | not checked | of a listed file, as opening for write |
//! | [`Link`](Event::Link), [`SetAttributes`](Event::SetAttributes) | not checked | free, as there |
//! | [`Protect`](Event::Protect), [`KernelLoad`](Event::KernelLoad), [`MountOver`](Event::MountOver) | not checked | checked |
//! | [`RawWrite`](Event::RawWrite) where nothing is listed, at level 3 | allowed, against veriexec(8) | denied, as veriexec(8) says |
//! | an access to a file that somebody may be writing | hashed all the same | counts as one that does not match |

mod event;
mod finding;
mod rules;

use crate::{Errno, Loudness, Priority, Status, StrictLevel};

pub use event::{Access, Event, EventKind, Image};
pub use finding::Finding;
pub use rules::{Answer, Case, Rule};

use sigfile::EntryType;

/// What an event happens to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Object {
    /// Something without contents: a directory, device, socket or pipe, or no file at all.
    NotRegular,
    /// A regular file without an entry.
    Unlisted,
    /// A regular file with an entry of that type, and what is known of its contents now.
    Listed(EntryType, Evaluation),
}

impl Object {
    /// Whether it has an entry.
    #[must_use]
    pub const fn is_listed(self) -> bool {
        matches!(self, Self::Listed(..))
    }
}

/// What is known of a file's contents when the policy is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Evaluation {
    /// Nothing: they were not hashed, or changed whenever they were.
    NotEvaluated,
    /// They have the listed fingerprint.
    Valid,
    /// They have another.
    Mismatch,
    /// Nothing that would last: somebody may be writing them.
    Busy,
    /// They could not be hashed.
    Failed(Errno),
}

impl From<Status> for Evaluation {
    fn from(status: Status) -> Self {
        match status {
            Status::NotEvaluated => Self::NotEvaluated,
            Status::Valid => Self::Valid,
            Status::Mismatch => Self::Mismatch,
        }
    }
}

/// Whether something may happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "an access is denied only if somebody denies it"]
pub enum Verdict {
    /// It may.
    Allow,
    /// It may not, and this is what the process is told.
    Deny(Errno),
}

impl Verdict {
    /// Whether it may happen.
    #[must_use]
    pub const fn is_allowed(self) -> bool {
        matches!(self, Self::Allow)
    }

    /// The verdict as a result.
    ///
    /// # Errors
    /// What the process is told, if it may not happen.
    pub const fn into_result(self) -> Result<(), Errno> {
        match self {
            Self::Allow => Ok(()),
            Self::Deny(errno) => Err(errno),
        }
    }
}

/// What the policy says about an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "an access is denied only if somebody denies it"]
pub struct Decision {
    /// Whether it may happen.
    pub verdict: Verdict,
    /// What to report about it, in this order. If it may not happen, the last one says why.
    pub notices: [Option<Notice>; 3],
    /// Whether the entry's status is to be forgotten; for a device, that of every entry on it.
    pub purge: bool,
    /// Whether the entry is to be deleted; for a rename, that of the file it replaces.
    pub delete: bool,
    /// Whether the entry's kept name is not true any more.
    pub rename: bool,
}

impl Decision {
    /// Allowed, and nothing to say or do about it.
    pub const QUIETLY_ALLOWED: Self = Self {
        verdict: Verdict::Allow,
        notices: [None; 3],
        purge: false,
        delete: false,
        rename: false,
    };

    /// Whether an entry changes because of it.
    #[must_use]
    pub const fn changes_entries(&self) -> bool {
        self.purge || self.delete || self.rename
    }
}

/// What to report about an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Notice {
    /// What was found.
    pub finding: Finding,
    /// From which verbosity on it is reported.
    pub loudness: Loudness,
    /// Whether it is an alert: it says why something is denied.
    pub alarm: bool,
}

impl Notice {
    /// How urgent it is.
    #[must_use]
    pub const fn priority(self) -> Priority {
        match self.finding {
            _ if self.alarm => Priority::Alert,
            Finding::UnmountAllowed => Priority::Info,
            _ => Priority::Notice,
        }
    }
}

/// What the policy says about an event at a level.
///
/// An object that is [`Evaluation::NotEvaluated`] should be evaluated before an access to it is
/// asked about; if it is not, it counts as one that does not match. Of events that are about no
/// file the object does not matter.
pub fn decide(level: StrictLevel, event: Event, object: Object) -> Decision {
    decide_with(Case::rule, level, event, object)
}

/// Whether [`decide`] allows it, changes no entry by it, and says nothing at verbosity 0.
pub(crate) const fn is_quiet(level: StrictLevel, event: Event, object: Object) -> bool {
    let [first, second, third] = Case::all(event, object);
    is_quiet_case(first, level) && is_quiet_case(second, level) && is_quiet_case(third, level)
}

const fn is_quiet_case(case: Option<Case>, level: StrictLevel) -> bool {
    let Some(case) = case else { return true };
    let (answer, notice) = case.rule().at(level);
    let is_said = matches!(notice, Some(Notice { loudness: Loudness::Always, .. }));
    matches!(answer, Answer::Allow) && !is_said
}

/// What a policy with other rules would say: the way to find out what a rule is good for.
pub fn decide_with(
    rule: impl Fn(Case) -> Rule,
    level: StrictLevel,
    event: Event,
    object: Object,
) -> Decision {
    let mut decision = Decision::QUIETLY_ALLOWED;
    let mut notices = [None; 3];
    for (case, said) in Case::all(event, object).into_iter().zip(&mut notices) {
        let Some(case) = case else { break };
        let (answer, notice) = rule(case).at(level);
        *said = notice;
        decision = answer.after(decision, object);
        if !decision.verdict.is_allowed() {
            break;
        }
    }
    Decision { notices, ..decision }
}
