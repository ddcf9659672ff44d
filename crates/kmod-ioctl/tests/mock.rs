//! The mock device through the client, from one opening to the next.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};

use fingerprint::{Algorithm, Hasher};
use kmod_ioctl::{
    Access, Device, DeviceError, DeviceSpec, DumpedEntry, LoadOptions, LoadOutcome, Reason,
    Simulated,
};
use sigfile::{Entry, EntryType};
use tempfile::TempDir;
use veriexec::{Access as FileAccess, Errno, Priority, Status, StrictLevel, Verdict};

const KEEP: LoadOptions = LoadOptions { keep_filename: true, eval_on_load: false };
const EVALUATE: LoadOptions = LoadOptions { keep_filename: true, eval_on_load: true };

/// A directory of files, and the state of a mock device beside them.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &[u8]) -> PathBuf {
        self.0.path().join(OsString::from_vec(name.to_vec()))
    }

    fn state(&self) -> PathBuf {
        self.path(b"state")
    }

    fn spec(&self) -> DeviceSpec {
        DeviceSpec::Mock(self.state())
    }

    fn open(&self, access: Access) -> Device {
        Device::open(&self.spec(), access).unwrap()
    }

    /// Makes a file, and the entry that is true of it.
    fn file(&self, name: &str, contents: &str) -> Entry {
        self.listed(name.as_bytes(), contents, EntryType::DIRECT)
    }

    fn listed(&self, name: &[u8], contents: &str, entry_type: EntryType) -> Entry {
        let path = self.path(name);
        fs::write(&path, contents).unwrap();
        self.entry(name, contents, entry_type)
    }

    fn entry(&self, name: &[u8], contents: &str, entry_type: EntryType) -> Entry {
        let digest = Hasher::digest(Algorithm::Sha256, contents.as_bytes());
        Entry::new(bytes(&self.path(name)).to_vec(), digest, entry_type).unwrap()
    }

    fn load(&self, entry: &Entry, options: LoadOptions) -> Result<(), Reason> {
        let mut device = self.open(Access::READ_WRITE);
        let answer = device.load(entry, options).map_err(|error| reason(&error));
        device.close().unwrap();
        answer
    }

    fn status(&self, entry: &Entry) -> Result<Status, Reason> {
        let reply = self.open(Access::READ).query(entry.path());
        reply.map(|shown| shown.status).map_err(|error| reason(&error))
    }

    fn dump(&self) -> Vec<Entry> {
        let entries = self.open(Access::READ).dump().unwrap();
        entries.into_iter().map(|DumpedEntry { entry, .. }| entry).collect()
    }
}

fn bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_bytes()
}

fn reason(error: &DeviceError) -> Reason {
    error.refusal().unwrap_or_else(|| panic!("{error}")).reason()
}

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
    assert!(log.iter().all(|line| line.priority == Priority::Warning));
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
    assert_eq!(texts, [format!("Veriexec: Mismatch. [{}]", path.display())]);
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
    let said = |simulated| answers(&place, simulated).1.pop().unwrap();
    let shown = |path| sigfile::printable(path).to_string();
    assert_eq!(
        said(rename(listed, new)),
        format!(
            "Veriexec: Preventing rename of `{}' to `{}': Lockdown mode.",
            shown(listed),
            shown(new)
        )
    );
    assert_eq!(
        said(Create(new)),
        format!("Veriexec: Preventing new file creation in `{}'.", shown(new))
    );
    assert_eq!(
        said(Unmount(b"/proc")),
        "Veriexec: Lockdown mode, preventing unmount of \"/proc\"."
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

#[test]
fn a_node_that_is_not_there_or_is_none_is_an_error_that_says_what_to_do() {
    let place = Place::new();
    let text = |path: PathBuf| {
        Device::open(&DeviceSpec::Node(path), Access::READ_WRITE).unwrap_err().to_string()
    };
    let none = place.path(b"none");
    assert_eq!(
        text(none.clone()),
        format!(
            "{}: no such device; load the driver, veriexec(4), or name another device",
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

#[test]
fn the_verbosity_is_not_set_through_a_device_open_for_reading() {
    let place = Place::new();
    let mut device = place.open(Access::READ);
    assert_eq!(device.mock().unwrap().set_verbosity(1), Err(Errno::PERM));
}
