//! Entries follow their files: through names, links, replacement, and to the end.

use veriexec::{
    Access, Action, Errno, FileId, FileKind, LoadRequest, Loaded, Located, Opening, Operation,
    Platform, Priority, Status, StrictLevel, Verdict,
};

use crate::fake::{request, sha256};
use crate::machine::Machine;

const DENIED: Verdict = Verdict::Deny(Errno::PERM);

/// `/a` and `/b` are listed with their names kept, `/c` is not listed.
fn machine() -> Machine {
    let mut machine = Machine::default();
    for (inode, name) in (1..).zip(["/a", "/b", "/c"]) {
        machine.fake.file(1, inode, name, name.as_bytes());
    }
    for name in ["/a", "/b"] {
        list(&mut machine, name, name.as_bytes());
    }
    machine
}

/// Lists a file under a name, as one that must hold that.
fn list(machine: &mut Machine, name: &str, contents: &[u8]) -> Loaded {
    let digest = sha256(contents);
    let kept = LoadRequest { keep_filename: true, ..request(name, &digest, 1) };
    machine.veriexec.load(&machine.fake, kept).unwrap()
}

/// The names under which what a name leads to is listed.
fn names(machine: &Machine, name: &str) -> Result<Vec<String>, Errno> {
    let view = machine.veriexec.query(&machine.fake, name.as_bytes())?;
    Ok(view.kept_names.iter().map(|name| str::from_utf8(name).unwrap().to_owned()).collect())
}

fn execute(machine: &mut Machine, name: &str) -> Verdict {
    let file = machine.fake.locate(name.as_bytes()).unwrap();
    machine.veriexec.verify(&machine.fake, name.as_bytes(), file, Access::Direct)
}

#[test]
fn a_renamed_file_keeps_its_entry_but_not_the_name() {
    let mut machine = machine();
    machine.veriexec.raise(StrictLevel::Ids).unwrap();
    machine.rename("/a", "/away").unwrap();
    assert_eq!(names(&machine, "/away"), Ok(vec![]));
    assert_eq!(names(&machine, "/a"), Err(Errno::NOENT));
    assert_eq!(machine.veriexec.dump().count(), 1, "a name that is not true any more is shown");
    let text = "Veriexec: Monitored file `/a' renamed to non-monitored file `/away', uid=1000, \
                pid=17. [prog=sh pid=17, uid=1000, gid=100] allowed";
    assert_eq!(machine.fake.reports(), [(Priority::Notice, text.to_owned())]);
    machine.veriexec.raise(StrictLevel::Ips).unwrap();
    assert_eq!(execute(&mut machine, "/away"), Verdict::Allow);
}

#[test]
fn a_replaced_file_loses_its_entry() {
    let mut machine = machine();
    machine.rename("/c", "/a").unwrap();
    assert_eq!(names(&machine, "/a"), Err(Errno::NOENT));
    let text = "Veriexec: Non-monitored file `/c' renamed to monitored file `/a', uid=1000, \
                pid=17. [prog=sh pid=17, uid=1000, gid=100] allowed";
    assert_eq!(machine.fake.reports(), [(Priority::Notice, text.to_owned())]);
    machine.rename("/b", "/a").unwrap();
    assert_eq!(names(&machine, "/a"), Ok(vec![]));
    machine.veriexec.raise(StrictLevel::Ips).unwrap();
    assert_eq!(execute(&mut machine, "/a"), Verdict::Allow, "what was /b is listed");
}

#[test]
fn what_is_listed_keeps_its_name_from_level_2_on_and_everything_at_level_3() {
    let pairs = [("/a", "/new"), ("/c", "/a"), ("/a", "/b"), ("/c", "/new")];
    let why = ["file monitored", "file monitored", "files monitored"];
    let mut machine = machine();
    machine.veriexec.raise(StrictLevel::Ips).unwrap();
    for ((from, to), why) in pairs.into_iter().zip(why) {
        assert_eq!(machine.rename(from, to), Err(Errno::PERM));
        let text = format!(
            "Veriexec: Preventing rename of `{from}' to `{to}', uid=1000, pid=17: IPS mode, {why}. \
             [prog=sh pid=17, uid=1000, gid=100] denied"
        );
        assert_eq!(machine.fake.reports(), [(Priority::Alert, text)]);
    }
    machine.rename("/c", "/new").unwrap();
    assert_eq!(machine.fake.reports(), []);
    machine.rename("/new", "/c").unwrap();
    machine.veriexec.raise(StrictLevel::Lockdown).unwrap();
    for (from, to) in pairs {
        assert_eq!(machine.rename(from, to), Err(Errno::PERM));
        let text = format!(
            "Veriexec: Preventing rename of `{from}' to `{to}', uid=1000, pid=17: Lockdown mode. \
             [prog=sh pid=17, uid=1000, gid=100] denied"
        );
        assert_eq!(machine.fake.reports(), [(Priority::Alert, text)]);
    }
    assert_eq!(names(&machine, "/a"), Ok(vec!["/a".to_owned()]));
}

#[test]
fn two_names_of_one_file_are_not_renamed_into_each_other() {
    let mut machine = machine();
    machine.link("/a", "/hard").unwrap();
    machine.rename("/a", "/hard").unwrap();
    assert_eq!(names(&machine, "/a"), Ok(vec!["/a".to_owned()]));
    assert_eq!(names(&machine, "/hard"), Ok(vec!["/a".to_owned()]));
    machine.fake.reports();
    machine.veriexec.raise(StrictLevel::Ips).unwrap();
    assert_eq!(machine.rename("/a", "/hard"), Err(Errno::PERM));
    let text = "Veriexec: Preventing rename of `/a' to `/hard', uid=1000, pid=17: IPS mode, file \
                monitored. [prog=sh pid=17, uid=1000, gid=100] denied";
    assert_eq!(machine.fake.reports(), [(Priority::Alert, text.to_owned())], "it is one file");
}

#[test]
fn a_file_that_loses_one_of_two_names_loses_its_entry() {
    let mut machine = machine();
    machine.link("/a", "/hard").unwrap();
    machine.unlink("/a").unwrap();
    assert_eq!(names(&machine, "/hard"), Err(Errno::NOENT));
    machine.link("/b", "/second").unwrap();
    machine.rename("/c", "/b").unwrap();
    assert_eq!(names(&machine, "/second"), Err(Errno::NOENT));
    assert_eq!(machine.veriexec.tables().count(), 0);
}

#[test]
fn names_that_change_places_are_two_renames() {
    let mut machine = machine();
    let [a, b] = [&b"/a"[..], b"/b"].map(|name| (name, machine.fake.locate(name).unwrap()));
    for (from, to) in [(a, b), (b, a)] {
        let verdict = machine.veriexec.rename_check(&machine.fake, from, (to.0, None));
        assert_eq!(verdict, Verdict::Allow);
    }
    for (_, file) in [a, b] {
        assert_eq!(machine.veriexec.lookup(file.id).unwrap().kept_names.len(), 0);
    }
    machine.veriexec.raise(StrictLevel::Ips).unwrap();
    assert_eq!(machine.veriexec.rename_check(&machine.fake, a, (b.0, None)), DENIED);
}

#[test]
fn hard_links_share_the_entry_and_a_rename_takes_one_name() {
    let mut machine = machine();
    machine.link("/a", "/hard").unwrap();
    assert_eq!(names(&machine, "/hard"), Ok(vec!["/a".to_owned()]));
    assert_eq!(list(&mut machine, "/hard", b"/a"), Loaded::Identical);
    machine.rename("/a", "/away").unwrap();
    assert_eq!(names(&machine, "/away"), Ok(vec!["/hard".to_owned()]));
    // By a name that nobody kept it may have been any of them.
    machine.rename("/away", "/again").unwrap();
    assert_eq!(names(&machine, "/hard"), Ok(vec![]));
}

#[test]
fn a_removed_file_loses_its_entry_at_level_0_and_stays_above() {
    let mut machine = machine();
    machine.unlink("/a").unwrap();
    let text = "Veriexec: Remove request. [/a, prog=sh pid=17, uid=1000, gid=100] allowed";
    assert_eq!(machine.fake.reports(), [(Priority::Notice, text.to_owned())]);
    assert_eq!(machine.veriexec.entries().count(), 1);
    for level in [StrictLevel::Ids, StrictLevel::Ips, StrictLevel::Lockdown] {
        machine.veriexec.raise(level).unwrap();
        assert_eq!(machine.unlink("/b"), Err(Errno::PERM));
        assert_eq!(names(&machine, "/b"), Ok(vec!["/b".to_owned()]));
        let expected = if level == StrictLevel::Lockdown { Err(Errno::PERM) } else { Ok(()) };
        assert_eq!(machine.unlink("/c"), expected);
        if expected.is_ok() {
            machine.fake.file(1, 3, "/c", b"/c");
        }
    }
}

#[test]
fn a_file_system_that_goes_takes_its_table_along() {
    let mut machine = machine();
    machine.fake.other(1, 100, "/", FileKind::Directory { mount_root: true });
    machine.fake.file(2, 1, "/mnt/a", b"/a");
    list(&mut machine, "/mnt/a", b"/a");
    machine.unmount("/").unwrap();
    let left: Vec<_> = machine.veriexec.entries().map(|(file, _)| file.mount).collect();
    assert_eq!(left, [2]);
}

#[test]
fn what_gets_the_number_of_a_file_that_is_gone_is_another_file() {
    let mut machine = machine();
    machine.veriexec.raise(StrictLevel::Ids).unwrap();
    assert_eq!(execute(&mut machine, "/a"), Verdict::Allow);
    let old = machine.fake.locate(b"/a").unwrap();
    // A server removes it, which nobody is asked about.
    machine.fake.unname("/a");
    machine.veriexec.file_gone(old.id);
    let new = machine.fake.file(1, old.id.inode, "/new", b"evil");
    assert_eq!(new, old);
    assert!(machine.veriexec.lookup(new.id).is_none());
    machine.veriexec.raise(StrictLevel::Ips).unwrap();
    assert_eq!(execute(&mut machine, "/new"), DENIED);
    machine.veriexec.file_gone(new.id);
}

#[test]
fn another_generation_is_another_file() {
    let mut machine = machine();
    let Located { id, kind } = machine.fake.locate(b"/a").unwrap();
    let next = Located { id: FileId { generation: id.generation + 1, ..id }, kind };
    machine.veriexec.raise(StrictLevel::Ips).unwrap();
    let verdict = machine.veriexec.verify(&machine.fake, b"/a", next, Access::Direct);
    assert_eq!(verdict, DENIED);
    assert_eq!(execute(&mut machine, "/a"), Verdict::Allow);
}

#[test]
fn what_is_written_under_another_generation_is_not_known_any_more() {
    type Writing = fn(&mut Machine, Located) -> Verdict;
    let writings: [Writing; 2] = [
        |machine, file| {
            machine.veriexec.open_check(&machine.fake, b"/a", Some(file), Opening::WRITE)
        },
        |machine, file| machine.veriexec.truncate_check(&machine.fake, b"/a", file),
    ];
    for writing in writings {
        let mut machine = machine();
        machine.veriexec.raise(StrictLevel::Ips).unwrap();
        assert_eq!(execute(&mut machine, "/a"), Verdict::Allow);
        // Its owner gives it another, writes it, and takes that back.
        let Located { id, kind } = machine.fake.locate(b"/a").unwrap();
        let other = Located { id: FileId { generation: id.generation + 1, ..id }, kind };
        assert_eq!(writing(&mut machine, other), Verdict::Allow);
        assert_eq!(machine.veriexec.lookup(id).unwrap().status, Status::NotEvaluated);
        machine.fake.write(id, b"evil");
        assert_eq!(execute(&mut machine, "/a"), DENIED);
    }
}

#[test]
fn to_read_another_generation_changes_nothing() {
    let mut machine = machine();
    assert_eq!(execute(&mut machine, "/a"), Verdict::Allow);
    let Located { id, kind } = machine.fake.locate(b"/a").unwrap();
    let other = Located { id: FileId { generation: id.generation + 1, ..id }, kind };
    let verdict = machine.veriexec.open_check(&machine.fake, b"/a", Some(other), Opening::READ);
    assert_eq!(verdict, Verdict::Allow);
    assert_eq!(machine.veriexec.lookup(id).unwrap().status, Status::Valid);
}

#[test]
fn a_volume_is_removed_as_the_files_on_it_are() {
    for level in StrictLevel::ALL {
        let mut machine = machine();
        machine.veriexec.raise(level).unwrap();
        let remove = |machine: &mut Machine, volume| {
            let operation = Operation { path: b"/volume", action: Action::RemoveVolume(volume) };
            machine.veriexec.check(&machine.fake, operation)
        };
        let is_free = level < StrictLevel::Lockdown;
        let unlisted = remove(&mut machine, 99);
        assert_eq!(unlisted, if is_free { Verdict::Allow } else { DENIED }, "{level:?}");
        let is_learning = level == StrictLevel::Learning;
        let listed = remove(&mut machine, 1);
        assert_eq!(listed, if is_learning { Verdict::Allow } else { DENIED }, "{level:?}");
        let left = machine.veriexec.tables().filter(|table| table.mount == 1).count();
        assert_eq!(left, usize::from(!is_learning), "{level:?}");
    }
}

#[test]
fn what_was_known_goes_with_the_kernels_object_and_the_entry_stays() {
    let mut machine = machine();
    machine.veriexec.raise(StrictLevel::Ids).unwrap();
    assert_eq!(execute(&mut machine, "/a"), Verdict::Allow);
    let file = machine.fake.locate(b"/a").unwrap();
    machine.veriexec.file_recycled(file.id);
    assert_eq!(machine.veriexec.lookup(file.id).unwrap().status, Status::NotEvaluated);
    machine.fake.write(file.id, b"evil");
    assert_eq!(execute(&mut machine, "/a"), DENIED);
}

#[test]
fn a_load_that_was_evaluated_before_a_file_was_gone_is_not_evaluated() {
    let mut machine = machine();
    let digest = sha256(b"/c");
    let eager = LoadRequest { eval_on_load: true, ..request("/c", &digest, 1) };
    let begun = machine.veriexec.now();
    let candidate = veriexec::Candidate::new(&machine.fake, &eager, begun).unwrap();
    let file = machine.fake.locate(b"/c").unwrap();
    machine.veriexec.file_gone(file.id);
    machine.veriexec.add(&machine.fake, b"/c", candidate).unwrap();
    assert_eq!(machine.veriexec.lookup(file.id).unwrap().status, Status::NotEvaluated);
}

#[test]
fn entries_and_tables_are_deleted_by_what_they_are_of() {
    let mut machine = machine();
    let file = machine.fake.locate(b"/a").unwrap().id;
    machine.veriexec.raise(StrictLevel::Lockdown).unwrap();
    assert_eq!(machine.veriexec.file_delete(file), Ok(()));
    assert_eq!(machine.veriexec.file_delete(file), Err(Errno::NOENT));
    assert_eq!(machine.veriexec.table_delete(1), Ok(()));
    assert_eq!(machine.veriexec.table_delete(1), Err(Errno::NOENT));
    assert_eq!(machine.veriexec.tables().count(), 0);
}
