//! The rows of access checks, one by one.

use sigfile::EntryType;
use veriexec::policy::decide;
use veriexec::{
    Access, Decision, Errno, Evaluation, Event, Finding, Loudness, Notice, Object, StrictLevel,
    Verdict,
};

use Verdict::{Allow, Deny};

const DENIED: Verdict = Deny(Errno::PERM);

fn noticed(finding: Finding, loudness: Loudness, alarm: bool) -> Option<Notice> {
    Some(Notice { finding, loudness, alarm })
}

/// Asserts the verdicts of a row, by level, and what it reports at each: where it denies, that is an
/// alarm at every verbosity.
fn row(access: Access, object: Object, verdicts: [Verdict; 4], allowed: Option<Notice>) {
    let alarm = allowed.map(|notice| Notice { loudness: Loudness::Always, alarm: true, ..notice });
    for (level, verdict) in StrictLevel::ALL.into_iter().zip(verdicts) {
        let notice = if verdict.is_allowed() { allowed } else { alarm };
        let expected =
            Decision { verdict, notices: [notice, None, None], ..Decision::QUIETLY_ALLOWED };
        assert_eq!(decide(level, Event::Access(access), object), expected, "{level}");
    }
}

#[test]
fn row_not_regular() {
    for access in Access::ALL {
        row(access, Object::NotRegular, [Allow; 4], None);
    }
}

#[test]
fn row_unlisted_opened() {
    let notice = noticed(Finding::NoEntry, Loudness::Verbose, false);
    row(Access::File, Object::Unlisted, [Allow, Allow, Allow, DENIED], notice);
}

#[test]
fn row_unlisted_run() {
    let notice = noticed(Finding::NoEntry, Loudness::Verbose, false);
    for access in [Access::Direct, Access::Indirect] {
        row(access, Object::Unlisted, [Allow, Allow, DENIED, DENIED], notice);
    }
}

#[test]
fn row_hash_failed() {
    let notice = noticed(Finding::CalculationError, Loudness::Always, false);
    for access in Access::ALL {
        for errno in [Errno::IO, Errno::ACCES] {
            let object = Object::Listed(access.flag(), Evaluation::Failed(errno));
            row(access, object, [Deny(errno); 4], notice);
        }
    }
}

#[test]
fn row_wrong_access() {
    let wrong = |alarm| noticed(Finding::IncorrectAccess, Loudness::Always, alarm);
    let matched = noticed(Finding::Match, Loudness::Verbose, false);
    let mismatched = |alarm| noticed(Finding::Mismatch, Loudness::Always, alarm);
    let asked = |level, evaluation| {
        let object = Object::Listed(EntryType::DIRECT, evaluation);
        let decision = decide(level, Event::Access(Access::File), object);
        (decision.verdict, decision.notices)
    };
    use StrictLevel::{Ids, Ips, Learning, Lockdown};
    // Below level 2 the contents still count.
    for level in [Learning, Ids] {
        assert_eq!(asked(level, Evaluation::Valid), (Allow, [wrong(false), matched, None]));
    }
    assert_eq!(
        asked(Learning, Evaluation::Mismatch),
        (Allow, [wrong(false), mismatched(false), None])
    );
    assert_eq!(asked(Ids, Evaluation::Mismatch), (DENIED, [wrong(false), mismatched(true), None]));
    for level in [Ips, Lockdown] {
        for evaluation in [Evaluation::Valid, Evaluation::Mismatch, Evaluation::NotEvaluated] {
            assert_eq!(asked(level, evaluation), (DENIED, [wrong(true), None, None]));
        }
    }
}

#[test]
fn row_valid() {
    let notice = noticed(Finding::Match, Loudness::Verbose, false);
    for access in Access::ALL {
        row(access, Object::Listed(access.flag(), Evaluation::Valid), [Allow; 4], notice);
    }
}

#[test]
fn row_mismatch() {
    let notice = noticed(Finding::Mismatch, Loudness::Always, false);
    for access in Access::ALL {
        let object = Object::Listed(access.flag(), Evaluation::Mismatch);
        row(access, object, [Allow, DENIED, DENIED, DENIED], notice);
    }
}

#[test]
fn row_unsettled_and_row_busy() {
    for (evaluation, finding) in
        [(Evaluation::NotEvaluated, Finding::Unsettled), (Evaluation::Busy, Finding::Busy)]
    {
        let notice = noticed(finding, Loudness::Always, false);
        for access in Access::ALL {
            let object = Object::Listed(access.flag(), evaluation);
            row(access, object, [Allow, DENIED, DENIED, DENIED], notice);
        }
    }
}
