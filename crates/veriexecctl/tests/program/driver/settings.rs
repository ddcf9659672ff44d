//! `status`, `strict` and `verbose`.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::fs;

use serde_json::json;

use crate::machine::Machine;

#[test]
fn the_level_is_shown_and_raised_and_never_lowered() {
    let machine = Machine::new();
    assert_eq!(machine.control(&["strict"]).done().stdout, "0 learning\n");
    assert_eq!(machine.control(&["strict", "2"]).done().stdout, "");
    assert_eq!(machine.control(&["strict"]).done().stdout, "2 IPS\n");
    machine.control(&["strict", "1"]).fails(&["the strict level is 2; it can only be raised"]);
    machine.control(&["strict", "2"]).done();
    machine.control(&["strict", "4"]).expect(1);
    let shown = json!({"level": 2, "name": "IPS"});
    assert_eq!(machine.json(&["strict"], 0), shown);
    assert_eq!(machine.json(&["strict", "3"], 0), json!({"level": 3, "name": "lockdown"}));
}

#[test]
fn the_verbosity_is_any_number_and_lasts() {
    let machine = Machine::new();
    assert_eq!(machine.control(&["verbose"]).done().stdout, "0\n");
    assert_eq!(machine.control(&["verbose", "2"]).done().stdout, "");
    assert_eq!(machine.control(&["verbose"]).done().stdout, "2\n");
    assert_eq!(machine.json(&["verbose", "-1"], 0), json!({"verbosity": -1}));
    assert_eq!(machine.json(&["verbose"], 0), json!({"verbosity": -1}));
    machine.control(&["verbose", "much"]).expect(1);
    // Above level 0 too.
    machine.control(&["strict", "3"]).done();
    machine.control(&["verbose", "1"]).done();
}

#[test]
fn the_status_counts_entries_by_what_is_known_of_them() {
    let machine = Machine::with(&["good", "bad", "lazy"]);
    machine.sign("S", &["good", "bad"]);
    fs::write(machine.path("bad"), "changed").unwrap();
    machine.control(&["load", "-e", "-k", "S"]).done();
    machine.sign("S", &["lazy"]);
    machine.control(&["load", "S"]).done();
    machine.control(&["strict", "1"]).done();
    machine.control(&["verbose", "2"]).done();
    let query = machine.control(&["query", &machine.name("good")]).done().stdout;
    let mount = query.lines().find_map(|line| line.strip_prefix("Mount: ")).unwrap().to_owned();
    let text = machine.control(&["status"]).done().stdout;
    assert_eq!(
        text,
        format!(
            "Strict level: 1 (IDS)\n\
             Verbosity: 2\n\
             Algorithms: MD5 SHA1 RMD160 SHA256 SHA384 SHA512\n\
             Tables: 1\n\
             Entries: 3\n    {mount}: 3\n\
             Not evaluated: 1\n\
             Valid: 1\n\
             Mismatch: 1\n"
        )
    );
    assert_eq!(
        machine.json(&["status"], 0),
        json!({
            "level": 1, "name": "IDS", "verbosity": 2,
            "algorithms": ["MD5", "SHA1", "RMD160", "SHA256", "SHA384", "SHA512"],
            "entries": 3, "tables": [{"mount": mount, "entries": 3}],
            "statuses": {"not_evaluated": 1, "valid": 1, "mismatch": 1},
            "of_kept_names": false, "decisions": {},
        })
    );
}

#[test]
fn the_status_of_an_empty_driver_is_all_zero() {
    let status = Machine::new().json(&["status"], 0);
    assert_eq!(status["tables"], json!([]));
    assert_eq!(status["entries"], 0);
    assert_eq!(status["statuses"], json!({"not_evaluated": 0, "valid": 0, "mismatch": 0}));
}

#[test]
fn a_mount_that_cannot_be_found_is_unknown() {
    let machine = Machine::with(&["a"]);
    machine.sign("S", &["a"]);
    machine.control(&["load", "S"]).done();
    assert!(machine.control(&["status"]).done().stdout.contains("    unknown: 1\n"));
    assert_eq!(machine.json(&["status"], 0)["tables"], json!([{"mount": null, "entries": 1}]));
}

#[test]
fn without_a_driver_each_thing_that_lacks_is_said() {
    let machine = Machine::new();
    let device = ["--device", "/dev/veriexec-is-not-here"];
    let run = |arguments: &[&str]| machine.run(&[&device, arguments].concat());
    let status = run(&["status"]).fails(&["kern.veriexec.strict"]).fails(&["/dev/veriexec-is-not"]);
    assert!(status.stdout.starts_with("Strict level: unknown\nVerbosity: unknown\n"));
    for command in [&["strict"][..], &["strict", "1"], &["verbose"], &["verbose", "1"]] {
        run(command).fails(&["kern.veriexec."]);
    }
    let status = run(&["status", "--json"]).expect(1).json();
    assert_eq!((&status["level"], &status["tables"]), (&json!(null), &json!(null)));
}
