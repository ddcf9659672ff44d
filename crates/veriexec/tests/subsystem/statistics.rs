//! What is counted.

use fingerprint::Algorithm;
use veriexec::{
    Access, EventKind, LoadRequest, Opening, StatusCounts, StrictLevel, Tally, Verdict, Veriexec,
};

use crate::fake::{Fake, request, sha256};

fn tallies(veriexec: &Veriexec) -> Vec<(EventKind, Tally)> {
    veriexec.statistics().filter(|(_, tally)| *tally != Tally::default()).collect()
}

#[test]
fn each_decision_counts_once() {
    let fake = Fake::default();
    let file = fake.file(1, 1, "/f", b"good");
    let mut veriexec = Veriexec::new();
    let _ = veriexec.verify(&fake, b"/f", file, Access::Direct);
    assert_eq!(tallies(&veriexec), [], "what is let through unseen is not counted");

    veriexec.load(&fake, request("/f", &sha256(b"good"), 1)).unwrap();
    for _ in 0..3 {
        assert_eq!(veriexec.verify(&fake, b"/f", file, Access::Direct), Verdict::Allow);
    }
    let _ = veriexec.open_check(&fake, b"/f", Some(file), Opening::WRITE);
    let _ = veriexec.forecast(
        &fake,
        veriexec::Operation { path: b"/f", action: veriexec::Action::Remove(file) },
        StrictLevel::Lockdown,
    );
    veriexec.raise(StrictLevel::Lockdown).unwrap();
    assert!(!veriexec.verify(&fake, b"/f", file, Access::File).is_allowed());
    assert!(!veriexec.remove_check(&fake, b"/f", file).is_allowed());
    assert!(!veriexec.remove_check(&fake, b"/f", file).is_allowed());
    assert_eq!(
        tallies(&veriexec),
        [
            (EventKind::Direct, Tally { allowed: 3, denied: 0 }),
            (EventKind::File, Tally { allowed: 0, denied: 1 }),
            (EventKind::Write, Tally { allowed: 1, denied: 0 }),
            (EventKind::Remove, Tally { allowed: 0, denied: 2 }),
        ]
    );
    let tally = Tally { allowed: u64::MAX, denied: 7 };
    veriexec.set_tally(EventKind::Remove, tally);
    assert_eq!(veriexec.tally(EventKind::Remove), tally);
}

#[test]
fn statuses_are_counted_by_table() {
    let fake = Fake::default();
    let good = sha256(b"good");
    let mut veriexec = Veriexec::new();
    for (mount, inode, contents, eval_on_load) in [
        (1, 1, b"good", true),
        (1, 2, b"good", true),
        (1, 3, b"evil", true),
        (1, 4, b"good", false),
        (2, 1, b"evil", false),
    ] {
        let name = format!("/{mount}/{inode}");
        fake.file(mount, inode, &name, contents);
        let sent = LoadRequest { eval_on_load, ..request(&name, &good, 1) };
        veriexec.load(&fake, sent).unwrap();
    }
    let counts = veriexec.status_counts(1);
    assert_eq!(counts, StatusCounts { not_evaluated: 1, valid: 2, mismatch: 1 });
    assert_eq!(counts.evaluated(), 3);
    let counts = veriexec.status_counts(2);
    assert_eq!(counts, StatusCounts { not_evaluated: 1, valid: 0, mismatch: 0 });
    assert_eq!(veriexec.status_counts(3), StatusCounts::default());
}

#[test]
fn the_algorithms_are_those_of_the_platform() {
    let fake = Fake::default();
    assert!(Veriexec::algorithms(&fake).eq(Algorithm::ALL));
    fake.forget(Algorithm::Md5);
    assert!(Veriexec::algorithms(&fake).all(|algorithm| algorithm != Algorithm::Md5));
    assert_eq!(Veriexec::algorithms(&fake).count(), Algorithm::ALL.len() - 1);
}
