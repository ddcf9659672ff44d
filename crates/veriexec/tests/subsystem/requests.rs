//! DELETE, QUERY, DUMP and FLUSH of veriexec(4), and the settings.

use veriexec::{Errno, FileKind, LoadRequest, Loaded, Priority, StrictLevel, TableView, Veriexec};

use crate::fake::{Fake, request, sha256};

/// Two files on mount 1, one on mount 2, their directories, a device, and all of them listed.
fn furnished() -> (Fake, Veriexec) {
    let fake = Fake::default();
    fake.file(1, 10, "/a", b"a");
    fake.file(1, 11, "/dir/b", b"b");
    fake.file(2, 10, "/usr/c", b"c");
    fake.file(1, 12, "/unlisted", b"u");
    fake.other(1, 2, "/", FileKind::Directory { mount_root: true });
    fake.other(1, 3, "/dir", FileKind::Directory { mount_root: false });
    fake.other(2, 2, "/usr", FileKind::Directory { mount_root: true });
    fake.other(3, 2, "/empty", FileKind::Directory { mount_root: true });
    fake.other(1, 4, "/dev/null", FileKind::Other);
    let mut veriexec = Veriexec::new();
    for (path, contents) in [("/a", b"a"), ("/dir/b", b"b"), ("/usr/c", b"c")] {
        let digest = sha256(contents);
        let kept = LoadRequest { keep_filename: true, ..request(path, &digest, 1) };
        assert_eq!(veriexec.load(&fake, kept), Ok(Loaded::Added));
    }
    (fake, veriexec)
}

fn dumped(veriexec: &Veriexec) -> Vec<&str> {
    veriexec.dump().map(|(name, _)| str::from_utf8(name).unwrap()).collect()
}

#[test]
fn each_mount_has_a_table_of_its_own() {
    let (fake, mut veriexec) = furnished();
    let tables: Vec<_> = veriexec.tables().collect();
    assert_eq!(
        tables,
        [
            TableView { number: 0, mount: 1, entries: 2 },
            TableView { number: 1, mount: 2, entries: 1 },
        ]
    );
    veriexec.delete(&fake, b"/").unwrap();
    veriexec.load(&fake, request("/a", &sha256(b"a"), 1)).unwrap();
    let numbers: Vec<_> = veriexec.tables().map(|table| (table.number, table.mount)).collect();
    assert_eq!(numbers, [(1, 2), (2, 1)], "the number of a deleted table came back");
}

#[test]
fn a_file_is_deleted_once() {
    let (fake, mut veriexec) = furnished();
    assert_eq!(veriexec.delete(&fake, b"/a"), Ok(()));
    assert_eq!(veriexec.delete(&fake, b"/a"), Err(Errno::NOENT));
    assert_eq!(veriexec.delete(&fake, b"/unlisted"), Err(Errno::NOENT));
    assert_eq!(veriexec.delete(&fake, b"/missing"), Err(Errno::NOENT));
    assert_eq!(dumped(&veriexec), ["/dir/b", "/usr/c"]);
    assert_eq!(veriexec.query(&fake, b"/a"), Err(Errno::NOENT));
    assert_eq!(fake.reports(), []);
}

#[test]
fn a_table_goes_with_its_last_entry() {
    let (fake, mut veriexec) = furnished();
    veriexec.delete(&fake, b"/usr/c").unwrap();
    assert_eq!(veriexec.tables().count(), 1);
    assert_eq!(veriexec.delete(&fake, b"/usr"), Err(Errno::NOENT));
}

#[test]
fn a_mount_point_stands_for_its_table() {
    let (fake, mut veriexec) = furnished();
    assert_eq!(veriexec.delete(&fake, b"/usr"), Ok(()));
    assert_eq!(dumped(&veriexec), ["/a", "/dir/b"]);
    assert_eq!(veriexec.delete(&fake, b"/usr"), Err(Errno::NOENT));
    assert_eq!(veriexec.delete(&fake, b"/empty"), Err(Errno::NOENT));
    assert_eq!(veriexec.delete(&fake, b"/"), Ok(()));
    assert_eq!(veriexec.tables().count(), 0);
    assert_eq!(fake.reports(), []);
}

#[test]
fn another_directory_or_a_device_stands_for_nothing() {
    let (fake, mut veriexec) = furnished();
    for (path, report) in [
        ("/dir", "Veriexec: Not deleting the table of `/dir': Not a mount point."),
        ("/dev/null", "Veriexec: Not deleting `/dev/null': Not a regular file or directory."),
    ] {
        assert_eq!(veriexec.delete(&fake, path.as_bytes()), Err(Errno::NOENT));
        assert_eq!(fake.reports(), [(Priority::Error, report.to_owned())]);
    }
    assert_eq!(dumped(&veriexec), ["/a", "/dir/b", "/usr/c"]);
}

#[test]
fn a_query_is_of_the_file_and_not_of_the_name() {
    let (fake, veriexec) = furnished();
    fake.link("/hard", "/a");
    let entry = veriexec.query(&fake, b"/hard").unwrap();
    assert_eq!(entry.kept_name(), Some(&b"/a"[..]));
    assert_eq!(entry.fingerprint, &sha256(b"a"));
    assert_eq!(veriexec.query(&fake, b"/unlisted"), Err(Errno::NOENT));
    assert_eq!(veriexec.query(&fake, b"/dir"), Err(Errno::NOENT));
    assert_eq!(veriexec.query(&fake, b"/missing"), Err(Errno::NOENT));
}

#[test]
fn a_dump_leaves_out_what_has_no_name() {
    let (fake, mut veriexec) = furnished();
    veriexec.load(&fake, request("/unlisted", &sha256(b"u"), 4)).unwrap();
    assert_eq!(dumped(&veriexec), ["/a", "/dir/b", "/usr/c"]);
    assert_eq!(veriexec.entries().count(), 4);
    assert!(veriexec.query(&fake, b"/unlisted").unwrap().kept_name().is_none());
}

#[test]
fn a_dump_has_every_name_and_a_delete_by_any_takes_them_all() {
    for name in ["/a", "/hard", "/soft"] {
        let (fake, mut veriexec) = furnished();
        let digest = sha256(b"a");
        for link in ["/hard", "/soft", "/hard", "/a"] {
            fake.link(link, "/a");
            let kept = LoadRequest { keep_filename: true, ..request(link, &digest, 1) };
            assert_eq!(veriexec.load(&fake, kept), Ok(Loaded::Identical));
        }
        assert_eq!(dumped(&veriexec), ["/a", "/hard", "/soft", "/dir/b", "/usr/c"]);
        assert!(veriexec.dump().take(3).all(|(_, entry)| *entry.fingerprint == digest));
        assert_eq!(veriexec.entries().count(), 3);
        assert_eq!(veriexec.query(&fake, b"/soft").unwrap().kept_name(), Some(&b"/a"[..]));

        assert_eq!(veriexec.delete(&fake, name.as_bytes()), Ok(()));
        assert_eq!(veriexec.query(&fake, b"/a"), Err(Errno::NOENT));
        let mut left = dumped(&veriexec);
        left.sort_unstable();
        assert_eq!(left, ["/dir/b", "/usr/c"]);
    }
}

#[test]
fn a_flush_empties_everything_and_can_be_repeated() {
    let (fake, mut veriexec) = furnished();
    assert_eq!(veriexec.flush(&fake), Ok(()));
    assert_eq!(veriexec.tables().count(), 0);
    assert_eq!(veriexec.dump().count(), 0);
    assert_eq!(veriexec.flush(&fake), Ok(()));
    assert!(!veriexec.is_bypassed(), "the bypass came back");
}

#[test]
fn nothing_is_changed_above_level_0() {
    for level in [StrictLevel::Ids, StrictLevel::Ips, StrictLevel::Lockdown] {
        let (fake, mut veriexec) = furnished();
        veriexec.raise(level).unwrap();
        let digest = sha256(b"u");
        // What is wrong besides does not matter.
        let answers = [
            veriexec.modify_check(&fake),
            veriexec.load(&fake, request("/unlisted", &digest, 0xff)).map(drop),
            veriexec.load(&fake, request("/missing", &digest, 1)).map(drop),
            veriexec.delete(&fake, b"/a"),
            veriexec.delete(&fake, b"/missing"),
            veriexec.flush(&fake),
        ];
        assert_eq!(answers, [Err(Errno::PERM); 6]);
        let report = "Veriexec: Strict mode, modifying tables not permitted. [prog=sh pid=17, uid=1000, gid=100] denied".to_owned();
        assert_eq!(fake.reports(), vec![(Priority::Alert, report); 6]);
        assert_eq!(dumped(&veriexec), ["/a", "/dir/b", "/usr/c"]);
        assert!(veriexec.query(&fake, b"/a").is_ok());
    }
}

#[test]
fn a_level_only_rises() {
    for from in StrictLevel::ALL {
        for to in StrictLevel::ALL {
            let mut veriexec = Veriexec::new();
            veriexec.raise(from).unwrap();
            let expected = if to >= from { Ok(()) } else { Err(Errno::PERM) };
            assert_eq!(veriexec.raise(to), expected);
            assert_eq!(veriexec.strict(), from.max(to));
        }
    }
}

#[test]
fn verbosity_is_any_number() {
    let mut veriexec = Veriexec::new();
    assert_eq!(veriexec.verbosity(), 0);
    for verbosity in [2, -1, i32::MAX, i32::MIN] {
        veriexec.set_verbosity(verbosity);
        assert_eq!(veriexec.verbosity(), verbosity);
    }
}
