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
        .fails(&["cannot load all of S: 1 line loaded, 1 error"]);
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

#[test]
fn a_missing_file_is_an_error_unless_that_is_allowed() {
    let machine = Machine::with(&["a", "b"]);
    let line = machine.line("a", "direct");
    let gone = line.replace("/a ", "/gone ") + &line.replace("/a ", "/b/gone ");
    fs::write(machine.path("S"), gone + &line).unwrap();
    for command in [&["load", "S"][..], &["load", "--replace", "S"]] {
        machine
            .control(command)
            .fails(&["S:1: ", "/gone: no such file"])
            .fails(&["S:2: ", "/b/gone: "])
            .fails(&["cannot load all of S: 1 line loaded, 2 errors"]);
    }
    for command in [&["-k", "load"][..], &["load", "--replace"]] {
        machine.control(&["flush"]).done();
        let run = machine.control(&[command, &["--allow-missing", "S"]].concat()).expect(0);
        for text in ["S:1: ", "/gone: no such file", "S:2: ", "/b/gone: "] {
            assert!(run.stderr.contains(text), "{run:?}");
        }
        assert!(run.stderr.ends_with("passed over in S: 2 missing files\n"), "{run:?}");
        assert_eq!(machine.dumped(), ["a direct"]);
    }
    let counts = machine.json(&["load", "--allow-missing", "S"], 0);
    assert_eq!((&counts["missing"], &counts["errors"]), (&json!(2), &json!(0)));
    fs::write(machine.path("S"), machine.line("b", "direct")).unwrap();
    let counts = machine.json(&["load", "--allow-missing", "S"], 0);
    assert_eq!((&counts["missing"], &counts["added"]), (&json!(0), &json!(1)));
}

#[test]
fn of_what_is_allowed_to_be_missing_nothing_else_may_be_wrong() {
    let machine = Machine::with(&["a", "d/b"]);
    let line = machine.line("a", "direct");
    let lines = line.replace("/a ", "/gone ") + "bad\n" + &line.replace("/a ", "/d ") + &line;
    fs::write(machine.path("S"), lines).unwrap();
    machine
        .control(&["load", "-k", "--allow-missing", "S"])
        .fails(&["S:1: ", "no such file"])
        .fails(&["S:2:"])
        .fails(&["S:3: ", "not a regular file"])
        .fails(&["passed over in S: 1 missing file"])
        .fails(&["cannot load all of S: 1 line loaded, 2 errors"]);
    assert_eq!(machine.dumped(), ["a direct"]);
}

#[test]
fn of_many_missing_files_some_are_named_and_the_others_counted() {
    let machine = Machine::with(&["a"]);
    let line = machine.line("a", "direct");
    let gone: String =
        (0..250).map(|number| line.replace("/a ", &format!("/gone{number} "))).collect();
    fs::write(machine.path("S"), gone).unwrap();
    let run = machine.control(&["load", "--allow-missing", "S"]).expect(0);
    assert!(run.stderr.contains("50 more missing files like these\n"), "{run:?}");
    assert!(run.stderr.ends_with("passed over in S: 250 missing files\n"), "{run:?}");
}
