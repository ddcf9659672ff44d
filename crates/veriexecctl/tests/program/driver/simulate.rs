//! `simulate`.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::fs;

use serde_json::json;

use crate::machine::Machine;

#[test]
fn the_status_is_the_answer_and_the_reason_is_shown() {
    let machine = Machine::with(&["tool"]);
    machine.sign("S", &["tool"]);
    machine.control(&["load", "S"]).done();
    let tool = machine.name("tool");
    let run = machine.control(&["simulate", "exec", &tool]).done();
    assert!(run.stdout.starts_with("allowed, at strict level 0 (learning)\n"), "{}", run.stdout);
    fs::write(machine.path("tool"), "changed").unwrap();
    let before = fs::read(machine.path("state")).unwrap();
    let run = machine.control(&["simulate", "--level", "1", "exec", &tool]).expect(1);
    assert_eq!(
        machine.relative(&run.stdout),
        "denied, operation not permitted, at strict level 1 (IDS)\n\
         Veriexec: Mismatch. [./tool] denied: execute, level=1; ask: veriexecctl explain ./tool\n"
    );
    assert_eq!(fs::read(machine.path("state")).unwrap(), before, "nothing is changed");
}

#[test]
fn json_has_the_reports() {
    let machine = Machine::with(&["tool"]);
    machine.sign("S", &["tool"]);
    machine.control(&["load", "S"]).done();
    fs::write(machine.path("tool"), "changed").unwrap();
    let tool = machine.name("tool");
    let answer = machine.json(&["simulate", "--level", "1", "exec", &tool], 1);
    assert_eq!(answer["path"], json!(tool));
    assert_eq!((&answer["level"], &answer["name"]), (&json!(1), &json!("IDS")));
    assert_eq!((&answer["allowed"], &answer["errno"]), (&json!(false), &json!("EPERM")));
    let last = answer["log"].as_array().unwrap().last().unwrap();
    assert_eq!(last["message"], "mismatch");
    assert_eq!(last["path"], json!(tool));

    let answer = machine.json(&["simulate", "exec", &tool], 0);
    assert_eq!((&answer["allowed"], &answer["errno"]), (&json!(true), &json!(null)));
}

#[test]
fn what_is_not_there_is_an_error() {
    let machine = Machine::new();
    machine.file("a", "a", 0o644);
    for (words, said) in [
        (&["exec", "none"][..], "`none': no such file"),
        (&["create", "none/a"], "`none/a': no such directory"),
        (&["create", "a"], "`a': there is such a file already"),
        (&["unmount", "a"], "`a': nothing is mounted there"),
        (&["exec", "a/b"], "`a/b': not a directory"),
    ] {
        machine.control(&[&["simulate"], words].concat()).fails(&[said]);
    }
    machine.run(&["--device", "/dev/null", "simulate", "exec", "none"]).expect(1);
}
