//! States of the mock device that are damaged, or none: errors, and nothing overwritten.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

use fingerprint::{Algorithm, Hasher};
use kmod_ioctl::{Access, Device, DeviceError, DeviceSpec, DumpedEntry, LoadOptions};
use proplib::xml::ArrayWriter;
use proplib::{Array, PropString};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use sigfile::{Entry, EntryType};
use tempfile::TempDir;
use veriexec::{EventKind, StrictLevel, Tally};

/// A state with an evaluated entry, one that is not and has two more names, and one whose name was
/// not kept.
fn state() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path().join("state");
    let mut device = open(&state, Access::WRITE).unwrap();
    let mut load = |name: &str, contents: &str, options| {
        let digest = Hasher::digest(Algorithm::Md5, contents.as_bytes());
        let path = dir.path().join(name).into_os_string().into_encoded_bytes();
        let entry = Entry::new(path, digest, EntryType::DIRECT).unwrap();
        device.load(&entry, options).unwrap();
    };
    for (name, keep_filename, eval_on_load) in
        [("one", true, true), ("two & <three>", true, false), ("four", false, false)]
    {
        fs::write(dir.path().join(name), name).unwrap();
        load(name, name, LoadOptions { keep_filename, eval_on_load });
    }
    for link in ["five", "six"] {
        fs::hard_link(dir.path().join("two & <three>"), dir.path().join(link)).unwrap();
        load(link, "two & <three>", LoadOptions { keep_filename: true, eval_on_load: false });
    }
    device.mock().unwrap().raise(StrictLevel::Ids).unwrap();
    device.close().unwrap();
    (dir, state)
}

fn open(state: &Path, access: Access) -> Result<Device, DeviceError> {
    Device::open(&DeviceSpec::Mock(state.into()), access)
}

/// All that can be asked of the device.
fn contents(device: &mut Device) -> (StrictLevel, Vec<DumpedEntry>) {
    (device.mock().unwrap().strict(), device.dump().unwrap())
}

/// Why these bytes are no state; that they are still there afterwards is checked.
fn error(state: &Path, bytes: &[u8]) -> Option<String> {
    fs::write(state, bytes).unwrap();
    let opened = [Access::READ, Access::READ_WRITE].map(|access| match open(state, access) {
        Ok(device) => {
            device.close().unwrap();
            None
        }
        Err(DeviceError::State(error)) => Some(error.to_string()),
        Err(error) => panic!("{error}"),
    });
    assert_eq!(fs::read(state).unwrap(), bytes);
    let [error, again] = opened;
    assert_eq!(error, again);
    error
}

#[test]
fn what_is_no_file_is_no_state_and_no_lock_is_left_beside_it() {
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path().join("state");
    fs::create_dir(&state).unwrap();
    for access in [Access::READ, Access::READ_WRITE] {
        let text = open(&state, access).unwrap_err().to_string();
        let expected = "not a regular file; expected a file that holds a property list; name \
                        another file";
        assert_eq!(text, format!("{}: {expected}", state.display()));
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn a_state_that_was_cut_short_is_an_error_or_whole() {
    let (_dir, state) = state();
    let whole = fs::read(&state).unwrap();
    let expected = contents(&mut open(&state, Access::READ).unwrap());
    assert_eq!(expected.1.len(), 4);
    let mut read = 0;
    for len in 0..=whole.len() {
        match error(&state, &whole[..len]) {
            Some(text) => assert!(text.starts_with(&format!("{}:", state.display())), "{text}"),
            None => {
                assert_eq!(contents(&mut open(&state, Access::READ).unwrap()), expected);
                read += 1;
            }
        }
    }
    assert_eq!(read, 2, "all of it is needed but for the last line feed");
}

#[test]
fn what_is_no_state_is_said_with_its_place() {
    let (_dir, state) = state();
    let good = String::from_utf8(fs::read(&state).unwrap()).unwrap();
    let message = |bytes: &[u8]| {
        let text = error(&state, bytes).unwrap();
        text.strip_prefix(state.to_str().unwrap())
            .and_then(|text| {
                let advice = "; name another file, or remove this one to begin with a fresh driver";
                text.strip_suffix(advice)
            })
            .unwrap_or_else(|| panic!("{text}"))
            .to_owned()
    };
    let changed = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        message(good.replacen(from, to, 1).as_bytes())
    };

    assert_eq!(message(b""), ":1:1: nothing to read; expected a property list");
    assert!(message(b"\x7fELF\x02\x01").starts_with(":1:1: "));
    // Four lines before the first dictionary, and three in it.
    assert_eq!(changed("<true/>", "<true>"), ":7:3: expected the form <name/>");
    let foreign = ": not the state of a mock device; expected a number for key \"veriexec-mock\"";
    assert_eq!(message(b"<plist version=\"1.0\"><array/></plist>"), foreign);
    assert_eq!(message(b"<plist version=\"1.0\"><dict/></plist>"), foreign);
    let version = "<key>veriexec-mock</key>\n\t\t<integer>0x";
    for other in ["1", "3"] {
        assert_eq!(
            changed(&format!("{version}2"), &format!("{version}{other}")),
            format!(": state of version {other}; expected 2")
        );
    }
    let strict = "<key>strict</key>\n\t\t<integer>0x1";
    assert_eq!(
        changed(strict, "<key>strict</key>\n\t\t<integer>4"),
        ": key \"strict\" is missing or wrong; expected a number from 0 to 3"
    );
    assert_eq!(
        changed("<key>loaded</key>", "<key>locked</key>"),
        ": key \"loaded\" is missing or wrong; expected true or false"
    );
    assert_eq!(
        changed("<key>inode</key>", "<key>index</key>"),
        ": entry 1: no number for key \"inode\""
    );
    assert_eq!(
        changed("<string>MD5</string>", "<string>MD4</string>"),
        ": entry 1: key \"fp-type\" names no algorithm; expected MD5, SHA1, RMD160, SHA256, \
         SHA384 or SHA512"
    );
    assert_eq!(
        changed("<key>entry-type</key>\n\t\t<integer>0x1", "<key>entry-type</key>\n<integer>0x0"),
        ": entry 1: entry type permits no access; expected direct, indirect or file among its flags"
    );
    let names = ": entry 2: key \"other-names\" has no names; expected an array of strings, or no such \
                 key";
    assert_eq!(
        changed("<key>other-names</key>", "<key>other-names</key><true/><key>x</key>"),
        names
    );
    let five = format!("<string>{}</string>", state.with_file_name("five").display());
    assert_eq!(changed(&five, "<integer>5</integer>"), names);
    assert_eq!(
        changed(&five, "<string></string>"),
        ": entry 2: kept name is empty or holds a NUL byte; expected a path"
    );
    assert_eq!(
        changed(&five, &five.replace("five", "six")),
        ": entry 2: the same name twice for one file; expected each name once"
    );
    let second = "\t</dict>\n\t<dict>\n";
    let first = good.find(second).unwrap() + "\t</dict>\n".len();
    let end = first + good[first..].find(second).unwrap() + "\t</dict>\n".len();
    let entry = &good[first..end];
    assert_eq!(
        changed(entry, &format!("{entry}{entry}")),
        ": entry 2: two entries for the same file; expected one"
    );
    assert_eq!(changed(entry, "\t<true/>\n"), ": entry 1: not a dictionary");
}

#[test]
fn a_state_without_further_names_is_read_as_ever() {
    let (_dir, state) = state();
    let good = fs::read_to_string(&state).unwrap();
    assert_eq!(good.matches("<key>other-names</key>").count(), 1, "only where there are some");
    let expected = contents(&mut open(&state, Access::READ).unwrap());
    let key = good.find("\t\t<key>other-names</key>\n").unwrap();
    let end = key + good[key..].find("</array>\n").unwrap() + "</array>\n".len();
    fs::write(&state, [&good[..key], &good[end..]].concat()).unwrap();
    let (level, entries) = contents(&mut open(&state, Access::READ).unwrap());
    assert_eq!(level, expected.0);
    assert_eq!(entries, expected.1[..2]);
}

#[test]
fn statistics_are_kept() {
    let (_dir, state) = state();
    let good = fs::read_to_string(&state).unwrap();
    assert!(!good.contains("<key>statistics</key>"), "nothing has happened yet");
    let tally = "<dict>\n<key>allowed</key><integer>0x5</integer>\
                 <key>denied</key><integer>0x7</integer></dict>";
    let kept = |statistics: &str| {
        let verbose = "\t<key>verbose</key>";
        let statistics = format!("\t<key>statistics</key>\n{statistics}\n{verbose}");
        good.replacen(verbose, &statistics, 1)
    };
    fs::write(&state, kept(&format!("<dict><key>direct</key>{tally}</dict>"))).unwrap();
    let expected = Tally { allowed: 5, denied: 7 };
    for round in 0..2 {
        let mut device = open(&state, Access::WRITE).unwrap();
        let mock = device.mock().unwrap();
        assert_eq!(mock.tally(EventKind::Direct), expected, "round {round}");
        assert_eq!(mock.tally(EventKind::File), Tally::default());
        // Whatever changes the state writes it anew.
        mock.set_verbosity(round).unwrap();
        device.close().unwrap();
    }
    for wrong in ["<true/>", "<dict><key>direct</key><true/></dict>"] {
        let text = error(&state, kept(wrong).as_bytes()).unwrap();
        assert!(text.contains("key \"statistics\" is missing or wrong; expected "), "{text}");
    }
    let half = tally.replace("denied", "refused");
    let text = error(&state, kept(&format!("<dict><key>direct</key>{half}</dict>")).as_bytes());
    assert!(text.is_some());
}

/// What versions before this one wrote: one dictionary, with the entries under a key.
#[test]
fn a_state_of_version_1_is_read_as_ever() {
    let (_dir, state) = state();
    let expected = contents(&mut open(&state, Access::READ).unwrap());
    let array = Array::internalize(&fs::read(&state).unwrap()).unwrap();
    let mut whole = array.get_dictionary(0).unwrap().clone();
    whole.set("veriexec-mock", 1_u8).unwrap();
    whole.set("entries", Array::try_from_iter(array.iter().skip(1).cloned()).unwrap()).unwrap();
    let good = String::from_utf8(whole.externalize().unwrap()).unwrap();
    fs::write(&state, &good).unwrap();
    assert_eq!(contents(&mut open(&state, Access::READ).unwrap()), expected);
    for (from, to, problem) in [
        (
            "<key>entries</key>",
            "<key>entry</key>",
            "key \"entries\" is missing or wrong; expected an array",
        ),
        ("<key>inode</key>", "<key>index</key>", "entry 1: no number for key \"inode\""),
        ("</plist>", "", "text ends too early; expected </plist>"),
    ] {
        assert!(good.contains(from), "{from}");
        let text = error(&state, good.replacen(from, to, 1).as_bytes()).unwrap();
        assert!(text.contains(problem), "{text}");
    }

    fs::write(&state, &good).unwrap();
    let mut device = open(&state, Access::READ_WRITE).unwrap();
    device.mock().unwrap().set_verbosity(1).unwrap();
    device.close().unwrap();
    assert_eq!(contents(&mut open(&state, Access::READ).unwrap()), expected);
    assert!(Array::internalize(&fs::read(&state).unwrap()).is_ok(), "it is written as ever now");
}

/// A list as long as that of a large machine: opened, asked, dumped, changed and emptied.
#[test]
fn a_hundred_thousand_entries_are_held() {
    const COUNT: u32 = 100_000;
    let (_dir, state) = state();
    let array = Array::internalize(&fs::read(&state).unwrap()).unwrap();
    let many = (0..COUNT).map(|number| {
        let mut entry = array.get_dictionary(1).unwrap().clone();
        entry.set("file", PropString::new(format!("/usr/{number}").as_bytes()).unwrap()).unwrap();
        entry.set("mount", u64::MAX).unwrap();
        entry.set("inode", number).unwrap();
        entry.into()
    });
    let mut writer = ArrayWriter::new(Vec::new());
    for element in array.iter().cloned().chain(many) {
        writer.push(&element).unwrap();
    }
    fs::write(&state, writer.finish().unwrap()).unwrap();
    let one = state.with_file_name("one").into_os_string().into_encoded_bytes();

    let mut device = open(&state, Access::READ_WRITE).unwrap();
    assert_eq!(device.dump().unwrap().len(), COUNT as usize + 4);
    assert!(device.query(&one).is_ok());
    device.mock().unwrap().set_verbosity(1).unwrap();
    device.close().unwrap();
    assert_eq!(open(&state, Access::READ).unwrap().dump().unwrap().len(), COUNT as usize + 4);
}

#[test]
fn what_is_no_regular_file_is_no_state() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("directory");
    fs::create_dir(&place).unwrap();
    let error = open(&place, Access::READ).unwrap_err().to_string();
    assert!(error.contains(": not a regular file; "), "{error}");

    let fifo = dir.path().join("fifo");
    nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRUSR).unwrap();
    let error = open(&fifo, Access::READ).unwrap_err().to_string();
    assert!(error.contains(": not a regular file; "), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_damage_does_any_harm(damage in vec((any::<Index>(), any::<u8>()), 1..4)) {
        let (_dir, state) = state();
        let mut bytes = fs::read(&state).unwrap();
        for (index, byte) in damage {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        error(&state, &bytes);
    }
}
