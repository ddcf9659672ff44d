//! What is loaded is there, and comes back.

use std::fs;
use std::os::unix::fs::symlink;

use fingerprint::{Algorithm, Hasher};
use kmod_ioctl::{Access, LoadOptions, LoadOutcome, Reason};
use sigfile::{Entry, EntryType};
use veriexec::{Errno, Status};

use crate::place::{EVALUATE, KEEP, Place, bytes, reason};

#[test]
fn what_is_loaded_is_there_at_the_next_opening() {
    let place = Place::new();
    let entries = [place.file("one", "1"), place.file("two", "2"), place.file("three", "3")];
    for entry in &entries {
        place.load(entry, KEEP).unwrap();
    }
    assert_eq!(place.dump(), entries);
    let shown = place.open(Access::READ).query(entries[1].path()).unwrap();
    assert_eq!(shown.file.as_deref(), Some(entries[1].path()));
    assert_eq!(shown.fingerprint, *entries[1].fingerprint());
    assert_eq!(shown.entry_type, EntryType::DIRECT);
    assert_eq!(shown.status, Status::NotEvaluated);

    let mut device = place.open(Access::WRITE);
    device.delete(entries[2].path()).unwrap();
    device.close().unwrap();
    assert_eq!(place.dump(), entries[..2]);

    let mut device = place.open(Access::WRITE);
    device.flush().unwrap();
    device.close().unwrap();
    assert_eq!(place.dump(), []);
}

#[test]
fn names_of_any_bytes_come_back() {
    let place = Place::new();
    let long = [b'x'; 255];
    let names: [&[u8]; 9] = [
        b"a b",
        b"tab\there",
        b"line\nfeed",
        b"back\\slash",
        b"#hash",
        b"<&\"'>]]>",
        b"\xff\xfe",
        b"\x1b[2J\x01",
        &long,
    ];
    let entries = names.map(|name| place.listed(name, "x", EntryType::FILE));
    let mut device = place.open(Access::WRITE);
    for entry in &entries {
        device.load(entry, KEEP).unwrap();
    }
    device.close().unwrap();
    assert_eq!(place.dump(), entries);
    for entry in &entries {
        assert_eq!(place.status(entry), Ok(Status::NotEvaluated));
    }
}

#[test]
fn the_name_is_kept_only_if_that_was_asked_for() {
    let place = Place::new();
    let entry = place.file("one", "1");
    place.load(&entry, LoadOptions::default()).unwrap();
    assert_eq!(place.dump(), []);
    assert_eq!(place.open(Access::READ).query(entry.path()).unwrap().file, None);
}

#[test]
fn evaluation_on_load_says_what_the_file_is() {
    let place = Place::new();
    let good = place.file("good", "1");
    let bad = place.file("bad", "1");
    fs::write(place.path(b"bad"), "2").unwrap();
    let remote = place.listed(b"remote", "1", EntryType::UNTRUSTED);
    place.load(&good, EVALUATE).unwrap();
    place.load(&bad, EVALUATE).unwrap();
    place.load(&remote, KEEP).unwrap();
    assert_eq!(place.status(&good), Ok(Status::Valid));
    assert_eq!(place.status(&bad), Ok(Status::Mismatch));
    assert_eq!(place.status(&remote), Ok(Status::Valid));
}

#[test]
fn every_algorithm_is_evaluated() {
    let place = Place::new();
    for algorithm in Algorithm::ALL {
        let name = algorithm.name().as_bytes();
        fs::write(place.path(name), "contents").unwrap();
        let digest = Hasher::digest(algorithm, b"contents");
        let path = bytes(&place.path(name)).to_vec();
        let entry = Entry::new(path, digest, EntryType::DIRECT).unwrap();
        place.load(&entry, EVALUATE).unwrap();
        assert_eq!(place.status(&entry), Ok(Status::Valid), "{algorithm}");
    }
}

#[test]
fn an_entry_is_of_the_file_and_not_of_the_name() {
    let place = Place::new();
    let entry = place.file("one", "1");
    place.load(&entry, KEEP).unwrap();

    fs::hard_link(place.path(b"one"), place.path(b"hard")).unwrap();
    symlink("one", place.path(b"soft")).unwrap();
    let [hard, soft] =
        [&b"hard"[..], b"soft"].map(|name| place.entry(name, "1", EntryType::DIRECT));
    assert_eq!(place.status(&hard), Ok(Status::NotEvaluated));
    assert_eq!(place.status(&soft), Ok(Status::NotEvaluated));
    place.load(&hard, LoadOptions::default()).unwrap();
    assert_eq!(place.dump(), [place.entry(b"one", "1", EntryType::DIRECT)]);

    fs::rename(place.path(b"one"), place.path(b"moved")).unwrap();
    assert_eq!(place.status(&entry), Err(Reason::NoFile));
    assert_eq!(
        place.status(&place.entry(b"moved", "1", EntryType::DIRECT)),
        Ok(Status::NotEvaluated)
    );
}

#[test]
fn every_hard_link_that_was_listed_comes_back() {
    for deleted in [&b"perl"[..], b"perl5.36.0", b"a third"] {
        let place = Place::new();
        let mut entries = vec![place.file("perl", "1")];
        for name in [&b"perl5.36.0"[..], b"a third"] {
            fs::hard_link(place.path(b"perl"), place.path(name)).unwrap();
            entries.push(place.entry(name, "1", EntryType::DIRECT));
        }
        // Each in an opening of its own, and each once more.
        for _ in 0..2 {
            for entry in &entries {
                place.load(entry, KEEP).unwrap();
            }
        }
        assert_eq!(place.dump(), entries);
        for entry in &entries {
            let shown = place.open(Access::READ).query(entry.path()).unwrap();
            assert_eq!(shown.file.as_deref(), Some(entries[0].path()));
        }
        let others = [
            place.entry(b"perl5.36.0", "1", EntryType::FILE),
            place.entry(b"a third", "2", EntryType::DIRECT),
        ];
        for other in others {
            assert_eq!(place.load(&other, KEEP), Err(Reason::Differs));
        }
        assert_eq!(place.dump(), entries);

        let mut device = place.open(Access::WRITE);
        device.delete(bytes(&place.path(deleted))).unwrap();
        device.close().unwrap();
        assert_eq!(place.dump(), []);
        assert_eq!(place.status(&entries[0]), Err(Reason::NoEntry));
    }
}

#[test]
fn a_file_in_the_place_of_another_has_no_entry() {
    let place = Place::new();
    let entry = place.file("one", "1");
    place.load(&entry, KEEP).unwrap();
    place.file("new", "1");
    fs::rename(place.path(b"new"), place.path(b"one")).unwrap();
    assert_eq!(place.status(&entry), Err(Reason::NoEntry));
    assert_eq!(place.dump(), [entry], "the old entry is there until it is deleted");
}

#[test]
fn the_same_entry_is_taken_for_done() {
    let place = Place::new();
    let entry = place.file("one", "1");
    place.load(&entry, EVALUATE).unwrap();
    let mut device = place.open(Access::READ_WRITE);
    assert_eq!(device.load_or_same(&entry, KEEP).unwrap(), LoadOutcome::Taken);
    let bare = place.entry(b"one", "1", EntryType::EMPTY);
    assert_eq!(device.load_or_same(&bare, KEEP).unwrap(), LoadOutcome::Taken);
    let others =
        [place.entry(b"one", "1", EntryType::FILE), place.entry(b"one", "2", EntryType::DIRECT)];
    for other in others {
        let error = device.load_or_same(&other, KEEP).unwrap_err();
        assert_eq!(reason(&error), Reason::Differs);
        assert_eq!(error.refusal().unwrap().errno(), Errno::EXIST);
    }
    device.close().unwrap();
    assert_eq!(place.status(&entry), Ok(Status::Valid), "the old entry stays");
}
