//! Access checks: what is hashed, what is recorded, what is said.

use veriexec::{
    Access, Action, Errno, Evaluation, FileKind, Finding, Forecast, LoadRequest, Located, Loudness,
    Message, Object, Operation, Priority, Report, Status, Step, StrictLevel, Ticket, Verdict,
    Veriexec,
};

use crate::fake::{Fake, digest, request, sha256};

const DENIED: Verdict = Verdict::Deny(Errno::PERM);

/// A subsystem that holds one entry, for `/f`, which is to be `good`.
fn listing(fake: &Fake, entry_type: u8, level: StrictLevel) -> Veriexec {
    let mut veriexec = Veriexec::new();
    veriexec.load(fake, request("/f", &sha256(b"good"), entry_type)).unwrap();
    veriexec.raise(level).unwrap();
    veriexec
}

fn execution(file: Located) -> Operation<'static> {
    Operation { path: b"/f", action: Action::Access(file, Access::Direct) }
}

fn ticket(step: Step<'_>) -> Ticket<'_> {
    match step {
        Step::Hash(ticket) => ticket,
        other => panic!("{other:?} before the file was hashed"),
    }
}

fn verdict(step: Step<'_>) -> Verdict {
    match step {
        Step::Decided(verdict) => verdict,
        other => panic!("not decided: {other:?}"),
    }
}

#[test]
fn until_something_is_loaded_level_0_looks_at_nothing() {
    let fake = Fake::default();
    let file = fake.file(1, 1, "/f", b"good");
    let mut veriexec = Veriexec::new();
    veriexec.set_verbosity(2);
    assert_eq!(veriexec.verify(&fake, b"/f", file, Access::Direct), Verdict::Allow);
    assert_eq!(fake.reports(), []);

    veriexec.raise(StrictLevel::Lockdown).unwrap();
    assert_eq!(veriexec.verify(&fake, b"/f", file, Access::Direct), DENIED);
    assert_eq!(fake.reports().len(), 1);

    let mut veriexec = listing(&fake, 1, StrictLevel::Learning);
    veriexec.flush(&fake).unwrap();
    veriexec.set_verbosity(1);
    assert_eq!(veriexec.verify(&fake, b"/f", file, Access::Direct), Verdict::Allow);
    assert_eq!(
        fake.reports(),
        [(
            Priority::Notice,
            "Veriexec: No entry. [/f, prog=sh pid=17, uid=1000, gid=100] allowed".to_owned()
        )]
    );
}

#[test]
fn what_has_no_contents_is_free() {
    let fake = Fake::default();
    fake.file(1, 1, "/f", b"good");
    let directory = fake.other(1, 2, "/dir", FileKind::Directory { mount_root: false });
    let device = fake.other(1, 3, "/dev/null", FileKind::Other);
    let mut veriexec = listing(&fake, 1, StrictLevel::Lockdown);
    veriexec.set_verbosity(2);
    for object in [directory, device] {
        for access in Access::ALL {
            assert_eq!(veriexec.verify(&fake, b"/x", object, access), Verdict::Allow);
        }
    }
    assert_eq!(fake.reports(), []);
}

#[test]
fn a_file_is_hashed_once() {
    for (contents, status, expected) in
        [(b"good", Status::Valid, Verdict::Allow), (b"evil", Status::Mismatch, DENIED)]
    {
        let fake = Fake::default();
        let file = fake.file(1, 1, "/f", contents);
        let mut veriexec = listing(&fake, 5, StrictLevel::Ids);
        for access in [Access::Direct, Access::File, Access::Direct] {
            assert_eq!(veriexec.verify(&fake, b"/f", file, access), expected);
            assert_eq!(veriexec.lookup(file.id).unwrap().status, status);
        }
        assert_eq!(fake.hashed(), 1);
    }
}

#[test]
fn an_untrusted_file_is_hashed_each_time() {
    let fake = Fake::default();
    let file = fake.file(1, 1, "/f", b"good");
    let mut veriexec = listing(&fake, 0x11, StrictLevel::Ids);
    assert_eq!(fake.hashed(), 1);
    for (contents, expected, status) in [
        (b"good", Verdict::Allow, Status::Valid),
        (b"evil", DENIED, Status::Mismatch),
        (b"good", Verdict::Allow, Status::Valid),
    ] {
        fake.write(file.id, contents);
        assert_eq!(veriexec.verify(&fake, b"/f", file, Access::Direct), expected);
        assert_eq!(veriexec.lookup(file.id).unwrap().status, status);
    }
    assert_eq!(fake.hashed(), 4);
}

#[test]
fn a_file_is_hashed_even_for_an_access_it_is_not_listed_for() {
    let fake = Fake::default();
    let file = fake.file(1, 1, "/f", b"good");
    let mut veriexec = listing(&fake, 1, StrictLevel::Ips);
    assert_eq!(veriexec.verify(&fake, b"/f", file, Access::File), DENIED);
    assert_eq!(veriexec.lookup(file.id).unwrap().status, Status::Valid);
    let report = "Veriexec: Incorrect access type. [/f, prog=sh pid=17, uid=1000, gid=100] denied"
        .to_owned();
    assert_eq!(fake.reports(), [(Priority::Alert, report)]);
}

#[test]
fn a_failure_to_hash_is_the_answer_at_every_level() {
    for level in StrictLevel::ALL {
        let fake = Fake::default();
        let file = fake.file(1, 1, "/f", b"good");
        let mut veriexec = listing(&fake, 1, level);
        fake.fail_hashing(Some(Errno::ACCES));
        for access in Access::ALL {
            let verdict = veriexec.verify(&fake, b"/f", file, access);
            assert_eq!(verdict, Verdict::Deny(Errno::ACCES));
            let report = "Veriexec: Fingerprint calculation error. [/f, prog=sh pid=17, uid=1000, gid=100] denied".to_owned();
            assert_eq!(fake.reports(), [(Priority::Alert, report)]);
        }
        assert_eq!(veriexec.lookup(file.id).unwrap().status, Status::NotEvaluated);
    }
}

#[test]
fn what_is_allowed_is_no_alert_and_names_the_process() {
    let fake = Fake::default();
    let file = fake.file(1, 1, "/f", b"evil");
    let mut veriexec = listing(&fake, 1, StrictLevel::Learning);
    assert_eq!(veriexec.verify(&fake, b"/f", file, Access::Direct), Verdict::Allow);
    let report = "Veriexec: Mismatch. [/f, prog=sh pid=17, uid=1000, gid=100] allowed".to_owned();
    assert_eq!(fake.reports(), [(Priority::Notice, report)]);
}

#[test]
fn reports_have_the_kept_name_and_the_verbosity_asked_for() {
    let fake = Fake::default();
    let file = fake.file(1, 1, "/f", b"good");
    let good = sha256(b"good");
    let mut veriexec = Veriexec::new();
    let kept = LoadRequest { keep_filename: true, ..request("/f", &good, 1) };
    veriexec.load(&fake, kept).unwrap();
    let mut said = |verbosity| {
        veriexec.set_verbosity(verbosity);
        veriexec.purge(file.id);
        assert_eq!(veriexec.verify(&fake, b"(mmap)", file, Access::Direct), Verdict::Allow);
        fake.reports()
    };
    assert_eq!(said(0), []);
    let matched = (
        Priority::Notice,
        "Veriexec: Match. [/f, prog=sh pid=17, uid=1000, gid=100] allowed".to_owned(),
    );
    assert_eq!(said(1), std::slice::from_ref(&matched));
    let compared = format!("Veriexec: comparing hashes... fp1: {good} fp2: {good} [/f]");
    assert_eq!(said(2), [(Priority::Notice, compared), matched]);
}

#[test]
fn the_name_of_the_access_serves_where_none_was_kept() {
    let fake = Fake::default();
    let file = fake.file(1, 1, "/f", b"good");
    let mut veriexec = listing(&fake, 1, StrictLevel::Learning);
    veriexec.set_verbosity(1);
    let _ = veriexec.verify(&fake, b"(mmap)", file, Access::Direct);
    assert_eq!(
        fake.reports(),
        [(
            Priority::Notice,
            "Veriexec: Match. [(mmap), prog=sh pid=17, uid=1000, gid=100] allowed".to_owned()
        )]
    );
}

#[test]
fn a_platform_reports_by_the_same_verbosity() {
    let fake = Fake::default();
    let mut veriexec = Veriexec::new();
    let report = Report::new(Priority::Info, Message::NewEntry, b"/f");
    for verbosity in [0, 1, 2] {
        veriexec.set_verbosity(verbosity);
        veriexec.report(&fake, Loudness::Verbose, &report);
    }
    assert_eq!(fake.reports(), vec![(Priority::Info, report.to_string()); 2]);
}

#[test]
fn a_purge_makes_the_next_access_hash_again() {
    let fake = Fake::default();
    let file = fake.file(1, 1, "/f", b"good");
    let mut veriexec = listing(&fake, 1, StrictLevel::Ids);
    assert_eq!(veriexec.verify(&fake, b"/f", file, Access::Direct), Verdict::Allow);
    fake.write(file.id, b"evil");
    veriexec.purge(file.id);
    assert_eq!(veriexec.lookup(file.id).unwrap().status, Status::NotEvaluated);
    assert_eq!(veriexec.verify(&fake, b"/f", file, Access::Direct), DENIED);
}

#[test]
fn what_was_hashed_before_a_purge_is_hashed_again() {
    let fake = Fake::default();
    let file = fake.file(1, 1, "/f", b"good");
    let mut veriexec = listing(&fake, 1, StrictLevel::Ids);
    let good = sha256(b"good");
    let evil = sha256(b"evil");

    let first = ticket(veriexec.begin(&fake, execution(file)));
    assert_eq!((first.file(), first.algorithm()), (file.id, good.algorithm()));
    veriexec.purge(file.id);
    let second = ticket(veriexec.complete(&fake, first, Ok(good)));
    assert_eq!(veriexec.lookup(file.id).unwrap().status, Status::NotEvaluated);
    assert_eq!(verdict(veriexec.complete(&fake, second, Ok(evil))), DENIED);
    assert_eq!(veriexec.lookup(file.id).unwrap().status, Status::Mismatch);
}

#[test]
fn an_error_before_a_purge_does_not_count_after_it() {
    let fake = Fake::default();
    let file = fake.file(1, 1, "/f", b"good");
    let mut veriexec = listing(&fake, 1, StrictLevel::Ids);
    let first = ticket(veriexec.begin(&fake, execution(file)));
    veriexec.purge(file.id);
    let second = ticket(veriexec.complete(&fake, first, Err(Errno::TXTBSY)));
    let good = Ok(sha256(b"good"));
    assert_eq!(verdict(veriexec.complete(&fake, second, good)), Verdict::Allow);
}

#[test]
fn a_file_that_never_settles_counts_as_one_that_does_not_match() {
    for (level, expected) in
        StrictLevel::ALL.into_iter().zip([Verdict::Allow, DENIED, DENIED, DENIED])
    {
        let fake = Fake::default();
        let file = fake.file(1, 1, "/f", b"good");
        let mut veriexec = listing(&fake, 1, level);
        let mut step = veriexec.begin(&fake, execution(file));
        for _ in 0..3 {
            let unsettled = ticket(step);
            veriexec.purge(file.id);
            step = veriexec.complete(&fake, unsettled, Ok(sha256(b"good")));
        }
        assert_eq!(verdict(step), expected);
        assert_eq!(veriexec.lookup(file.id).unwrap().status, Status::NotEvaluated);
        let (priority, verdict) = match expected {
            Verdict::Allow => (Priority::Notice, "allowed"),
            Verdict::Deny(_) => (Priority::Alert, "denied"),
        };
        let by = "prog=sh pid=17, uid=1000, gid=100]";
        let report = format!("Veriexec: Changed during evaluation. [/f, {by} {verdict}");
        assert_eq!(fake.reports(), [(priority, report)]);
    }
}

#[test]
fn an_entry_that_goes_while_its_file_is_hashed_is_gone() {
    let fake = Fake::default();
    let file = fake.file(1, 1, "/f", b"good");
    let mut veriexec = listing(&fake, 1, StrictLevel::Learning);
    let ticket = ticket(veriexec.begin(&fake, execution(file)));
    veriexec.delete(&fake, b"/f").unwrap();
    veriexec.raise(StrictLevel::Ips).unwrap();
    assert_eq!(verdict(veriexec.complete(&fake, ticket, Ok(sha256(b"good")))), DENIED);
}

#[test]
fn an_entry_that_is_replaced_while_its_file_is_hashed_is_another() {
    let fake = Fake::default();
    let file = fake.file(1, 1, "/f", b"good");
    let mut veriexec = listing(&fake, 1, StrictLevel::Learning);
    let first = ticket(veriexec.begin(&fake, execution(file)));
    veriexec.delete(&fake, b"/f").unwrap();
    let other = digest(fingerprint::Algorithm::Sha512, b"good");
    veriexec.load(&fake, request("/f", &other, 1)).unwrap();
    veriexec.raise(StrictLevel::Ids).unwrap();
    let second = ticket(veriexec.complete(&fake, first, Ok(sha256(b"good"))));
    assert_eq!(second.algorithm(), other.algorithm());
    assert_eq!(verdict(veriexec.complete(&fake, second, Ok(other))), Verdict::Allow);
}

#[test]
fn of_two_checks_at_once_the_one_that_does_not_match_stays() {
    for evil_first in [true, false] {
        let fake = Fake::default();
        let file = fake.file(1, 1, "/f", b"good");
        let mut veriexec = listing(&fake, 1, StrictLevel::Ids);
        let mut tickets = [0, 1].map(|_| Some(ticket(veriexec.begin(&fake, execution(file)))));
        let order = if evil_first { [b"evil", b"good"] } else { [b"good", b"evil"] };
        for (ticket, contents) in tickets.iter_mut().zip(order) {
            let ticket = ticket.take().unwrap();
            let _ = veriexec.complete(&fake, ticket, Ok(sha256(contents)));
        }
        assert_eq!(veriexec.lookup(file.id).unwrap().status, Status::Mismatch);
        assert_eq!(veriexec.verify(&fake, b"/f", file, Access::Direct), DENIED);
    }
}

#[test]
fn a_forecast_changes_and_reports_nothing() {
    let fake = Fake::default();
    let file = fake.file(1, 1, "/f", b"evil");
    let other = fake.file(1, 2, "/unlisted", b"");
    let directory = fake.other(1, 3, "/dir", FileKind::Directory { mount_root: true });
    let mut veriexec = listing(&fake, 1, StrictLevel::Learning);
    veriexec.set_verbosity(2);
    let would = |located, level| veriexec.would(&fake, b"/x", located, Access::Direct, level);

    let Forecast { object, decision, .. } = would(file, StrictLevel::Ids);
    let direct = veriexec.lookup(file.id).unwrap().entry_type;
    assert_eq!(object, Object::Listed(direct, Evaluation::Mismatch));
    assert_eq!(decision.verdict, DENIED);
    let findings = decision.notices.map(|notice| notice.map(|notice| notice.finding));
    assert_eq!(findings, [Some(Finding::Mismatch), None, None]);
    assert!(would(file, StrictLevel::Learning).decision.verdict.is_allowed());
    assert_eq!(would(other, StrictLevel::Lockdown).object, Object::Unlisted);
    assert_eq!(would(other, StrictLevel::Lockdown).decision.verdict, DENIED);
    assert_eq!(would(directory, StrictLevel::Lockdown).object, Object::NotRegular);

    assert_eq!(veriexec.lookup(file.id).unwrap().status, Status::NotEvaluated);
    assert_eq!(veriexec.strict(), StrictLevel::Learning);
    assert_eq!(fake.reports(), []);
}

#[test]
fn a_forecast_for_an_empty_subsystem_knows_the_bypass() {
    let fake = Fake::default();
    let file = fake.file(1, 1, "/f", b"");
    let veriexec = Veriexec::new();
    let would = |level| veriexec.would(&fake, b"/f", file, Access::File, level).decision;
    assert_eq!(would(StrictLevel::Learning), veriexec::Decision::QUIETLY_ALLOWED);
    assert_eq!(would(StrictLevel::Lockdown).verdict, DENIED);
}

#[test]
fn a_trial_is_no_alarm_at_level_0_and_hides_nothing_above() {
    let fake = Fake::default();
    let file = fake.file(1, 1, "/f", b"evil");
    let by = "prog=sh pid=17, uid=1000, gid=100]";
    let mut veriexec = listing(&fake, 1, Learning);
    let mut said = |trial, level, access| {
        fake.be_tried(trial);
        veriexec.raise(level).unwrap();
        assert_eq!(veriexec.verify(&fake, b"/f", file, access), DENIED);
        fake.reports()
    };
    use StrictLevel::{Ids, Ips, Learning, Lockdown};
    for trial in [Ids, Ips, Lockdown] {
        let text = format!("Veriexec: Mismatch. [/f, {by} denied in a self-test");
        assert_eq!(said(trial, Learning, Access::Direct), [(Priority::Info, text)]);
    }
    for trial in [Learning, Ids, Ips, Lockdown] {
        let text = format!("Veriexec: Mismatch. [/f, {by} denied");
        assert_eq!(said(trial, Ids, Access::Direct), [(Priority::Alert, text)]);
    }
    // Even what only the trial denies: asking for it is above suspicion at level 0 alone.
    let text = format!("Veriexec: Incorrect access type. [/f, {by} denied");
    assert_eq!(said(Lockdown, Ids, Access::File), [(Priority::Alert, text)]);
}
