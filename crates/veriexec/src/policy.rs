//! The policy: what is allowed, at which level, and what is said about it.
//!
//! It is one total function of its arguments, [`decide`]. What is found about an event selects rows
//! of the table in `Check::rule`, which have one answer a level; the first row that denies ends it.

use sigfile::EntryType;

use crate::{Errno, Loudness, Status, StrictLevel};

/// How a file is accessed: what an entry must be listed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// It is executed.
    Direct,
    /// It is run as the interpreter of a script, or mapped.
    Indirect,
    /// It is opened.
    File,
}

impl Access {
    /// Every access.
    pub const ALL: [Self; 3] = [Self::Direct, Self::Indirect, Self::File];

    /// The flag that an entry must have for it.
    #[must_use]
    pub const fn flag(self) -> EntryType {
        match self {
            Self::Direct => EntryType::DIRECT,
            Self::Indirect => EntryType::INDIRECT,
            Self::File => EntryType::FILE,
        }
    }
}

/// What is about to happen to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// Its contents are used: veriexec_verify(9).
    Access(Access),
}

/// What it happens to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Object {
    /// Something without contents: a directory, device, socket or pipe.
    NotRegular,
    /// A regular file without an entry.
    Unlisted,
    /// A regular file with an entry of that type, and what is known of its contents now.
    Listed(EntryType, Evaluation),
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
    pub notices: [Option<Notice>; 2],
    /// Whether the entry's status is to be forgotten.
    pub purge: bool,
    /// Whether the entry is to be deleted.
    pub delete: bool,
}

impl Decision {
    /// Allowed, and nothing to say or do about it.
    pub const QUIETLY_ALLOWED: Self =
        Self { verdict: Verdict::Allow, notices: [None, None], purge: false, delete: false };
}

/// What to report about an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Notice {
    /// What was found.
    pub finding: Finding,
    /// From which verbosity on it is reported.
    pub loudness: Loudness,
    /// Whether it is an alert, with the process named.
    pub alarm: bool,
}

/// What the policy finds about a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Finding {
    /// It is not listed.
    NoEntry,
    /// It could not be hashed.
    CalculationError,
    /// It is listed, but not for this access.
    IncorrectAccess,
    /// It is what it was.
    Match,
    /// It is not what it was.
    Mismatch,
    /// It changed each time it was hashed. NetBSD does not notice.
    Unsettled,
}

impl Finding {
    /// NetBSD's words for it.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::NoEntry => "No entry.",
            Self::CalculationError => "Fingerprint calculation error.",
            Self::IncorrectAccess => "Incorrect access type.",
            Self::Match => "Match.",
            Self::Mismatch => "Mismatch.",
            Self::Unsettled => "Changed during evaluation.",
        }
    }
}

/// What the policy says about an event at a level.
///
/// An object that is [`Evaluation::NotEvaluated`] should be evaluated before an access to it is
/// asked about; if it is not, it counts as one that does not match.
pub const fn decide(level: StrictLevel, event: Event, object: Object) -> Decision {
    let mut decision = Decision::QUIETLY_ALLOWED;
    let [first, second] = Check::all(event, object);
    if let Some(check) = first {
        let rule = check.rule();
        decision.notices = [rule.notice, None];
        decision.verdict = rule.verdict(level, object);
    }
    if let (Some(check), Verdict::Allow) = (second, decision.verdict) {
        let rule = check.rule();
        let [earlier, _] = decision.notices;
        decision.notices = [earlier, rule.notice];
        decision.verdict = rule.verdict(level, object);
    }
    decision
}

/// What is found about an event: the rows of the table.
#[derive(Clone, Copy)]
enum Check {
    NotRegular,
    UnlistedOpened,
    UnlistedRun,
    HashFailed,
    WrongAccess,
    Valid,
    Mismatch,
    Unsettled,
}

impl Check {
    /// The rows for an event, in NetBSD's order; the first that denies is the last that counts.
    const fn all(event: Event, object: Object) -> [Option<Self>; 2] {
        let Event::Access(access) = event;
        match object {
            Object::NotRegular => [Some(Self::NotRegular), None],
            Object::Unlisted => match access {
                Access::File => [Some(Self::UnlistedOpened), None],
                Access::Direct | Access::Indirect => [Some(Self::UnlistedRun), None],
            },
            Object::Listed(listed, evaluation) => {
                let contents = match evaluation {
                    Evaluation::Failed(_) => return [Some(Self::HashFailed), None],
                    Evaluation::Valid => Self::Valid,
                    Evaluation::Mismatch => Self::Mismatch,
                    Evaluation::NotEvaluated => Self::Unsettled,
                };
                if listed.contains(access.flag()) {
                    [Some(contents), None]
                } else {
                    [Some(Self::WrongAccess), Some(contents)]
                }
            }
        }
    }

    const fn rule(self) -> Rule {
        use Answer::{Allow as A, Deny as D, Fail as F};
        match self {
            // By level:                     0  1  2  3
            Self::NotRegular => Rule::quiet([A, A, A, A]),
            Self::UnlistedOpened => Rule::verbose([A, A, A, D], Finding::NoEntry),
            Self::UnlistedRun => Rule::verbose([A, A, D, D], Finding::NoEntry),
            Self::HashFailed => Rule::notice([F, F, F, F], Finding::CalculationError),
            Self::WrongAccess => Rule::alarm([A, A, D, D], Finding::IncorrectAccess),
            Self::Valid => Rule::verbose([A, A, A, A], Finding::Match),
            Self::Mismatch => Rule::alarm([A, D, D, D], Finding::Mismatch),
            Self::Unsettled => Rule::alarm([A, D, D, D], Finding::Unsettled),
        }
    }
}

/// A row of the table: the answers by level, and the report, which does not depend on it.
struct Rule {
    answers: [Answer; 4],
    notice: Option<Notice>,
}

#[derive(Clone, Copy)]
enum Answer {
    /// Not denied by this row.
    Allow,
    /// Denied with [`Errno::PERM`].
    Deny,
    /// Denied with the error that kept the file from being hashed.
    Fail,
}

impl Rule {
    const fn quiet(answers: [Answer; 4]) -> Self {
        Self { answers, notice: None }
    }

    const fn verbose(answers: [Answer; 4], finding: Finding) -> Self {
        let notice = Notice { finding, loudness: Loudness::Verbose, alarm: false };
        Self { answers, notice: Some(notice) }
    }

    const fn notice(answers: [Answer; 4], finding: Finding) -> Self {
        let notice = Notice { finding, loudness: Loudness::Always, alarm: false };
        Self { answers, notice: Some(notice) }
    }

    const fn alarm(answers: [Answer; 4], finding: Finding) -> Self {
        let notice = Notice { finding, loudness: Loudness::Always, alarm: true };
        Self { answers, notice: Some(notice) }
    }

    const fn verdict(&self, level: StrictLevel, object: Object) -> Verdict {
        let [learning, ids, ips, lockdown] = self.answers;
        let answer = match level {
            StrictLevel::Learning => learning,
            StrictLevel::Ids => ids,
            StrictLevel::Ips => ips,
            StrictLevel::Lockdown => lockdown,
        };
        match (answer, object) {
            (Answer::Allow, _) => Verdict::Allow,
            (Answer::Fail, Object::Listed(_, Evaluation::Failed(errno))) => Verdict::Deny(errno),
            (Answer::Deny | Answer::Fail, _) => Verdict::Deny(Errno::PERM),
        }
    }
}
