//! What NetBSD's own kernel answered, asked again of this subsystem.

mod netbsd;

use std::collections::BTreeMap;

use veriexec::{Access, Errno, FileKind, LoadRequest, Opening, Platform, StrictLevel, Veriexec};

use self::netbsd::{Difference, ON_PURPOSE, Row, rows};
use crate::fake::{Fake, request, sha256};
use crate::machine::Machine;

/// What is answered before the subsystem is asked: kmod-ioctl's tests ask these.
const OF_THE_DISPATCH: [&str; 4] =
    ["unknown-ioctl", "load-readonly-fd", "query-writeonly-fd", "load-array"];

#[test]
fn every_row_agrees_or_differs_on_purpose() {
    let [mut agreed, mut of_the_dispatch, mut may_not_ask] = [0; 3];
    let mut differing: BTreeMap<usize, usize> = BTreeMap::new();
    let mut unexplained = Vec::new();
    for row in rows() {
        if OF_THE_DISPATCH.contains(&row.operation) {
            of_the_dispatch += 1;
            continue;
        }
        assert_eq!(row.may_not_ask, row.operation.starts_with("unmount-"), "{}", row.operation);
        may_not_ask += usize::from(row.may_not_ask);
        let ours = ask(&row);
        if ours == row.outcome {
            agreed += 1;
            continue;
        }
        let reason = ON_PURPOSE
            .iter()
            .position(|difference| difference.is_about(&row) && difference.ours == ours);
        match reason {
            Some(reason) => *differing.entry(reason).or_default() += 1,
            None => unexplained.push(format!(
                "level {} {} {} {}: NetBSD {:?}, here {ours:?}",
                row.level, row.operation, row.entry, row.content, row.outcome
            )),
        }
    }
    let on_purpose: usize = differing.values().sum();
    println!(
        "{count} of {count} answers measured: {agreed} agreed, {on_purpose} differ on purpose, {} \
         unexplained, {of_the_dispatch} for the dispatch; NetBSD may never ask about {may_not_ask}",
        unexplained.len(),
        count = rows().count(),
    );
    for (index, Difference { levels, operation, content, ours, why }) in
        ON_PURPOSE.iter().enumerate()
    {
        let count = differing.get(&index).copied().unwrap_or_default();
        println!("{count:3} rows, level {levels} {operation} {content}: here {ours:?}: {why}");
        assert!(count > 0, "no row differs so");
    }
    assert!(unexplained.is_empty(), "{unexplained:#?}");
    assert_eq!((agreed, on_purpose, of_the_dispatch, may_not_ask), (525, 42, 16, 8));
}

/// Does a row: one fresh system, the entries loaded at level 0 with their names kept, then the
/// level raised, then the operation.
fn ask(row: &Row<'_>) -> [&'static str; 3] {
    let mut machine = Machine::default();
    let fake = &machine.fake;
    fake.other(1, 2, "/", FileKind::Directory { mount_root: true });
    fake.other(1, 3, "/dir", FileKind::Directory { mount_root: false });
    fake.other(3, 2, "/empty", FileKind::Directory { mount_root: true });
    let listed = if row.content == "mismatch" { b"evil" } else { b"good" };
    fake.file(1, 10, "/listed", listed);
    fake.file(1, 11, "/new", b"good");
    fake.file(2, 12, "/elsewhere", b"good");
    fake.link("/symlink", "/new");
    fake.link("/hard", "/listed");

    let good = sha256(b"good");
    if let Some(entry_type) = row.entry_type() {
        let sent = request("/listed", &good, entry_type.bits());
        let kept = LoadRequest { keep_filename: true, ..sent };
        machine.veriexec.load(fake, kept).unwrap();
    }
    if row.operation == "load-same-evaluated" {
        let file = fake.locate(b"/listed").unwrap();
        assert!(machine.veriexec.verify(fake, b"/listed", file, Access::Direct).is_allowed());
    }
    let level = row.level.parse().unwrap();
    machine.veriexec.raise(StrictLevel::from_number(level).unwrap()).unwrap();
    if ["unlink", "rename-away", "rename-over", "link"].contains(&row.operation) {
        // There the file has one name alone.
        machine.fake.unname("/hard");
    }
    call(&mut machine, row.operation).unwrap_or_else(|| control(&mut machine, row.operation, level))
}

/// Makes a system call, if that is what the row is about.
fn call(machine: &mut Machine, operation: &str) -> Option<[&'static str; 3]> {
    let mut other = None;
    let answered = match operation {
        "open-read" => machine.open("/listed", Opening::READ),
        "open-write" => machine.open("/listed", Opening::WRITE),
        "open-trunc" => machine.open("/listed", Opening { write: true, truncate: true }),
        "unlink" => machine.unlink("/listed"),
        "rename-away" => {
            other = Some("/away");
            machine.rename("/listed", "/away")
        }
        "rename-over" => machine.rename("/new", "/listed"),
        "link" => {
            other = Some("/second");
            machine.link("/listed", "/second")
        }
        "truncate" => machine.truncate("/listed"),
        "chmod" => machine.chmod("/listed"),
        "create" => return Some([answer(machine.make("/made", FileKind::Regular)), "-", "-"]),
        "mkdir" => {
            let made = machine.make("/made", FileKind::Directory { mount_root: false });
            return Some([answer(made), "-", "-"]);
        }
        "symlink" => return Some([answer(machine.make("/made", FileKind::Other)), "-", "-"]),
        "unmount-entries" => return Some([answer(machine.unmount("/")), "-", "-"]),
        "unmount-empty" => return Some([answer(machine.unmount("/empty")), "-", "-"]),
        _ => return None,
    };
    let Machine { fake, veriexec, .. } = machine;
    let other = other.map_or("-", |name| status(veriexec, fake, name));
    Some([answer(answered), status(veriexec, fake, "/listed"), other])
}

/// Makes a request to the driver, or sets the level.
fn control(machine: &mut Machine, operation: &str, level: i64) -> [&'static str; 3] {
    let Machine { fake, veriexec, .. } = machine;
    let good = sha256(b"good");
    let load = |veriexec: &mut Veriexec, sent| answer(veriexec.load(fake, sent));
    let of_new = |veriexec: &Veriexec| status(veriexec, fake, "/new");
    match operation {
        "load-new" => [load(veriexec, request("/new", &good, 1)), "-", "-"],
        "load-same" | "load-same-evaluated" => {
            [load(veriexec, request("/listed", &good, 1)), "-", "-"]
        }
        "load-dir" => [load(veriexec, request("/dir", &good, 1)), "-", "-"],
        "load-flag8" => [load(veriexec, request("/new", &good, 9)), "-", "-"],
        "load-untrusted-only" => {
            [load(veriexec, request("/new", &good, 0x10)), "-", of_new(veriexec)]
        }
        "load-symlink" => [load(veriexec, request("/symlink", &good, 1)), "-", of_new(veriexec)],
        "load-hardlink-same" => [load(veriexec, request("/hard", &good, 1)), "-", "-"],
        "eval-on-load-mismatch" => {
            let wrong = sha256(b"another");
            let sent = LoadRequest { eval_on_load: true, ..request("/new", &wrong, 1) };
            [load(veriexec, sent), "-", of_new(veriexec)]
        }
        "query" => [answer(veriexec.query(fake, b"/listed")), "-", "-"],
        "query-hardlink" => {
            [answer(veriexec.query(fake, b"/hard")), "-", status(veriexec, fake, "/hard")]
        }
        "dump" => {
            let names: Vec<_> = veriexec.dump().map(|(name, _)| name).collect();
            assert_eq!(names, [b"/listed"]);
            ["ok", "-", "-"]
        }
        "delete" => [answer(veriexec.delete(fake, b"/listed")), "-", "-"],
        "delete-unlisted" => [answer(veriexec.delete(fake, b"/new")), "-", "-"],
        "delete-unlisted-no-table" => [answer(veriexec.delete(fake, b"/elsewhere")), "-", "-"],
        "delete-dir-inside-mount" => {
            let answered = answer(veriexec.delete(fake, b"/dir"));
            [answered, "-", status(veriexec, fake, "/listed")]
        }
        "flush" => [answer(veriexec.flush(fake)), "-", "-"],
        "flush-twice" => {
            let first = veriexec.flush(fake);
            [answer(first.and_then(|()| veriexec.flush(fake))), "-", "-"]
        }
        "strict-lower" => {
            let lower = StrictLevel::from_number(level - 1).unwrap();
            [answer(veriexec.raise(lower)), "-", "-"]
        }
        "strict-7" => {
            let raised = StrictLevel::from_number(7).and_then(|level| veriexec.raise(level));
            [answer(raised), "-", "-"]
        }
        operation => panic!("no way to do {operation}"),
    }
}

fn answer<T>(result: Result<T, Errno>) -> &'static str {
    result.map_or_else(|errno| errno.name().unwrap(), |_| "ok")
}

fn status(veriexec: &Veriexec, fake: &Fake, name: &str) -> &'static str {
    match veriexec.query(fake, name.as_bytes()) {
        Ok(entry) => match entry.status.number() {
            0 => "not-evaluated",
            1 => "valid",
            _ => "mismatch",
        },
        Err(_) => "no-entry",
    }
}
