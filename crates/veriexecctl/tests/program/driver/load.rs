//! `load`, without `--replace`.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::fs;

use serde_json::json;

use crate::machine::Machine;

#[test]
fn what_is_added_is_told_from_what_was_there() {
    let machine = Machine::with(&["a", "b"]);
    machine.sign("S", &["a"]);
    let run = machine.control(&["load", "-k", "-v", "S"]).done();
    let expected = "Adding file `./a'.\nS: 1 added, 0 changed, 0 removed, 0 unchanged\n";
    assert_eq!(machine.relative(&run.stdout), expected);
    machine.sign("S", &["a", "b"]);
    let run = machine.control(&["-kv", "LOAD", "S"]).done();
    assert_eq!(
        machine.relative(&run.stdout),
        "Keeping file `./a'.\nAdding file `./b'.\n\
         S: 1 added, 0 changed, 0 removed, 1 unchanged\n"
    );
    assert_eq!(machine.dumped(), ["a direct", "b direct"]);
}

#[test]
fn without_verbose_nothing_is_said() {
    let machine = Machine::with(&["a"]);
    machine.sign("S", &["a"]);
    assert_eq!(machine.control(&["load", "S"]).done().stdout, "");
    assert_eq!(machine.control(&["load", "S"]).done().stdout, "", "the same again is done");
}

#[test]
fn a_file_that_is_listed_as_something_else_stays_that() {
    let machine = Machine::with(&["a", "b"]);
    machine.sign("S", &["a"]);
    machine.control(&["load", "-k", "S"]).done();
    let lines = machine.line("b", "direct") + &machine.line("a", "file");
    fs::write(machine.path("S"), lines).unwrap();
    machine
        .control(&["load", "-k", "S"])
        .fails(&["S:2: ", "another entry already"])
        .fails(&["cannot load all of S: 1 entry loaded, 1 error"]);
    assert_eq!(machine.dumped(), ["a direct", "b direct"]);
}

#[test]
fn json_counts_and_with_verbose_names() {
    let machine = Machine::with(&["a", "b"]);
    machine.sign("S", &["a"]);
    machine.control(&["load", "S"]).done();
    machine.sign("S", &["a", "b"]);
    let text = fs::read_to_string(machine.path("S")).unwrap();
    fs::write(machine.path("S"), format!("{text}bad\n/none MD5 {}\n", "0".repeat(32))).unwrap();
    let counts = json!({
        "file": "S", "added": 1, "changed": 0, "removed": 0, "unchanged": 1, "errors": 2,
    });
    assert_eq!(machine.json(&["load", "S"], 1), counts);
    machine.control(&["flush"]).done();
    let mut counts = counts;
    counts["added"] = json!(2);
    counts["unchanged"] = json!(0);
    counts["changes"] = json!([
        {"change": "added", "path": machine.name("a")},
        {"change": "added", "path": machine.name("b")},
    ]);
    assert_eq!(machine.json(&["load", "-v", "S"], 1), counts);
}

#[test]
fn the_list_may_come_from_standard_input() {
    let machine = Machine::with(&["a"]);
    let line = machine.line("a", "direct");
    machine.run_with_input(&["--device", "mock:state", "load", "-k", "-"], line.as_bytes()).done();
    assert_eq!(machine.dumped(), ["a direct"]);
}
