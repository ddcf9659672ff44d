//! Every row of the policy, as real system calls: what `veriexec::policy` decides on the machine
//! that runs the tests is what the guest's kernel has to answer.
//!
//! Not asked: files that change each time they are hashed, which only chance would show; and what
//! Linux answers before anybody is asked, such as executing a directory, a file that cannot be read,
//! or one that somebody has open for write.

mod calls;
mod expectation;

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;
use sigfile::EntryType;
use veriexec::{Event, StrictLevel};

use self::calls::{CALLS, Call, Objects, Subject};
use self::expectation::Question;
use crate::machine::disk::Disk;
use crate::machine::root::Root;
use crate::materials::Materials;
use crate::scenario::Scenario;
use crate::scenario::rows::{self, Place, Row, State};

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "policy",
    script: include_str!("policy/policy.sh"),
    programs: &["veriexecctl"],
    c_programs: &["rows", "partition"],
    own_modules: &["requester"],
    kernel_modules: &[
        "drivers/scsi/scsi_common",
        "drivers/scsi/scsi_mod",
        "drivers/scsi/sd_mod",
        "drivers/scsi/scsi_debug",
    ],
    disks: &[Disk::Empty(32), Disk::Empty(32), Disk::Empty(8)],
    prepare,
    limit: 900,
    ..Scenario::PLAIN
};

fn prepare(materials: &Materials<'_>, root: &mut Root) -> Result<()> {
    let questions = questions();
    let note = format!("{} different questions to the policy", asked(&questions).len());
    root.file(Path::new("/note"), note.as_bytes())?;
    let rows: Vec<Row> = with_log(questions).collect();
    rows::install(&rows, materials, root)
}

/// Every question that is asked of a guest.
fn questions() -> Vec<Question> {
    let mut questions = Vec::new();
    for level in StrictLevel::ALL {
        for call in CALLS {
            questions.extend(subjects(call).into_iter().map(|subject| Question {
                level,
                call,
                subject,
            }));
        }
    }
    questions
}

/// One row of each call, level and kind of contents: of the types of entry, that which permits
/// everything; fresh, if it can be; and the log is not looked at.
pub(crate) fn representative_rows() -> impl Iterator<Item = (Event, Row)> {
    let everything = EntryType::DIRECT | EntryType::INDIRECT | EntryType::FILE;
    let is_wanted = move |question: &Question| {
        let Subject { entry, state, .. } = question.subject;
        let is_fresh = state == State::Fresh;
        let is_listed_for_all = entry.is_none_or(|entry| entry == everything);
        let is_only = question.call.objects == Objects::Listed;
        is_only || is_fresh && is_listed_for_all
    };
    let questions = questions().into_iter().filter(is_wanted);
    let rows = questions.map(|question| (question.call.event, question.row()));
    rows.filter(|(_, row)| row.place != Place::BrokenDisk)
}

/// What the policy is asked by them: levels, events and objects.
fn asked(questions: &[Question]) -> BTreeSet<String> {
    let of_the_policy = questions.iter().filter(|question| !question.is_answered_before());
    let asked = of_the_policy.flat_map(|question| {
        let level = question.level;
        let asked = question.asked().into_iter();
        asked.map(move |(event, object)| format!("{level} {event:?} {object:?}"))
    });
    asked.collect()
}

/// The rows; the log is looked at by the first of those of which it is to say the same, because
/// Veriexec keeps it from floods.
fn with_log(questions: Vec<Question>) -> impl Iterator<Item = Row> {
    let mut seen = BTreeSet::new();
    questions.into_iter().map(move |question| {
        let mut row = question.row();
        let decisions = format!("{} {:?}", question.level, question.decisions());
        if !question.is_answered_before() && seen.insert((question.call.event.kind(), decisions)) {
            row.expected.log = Some(question.log());
        }
        row
    })
}

/// What a call is made of: entries of every type, in every state that it can meet them in.
fn subjects(call: &Call) -> Vec<Subject> {
    calls::subjects(call.objects)
}

/// The types of entry that there can be: one that permits nothing becomes `direct` as it is loaded.
fn entry_types() -> impl Iterator<Item = EntryType> {
    (0..=u8::MAX).filter_map(EntryType::from_bits).filter(|entry| entry.or_direct() == *entry)
}

#[cfg(test)]
mod tests {
    use super::*;
    use veriexec::policy::{Answer, Case, Rule, decide, decide_with};
    use veriexec::{Access, Evaluation, Event, EventKind, Object};

    #[test]
    fn every_event_is_asked_about() {
        let mut events: Vec<EventKind> = CALLS.iter().map(|call| call.event.kind()).collect();
        events.sort();
        events.dedup();
        assert_eq!(events, EventKind::ALL);
    }

    #[test]
    fn every_entry_and_state_that_a_guest_can_have_is_asked_about() {
        let asked = asked(&questions());
        for level in StrictLevel::ALL {
            for event in [
                Event::Access(Access::Direct),
                Event::Access(Access::Indirect),
                Event::Access(Access::File),
                Event::Write,
                Event::Truncate,
                Event::Protect,
            ] {
                for entry in entry_types() {
                    for evaluation in [Evaluation::Valid, Evaluation::Mismatch] {
                        let is_untrusted = entry.contains(EntryType::UNTRUSTED);
                        let object = match event {
                            Event::Protect if is_untrusted => Evaluation::NotEvaluated,
                            _ => evaluation,
                        };
                        let object = Object::Listed(entry, object);
                        assert!(
                            asked.contains(&format!("{level} {event:?} {object:?}")),
                            "{level} {event:?} {object:?}"
                        );
                    }
                }
            }
        }
    }

    /// Each cell of the policy's table changes an answer that a guest is asked for, but for that of
    /// files that change whenever they are hashed.
    #[test]
    fn every_row_of_the_policy_has_a_call_that_depends_on_it() {
        for case in Case::ALL {
            if case == Case::Unsettled {
                continue;
            }
            for level in StrictLevel::ALL {
                let depends = questions().iter().any(|question| {
                    question.level == level
                        && !question.is_answered_before()
                        && question.asked().iter().any(|(event, object)| {
                            let opposite = |asked: Case| {
                                let rule = asked.rule();
                                if asked == case { inverted(rule, level) } else { rule }
                            };
                            decide(level, *event, *object).verdict
                                != decide_with(opposite, level, *event, *object).verdict
                        })
                });
                assert!(depends, "{case:?} at level {level}");
            }
        }
    }

    fn inverted(mut rule: Rule, level: StrictLevel) -> Rule {
        let answer = &mut rule.answers[usize::from(level.number())];
        *answer = if answer.denies() { Answer::Allow } else { Answer::Deny };
        rule
    }
}
