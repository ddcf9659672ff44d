//! JSON of the commands that no other module has, and of a command that has no output.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use serde_json::json;

use crate::machine::Machine;

#[test]
fn query_and_dump_have_what_the_lines_have() {
    let machine = Machine::with(&["a", "b"]);
    machine.sign("S", &["a"]);
    machine.control(&["load", "-k", "S"]).done();
    machine.sign("S", &["b"]);
    machine.control(&["load", "-e", "S"]).done();

    let entry = machine.entry("a", "direct");
    let mut expected = json!({
        "path": machine.name("a"), "algorithm": "SHA256",
        "fingerprint": entry.fingerprint().to_string(), "flags": ["direct"],
        "status": "not evaluated",
    });
    assert_eq!(machine.json(&["dump"], 0), json!({"entries": [expected]}));
    expected["kept_name"] = json!(machine.name("a"));
    let mut queried = machine.json(&["query", &machine.name("a")], 0);
    let mount = queried.as_object_mut().unwrap().remove("mount").unwrap();
    assert!(mount.as_str().unwrap().starts_with('/'));
    assert_eq!(queried, expected);

    let queried = machine.json(&["query", &machine.name("b")], 0);
    assert_eq!(queried["status"], "valid");
    assert_eq!(queried.get("kept_name"), None);
}

#[test]
fn an_error_is_no_json() {
    let machine = Machine::with(&["a"]);
    let run = machine.control(&["query", "a", "--json"]).fails(&["No Veriexec entry for `a'"]);
    assert_eq!(run.stdout, "");
    assert_eq!(machine.control(&["flush", "--json"]).done().stdout, "");
}
