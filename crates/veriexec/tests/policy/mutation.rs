//! That no cell of the policy's table can be wrong without the exhaustive comparison failing.

use veriexec::policy::{Answer, Case, Rule, decide_with};
use veriexec::{Finding, Loudness, Notice, StrictLevel};

use crate::exhaustive::{Question, questions};

/// How many questions have another answer if a row has another rule.
fn caught(questions: &[Question], mutated: Case, mutant: Rule) -> usize {
    let rule = |case: Case| if case == mutated { mutant } else { case.rule() };
    questions
        .iter()
        .filter(|question| {
            let Question { level, event, object, expected } = **question;
            decide_with(rule, level, event, object) != expected
        })
        .count()
}

#[test]
fn the_table_as_it_is_passes() {
    let questions = questions();
    for case in Case::ALL {
        assert_eq!(caught(&questions, case, case.rule()), 0);
    }
}

#[test]
fn no_cell_can_be_flipped_unseen() {
    let questions = questions();
    let mut cells = 0;
    let mut mutants = 0;
    for case in Case::ALL {
        for level in StrictLevel::ALL {
            let at = usize::from(level.number());
            let here: Vec<_> = answered_at(&questions, level);
            let rule = case.rule();
            cells += 1;
            for answer in Answer::ALL.into_iter().filter(|answer| differs(case, *answer, rule, at))
            {
                let mut mutant = rule;
                mutant.answers[at] = answer;
                let count = caught(&here, case, mutant);
                assert!(count > 0, "{case:?} at {level} may as well say {answer:?}");
                mutants += 1;
            }
            for notice in other_notices(rule.notices[at]) {
                let mut mutant = rule;
                mutant.notices[at] = notice;
                let count = caught(&here, case, mutant);
                assert!(count > 0, "{case:?} at {level} may as well report {notice:?}");
                mutants += 1;
            }
        }
    }
    println!("{cells} cells, {mutants} wrong tables, each found out");
    assert_eq!(cells, Case::ALL.len() * 4);
}

fn answered_at(questions: &[Question], level: StrictLevel) -> Vec<Question> {
    let here = questions.iter().filter(|question| question.level == level);
    here.map(|Question { level, event, object, expected }| Question {
        level: *level,
        event: *event,
        object: *object,
        expected: *expected,
    })
    .collect()
}

/// Whether another answer in a cell says something else. Where nothing has failed, the two denials
/// are one.
fn differs(case: Case, answer: Answer, rule: Rule, at: usize) -> bool {
    let present = rule.answers[at];
    let same_denial = case != Case::HashFailed && answer.denies() && present.denies();
    answer != present && !same_denial
}

fn other_notices(present: Option<Notice>) -> Vec<Option<Notice>> {
    match present {
        None => vec![Some(Notice {
            finding: Finding::NoEntry,
            loudness: Loudness::Verbose,
            alarm: false,
        })],
        Some(notice) => {
            let finding = match notice.finding {
                Finding::Match => Finding::Mismatch,
                _ => Finding::Match,
            };
            let loudness = match notice.loudness {
                Loudness::Always => Loudness::Verbose,
                _ => Loudness::Always,
            };
            vec![
                None,
                Some(Notice { finding, ..notice }),
                Some(Notice { loudness, ..notice }),
                Some(Notice { alarm: !notice.alarm, ..notice }),
            ]
        }
    }
}
