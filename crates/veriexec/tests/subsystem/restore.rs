//! Keeping a state, and taking it up again.

use fingerprint::{Algorithm, Digest};
use proptest::prelude::*;
use sigfile::EntryType;
use veriexec::{
    Access, Errno, FileId, KeptEntry, RestoreError, Status, StrictLevel, Verdict, Veriexec,
};

use crate::fake::{Fake, sha256};

fn kept(fingerprint: Digest) -> KeptEntry<'static> {
    KeptEntry {
        file: FileId { mount: 1, inode: 1, generation: 1 },
        kept_name: Some(b"/f"),
        entry_type: EntryType::DIRECT,
        status: Status::Valid,
        fingerprint,
    }
}

#[test]
fn a_state_is_taken_up_where_it_was_left() {
    let fake = Fake::default();
    let file = fake.file(1, 1, "/f", b"evil");
    let mut veriexec = Veriexec::resumed(StrictLevel::Ips, 1, true);
    assert_eq!((veriexec.strict(), veriexec.verbosity()), (StrictLevel::Ips, 1));
    veriexec.restore(kept(sha256(b"good"))).unwrap();
    assert_eq!(veriexec.verify(&fake, b"/f", file, Access::Direct), Verdict::Allow);
    assert_eq!(fake.hashed(), 0, "the status that was kept is not used");
    assert_eq!(veriexec.delete(&fake, b"/f"), Err(Errno::PERM));
}

#[test]
fn the_bypass_is_part_of_the_state() {
    assert!(Veriexec::resumed(StrictLevel::Learning, 0, false).is_bypassed());
    assert!(!Veriexec::resumed(StrictLevel::Ids, 0, false).is_bypassed());
    let mut veriexec = Veriexec::resumed(StrictLevel::Learning, 0, true);
    assert!(veriexec.was_loaded() && !veriexec.is_bypassed());
    veriexec = Veriexec::new();
    veriexec.restore(kept(sha256(b""))).unwrap();
    assert!(veriexec.was_loaded());
}

#[test]
fn what_no_table_could_have_held_is_refused() {
    let right = kept(sha256(b""));
    let mut veriexec = Veriexec::new();
    for (wrong, error) in [
        (KeptEntry { entry_type: EntryType::EMPTY, ..right }, RestoreError::NoAccess),
        (KeptEntry { entry_type: EntryType::UNTRUSTED, ..right }, RestoreError::NoAccess),
        (KeptEntry { kept_name: Some(b""), ..right }, RestoreError::Name),
        (KeptEntry { kept_name: Some(b"/f\0"), ..right }, RestoreError::Name),
    ] {
        assert_eq!(veriexec.restore(wrong), Err(error));
        assert_eq!(veriexec.entries().count(), 0);
        assert!(veriexec.is_bypassed());
    }
    veriexec.restore(right).unwrap();
    let again = KeptEntry { entry_type: EntryType::FILE, ..right };
    assert_eq!(veriexec.restore(again), Err(RestoreError::Duplicate));
    assert_eq!(veriexec.lookup(right.file).unwrap().entry_type, EntryType::DIRECT);
}

#[test]
fn further_names_are_put_back_one_by_one() {
    let right = kept(sha256(b""));
    let mut veriexec = Veriexec::new();
    assert_eq!(veriexec.keep_name(right.file, b"/g"), Err(RestoreError::NoEntry));
    assert!(veriexec.is_bypassed());
    veriexec.restore(right).unwrap();
    assert_eq!(veriexec.keep_name(right.file, b"/g"), Ok(()));
    for (wrong, error) in [
        (&b""[..], RestoreError::Name),
        (b"/h\0", RestoreError::Name),
        (b"/f", RestoreError::DuplicateName),
        (b"/g", RestoreError::DuplicateName),
    ] {
        assert_eq!(veriexec.keep_name(right.file, wrong), Err(error));
    }
    assert_eq!(veriexec.lookup(right.file).unwrap().kept_names, [b"/f", b"/g"]);
}

#[derive(Debug)]
struct Owned {
    file: FileId,
    names: Vec<Vec<u8>>,
    entry_type: EntryType,
    status: Status,
    fingerprint: Digest,
}

impl Owned {
    fn kept(&self) -> KeptEntry<'_> {
        let Self { file, entry_type, status, fingerprint, .. } = *self;
        let kept_name = self.names.first().map(Vec::as_slice);
        KeptEntry { file, kept_name, entry_type, status, fingerprint }
    }
}

prop_compose! {
    fn entry()(mount in 0..3_u64, inode in 0..20_u64, generation in 0..2_u64)(
        file in Just(FileId { mount, inode, generation }),
        names in proptest::collection::vec(proptest::collection::vec(1..=u8::MAX, 1..3), 0..5),
        entry_type in proptest::sample::select(vec![0x01, 0x02, 0x04, 0x06, 0x11, 0x17]),
        status in proptest::sample::select(&Status::ALL[..]),
        algorithm in proptest::sample::select(&Algorithm::ALL[..]),
        bytes in any::<[u8; 64]>(),
    ) -> Owned {
        let entry_type = EntryType::from_bits(entry_type).unwrap();
        let fingerprint = Digest::new(algorithm, &bytes[..algorithm.digest_len()]).unwrap();
        Owned { file, names, entry_type, status, fingerprint }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_kept_comes_back_the_same(entries in proptest::collection::vec(entry(), 0..60)) {
        let mut first = Veriexec::new();
        for entry in &entries {
            let listed = first.lookup(entry.file).is_some();
            let expected = if listed { Err(RestoreError::Duplicate) } else { Ok(()) };
            prop_assert_eq!(first.restore(entry.kept()), expected);
            for (index, name) in entry.names.iter().enumerate().skip(1) {
                if listed {
                    break;
                }
                let twice = entry.names[..index].contains(name);
                let expected = if twice { Err(RestoreError::DuplicateName) } else { Ok(()) };
                prop_assert_eq!(first.keep_name(entry.file, name), expected);
            }
        }
        let mut second = Veriexec::new();
        for (file, view) in first.entries() {
            let restored = second.restore(KeptEntry {
                file,
                kept_name: view.kept_name(),
                entry_type: view.entry_type,
                status: view.status,
                fingerprint: *view.fingerprint,
            });
            prop_assert_eq!(restored, Ok(()));
            for name in view.kept_names.iter().skip(1) {
                prop_assert_eq!(second.keep_name(file, name), Ok(()));
            }
        }
        prop_assert!(first.entries().eq(second.entries()));
        prop_assert!(first.tables().eq(second.tables()));
        prop_assert!(first.dump().eq(second.dump()));
    }
}
