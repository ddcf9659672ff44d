//! Many entries.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::fmt::Write;
use std::fs;

use serde_json::json;

use crate::machine::Machine;

const ENTRIES: usize = 10_000;

#[test]
fn ten_thousand_entries_go_through_every_command() {
    let machine = Machine::new();
    let mut list = String::new();
    for index in 0..ENTRIES {
        let name = format!("tree/{:02}/{index}", index % 100);
        machine.file(&name, index.to_string(), 0o644);
        list += &machine.line(&name, "file");
    }
    fs::write(machine.path("S"), &list).unwrap();
    machine.control(&["load", "-k", "S"]).done();
    let dump = machine.control(&["dump"]).done().stdout;
    assert_eq!(dump, list);
    assert_eq!(machine.json(&["status"], 0)["entries"], ENTRIES);
    machine.run(&["verify", "S", "-a", "--unlisted", "tree"]).done();
    machine.run(&["lint", "S"]).done();

    // Ten lines are changed, ten removed and ten added.
    let mut changed = String::new();
    for (index, line) in list.lines().enumerate() {
        match index % 1000 {
            1 => {}
            2 => writeln!(changed, "{}", line.replace(" file", " library")).unwrap(),
            _ => writeln!(changed, "{line}").unwrap(),
        }
    }
    for index in 0..10 {
        let name = format!("tree/new/{index}");
        machine.file(&name, "new", 0o644);
        changed += &machine.line(&name, "file");
    }
    fs::write(machine.path("T"), &changed).unwrap();
    let expected = json!({
        "file": "T", "added": 10, "changed": 10, "removed": 10, "unchanged": ENTRIES - 20,
        "errors": 0,
    });
    assert_eq!(machine.json(&["load", "--replace", "T"], 0), expected);
    fs::write(machine.path("D"), machine.control(&["dump"]).done().stdout).unwrap();
    machine.run(&["diff", "T", "D"]).done();
    let run = machine.run(&["diff", "S", "T"]).expect(1);
    assert_eq!(run.stdout.lines().count(), 30);
    machine.run(&["verify", "T", "-a", "--unlisted", "tree"]).expect(1);
}
