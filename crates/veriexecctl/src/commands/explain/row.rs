//! One access, asked about at several levels.

use serde_json::Value;
use sigfile::printable;
use veriexec::{Access, Decision, Event, Object, StrictLevel, policy};

use super::{Role, Subject};
use crate::answer::grounds::{denial, finding, tell};
use crate::answer::json::Object as Json;

/// The accesses that are explained.
pub(super) const ACCESSES: [Deed; 9] = [
    Deed { word: "exec", phrase: "execute", event: Event::Access(Access::Direct) },
    Deed {
        word: "mmap",
        phrase: "map, or run as interpreter",
        event: Event::Access(Access::Indirect),
    },
    Deed { word: "open", phrase: "open", event: Event::Access(Access::File) },
    Deed { word: "write", phrase: "open for writing", event: Event::Write },
    Deed { word: "truncate", phrase: "truncate", event: Event::Truncate },
    Deed { word: "remove", phrase: "remove", event: Event::Remove },
    Deed { word: "rename", phrase: "rename", event: Event::Rename { target_listed: false } },
    // The file that takes its place is asked about: one that is not listed.
    Deed {
        word: "replace",
        phrase: "rename another to it",
        event: Event::Rename { target_listed: true },
    },
    Deed { word: "link", phrase: "link", event: Event::Link },
];

/// An access that is explained.
#[derive(Clone, Copy)]
pub(super) struct Deed {
    word: &'static str,
    phrase: &'static str,
    event: Event,
}

/// An access, and what is answered at each level.
#[derive(Clone)]
pub(super) struct Row {
    word: &'static str,
    /// What stands before the answers, fit for a terminal.
    pub(super) label: String,
    pub(super) answers: Vec<Answer>,
}

/// What is answered at a level.
#[derive(Clone)]
pub(super) struct Answer {
    pub(super) level: StrictLevel,
    decision: Decision,
    /// Why; may be empty.
    pub(super) reason: String,
}

impl Row {
    pub(super) fn of_access(deed: Deed, subject: &Subject, levels: &[StrictLevel]) -> Self {
        let (event, object) = match deed.event {
            Event::Rename { target_listed: true } => {
                (Event::Rename { target_listed: subject.object().is_listed() }, Object::Unlisted)
            }
            event => (event, subject.object()),
        };
        Self {
            word: deed.word,
            label: deed.phrase.to_owned(),
            answers: answers(&[event], object, subject, levels),
        }
    }

    /// Whether a needed file can be used.
    pub(super) fn of_need(role: Role, subject: &Subject, levels: &[StrictLevel]) -> Self {
        Self {
            word: role.word(),
            label: format!("{} {}", role.word(), printable(&subject.path)),
            answers: answers(role.events(), subject.object(), subject, levels),
        }
    }

    pub(super) fn word(&self) -> &'static str {
        self.word
    }

    pub(super) fn json(&self) -> Vec<Value> {
        let json = |answer: &Answer| {
            let Answer { level, decision, reason } = answer;
            let denied = denial(decision);
            Value::from(
                Json::new()
                    .with("level", level.number())
                    .with("allowed", denied.is_none())
                    .with("errno", denied.and_then(veriexec::Errno::name))
                    .with("finding", finding(decision).map(veriexec::Finding::word))
                    .with("reason", reason.as_str()),
            )
        };
        self.answers.iter().map(json).collect()
    }
}

impl Answer {
    pub(super) fn is_allowed(&self) -> bool {
        self.decision.verdict.is_allowed()
    }
}

/// What several events in a row are answered: the first denial, or the last answer.
fn answers(
    events: &[Event],
    object: Object,
    subject: &Subject,
    levels: &[StrictLevel],
) -> Vec<Answer> {
    let answer = |level: &StrictLevel| {
        let mut decision = Decision::QUIETLY_ALLOWED;
        let mut reason = String::new();
        for event in events {
            decision = policy::decide(*level, *event, object);
            reason = tell(*event, &decision, subject.facts());
            if !decision.verdict.is_allowed() {
                break;
            }
        }
        Answer { level: *level, decision, reason }
    };
    levels.iter().map(answer).collect()
}
