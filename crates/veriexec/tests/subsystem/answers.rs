//! What NetBSD's own kernel answered, asked again of this subsystem.

use std::collections::BTreeMap;

use sigfile::EntryType;
use veriexec::{Access, Errno, FileKind, LoadRequest, Platform, StrictLevel, Veriexec};

use crate::fake::{Fake, request, sha256};

const ANSWERS: &str = include_str!("../data/netbsd-answers.tsv");

/// Where this subsystem answers something else on purpose: level, operation, its own answer and
/// status of the other name, and why. `*` is every level.
const ON_PURPOSE: [(&str, &str, &str, &str, &str); 5] = [
    ("0", "load-same", "ok", "-", "an identical entry is no error"),
    ("0", "load-same-evaluated", "ok", "-", "an identical entry is no error, whatever its status"),
    ("0", "load-hardlink-same", "ok", "-", "an identical entry is no error, by a link either"),
    (
        "0",
        "delete-dir-inside-mount",
        "ENOENT",
        "not-evaluated",
        "only a mount point stands for the table of its mount",
    ),
    ("*", "strict-7", "EINVAL", "-", "there are four levels"),
];

struct Row<'a> {
    level: &'a str,
    operation: &'a str,
    entry: &'a str,
    content: &'a str,
    /// The answer, the status after, and the status of the other name.
    outcome: [&'a str; 3],
}

fn rows() -> impl Iterator<Item = Row<'static>> {
    ANSWERS.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let fields: Vec<_> = line.split('\t').collect();
        let [level, operation, entry, content, answer, status, other] = fields[..] else {
            panic!("not seven fields: {line}");
        };
        Row { level, operation, entry, content, outcome: [answer, status, other] }
    })
}

#[test]
fn every_row_agrees_or_differs_on_purpose() {
    let mut agreed = 0;
    let mut differing: BTreeMap<&str, usize> = BTreeMap::new();
    let mut unexplained = Vec::new();
    for row in rows() {
        let ours = ask(&row);
        if ours == row.outcome {
            agreed += 1;
            continue;
        }
        let [_, status, _] = row.outcome;
        let reason = ON_PURPOSE.into_iter().find(|(level, operation, answer, other, _)| {
            (*level == "*" || *level == row.level)
                && *operation == row.operation
                && ours == [*answer, status, *other]
        });
        match reason {
            Some((_, operation, ..)) => *differing.entry(operation).or_default() += 1,
            None => unexplained.push(format!(
                "level {} {} {} {}: NetBSD {:?}, here {ours:?}",
                row.level, row.operation, row.entry, row.content, row.outcome
            )),
        }
    }
    let on_purpose: usize = differing.values().sum();
    println!(
        "{} rows: {agreed} agreed, {on_purpose} differ on purpose, {} unexplained",
        rows().count(),
        unexplained.len()
    );
    for (_, operation, answer, _, why) in ON_PURPOSE {
        println!("{operation}: {} rows, here {answer}: {why}", differing[operation]);
    }
    assert!(unexplained.is_empty(), "{unexplained:#?}");
    assert_eq!((agreed, on_purpose), (123, 8));
}

/// Does a row: one fresh system, the entries loaded at level 0 with their names kept, then the
/// level raised, then the operation.
fn ask(row: &Row<'_>) -> [&'static str; 3] {
    let fake = Fake::default();
    fake.other(1, 2, "/", FileKind::Directory { mount_root: true });
    fake.other(1, 3, "/dir", FileKind::Directory { mount_root: false });
    let listed = if row.content == "mismatch" { b"evil" } else { b"good" };
    fake.file(1, 10, "/listed", listed);
    fake.file(1, 11, "/new", b"good");
    fake.file(2, 12, "/elsewhere", b"good");
    fake.link("/symlink", "/new");
    fake.link("/hard", "/listed");

    let good = sha256(b"good");
    let mut veriexec = Veriexec::new();
    let entry_type = entry_type(row.entry);
    if let Some(entry_type) = entry_type {
        let kept = LoadRequest { keep_filename: true, ..request("/listed", &good, entry_type) };
        veriexec.load(&fake, kept).unwrap();
    }
    if row.operation == "load-same-evaluated" {
        let file = fake.locate(b"/listed").unwrap();
        assert!(veriexec.verify(&fake, b"/listed", file, Access::Direct).is_allowed());
    }
    let level = row.level.parse().unwrap();
    veriexec.raise(StrictLevel::from_number(level).unwrap()).unwrap();

    let of_listed = |veriexec: &Veriexec| status(veriexec, &fake, "/listed");
    let of_new = |veriexec: &Veriexec| status(veriexec, &fake, "/new");
    let load = |veriexec: &mut Veriexec, sent| answer(veriexec.load(&fake, sent));
    match row.operation {
        "open-read" => {
            let file = fake.locate(b"/listed").unwrap();
            let verdict = veriexec.verify(&fake, b"/listed", file, Access::File);
            [answer(verdict.into_result()), of_listed(&veriexec), "-"]
        }
        "load-new" => [load(&mut veriexec, request("/new", &good, 1)), "-", "-"],
        "load-same" | "load-same-evaluated" => {
            [load(&mut veriexec, request("/listed", &good, 1)), "-", "-"]
        }
        "load-dir" => [load(&mut veriexec, request("/dir", &good, 1)), "-", "-"],
        "load-flag8" => [load(&mut veriexec, request("/new", &good, 9)), "-", "-"],
        "load-untrusted-only" => {
            let answer = load(&mut veriexec, request("/new", &good, 0x10));
            [answer, "-", of_new(&veriexec)]
        }
        "load-symlink" => {
            let answer = load(&mut veriexec, request("/symlink", &good, 1));
            [answer, "-", of_new(&veriexec)]
        }
        "load-hardlink-same" => [load(&mut veriexec, request("/hard", &good, 1)), "-", "-"],
        "eval-on-load-mismatch" => {
            let wrong = sha256(b"another");
            let sent = LoadRequest { eval_on_load: true, ..request("/new", &wrong, 1) };
            [load(&mut veriexec, sent), "-", of_new(&veriexec)]
        }
        "query" => [answer(veriexec.query(&fake, b"/listed")), "-", "-"],
        "query-hardlink" => {
            [answer(veriexec.query(&fake, b"/hard")), "-", status(&veriexec, &fake, "/hard")]
        }
        "dump" => {
            let names: Vec<_> = veriexec.dump().map(|(name, _)| name).collect();
            assert_eq!(names, [b"/listed"]);
            ["ok", "-", "-"]
        }
        "delete" => [answer(veriexec.delete(&fake, b"/listed")), "-", "-"],
        "delete-unlisted" => [answer(veriexec.delete(&fake, b"/new")), "-", "-"],
        "delete-unlisted-no-table" => [answer(veriexec.delete(&fake, b"/elsewhere")), "-", "-"],
        "delete-dir-inside-mount" => {
            [answer(veriexec.delete(&fake, b"/dir")), "-", of_listed(&veriexec)]
        }
        "flush" => [answer(veriexec.flush(&fake)), "-", "-"],
        "flush-twice" => {
            let first = veriexec.flush(&fake);
            [answer(first.and_then(|()| veriexec.flush(&fake))), "-", "-"]
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

/// The type of the entry that a row is about; rows that name none have a direct one.
fn entry_type(words: &str) -> Option<u8> {
    match words {
        "unlisted" => None,
        "-" => Some(1),
        _ => {
            let flags = words.split('+').map(|word| EntryType::from_word(word.as_bytes()).unwrap());
            Some(flags.fold(EntryType::EMPTY, |all, flag| all | flag).bits())
        }
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
