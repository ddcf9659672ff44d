//! `load --replace`.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::fs;

use fingerprint::Algorithm;
use serde_json::json;

use crate::machine::Machine;

fn replaced(machine: &Machine) -> String {
    let run = machine.control(&["load", "--replace", "--allow-empty", "-v", "S"]).done();
    machine.relative(&run.stdout)
}

/// A machine whose device lists all four files by name.
fn machine() -> Machine {
    let machine = Machine::with(&["a", "b", "c", "d"]);
    machine.sign("S", &["a", "b", "c", "d"]);
    machine.control(&["load", "-k", "S"]).done();
    machine
}

#[test]
fn only_the_difference_is_sent() {
    let machine = machine();
    machine.file("e", "e", 0o755);
    let lines = machine.line("a", "direct") + &machine.line("b", "file") + &machine.line("e", "");
    fs::write(machine.path("S"), lines).unwrap();
    // What is not sent again keeps what is known of it.
    machine.control(&["delete", &machine.name("a")]).done();
    fs::write(machine.path("T"), machine.line("a", "direct")).unwrap();
    machine.control(&["load", "-e", "-k", "T"]).done();
    let text = replaced(&machine);
    let (actions, counts) = text.trim_end().rsplit_once('\n').unwrap();
    let mut actions: Vec<_> = actions.lines().collect();
    actions.sort_unstable();
    assert_eq!(
        actions,
        [
            "Adding file `./e'.",
            "Changing file `./b'.",
            "Keeping file `./a'.",
            "Removing file `./c'.",
            "Removing file `./d'.",
        ]
    );
    assert_eq!(counts, "S: 1 added, 1 changed, 2 removed, 1 unchanged");
    assert_eq!(machine.dumped(), ["a direct", "b file", "e direct"]);
    let query = machine.control(&["query", &machine.name("a")]).done();
    assert!(query.stdout.contains("Entry status: valid\n"), "{}", query.stdout);
}

#[test]
fn a_second_time_nothing_changes() {
    let machine = machine();
    replaced(&machine);
    let before = fs::read(machine.path("state")).unwrap();
    let text = replaced(&machine);
    assert!(text.ends_with("S: 0 added, 0 changed, 0 removed, 4 unchanged\n"), "{text}");
    assert_eq!(fs::read(machine.path("state")).unwrap(), before);
    // So it is no matter that nothing may change.
    machine.control(&["strict", "2"]).done();
    replaced(&machine);
}

#[test]
fn above_level_0_a_difference_is_refused_and_changes_nothing() {
    let machine = machine();
    machine.control(&["strict", "1"]).done();
    let before = fs::read(machine.path("state")).unwrap();
    machine.sign("S", &["a"]);
    machine.control(&["load", "--replace", "S"]).fails(&["strict level"]);
    machine.sign("S", &["a", "b", "c", "d"]);
    let text = fs::read_to_string(machine.path("S")).unwrap();
    fs::write(machine.path("S"), text.replace("direct", "file")).unwrap();
    machine.control(&["load", "--replace", "S"]).fails(&["strict level"]);
    assert_eq!(fs::read(machine.path("state")).unwrap(), before);
}

#[test]
fn a_bad_line_keeps_everything_as_it_is() {
    let machine = machine();
    let before = fs::read(machine.path("state")).unwrap();
    fs::write(machine.path("S"), machine.line("a", "direct") + "bad\n").unwrap();
    machine
        .control(&["load", "--replace", "S"])
        .fails(&["S:2:1: "])
        .fails(&["S has 1 error, nothing was changed"]);
    assert_eq!(fs::read(machine.path("state")).unwrap(), before);
}

#[test]
fn names_that_were_not_kept_are_kept_from_now_on() {
    let machine = Machine::with(&["a", "b"]);
    machine.sign("S", &["a", "b"]);
    machine.control(&["load", "S"]).done();
    assert_eq!(machine.dumped(), [] as [&str; 0]);
    let text = replaced(&machine);
    assert!(text.ends_with("S: 0 added, 0 changed, 0 removed, 2 unchanged\n"), "{text}");
    assert_eq!(machine.dumped(), ["a direct", "b direct"]);
}

#[test]
fn entries_that_cannot_be_found_are_admitted() {
    let machine = Machine::with(&["a", "b"]);
    machine.sign("S", &["a", "b"]);
    machine.control(&["load", "S"]).done();
    machine.sign("S", &["a"]);
    let run = machine.control(&["load", "--replace", "S"]).expect(0);
    assert!(run.stderr.contains("holds 1 more entry, without a name"), "{}", run.stderr);
    machine.control(&["query", &machine.name("b")]).done();
}

#[test]
fn an_entry_whose_name_went_to_another_file_is_not_taken_for_its_own() {
    let machine = machine();
    // The same contents in a new file: the device has no entry for that.
    fs::remove_file(machine.path("a")).unwrap();
    machine.file("new", "a", 0o755);
    fs::rename(machine.path("new"), machine.path("a")).unwrap();
    machine.control(&["query", &machine.name("a")]).expect(1);
    let run = machine.control(&["load", "--replace", "-v", "S"]).expect(0);
    assert!(run.stdout.ends_with("S: 1 added, 0 changed, 0 removed, 3 unchanged\n"), "{run:?}");
    assert!(run.stderr.contains("holds 1 more entry"), "{}", run.stderr);
    machine.control(&["query", &machine.name("a")]).done();
}

#[test]
fn a_listed_name_of_a_file_stays_when_another_name_goes() {
    let machine = Machine::with(&["a", "z"]);
    fs::hard_link(machine.path("a"), machine.path("b")).unwrap();
    fs::hard_link(machine.path("z"), machine.path("y")).unwrap();
    machine.sign("S", &["a", "b", "y", "z"]);
    machine.control(&["load", "-k", "S"]).done();
    machine.sign("S", &["b"]);
    let text = replaced(&machine);
    assert!(text.ends_with("S: 0 added, 0 changed, 2 removed, 1 unchanged\n"), "{text}");
    assert_eq!(machine.dumped(), ["b direct"]);
}

#[test]
fn of_two_lines_for_one_file_the_first_counts() {
    let machine = machine();
    fs::hard_link(machine.path("a"), machine.path("link")).unwrap();
    let lines = machine.line("a", "file") + &machine.line("link", "direct");
    fs::write(machine.path("S"), lines).unwrap();
    for _ in 0..2 {
        machine.control(&["load", "--replace", "S"]).fails(&["S:2: ", "a line above"]);
        assert_eq!(machine.dumped(), ["a file"]);
    }
}

#[test]
fn a_missing_file_is_an_error_and_the_rest_is_replaced() {
    let machine = machine();
    let line = machine.line("a", "file");
    fs::write(machine.path("S"), line.replace("/a ", "/none ") + &line).unwrap();
    machine.control(&["load", "--replace", "S"]).fails(&["S:1: ", "none", "no such file"]);
    assert_eq!(machine.dumped(), ["a file"]);
}

#[test]
fn an_empty_list_empties_the_driver_if_that_is_meant() {
    let machine = machine();
    let before = machine.dumped();
    for nothing in ["", "# nothing\n", "\n\n"] {
        fs::write(machine.path("S"), nothing).unwrap();
        for command in [&["load", "S"][..], &["load", "--replace", "S"], &["-k", "load", "S"]] {
            machine.control(command).fails(&["S lists nothing, nothing was changed"]);
        }
        // What makes a list has failed before it wrote anything.
        let device = ["--device", "mock:state", "load", "--replace", "-"];
        machine.run_with_input(&device, nothing.as_bytes()).fails(&["- lists nothing"]);
        assert_eq!(machine.dumped(), before);
    }
    let text = replaced(&machine);
    assert!(text.ends_with("S: 0 added, 0 changed, 4 removed, 0 unchanged\n"), "{text}");
    assert_eq!(machine.dumped(), [] as [&str; 0]);
}

#[test]
fn the_dump_of_any_replacement_is_the_list() {
    let machine = machine();
    let lists = [&["a", "c"][..], &["b"], &["a", "b", "c", "d"], &[], &["d", "a"]];
    for (index, names) in lists.into_iter().enumerate() {
        let algorithm = Algorithm::ALL[index];
        let entries: Vec<_> =
            names.iter().map(|name| machine.entry_by(algorithm, name, "file")).collect();
        fs::write(machine.path("S"), crate::machine::lines(&entries)).unwrap();
        replaced(&machine);
        let dump = machine.control(&["dump"]).done().stdout;
        fs::write(machine.path("D"), &dump).unwrap();
        if names.is_empty() {
            assert_eq!(dump, "");
        } else {
            machine.run(&["diff", "S", "D"]).done();
        }
    }
}

#[test]
fn json_names_each_change_with_verbose() {
    let machine = machine();
    machine.file("e", "e", 0o755);
    let lines = machine.line("a", "direct") + &machine.line("b", "file") + &machine.line("e", "");
    fs::write(machine.path("S"), lines).unwrap();
    let mut found = machine.json(&["load", "--replace", "-v", "S"], 0);
    let mut changes = found["changes"].take();
    changes.as_array_mut().unwrap().sort_by_key(|change| change["path"].to_string());
    let change = |what: &str, name: &str| json!({"change": what, "path": machine.name(name)});
    assert_eq!(
        changes,
        json!([
            change("changed", "b"),
            change("removed", "c"),
            change("removed", "d"),
            change("added", "e")
        ])
    );
    assert_eq!(
        (&found["added"], &found["changed"], &found["removed"], &found["unchanged"]),
        (&json!(1), &json!(1), &json!(2), &json!(1))
    );
}
