//! What is refused, and what is said of it.

use std::fs;
use std::path::PathBuf;

use kmod_ioctl::{Access, Device, DeviceError, DeviceSpec, Reason};
use sigfile::EntryType;
use veriexec::{Errno, Priority, StrictLevel};

use crate::place::{KEEP, Place, reason};

#[test]
fn refusals_say_why() {
    let place = Place::new();
    let entry = place.file("one", "1");
    assert_eq!(place.status(&entry), Err(Reason::NoEntry));
    let none = place.entry(b"none", "1", EntryType::DIRECT);
    assert_eq!(place.status(&none), Err(Reason::NoFile));
    assert_eq!(place.load(&none, KEEP), Err(Reason::NoFile));
    fs::create_dir(place.path(b"dir")).unwrap();
    let dir = place.entry(b"dir", "1", EntryType::DIRECT);
    assert_eq!(place.load(&dir, KEEP), Err(Reason::NotRegular));

    let mut device = place.open(Access::WRITE);
    let deleted = |device: &mut Device, path: &[u8]| reason(&device.delete(path).unwrap_err());
    assert_eq!(deleted(&mut device, entry.path()), Reason::NoEntry);
    assert_eq!(deleted(&mut device, none.path()), Reason::NoFile);
    assert_eq!(deleted(&mut device, dir.path()), Reason::NoTable);
    let error = device.delete(b"nul\0nul").unwrap_err();
    assert!(matches!(error, DeviceError::Message { .. }), "{error}");

    let error = device.query(entry.path()).unwrap_err();
    assert!(matches!(reason(&error), Reason::Descriptor(_)));
    device.close().unwrap();
    let error = place.open(Access::READ).flush().unwrap_err();
    assert!(matches!(reason(&error), Reason::Descriptor(_)));
}

#[test]
fn above_level_0_the_tables_stay_as_they_are() {
    let place = Place::new();
    let [entry, other] = [place.file("one", "1"), place.file("two", "2")];
    place.load(&entry, KEEP).unwrap();
    let mut device = place.open(Access::WRITE);
    let mock = device.mock().unwrap();
    assert_eq!(mock.strict(), StrictLevel::Learning);
    mock.raise(StrictLevel::Ips).unwrap();
    device.close().unwrap();

    let mut device = place.open(Access::READ_WRITE);
    let mock = device.mock().unwrap();
    assert_eq!(mock.strict(), StrictLevel::Ips);
    assert_eq!(mock.raise(StrictLevel::Ids), Err(Errno::PERM));
    assert_eq!(mock.raise(StrictLevel::Ips), Ok(()));
    assert_eq!(reason(&device.load(&other, KEEP).unwrap_err()), Reason::StrictLevel);
    assert_eq!(reason(&device.delete(entry.path()).unwrap_err()), Reason::StrictLevel);
    assert_eq!(reason(&device.flush().unwrap_err()), Reason::StrictLevel);
    let log = device.mock().unwrap().take_log();
    assert_eq!(log.len(), 3);
    assert!(log.iter().all(|line| line.priority == Priority::Alert));
    device.close().unwrap();
    assert_eq!(place.dump(), [entry]);

    let mut device = place.open(Access::READ);
    assert_eq!(device.mock().unwrap().raise(StrictLevel::Lockdown), Err(Errno::PERM));
}

#[test]
fn a_writer_is_alone() {
    let place = Place::new();
    let busy = |access| {
        let error = Device::open(&place.spec(), access).unwrap_err();
        assert!(matches!(error, DeviceError::Open { errno: Errno::BUSY, .. }), "{error}");
    };
    let writer = place.open(Access::WRITE);
    busy(Access::WRITE);
    busy(Access::READ);
    writer.close().unwrap();
    let readers = [place.open(Access::READ), place.open(Access::READ)];
    busy(Access::READ_WRITE);
    drop(readers);
    place.open(Access::READ_WRITE).close().unwrap();
}

#[test]
fn a_state_that_cannot_be_saved_is_an_error_that_names_it() {
    let place = Place::new();
    let entry = place.file("one", "1");
    let dir = place.path(b"gone");
    fs::create_dir(&dir).unwrap();
    let state = dir.join("state");
    let mut device = Device::open(&DeviceSpec::Mock(state.clone()), Access::WRITE).unwrap();
    device.load(&entry, KEEP).unwrap();
    fs::remove_dir_all(&dir).unwrap();
    let error = device.close().unwrap_err();
    assert!(matches!(error, DeviceError::State(_)));
    assert!(error.to_string().starts_with(state.to_str().unwrap()), "{error}");

    let error = Device::open(&DeviceSpec::Mock(state), Access::READ).unwrap_err();
    assert!(error.to_string().contains("cannot lock the state by "), "{error}");
}

#[test]
fn a_node_that_is_not_there_or_is_none_is_an_error_that_says_what_to_do() {
    let place = Place::new();
    let text = |path: PathBuf| {
        Device::open(&DeviceSpec::Node(path), Access::READ_WRITE).unwrap_err().to_string()
    };
    let none = place.path(b"none");
    let driver = if cfg!(target_os = "linux") { "veriexec-kmod load" } else { "veriexec(4)" };
    assert_eq!(
        text(none.clone()),
        format!(
            "{}: no such device; load the driver, {driver}, or name another device",
            none.display()
        )
    );
    let file = place.path(b"file");
    fs::write(&file, "").unwrap();
    let expected = format!("{}: not a device; expected that of veriexec(4)", file.display());
    assert_eq!(text(file), expected);

    let mut null = Device::open(&DeviceSpec::Node("/dev/null".into()), Access::READ_WRITE).unwrap();
    assert!(null.mock().is_none());
    let error = null.flush().unwrap_err();
    assert_eq!(reason(&error), Reason::NotVeriexec);
    assert_eq!(error.to_string(), "cannot flush the entries: not a device of veriexec(4)");
    assert!(!error.is_about_one_file());
    null.close().unwrap();
}

#[test]
fn the_verbosity_is_not_set_through_a_device_open_for_reading() {
    let place = Place::new();
    let mut device = place.open(Access::READ);
    assert_eq!(device.mock().unwrap().set_verbosity(1), Err(Errno::PERM));
}
