//! One access, asked about at several levels.

use serde_json::Value;
use sigfile::printable;
use veriexec::{Access, Errno, Event, Finding, Object, StrictLevel};

use super::need::Role;
use super::subject::Subject;
use crate::answer::grounds::Ruling;
use crate::answer::json::Object as Json;
use crate::machine::kind::Kind;

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
    pub(super) ruling: Ruling,
}

impl Row {
    pub(super) fn of_access(deed: Deed, subject: &Subject, levels: &[StrictLevel]) -> Self {
        let asked = asked(deed.event, subject);
        let answer = |level: &StrictLevel| Answer {
            level: *level,
            ruling: Ruling::of(*level, &asked, subject.facts()),
        };
        Self {
            word: deed.word,
            label: deed.phrase.to_owned(),
            answers: levels.iter().map(answer).collect(),
        }
    }

    /// Whether a needed file can be used.
    pub(super) fn of_need(role: Role, subject: &Subject, levels: &[StrictLevel]) -> Self {
        let answer = |level: &StrictLevel| Answer {
            level: *level,
            ruling: in_a_row(role.events(), subject, *level),
        };
        Self {
            word: role.word(),
            label: format!("{} {}", role.word(), printable(&subject.path)),
            answers: levels.iter().map(answer).collect(),
        }
    }

    pub(super) fn word(&self) -> &'static str {
        self.word
    }

    pub(super) fn json(&self) -> Vec<Value> {
        let json = |Answer { level, ruling }: &Answer| {
            Value::from(
                Json::new()
                    .with("level", level.number())
                    .with("allowed", ruling.is_allowed())
                    .with("errno", ruling.denial().and_then(Errno::name))
                    .with("finding", ruling.finding.map(Finding::word))
                    .with("reason", ruling.reason.as_str()),
            )
        };
        self.answers.iter().map(json).collect()
    }
}

/// What the policy is asked about: each thing that it may be, or nothing if it is not asked.
fn asked(event: Event, subject: &Subject) -> Vec<(Event, Object)> {
    let plain = |event| vec![(event, Object::NotRegular)];
    match (subject.kind, event) {
        (Kind::Regular, Event::Rename { target_listed: true }) => {
            let target_listed = subject.listed.is_some();
            vec![(Event::Rename { target_listed }, Object::Unlisted)]
        }
        (Kind::Regular, event) => {
            subject.facts().objects().into_iter().map(|object| (event, object)).collect()
        }
        (Kind::MadeUp, _) | (Kind::Directory, Event::Remove) => Vec::new(),
        (_, Event::Rename { .. }) => plain(Event::Rename { target_listed: false }),
        (_, Event::Remove) => plain(Event::Remove),
        // Whether it is depends on what is mounted, which only the kernel knows.
        (Kind::Disk, Event::Write) => {
            [true, false].map(|listed| (Event::RawWrite { listed }, Object::NotRegular)).into()
        }
        (Kind::Memory, Event::Write) => plain(Event::MemoryWrite),
        (Kind::PassThrough, Event::Write) => plain(Event::PassThrough),
        _ => Vec::new(),
    }
}

/// What several events in a row are answered: the first that is not allowed, or the last answer.
fn in_a_row(events: &[Event], subject: &Subject, level: StrictLevel) -> Ruling {
    let mut ruling = Ruling::of(level, &[], subject.facts());
    for event in events {
        ruling = Ruling::of(level, &asked(*event, subject), subject.facts());
        if ruling.is_allowed() != Some(true) {
            break;
        }
    }
    ruling
}
