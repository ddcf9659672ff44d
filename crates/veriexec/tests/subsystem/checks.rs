//! Checks of operations: what is allowed, what is said, and what becomes of the entries.

use veriexec::{
    Access, Action, Errno, FileKind, Image, LoadRequest, Located, Opening, Operation, Priority,
    Status, StrictLevel, Verdict, Veriexec,
};

use crate::fake::{Fake, request, sha256};
use crate::forecasts::operations;

use StrictLevel::{Ids, Ips, Learning, Lockdown};

const DENIED: Verdict = Verdict::Deny(Errno::PERM);
const BY_SH: &str = "prog=sh pid=17, uid=1000, gid=100]";

pub(crate) struct Place {
    pub(crate) fake: Fake,
    pub(crate) veriexec: Veriexec,
    pub(crate) listed: Located,
    pub(crate) unlisted: Located,
}

/// `/f` is listed with its name kept and is as it should be, `/g` is not listed.
pub(crate) fn place(entry_type: u8, level: StrictLevel) -> Place {
    let fake = Fake::default();
    let listed = fake.file(1, 1, "/f", b"good");
    let unlisted = fake.file(1, 2, "/g", b"any");
    let mut veriexec = Veriexec::new();
    let good = sha256(b"good");
    let kept = LoadRequest { keep_filename: true, ..request("/f", &good, entry_type) };
    veriexec.load(&fake, kept).unwrap();
    veriexec.raise(level).unwrap();
    Place { fake, veriexec, listed, unlisted }
}

impl Place {
    fn status(&self) -> Option<Status> {
        self.veriexec.lookup(self.listed.id).map(|view| view.status)
    }

    /// What is reported of something that is decided so.
    fn report(verdict: Verdict, text: &str) -> (Priority, String) {
        if verdict.is_allowed() {
            (Priority::Notice, format!("Veriexec: {text} allowed"))
        } else {
            (Priority::Alert, format!("Veriexec: {text} denied"))
        }
    }
}

#[test]
fn opening_for_write_is_an_access_first() {
    for (level, contents, expected) in [
        (Learning, &b"good"[..], Verdict::Allow),
        (Learning, b"evil", Verdict::Allow),
        (Ids, b"good", Verdict::Allow),
        (Ids, b"evil", DENIED),
        (Ips, b"good", DENIED),
        (Lockdown, b"good", DENIED),
    ] {
        for opening in [Opening::WRITE, Opening { write: false, truncate: true }] {
            let mut at = place(4, level);
            at.fake.write(at.listed.id, contents);
            let verdict = at.veriexec.open_check(&at.fake, b"/f", Some(at.listed), opening);
            assert_eq!(verdict, expected, "{level} {contents:?}");
            assert_eq!(at.fake.hashed(), 1);
            let mismatch = Place::report(expected, &format!("Mismatch. [/f, {BY_SH}"));
            let request = Place::report(expected, &format!("Write access request. [/f, {BY_SH}"));
            let (status, reports) = match (contents, expected) {
                (b"good", Verdict::Allow) => (Status::NotEvaluated, vec![request]),
                (b"good", _) => (Status::Valid, vec![request]),
                (_, Verdict::Allow) => (Status::NotEvaluated, vec![mismatch, request]),
                _ => (Status::Mismatch, vec![mismatch]),
            };
            assert_eq!(at.status(), Some(status));
            assert_eq!(at.fake.reports(), reports);
        }
    }
}

#[test]
fn what_is_hashed_for_one_who_may_write_it_is_not_valid() {
    for (level, contents, expected, status) in [
        (Learning, b"good", Verdict::Allow, Status::NotEvaluated),
        (Ids, b"good", Verdict::Allow, Status::NotEvaluated),
        (Ips, b"good", DENIED, Status::NotEvaluated),
        (Ips, b"evil", DENIED, Status::Mismatch),
        (Lockdown, b"good", DENIED, Status::NotEvaluated),
    ] {
        let mut at = place(4, level);
        at.fake.write(at.listed.id, contents);
        let operation = Operation { path: b"/f", action: Action::Command(at.listed) };
        assert_eq!(at.veriexec.check(&at.fake, operation), expected, "{level} {contents:?}");
        assert_eq!(at.status(), Some(status), "{level} {contents:?}");
    }
}

#[test]
fn a_write_purges_what_was_known() {
    let mut at = place(4, Ids);
    let read = Some(at.listed);
    assert!(at.veriexec.open_check(&at.fake, b"/f", read, Opening::READ).is_allowed());
    assert_eq!(at.status(), Some(Status::Valid));
    assert!(at.veriexec.open_check(&at.fake, b"/f", read, Opening::WRITE).is_allowed());
    assert_eq!(at.status(), Some(Status::NotEvaluated));
    at.fake.write(at.listed.id, b"evil");
    assert_eq!(at.veriexec.open_check(&at.fake, b"/f", read, Opening::READ), DENIED);
    assert_eq!(at.fake.hashed(), 2);
}

#[test]
fn a_file_that_somebody_may_be_writing_is_not_hashed() {
    for (level, expected) in
        [(Learning, Verdict::Allow), (Ids, DENIED), (Ips, DENIED), (Lockdown, DENIED)]
    {
        let mut at = place(4, level);
        at.fake.be_written();
        let read = at.veriexec.open_check(&at.fake, b"/f", Some(at.listed), Opening::READ);
        assert_eq!(read, expected);
        assert_eq!((at.status(), at.fake.hashed()), (Some(Status::NotEvaluated), 0));
        let report = Place::report(expected, &format!("Open for write. [/f, {BY_SH}"));
        assert_eq!(at.fake.reports(), [report]);
        // He who opens it for write may find himself among the writers.
        let _ = at.veriexec.open_check(&at.fake, b"/f", Some(at.listed), Opening::WRITE);
        assert_eq!(at.fake.hashed(), 1);
    }
    let at = place(4, Learning);
    at.fake.be_written();
    let mut veriexec = Veriexec::new();
    let good = sha256(b"good");
    let eager = LoadRequest { eval_on_load: true, ..request("/f", &good, 0x11) };
    veriexec.load(&at.fake, eager).unwrap();
    assert_eq!(veriexec.lookup(at.listed.id).unwrap().status, Status::NotEvaluated);
}

#[test]
fn a_file_that_cannot_be_hashed_is_not_opened_for_write_at_any_level() {
    for level in StrictLevel::ALL {
        let mut at = place(4, level);
        at.fake.fail_hashing(Some(Errno::IO));
        let verdict = at.veriexec.open_check(&at.fake, b"/f", Some(at.listed), Opening::WRITE);
        assert_eq!(verdict, Verdict::Deny(Errno::IO));
    }
}

#[test]
fn nothing_is_made_in_lockdown_but_what_has_no_contents() {
    for level in StrictLevel::ALL {
        let mut at = place(1, level);
        let expected = if level == Lockdown { DENIED } else { Verdict::Allow };
        assert_eq!(at.veriexec.open_check(&at.fake, b"/new", None, Opening::WRITE), expected);
        assert_eq!(at.veriexec.create_check(&at.fake, b"/new", FileKind::Regular), expected);
        let report =
            Place::report(DENIED, &format!("Preventing new file creation in `/new'. [{BY_SH}"));
        let count = if level == Lockdown { 2 } else { 0 };
        assert_eq!(at.fake.reports(), vec![report; count]);
        for kind in [FileKind::Other, FileKind::Directory { mount_root: false }] {
            assert!(at.veriexec.create_check(&at.fake, b"/new", kind).is_allowed());
        }
        assert_eq!(at.fake.reports(), []);
    }
}

#[test]
fn what_is_mapped_later_must_have_been_evaluated() {
    let protect = |at: &mut Place, file| at.veriexec.protect_check(&at.fake, b"(mprotect)", file);
    for level in StrictLevel::ALL {
        let strict = level >= Ids;
        let mut at = place(2, level);
        let listed = Some(at.listed);
        let expected = if strict { DENIED } else { Verdict::Allow };
        assert_eq!(protect(&mut at, listed), expected);
        let report = Place::report(expected, &format!("Not evaluated. [/f, {BY_SH}"));
        assert_eq!(at.fake.reports(), [report]);
        assert_eq!(at.fake.hashed(), 0);
        let map = at.veriexec.map_check(&at.fake, b"/f", at.listed, true);
        assert_eq!((map, at.fake.hashed()), (Verdict::Allow, 1));
        assert_eq!(protect(&mut at, listed), Verdict::Allow);
        let expected = if level >= Ips { DENIED } else { Verdict::Allow };
        let unlisted = Some(at.unlisted);
        assert_eq!(protect(&mut at, unlisted), expected);
        assert_eq!(protect(&mut at, None), Verdict::Allow);
    }
    // What was known of an untrusted file is not known any more.
    let mut at = place(0x12, Ids);
    let listed = Some(at.listed);
    assert_eq!(at.status(), Some(Status::Valid));
    assert_eq!(protect(&mut at, listed), DENIED);
    // Data are mapped without a question.
    let mut at = place(1, Lockdown);
    assert!(at.veriexec.map_check(&at.fake, b"/g", at.unlisted, false).is_allowed());
    assert_eq!(at.fake.reports(), []);
}

#[test]
fn a_kernel_takes_in_what_is_listed_for_it() {
    for image in Image::ALL {
        for level in StrictLevel::ALL {
            let mut at = place(2, level);
            let load =
                |at: &mut Place, file| at.veriexec.kernel_load_check(&at.fake, b"/x", image, file);
            let (listed, unlisted) = (Some(at.listed), Some(at.unlisted));
            assert_eq!(load(&mut at, listed), Verdict::Allow);
            assert_eq!(at.status(), Some(Status::Valid));
            let expected = if level >= Ips { DENIED } else { Verdict::Allow };
            assert_eq!(load(&mut at, unlisted), expected);
            assert_eq!(load(&mut at, None), expected, "code in no file is not listed");
            let mut program = place(1, level);
            assert_eq!(load(&mut program, listed), expected, "it is listed as a program");
        }
    }
}

#[test]
fn devices_are_written_as_far_as_the_level_goes() {
    for (level, listed, unlisted, memory) in [
        (Learning, true, true, true),
        (Ids, true, true, true),
        (Ips, false, true, false),
        (Lockdown, false, false, false),
    ] {
        let mut at = place(1, level);
        let elsewhere = at.fake.file(2, 7, "/h", b"good");
        let mut allowed = |mount, write| {
            at.veriexec.raw_device_check(&at.fake, b"/dev/sd0", mount, write).is_allowed()
        };
        assert!(allowed(Some(1), false) && allowed(None, false));
        assert_eq!(allowed(Some(1), true), listed);
        assert_eq!(allowed(Some(elsewhere.id.mount), true), unlisted);
        assert_eq!(allowed(None, true), unlisted);
        assert!(at.veriexec.memory_check(&at.fake, b"/dev/mem", false).is_allowed());
        assert_eq!(at.veriexec.memory_check(&at.fake, b"/dev/mem", true).is_allowed(), memory);
        assert_eq!(at.veriexec.pass_through_check(&at.fake, b"/dev/sd0").is_allowed(), memory);
    }
}

#[test]
fn a_disk_that_is_written_purges_what_is_listed_on_it() {
    let mut at = place(1, Learning);
    let elsewhere = at.fake.file(2, 7, "/h", b"good");
    let good = sha256(b"good");
    let evaluated = |path| LoadRequest { eval_on_load: true, ..request(path, &good, 1) };
    at.veriexec.file_delete(at.listed.id).unwrap();
    at.veriexec.load(&at.fake, evaluated("/f")).unwrap();
    at.veriexec.load(&at.fake, evaluated("/h")).unwrap();
    at.veriexec.raise(Ids).unwrap();
    assert!(at.veriexec.raw_device_check(&at.fake, b"/dev/sd0", Some(1), true).is_allowed());
    let report =
        Place::report(Verdict::Allow, &format!("Raw write access request. [/dev/sd0, {BY_SH}"));
    assert_eq!(at.fake.reports(), [report]);
    assert_eq!(at.status(), Some(Status::NotEvaluated));
    assert_eq!(at.veriexec.lookup(elsewhere.id).unwrap().status, Status::Valid);
}

#[test]
fn a_file_system_with_listed_files_stays_mounted_from_level_2_on() {
    for (level, listed, empty, report) in [
        (Learning, true, true, None),
        (Ids, true, true, Some((Priority::Info, "IDS mode, allowing unmount of \"/mnt\"."))),
        (
            Ips,
            false,
            true,
            Some((
                Priority::Alert,
                "IPS mode, preventing unmount of \"/mnt\" with monitored files.",
            )),
        ),
        (
            Lockdown,
            false,
            false,
            Some((Priority::Alert, "Lockdown mode, preventing unmount of \"/mnt\".")),
        ),
    ] {
        let mut at = place(1, level);
        let verdict = at.veriexec.unmount_check(&at.fake, b"/mnt", 1);
        assert_eq!(verdict.is_allowed(), listed);
        let said = if listed { "allowed" } else { "denied" };
        let expected =
            report.map(|(priority, text)| (priority, format!("Veriexec: {text} [{BY_SH} {said}")));
        assert!(at.fake.reports().into_iter().eq(expected));
        assert_eq!(at.veriexec.unmount_check(&at.fake, b"/mnt", 9).is_allowed(), empty);
        if listed {
            assert!(at.status().is_some(), "it is still mounted");
            at.veriexec.unmounted(1);
            at.veriexec.unmounted(1);
            assert_eq!(at.veriexec.tables().count(), 0);
        }
    }
}

#[test]
fn a_mount_may_hide_nothing_that_is_listed_from_level_2_on() {
    let fake = Fake::default();
    fake.file(1, 1, "/usr/bin/env", b"good");
    let root = fake.other(1, 2, "/", FileKind::Directory { mount_root: true });
    let usr = fake.other(1, 3, "/usr", FileKind::Directory { mount_root: false });
    let us = fake.other(1, 4, "/us", FileKind::Directory { mount_root: false });
    let other = fake.other(2, 4, "/usr/other", FileKind::Directory { mount_root: true });
    let file = fake.file(1, 1, "/usr/bin/env", b"good");
    let unlisted = fake.file(1, 5, "/etc", b"");
    let listing = |keep_filename| {
        let mut veriexec = Veriexec::new();
        let digest = sha256(b"good");
        let kept = LoadRequest { keep_filename, ..request("/usr/bin/env", &digest, 1) };
        veriexec.load(&fake, kept).unwrap();
        veriexec.raise(Ips).unwrap();
        veriexec
    };
    let mut named = listing(true);
    for (path, place, allowed) in [
        (&b"/"[..], root, false),
        (b"/usr", usr, false),
        (b"/us", us, true),
        (b"/usr/other", other, true),
        (b"/usr/bin/env", file, false),
        (b"/etc", unlisted, true),
    ] {
        assert_eq!(named.mount_check(&fake, path, place).is_allowed(), allowed, "{path:?}");
    }
    let report = Place::report(DENIED, &format!("Mount request. [/usr, {BY_SH}"));
    assert_eq!(fake.reports().get(1), Some(&report));
    // Where a file is, whose name was not kept, nobody knows.
    assert_eq!(listing(false).mount_check(&fake, b"/us", us), DENIED);
    assert!(listing(false).mount_check(&fake, b"/usr/other", other).is_allowed());
    named.raise(Lockdown).unwrap();
    assert_eq!(named.mount_check(&fake, b"/us", us), DENIED);
}

#[test]
fn what_is_on_the_way_to_listed_files_is_as_they_are() {
    for (level, allowed, words) in [
        (Learning, true, "Monitored file `/a' renamed to non-monitored file `/b'"),
        (Ids, true, "Monitored file `/a' renamed to non-monitored file `/b'"),
        (Ips, false, "Preventing rename of `/a' to `/b'"),
        (Lockdown, false, "Preventing rename of `/a' to `/b'"),
    ] {
        let mut at = place(1, level);
        let way = at.fake.other(1, 8, "/a", FileKind::Way);
        let empty = at.fake.other(1, 9, "/b", FileKind::Directory { mount_root: false });
        for target in [None, Some(empty)] {
            let verdict = at.veriexec.rename_check(&at.fake, (b"/a", way), (b"/b", target));
            assert_eq!(verdict.is_allowed(), allowed, "{level:?}");
            let said = at.fake.reports().pop().unwrap().1;
            assert!(said.contains(words), "{said}");
        }
        let onto = at.veriexec.rename_check(&at.fake, (b"/b", empty), (b"/a", Some(way)));
        assert_eq!(onto.is_allowed(), allowed, "{level:?}");
        assert_eq!(at.veriexec.mount_check(&at.fake, b"/a", way).is_allowed(), allowed);
        assert_eq!(at.status(), Some(Status::NotEvaluated), "its entry is there");
    }
}

#[test]
fn until_something_is_loaded_level_0_asks_about_nothing() {
    let fake = Fake::default();
    let file = fake.file(1, 1, "/f", b"good");
    let mut veriexec = Veriexec::new();
    veriexec.set_verbosity(2);
    for operation in operations(file, file) {
        assert_eq!(veriexec.check(&fake, operation), Verdict::Allow);
    }
    assert_eq!(fake.reports(), []);
    assert_eq!(fake.hashed(), 0);
}

#[test]
fn reports_of_decisions_say_which() {
    let mut at = place(1, Ids);
    at.fake.write(at.listed.id, b"evil");
    let _ = at.veriexec.verify(&at.fake, b"/f", at.listed, Access::Direct);
    assert_eq!(
        at.fake.json(),
        ["{\"priority\":\"alert\",\"message\":\"mismatch\",\
          \"text\":\"Veriexec: Mismatch. [/f, prog=sh pid=17, uid=1000, gid=100] denied: execute, \
          level=1; ask: veriexecctl explain /f\",\
          \"path\":\"/f\",\"event\":\"direct\",\"level\":1,\"allowed\":false,\
          \"errno\":\"EPERM\",\"command\":\"sh\",\"pid\":17,\"uid\":1000,\"gid\":100,\
          \"ask\":\"veriexecctl explain /f\"}"]
    );
    at.veriexec.set_verbosity(1);
    let _ = at.veriexec.verify(&at.fake, b"/g", at.unlisted, Access::File);
    assert_eq!(
        at.fake.json(),
        ["{\"priority\":\"notice\",\"message\":\"no-entry\",\
          \"text\":\"Veriexec: No entry. [/g, prog=sh pid=17, uid=1000, gid=100] allowed: read, \
          level=1; ask: veriexecctl explain /g\",\
          \"path\":\"/g\",\"event\":\"file\",\"level\":1,\"allowed\":true,\
          \"command\":\"sh\",\"pid\":17,\"uid\":1000,\"gid\":100,\
          \"ask\":\"veriexecctl explain /g\"}"]
    );
}
