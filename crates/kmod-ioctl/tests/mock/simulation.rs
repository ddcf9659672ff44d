//! What would be decided, without its being done.

use std::fs;
use std::os::unix::fs::symlink;

use kmod_ioctl::{Access, Simulated};
use sigfile::{Entry, EntryType};
use veriexec::{Access as FileAccess, Errno, Status, StrictLevel, Verdict};

use crate::place::{EVALUATE, KEEP, Place, bytes};

/// What the policy says of an access to a file at each level, `true` for allowed.
fn simulated(place: &Place, access: FileAccess, entry: &Entry) -> [bool; 4] {
    let mut device = place.open(Access::READ);
    let mock = device.mock().unwrap();
    StrictLevel::ALL.map(|level| {
        let simulation =
            mock.simulate(Simulated::access(access, entry.path()), Some(level)).unwrap();
        assert_eq!(simulation.level, level);
        simulation.forecast.decision.verdict == Verdict::Allow
    })
}

#[test]
fn a_simulation_says_what_would_be_and_changes_nothing() {
    let place = Place::new();
    let good = place.listed(b"good", "1", EntryType::DIRECT | EntryType::FILE);
    let bad = place.file("bad", "1");
    let unlisted = place.file("unlisted", "1");
    for entry in [&good, &bad] {
        place.load(entry, KEEP).unwrap();
    }
    fs::write(place.path(b"bad"), "2").unwrap();
    let before = fs::read(place.state()).unwrap();

    assert_eq!(simulated(&place, FileAccess::Direct, &good), [true, true, true, true]);
    assert_eq!(simulated(&place, FileAccess::File, &good), [true, true, true, true]);
    assert_eq!(simulated(&place, FileAccess::Indirect, &good), [true, true, false, false]);
    assert_eq!(simulated(&place, FileAccess::Direct, &bad), [true, false, false, false]);
    assert_eq!(simulated(&place, FileAccess::Direct, &unlisted), [true, true, false, false]);
    assert_eq!(simulated(&place, FileAccess::File, &unlisted), [true, true, true, false]);

    let mut device = place.open(Access::READ_WRITE);
    let mock = device.mock().unwrap();
    let ids = Some(StrictLevel::Ids);
    let simulation = mock.simulate(Simulated::Exec(bad.path()), ids).unwrap();
    let path = place.path(b"bad");
    let texts: Vec<String> = simulation.log.into_iter().map(|line| line.text).collect();
    let expected = format!(
        "Veriexec: Mismatch. [{0}] denied: execute, level=1; ask: veriexecctl explain {0}",
        path.display()
    );
    assert_eq!(texts, [expected]);
    let none = mock.simulate(Simulated::Exec(bytes(&place.path(b"none"))), None);
    assert_eq!(none, Err(Errno::NOENT));
    let here = mock.simulate(Simulated::Exec(bytes(place.0.path())), None).unwrap();
    assert_eq!(here.forecast.decision.verdict, Verdict::Allow);
    assert!(mock.take_log().is_empty());
    device.close().unwrap();

    assert_eq!(fs::read(place.state()).unwrap(), before);
    assert_eq!(place.status(&good), Ok(Status::NotEvaluated));
    assert_eq!(place.status(&bad), Ok(Status::NotEvaluated));
}

/// The answers at each level to something, `true` for allowed, and what is logged at level 3.
fn answers(place: &Place, simulated: Simulated<'_>) -> ([bool; 4], Vec<String>) {
    let mut device = place.open(Access::READ);
    let mock = device.mock().unwrap();
    let mut log = Vec::new();
    let answers = StrictLevel::ALL.map(|level| {
        let simulation = mock.simulate(simulated, Some(level)).unwrap();
        log = simulation.log;
        simulation.forecast.decision.verdict.is_allowed()
    });
    (answers, log.into_iter().map(|line| line.text).collect())
}

#[test]
fn everything_can_be_simulated() {
    const FREE: [bool; 4] = [true; 4];
    const UP_TO_2: [bool; 4] = [true, true, true, false];
    const UP_TO_1: [bool; 4] = [true, true, false, false];
    const UP_TO_0: [bool; 4] = [true, false, false, false];
    let place = Place::new();
    let listed = place.listed(b"listed", "1", EntryType::FILE | EntryType::INDIRECT);
    let unlisted = place.file("unlisted", "1");
    let new = place.path(b"new");
    symlink("listed", place.path(b"symlink")).unwrap();
    place.load(&listed, EVALUATE).unwrap();
    let before = fs::read(place.state()).unwrap();
    let (listed, unlisted, new) = (listed.path(), unlisted.path(), bytes(&new));
    let symlink = place.path(b"symlink");
    let symlink = bytes(&symlink);
    let here = bytes(place.0.path());
    let rename = |from, to| Rename { from, to };
    use Simulated::*;
    use veriexec::Image;
    for (simulated, expected) in [
        (Exec(listed), UP_TO_1),
        (Mmap(listed), FREE),
        (Open(symlink), FREE),
        (Write(listed), UP_TO_1),
        (Write(unlisted), UP_TO_2),
        (Truncate(listed), UP_TO_1),
        (Create(new), UP_TO_2),
        (Remove(listed), UP_TO_0),
        (Remove(symlink), UP_TO_2),
        (Remove(unlisted), UP_TO_2),
        (rename(listed, new), UP_TO_1),
        (rename(unlisted, listed), UP_TO_1),
        (rename(unlisted, new), UP_TO_2),
        (rename(symlink, new), UP_TO_2),
        (Link(listed), FREE),
        (SetAttributes(listed), FREE),
        (Protect(listed), FREE),
        (Protect(unlisted), UP_TO_1),
        (KernelLoad(Image::Module, listed), FREE),
        (KernelLoad(Image::Kexec, unlisted), UP_TO_1),
        (KernelLoad(Image::Firmware, unlisted), UP_TO_1),
        (Unmount(b"/proc"), UP_TO_2),
        (MountOver(here), UP_TO_1),
        (MountOver(b"/proc"), UP_TO_2),
        (PassThrough(b"/dev/null"), UP_TO_1),
    ] {
        let (answers, log) = answers(&place, simulated);
        assert_eq!(answers, expected, "{simulated:?}");
        assert!(answers[3] || !log.is_empty(), "{simulated:?} is denied without a word");
    }
    let said = |simulated| {
        let line = answers(&place, simulated).1.pop().unwrap();
        line.split_once(", level=3").unwrap().0.to_owned()
    };
    let shown = |path| sigfile::printable(path).to_string();
    assert_eq!(
        said(rename(listed, new)),
        format!(
            "Veriexec: Preventing rename of `{}' to `{}': Lockdown mode. denied: rename",
            shown(listed),
            shown(new)
        )
    );
    assert_eq!(
        said(Create(new)),
        format!("Veriexec: Preventing new file creation in `{}'. denied: create", shown(new))
    );
    assert_eq!(
        said(Unmount(b"/proc")),
        "Veriexec: Lockdown mode, preventing unmount of \"/proc\". denied: unmount"
    );
    assert_eq!(fs::read(place.state()).unwrap(), before);
}

#[test]
fn what_cannot_be_done_cannot_be_simulated() {
    let place = Place::new();
    let file = place.file("file", "1");
    let none = place.path(b"none");
    let below = place.path(b"none/below");
    let (file, none, below) = (file.path(), bytes(&none), bytes(&below));
    let mut device = place.open(Access::READ);
    let mock = device.mock().unwrap();
    for (simulated, errno) in [
        (Simulated::Write(none), Errno::NOENT),
        (Simulated::Create(file), Errno::EXIST),
        (Simulated::Create(below), Errno::NOENT),
        (Simulated::Remove(none), Errno::NOENT),
        (Simulated::Rename { from: none, to: file }, Errno::NOENT),
        (Simulated::Unmount(file), Errno::INVAL),
        (Simulated::Unmount(bytes(place.0.path())), Errno::INVAL),
        (Simulated::MountOver(none), Errno::NOENT),
        (Simulated::RawWrite(file), Errno::NODEV),
        (Simulated::RawWrite(b"/dev/null"), Errno::NODEV),
        (Simulated::PassThrough(none), Errno::NOENT),
    ] {
        assert_eq!(mock.simulate(simulated, None).map(drop), Err(errno), "{simulated:?}");
    }
}

#[test]
fn nothing_is_said_until_something_was_loaded() {
    let place = Place::new();
    let entry = place.file("one", "1");
    let said = || {
        let mut device = place.open(Access::READ);
        let simulation = device.mock().unwrap().simulate(Simulated::Exec(entry.path()), None);
        simulation.unwrap().log.len()
    };
    let mut device = place.open(Access::WRITE);
    device.mock().unwrap().raise(StrictLevel::Learning).unwrap();
    device.close().unwrap();
    assert!(place.state().exists());
    assert_eq!(said(), 0);

    place.load(&entry, KEEP).unwrap();
    let mut device = place.open(Access::WRITE);
    device.flush().unwrap();
    device.close().unwrap();
    assert_eq!(said(), 1);
}

/// What veriexec(4) leaves out is left out of what is simulated, too.
#[test]
#[cfg(target_os = "linux")]
fn what_a_kernel_makes_up_is_not_asked_about() {
    const FREE: [bool; 4] = [true; 4];
    const UP_TO_2: [bool; 4] = [true, true, true, false];
    let place = Place::new();
    place.load(&place.listed(b"listed", "1", EntryType::FILE), EVALUATE).unwrap();
    let directory = place.path(b"directory");
    fs::create_dir(&directory).unwrap();
    let (directory, new) = (bytes(&directory), place.path(b"new"));
    use Simulated::*;
    for (simulated, expected) in [
        (Open(b"/proc/meminfo"), FREE),
        (Open(b"/proc/self/status"), FREE),
        (Exec(b"/proc/meminfo"), FREE),
        (Write(b"/proc/sys/kernel/hostname"), FREE),
        (Open(b"/sys/kernel/notes"), FREE),
        (Remove(b"/proc/meminfo"), FREE),
        (Create(b"/proc/new"), FREE),
        (Rename { from: b"/proc/meminfo", to: b"/proc/other" }, FREE),
        (Open(b"/dev/null"), FREE),
        (Write(b"/dev/null"), FREE),
        // The names of what is kept are asked about, whatever has them.
        (Remove(b"/dev/null"), UP_TO_2),
        (Remove(directory), FREE),
        (Rename { from: directory, to: bytes(&new) }, UP_TO_2),
    ] {
        // A link of a process leads where it leads.
        assert_eq!(answers(&place, simulated).0, expected, "{simulated:?}");
    }
    let listed =
        Entry::new(b"/proc/meminfo".to_vec(), *place.file("a", "1").fingerprint(), EntryType::FILE);
    assert!(place.load(&listed.unwrap(), KEEP).is_err());
}
