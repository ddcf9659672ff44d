//! Every level, event, entry type, status, listed or not: all against the table.

use std::collections::BTreeSet;

use veriexec::policy::decide;
use veriexec::{Decision, Event, EventKind, Object, StrictLevel, Verdict};

use crate::manual::{EVENTS, Manual, objects};

/// A question, and the answer that the manual gives.
pub(crate) struct Question {
    pub(crate) level: StrictLevel,
    pub(crate) event: Event,
    pub(crate) object: Object,
    pub(crate) expected: Decision,
}

/// Every question that there is.
pub(crate) fn questions() -> Vec<Question> {
    let manual = Manual::read();
    let mut questions = Vec::new();
    for level in StrictLevel::ALL {
        for (word, event, flag) in EVENTS {
            for object in objects() {
                let expected = manual.says(level, word, flag, object);
                questions.push(Question { level, event, object, expected });
            }
        }
    }
    assert!(manual.is_used_up(), "a row of the table is about nothing");
    questions
}

#[test]
fn every_combination_is_as_the_manual_says() {
    let questions = questions();
    for Question { level, event, object, expected } in &questions {
        assert_eq!(decide(*level, *event, *object), *expected, "{level} {event:?} {object:?}");
    }
    println!("{} combinations", questions.len());
    assert_eq!(questions.len(), 4 * 25 * (2 + 16 * 6));
}

#[test]
fn every_event_is_asked_about() {
    let asked: BTreeSet<_> = EVENTS.into_iter().map(|(_, event, _)| event.kind()).collect();
    assert!(asked.into_iter().eq(EventKind::ALL));
}

#[test]
fn a_denial_says_why_and_changes_nothing() {
    for Question { level, event, object, .. } in questions() {
        let decision = decide(level, event, object);
        if let Verdict::Deny(_) = decision.verdict {
            assert!(decision.notices.iter().any(Option::is_some), "{level} {event:?} {object:?}");
            assert!(!decision.changes_entries(), "{level} {event:?} {object:?}");
        }
    }
}

/// What is denied at a level is denied at each higher one: raising the level never opens anything.
#[test]
fn a_higher_level_allows_nothing_more() {
    let denied =
        |level, event, object| matches!(decide(level, event, object).verdict, Verdict::Deny(_));
    for (_, event, _) in EVENTS {
        for object in objects() {
            let by_level = StrictLevel::ALL.map(|level| denied(level, event, object));
            assert!(by_level.is_sorted(), "{event:?} {object:?}: {by_level:?}");
        }
    }
}
