//! `diff`.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::fs;

use serde_json::json;

use crate::machine::Machine;

const ONES: &str = "11111111111111111111111111111111";
const TWOS: &str = "22222222222222222222222222222222";

fn machine() -> Machine {
    let machine = Machine::new();
    let before = format!(
        "/z MD5 {ONES}\n/same MD5 {ONES} direct\n/b MD5 {ONES} file\n/c MD5 {ONES} file\n\
         /d MD5 {ONES} program\n"
    );
    let after = format!(
        "# in another order\n/a MD5 {ONES}\n/d SHA1 {ONES}11111111 script\n/c MD5 {ONES} library\n\
         /b md5 {TWOS} file # why\n/same MD5 {ONES}"
    );
    fs::write(machine.path("A"), before).unwrap();
    fs::write(machine.path("B"), after).unwrap();
    machine
}

#[test]
fn what_differs_is_named_in_the_order_of_paths() {
    let run = machine().run(&["diff", "A", "B"]).expect(1);
    assert_eq!(
        run.stdout,
        "added: /a\n\
         changed: /b: fingerprint\n\
         changed: /c: flags file to indirect, file\n\
         changed: /d: algorithm MD5 to SHA1; flags direct to direct, file\n\
         removed: /z\n"
    );
    assert_eq!(run.stderr, "");
}

#[test]
fn the_same_list_in_another_form_is_the_same() {
    let machine = machine();
    let list = format!("/b MD5 {ONES}\n/a MD5 {ONES}\n");
    fs::write(machine.path("C"), &list).unwrap();
    let other = format!("  /a md5 {ONES} Program\n/a MD5 {TWOS}\n\n/b MD5 {ONES} # c");
    let run = machine.run_with_input(&["diff", "C", "-"], other.as_bytes()).done();
    assert_eq!(run.stdout, "");
    machine.run(&["diff", "A", "A"]).done();
}

#[test]
fn what_cannot_be_compared_is_an_error() {
    let machine = machine();
    machine.run(&["diff", "A", "none"]).fails(&["cannot read none"]);
    fs::write(
        machine.path("C"),
        format!("{}bad\n", fs::read_to_string(machine.path("A")).unwrap()),
    )
    .unwrap();
    let run = machine.run(&["diff", "A", "C"]).fails(&["C:6:1: "]);
    assert_eq!(run.stdout, "");
}

#[test]
fn json_has_both_sides_of_a_change() {
    let found = machine().json(&["diff", "A", "B"], 1);
    assert_eq!(found["unchanged"], 1);
    assert_eq!(found["errors"], 0);
    assert_eq!((&found["before"], &found["after"]), (&json!("A"), &json!("B")));
    let changes = found["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 5);
    let entry = |path: &str, flags: &[&str]| json!({"path": path, "algorithm": "MD5", "fingerprint": ONES, "flags": flags});
    let mut added = entry("/a", &["direct"]);
    added["change"] = json!("added");
    assert_eq!(changes[0], added);
    let mut changed = entry("/c", &["indirect", "file"]);
    changed["change"] = json!("changed");
    changed["what"] = json!(["flags"]);
    changed["before"] = entry("/c", &["file"]);
    assert_eq!(changes[2], changed);
    assert_eq!(changes[3]["what"], json!(["algorithm", "flags"]));
    assert_eq!(changes[4]["change"], "removed");
}

#[test]
fn nothing_compared_with_nothing_is_no_success() {
    let machine = machine();
    for name in ["none", "other"] {
        fs::write(machine.path(name), "# nothing\n").unwrap();
    }
    machine.run(&["diff", "none", "other"]).fails(&["none lists nothing"]);
    assert!(!machine.run(&["diff", "A", "none"]).expect(1).stdout.is_empty());
}
