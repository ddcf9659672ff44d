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
pub(super) const ACCESSES: [Deed; 10] = [
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
    Deed { word: "mount", phrase: "mount over", event: Event::MountOver { hides: true } },
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
    /// Whether the driver is asked about it.
    pub(super) is_asked: bool,
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
            ruling: about_what_is_below(
                Ruling::of(*level, &asked, subject.facts()),
                (*level, deed.event),
                subject,
            ),
        };
        Self {
            word: deed.word,
            label: deed.phrase.to_owned(),
            answers: levels.iter().map(answer).collect(),
            is_asked: !asked.is_empty(),
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
            is_asked: true,
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
        (Kind::Regular, Event::MountOver { .. }) => {
            plain(Event::MountOver { hides: subject.listed.is_some() })
        }
        (Kind::Regular, event) => {
            subject.facts().objects().into_iter().map(|object| (event, object)).collect()
        }
        (Kind::MadeUp, _) | (Kind::Directory, Event::Remove) => Vec::new(),
        (Kind::Directory, Event::Rename { target_listed: false }) => {
            // With listed files below it is renamed as they would be.
            let rename = |target_listed| (Event::Rename { target_listed }, Object::NotRegular);
            subject.above_listed().iter().copied().map(rename).collect()
        }
        (Kind::Directory, Event::MountOver { .. }) => {
            let mount = |hides| (Event::MountOver { hides }, Object::NotRegular);
            subject.above_listed().iter().copied().map(mount).collect()
        }
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

/// An answer about a name that is the way to listed files, with what that means as the reason.
fn about_what_is_below(
    ruling: Ruling,
    (level, event): (StrictLevel, Event),
    subject: &Subject,
) -> Ruling {
    let is_directory = subject.kind == Kind::Directory;
    let reason = match (event, ruling.is_allowed()) {
        (Event::MountOver { .. }, None) => "denied if listed files are below it".to_owned(),
        (Event::Rename { target_listed: false }, None) if is_directory => {
            "denied if listed files are below it".to_owned()
        }
        (Event::MountOver { .. }, Some(true)) => String::new(),
        (Event::MountOver { .. }, Some(false)) if level == StrictLevel::Lockdown => {
            "nothing is mounted over".to_owned()
        }
        (Event::MountOver { .. }, Some(false)) if is_directory => {
            "listed files are below it".to_owned()
        }
        (Event::MountOver { .. }, Some(false)) => "listed files are not mounted over".to_owned(),
        (Event::Rename { target_listed: false }, Some(true)) if is_directory => String::new(),
        (Event::Rename { target_listed: false }, Some(false))
            if is_directory && level < StrictLevel::Lockdown =>
        {
            "listed files are below it".to_owned()
        }
        _ => return ruling,
    };
    Ruling { reason, ..ruling }
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
