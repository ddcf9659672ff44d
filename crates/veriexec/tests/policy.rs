//! The policy, row by row and then in every combination.

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

/// Asserts the verdicts of a row, by level, and what it reports at each.
fn row(access: Access, object: Object, verdicts: [Verdict; 4], notice: Option<Notice>) {
    for (level, verdict) in StrictLevel::ALL.into_iter().zip(verdicts) {
        let expected = Decision { verdict, notices: [notice, None], purge: false, delete: false };
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
    let wrong = noticed(Finding::IncorrectAccess, Loudness::Always, true);
    let matched = noticed(Finding::Match, Loudness::Verbose, false);
    let mismatched = noticed(Finding::Mismatch, Loudness::Always, true);
    let asked = |level, evaluation| {
        let object = Object::Listed(EntryType::DIRECT, evaluation);
        let decision = decide(level, Event::Access(Access::File), object);
        (decision.verdict, decision.notices)
    };
    use StrictLevel::{Ids, Ips, Learning, Lockdown};
    // Below level 2 the contents still count.
    for level in [Learning, Ids] {
        assert_eq!(asked(level, Evaluation::Valid), (Allow, [wrong, matched]));
    }
    assert_eq!(asked(Learning, Evaluation::Mismatch), (Allow, [wrong, mismatched]));
    assert_eq!(asked(Ids, Evaluation::Mismatch), (DENIED, [wrong, mismatched]));
    for level in [Ips, Lockdown] {
        for evaluation in [Evaluation::Valid, Evaluation::Mismatch, Evaluation::NotEvaluated] {
            assert_eq!(asked(level, evaluation), (DENIED, [wrong, None]));
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
    let notice = noticed(Finding::Mismatch, Loudness::Always, true);
    for access in Access::ALL {
        let object = Object::Listed(access.flag(), Evaluation::Mismatch);
        row(access, object, [Allow, DENIED, DENIED, DENIED], notice);
    }
}

#[test]
fn row_unsettled() {
    let notice = noticed(Finding::Unsettled, Loudness::Always, true);
    for access in Access::ALL {
        let object = Object::Listed(access.flag(), Evaluation::NotEvaluated);
        row(access, object, [Allow, DENIED, DENIED, DENIED], notice);
    }
}

#[test]
fn every_combination_is_as_the_manual_says() {
    let mut combinations = 0;
    for (level, number) in StrictLevel::ALL.into_iter().zip(0..) {
        for (access, bit) in [(Access::Direct, 1), (Access::Indirect, 2), (Access::File, 4)] {
            let mut check = |object, listed| {
                let decision = decide(level, Event::Access(access), object);
                let (verdict, findings) = expected(number, bit, listed);
                assert_eq!(decision.verdict, verdict, "{level} {access:?} {object:?}");
                let found = decision.notices.into_iter().flatten().map(|notice| notice.finding);
                assert!(found.eq(findings), "{level} {access:?} {object:?}");
                assert!(!decision.purge && !decision.delete, "an access changes no entry");
                combinations += 1;
            };
            check(Object::NotRegular, None);
            check(Object::Unlisted, Some(None));
            for (bits, entry_type) in
                (0..0x20).filter_map(|bits| Some((bits, EntryType::from_bits(bits)?)))
            {
                for (contents, evaluation) in [
                    (Contents::Good, Evaluation::Valid),
                    (Contents::Bad, Evaluation::Mismatch),
                    (Contents::Unknown, Evaluation::NotEvaluated),
                    (Contents::Unreadable(Errno::IO), Evaluation::Failed(Errno::IO)),
                    (Contents::Unreadable(Errno::STALE), Evaluation::Failed(Errno::STALE)),
                ] {
                    check(Object::Listed(entry_type, evaluation), Some(Some((bits, contents))));
                }
            }
        }
    }
    println!("{combinations} combinations");
    assert_eq!(combinations, 4 * 3 * (1 + 1 + 16 * 5));
}

#[derive(Clone, Copy)]
enum Contents {
    Good,
    Bad,
    Unknown,
    Unreadable(Errno),
}

/// What veriexec(8) and veriexec(9) say, as a sequence of questions. `None` is no regular file,
/// `Some(None)` an unlisted one.
fn expected(level: u8, flag: u8, file: Option<Option<(u8, Contents)>>) -> (Verdict, Vec<Finding>) {
    let Some(listed) = file else {
        return (Allow, vec![]);
    };
    let Some((entry_type, contents)) = listed else {
        let denied = level == 3 || (level == 2 && flag != 4);
        return (if denied { DENIED } else { Allow }, vec![Finding::NoEntry]);
    };
    if let Contents::Unreadable(errno) = contents {
        return (Deny(errno), vec![Finding::CalculationError]);
    }
    let mut findings = Vec::new();
    if entry_type & flag == 0 {
        findings.push(Finding::IncorrectAccess);
        if level >= 2 {
            return (DENIED, findings);
        }
    }
    findings.push(match contents {
        Contents::Good => Finding::Match,
        Contents::Bad => Finding::Mismatch,
        _ => Finding::Unsettled,
    });
    let denied = level >= 1 && !matches!(contents, Contents::Good);
    (if denied { DENIED } else { Allow }, findings)
}
