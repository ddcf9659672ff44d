//! LOAD of veriexec(4): the order of its checks, and what each says.

use fingerprint::Algorithm;
use veriexec::{
    Candidate, Errno, FileKind, LoadRequest, Loaded, Priority, Status, StrictLevel, Veriexec,
};

use crate::fake::{Fake, digest, request, sha256};

/// Asserts that a request fails, with one report or none, and changes nothing.
fn refused(fake: &Fake, wrong: LoadRequest<'_>, errno: Errno, reported: Option<(Priority, &str)>) {
    let mut veriexec = Veriexec::new();
    assert_eq!(veriexec.load(fake, wrong), Err(errno));
    assert_eq!(veriexec.entries().count(), 0);
    assert_eq!(veriexec.tables().count(), 0);
    assert!(veriexec.is_bypassed());
    let expected: Vec<_> =
        reported.into_iter().map(|(priority, text)| (priority, text.to_owned())).collect();
    assert_eq!(fake.reports(), expected);
}

#[test]
fn the_first_fault_counts() {
    let fake = Fake::default();
    fake.file(1, 1, "/bin/ls", b"ls");
    fake.other(1, 2, "/bin", FileKind::Directory { mount_root: false });
    fake.fail_hashing(Some(Errno::IO));
    let right = sha256(b"ls");

    // Everything is wrong with it; one fault after the other is put right.
    let mut wrong = LoadRequest {
        file: b"/bin/missing",
        algorithm: None,
        fingerprint: None,
        entry_type: 0x48,
        keep_filename: true,
        eval_on_load: true,
    };
    refused(&fake, wrong, Errno::NOENT, None);
    wrong.file = b"/bin";
    let report = "Veriexec: Not adding `/bin': Not a regular file.";
    refused(&fake, wrong, Errno::BADF, Some((Priority::Error, report)));
    wrong.file = b"/bin/ls";
    let report = "Veriexec: Invalid or unknown fingerprint type `' for file `/bin/ls'.";
    refused(&fake, wrong, Errno::OPNOTSUPP, Some((Priority::Error, report)));
    wrong.algorithm = Some(b"SHA-256");
    let report = "Veriexec: Invalid or unknown fingerprint type `SHA-256' for file `/bin/ls'.";
    refused(&fake, wrong, Errno::OPNOTSUPP, Some((Priority::Error, report)));
    wrong.algorithm = Some(b"sha256");
    let report = "Veriexec: Bad fingerprint length for `/bin/ls'.";
    refused(&fake, wrong, Errno::INVAL, Some((Priority::Error, report)));
    for length in [0, 1, 31] {
        wrong.fingerprint = right.as_bytes().get(..length);
        refused(&fake, wrong, Errno::INVAL, Some((Priority::Error, report)));
    }
    wrong.fingerprint = Some(&[0; 33]);
    refused(&fake, wrong, Errno::INVAL, Some((Priority::Error, report)));
    wrong.fingerprint = Some(right.as_bytes());
    let report = "Veriexec: Contaminated flags `0x48' for `/bin/ls', skipping.";
    refused(&fake, wrong, Errno::INVAL, Some((Priority::Notice, report)));
    wrong.entry_type = 0x02;
    assert_eq!(fake.hashed(), 0);
    refused(&fake, wrong, Errno::IO, None);
    assert_eq!(fake.hashed(), 1);

    fake.fail_hashing(None);
    let mut veriexec = Veriexec::new();
    assert_eq!(veriexec.load(&fake, wrong), Ok(Loaded::Added));
    assert!(!veriexec.is_bypassed());
}

#[test]
fn an_algorithm_that_the_system_lacks_is_unknown() {
    let fake = Fake::default();
    fake.file(1, 1, "/f", b"");
    fake.forget(Algorithm::Md5);
    let md5 = digest(Algorithm::Md5, b"");
    let report = "Veriexec: Invalid or unknown fingerprint type `MD5' for file `/f'.";
    refused(&fake, request("/f", &md5, 1), Errno::OPNOTSUPP, Some((Priority::Error, report)));
}

#[test]
fn bits_without_a_meaning_are_contaminated() {
    let fake = Fake::default();
    fake.file(1, 1, "/f", b"");
    let right = sha256(b"");
    for bits in 0..=u8::MAX {
        let mut veriexec = Veriexec::new();
        let expected = if bits & 0xe8 == 0 { Ok(Loaded::Added) } else { Err(Errno::INVAL) };
        assert_eq!(veriexec.load(&fake, request("/f", &right, bits)), expected, "{bits:#x}");
    }
}

#[test]
fn an_entry_without_an_access_is_direct() {
    for (sent, held) in [(0, 0x01), (0x10, 0x11), (0x04, 0x04), (0x16, 0x16)] {
        let fake = Fake::default();
        fake.file(1, 1, "/f", b"");
        let mut veriexec = Veriexec::new();
        veriexec.load(&fake, request("/f", &sha256(b""), sent)).unwrap();
        assert_eq!(veriexec.query(&fake, b"/f").unwrap().entry_type.bits(), held);
    }
}

#[test]
fn evaluation_at_load_is_on_request_or_for_the_untrusted() {
    for (entry_type, eval_on_load, contents, status, hashed) in [
        (0x01, false, b"good", Status::NotEvaluated, 0),
        (0x01, true, b"good", Status::Valid, 1),
        (0x01, true, b"evil", Status::Mismatch, 1),
        (0x11, false, b"good", Status::Valid, 1),
        (0x10, false, b"evil", Status::Mismatch, 1),
    ] {
        let fake = Fake::default();
        fake.file(1, 1, "/f", contents);
        let mut veriexec = Veriexec::new();
        let good = sha256(b"good");
        let sent = LoadRequest { eval_on_load, ..request("/f", &good, entry_type) };
        assert_eq!(veriexec.load(&fake, sent), Ok(Loaded::Added));
        assert_eq!(veriexec.query(&fake, b"/f").unwrap().status, status);
        assert_eq!(fake.hashed(), hashed);
    }
}

#[test]
fn the_same_entry_again_is_no_error() {
    let fake = Fake::default();
    let file = fake.file(1, 1, "/f", b"f");
    fake.link("/hard", "/f");
    fake.link("/third", "/f");
    let right = sha256(b"f");
    let mut veriexec = Veriexec::new();
    let kept = LoadRequest { keep_filename: true, ..request("/f", &right, 0) };
    assert_eq!(veriexec.load(&fake, kept), Ok(Loaded::Added));

    // No flag and `direct` are the same; another name or status is no difference either, but a
    // name that is to be kept is kept as well.
    assert_eq!(veriexec.load(&fake, request("/f", &right, 1)), Ok(Loaded::Identical));
    let link = LoadRequest { keep_filename: true, ..request("/hard", &right, 1) };
    assert_eq!(veriexec.load(&fake, link), Ok(Loaded::Identical));
    let evaluated = LoadRequest { eval_on_load: true, ..request("/f", &right, 1) };
    assert_eq!(veriexec.load(&fake, evaluated), Ok(Loaded::Identical));
    let entry = veriexec.lookup(file.id).unwrap();
    assert_eq!(entry.kept_names, [&b"/f"[..], b"/hard"]);
    assert_eq!((entry.kept_name(), entry.status), (Some(&b"/f"[..]), Status::NotEvaluated));

    let other_digest = sha256(b"g");
    let other_algorithm = digest(Algorithm::Sha512, b"f");
    for other in [
        request("/f", &right, 2),
        request("/f", &right, 0x11),
        request("/f", &other_digest, 1),
        request("/hard", &other_algorithm, 1),
        request("/third", &right, 4),
        request("/third", &other_digest, 1),
    ] {
        let kept = LoadRequest { keep_filename: true, ..other };
        assert_eq!(veriexec.load(&fake, kept), Err(Errno::EXIST));
    }
    let entry = veriexec.lookup(file.id).unwrap();
    assert_eq!((entry.entry_type.bits(), entry.fingerprint), (1, &right));
    assert_eq!(entry.kept_names.len(), 2, "a name of an entry that was refused is kept");
    assert_eq!(veriexec.entries().count(), 1);
}

#[test]
fn an_entry_without_a_name_gets_its_first_from_a_later_load() {
    let fake = Fake::default();
    let file = fake.file(1, 1, "/f", b"good");
    fake.link("/hard", "/f");
    let good = sha256(b"good");
    let mut veriexec = Veriexec::new();
    let evaluated = LoadRequest { eval_on_load: true, ..request("/f", &good, 1) };
    assert_eq!(veriexec.load(&fake, evaluated), Ok(Loaded::Added));
    assert_eq!(veriexec.load(&fake, request("/hard", &good, 1)), Ok(Loaded::Identical));
    assert_eq!(veriexec.dump().count(), 0);

    let kept = LoadRequest { keep_filename: true, ..request("/hard", &good, 1) };
    assert_eq!(veriexec.load(&fake, kept), Ok(Loaded::Identical));
    let entry = veriexec.lookup(file.id).unwrap();
    assert_eq!((entry.kept_names, entry.status), (&[b"/hard".to_vec()][..], Status::Valid));
}

#[test]
fn a_new_entry_is_reported_to_the_curious() {
    for (verbosity, count) in [(0, 0), (1, 0), (2, 1), (3, 1)] {
        let fake = Fake::default();
        fake.file(1, 1, "/f", b"");
        let mut veriexec = Veriexec::new();
        veriexec.set_verbosity(verbosity);
        veriexec.load(&fake, request("/f", &sha256(b""), 1)).unwrap();
        let reports = fake.reports();
        assert_eq!(reports.len(), count);
        for report in reports {
            assert_eq!(report, (Priority::Notice, "Veriexec: New entry. [/f]".to_owned()));
        }
    }
}

#[test]
fn nothing_is_loaded_above_level_0_even_if_it_was_prepared_below() {
    let fake = Fake::default();
    fake.file(1, 1, "/f", b"");
    let right = sha256(b"");
    let mut veriexec = Veriexec::new();
    let candidate = Candidate::new(&fake, &request("/f", &right, 1), veriexec.now()).unwrap();
    veriexec.raise(StrictLevel::Ids).unwrap();
    assert_eq!(veriexec.add(&fake, b"/f", candidate), Err(Errno::PERM));
    let report = "Veriexec: Strict mode, modifying tables not permitted. [prog=sh pid=17, uid=1000, gid=100] denied".to_owned();
    assert_eq!(fake.reports(), [(Priority::Alert, report)]);
    assert_eq!(veriexec.entries().count(), 0);
}

#[test]
fn what_was_hashed_before_a_purge_is_not_recorded_after_it() {
    let fake = Fake::default();
    let file = fake.file(1, 1, "/f", b"good");
    let good = sha256(b"good");
    let eager = LoadRequest { eval_on_load: true, ..request("/f", &good, 1) };
    let mut veriexec = Veriexec::new();
    let candidate = Candidate::new(&fake, &eager, veriexec.now()).unwrap();
    veriexec.purge(file.id);
    fake.write(file.id, b"evil");
    assert_eq!(veriexec.add(&fake, b"/f", candidate), Ok(Loaded::Added));
    assert_eq!(veriexec.lookup(file.id).unwrap().status, Status::NotEvaluated);
}

#[test]
fn of_two_loads_at_once_one_wins() {
    let fake = Fake::default();
    fake.file(1, 1, "/f", b"");
    let (one, two) = (sha256(b"1"), sha256(b"2"));
    let mut veriexec = Veriexec::new();
    let prepare = |veriexec: &Veriexec, digest| {
        Candidate::new(&fake, &request("/f", digest, 1), veriexec.now()).unwrap()
    };
    let first = prepare(&veriexec, &one);
    let second = prepare(&veriexec, &two);
    let again = prepare(&veriexec, &one);
    assert_eq!(veriexec.add(&fake, b"/f", first), Ok(Loaded::Added));
    assert_eq!(veriexec.add(&fake, b"/f", second), Err(Errno::EXIST));
    assert_eq!(veriexec.add(&fake, b"/f", again), Ok(Loaded::Identical));
    assert_eq!(veriexec.query(&fake, b"/f").unwrap().fingerprint, &one);
}
