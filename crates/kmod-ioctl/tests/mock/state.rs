//! What lasts from one opening to the next, and when it is written.

use std::fs;
use std::os::unix::fs::MetadataExt;

use fingerprint::Algorithm;
use kmod_ioctl::{Access, LoadOptions, Reason};
use sigfile::EntryType;
use veriexec::StrictLevel;

use crate::place::{EVALUATE, KEEP, Place};

#[test]
fn what_was_not_closed_was_not_done() {
    let place = Place::new();
    let entry = place.file("one", "1");
    let mut device = place.open(Access::WRITE);
    device.load(&entry, KEEP).unwrap();
    drop(device);
    assert!(!place.state().exists());
    assert_eq!(place.dump(), []);
}

#[test]
fn the_state_is_written_only_when_it_changes() {
    let place = Place::new();
    let entry = place.file("one", "1");
    assert_eq!(place.dump(), []);
    assert!(!place.state().exists());
    place.load(&entry, KEEP).unwrap();
    let inode = || fs::metadata(place.state()).unwrap().ino();
    let written = inode();
    place.dump();
    place.load(&entry, KEEP).unwrap();
    assert_eq!(
        place.load(&place.entry(b"one", "other", EntryType::FILE), KEEP),
        Err(Reason::Differs)
    );
    assert_eq!(inode(), written);
    let other = place.file("two", "2");
    place.load(&other, KEEP).unwrap();
    assert_ne!(inode(), written);
}

#[test]
fn settings_last_and_tables_are_counted_by_status() {
    let place = Place::new();
    let fresh = place.open(Access::READ).mock().unwrap().overview();
    assert_eq!((fresh.strict, fresh.verbosity), (StrictLevel::Learning, 0));
    assert_eq!(fresh.algorithms, Algorithm::ALL);
    assert_eq!(fresh.tables, []);

    let [good, bad, lazy] = ["good", "bad", "lazy"].map(|name| place.file(name, name));
    fs::write(place.path(b"bad"), "changed").unwrap();
    place.load(&lazy, LoadOptions::default()).unwrap();
    place.load(&good, EVALUATE).unwrap();
    place.load(&bad, EVALUATE).unwrap();
    let mut device = place.open(Access::READ_WRITE);
    device.mock().unwrap().set_verbosity(-7).unwrap();
    device.mock().unwrap().raise(StrictLevel::Ids).unwrap();
    device.close().unwrap();

    let seen = place.open(Access::READ).mock().unwrap().overview();
    assert_eq!((seen.strict, seen.verbosity), (StrictLevel::Ids, -7));
    let [table] = &seen.tables[..] else { panic!("{:?}", seen.tables) };
    assert_eq!(table.statuses, [1, 1, 1]);
    assert_eq!(table.entries(), 3);
    assert_eq!(table.device, fs::metadata(place.state()).unwrap().dev());
    assert_eq!(table.name.as_deref(), Some(good.path()), "the first name that was kept");
}
