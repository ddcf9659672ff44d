//! Files that the program is not let read: the driver is asked, or nothing is concluded.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use crate::elf::elf;
use crate::machine::Machine;

const REFUSED: &str = "Permission denied (os error 13)";

/// Lists that are true of a program, its interpreter, and a script that anybody may read.
fn machine() -> Machine {
    let machine = Machine::new();
    machine.file("tool", elf(Some(&machine.name("ld.so")), &[], None), 0o755);
    machine.file("ld.so", elf(None, &[], None), 0o755);
    machine.file("sh", elf(Some(&machine.name("ld.so")), &[], None), 0o755);
    machine.file("script", format!("#!{}\n", machine.name("sh")), 0o755);
    let lines = [
        machine.line("tool", "direct"),
        machine.line("sh", "direct, indirect"),
        machine.line("script", "script"),
    ];
    fs::write(machine.path("S"), lines.concat()).unwrap();
    machine.let_others_in();
    machine
}

/// Takes away the right to read those.
fn hide(machine: &Machine, names: &[&str]) {
    for name in names {
        fs::set_permissions(machine.path(name), Permissions::from_mode(0o111)).unwrap();
    }
}

fn explained(machine: &Machine, options: &[&str]) -> Value {
    let tool = machine.name("tool");
    let arguments = [options, &["explain", &tool, "--signatures", "S", "--json"]].concat();
    machine.run_as_nobody(&arguments).expect(0).json()
}

/// What is answered at the four levels: `+` allowed, `-` denied, `?` not known.
fn answers(explained: &Value, word: &str) -> String {
    let accesses = explained["accesses"].as_array().unwrap();
    let access = accesses.iter().find(|access| access["access"] == word).unwrap();
    let levels = access["levels"].as_array().unwrap().iter();
    let sign = |level: &Value| match level["allowed"].as_bool() {
        Some(true) => '+',
        Some(false) => '-',
        None => '?',
    };
    levels.map(sign).collect()
}

#[test]
fn explain_concludes_nothing_from_it() {
    let machine = machine();
    hide(&machine, &["tool"]);
    let answer = explained(&machine, &["--device", "mock:none"]);
    // The mock device has nothing listed, and it is the one that was asked for the entry.
    assert_eq!((&answer["entry"], &answer["contents"]), (&Value::Null, &Value::Null));

    machine.control(&["load", "S"]).done();
    machine.let_others_in();
    let answer = explained(&machine, &["--device", "mock:state"]);
    assert_eq!((&answer["contents"], &answer["source"]), (&json!("unknown"), &Value::Null));
    let reason = format!("{REFUSED}; the driver has not evaluated it");
    assert_eq!(answer["unknown_because"], reason);
    // What does not depend on the contents is known.
    assert_eq!(
        (answers(&answer, "exec"), answers(&answer, "open")),
        ("+???".into(), "+?--".into())
    );
    assert_eq!(answers(&answer, "remove"), "+---");
    assert_eq!(answer["needs"], json!([]));
    assert_eq!(answer["needs_unread"][0]["path"], machine.name("tool"));
    assert_eq!(answer["needs_unread"][0]["reason"], REFUSED);

    let tool = machine.name("tool");
    let text =
        machine.run_as_nobody(&["--device", "mock:state", "explain", &tool]).expect(0).stdout;
    assert!(text.contains(&format!("contents: not known: {reason}\n")), "{text}");
    assert!(
        text.contains("allowed  unknown  unknown  unknown  1-3: contents not known\n"),
        "{text}"
    );
    assert!(text.contains(&format!("needs: not known: {REFUSED}\n")), "{text}");
}

/// A library that is there is not taken for one that is not.
#[test]
fn explain_finds_a_library_that_it_cannot_read() {
    let machine = machine();
    machine.file("lib/libx.so", elf(None, &[], None), 0o644);
    machine.file("lib/liby.so", elf(None, &[], None), 0o644);
    let loader = machine.name("ld.so");
    let libraries = ["libx.so", "liby.so"];
    machine.file("tool", elf(Some(&loader), &libraries, Some("$ORIGIN/lib")), 0o755);
    let lines = ["lib/libx.so", "lib/liby.so", "ld.so"].map(|name| machine.line(name, "library"));
    fs::write(machine.path("S"), lines.concat() + &machine.line("tool", "direct")).unwrap();
    machine.control(&["-e", "load", "S"]).done();
    hide(&machine, &["lib/libx.so", "ld.so"]);
    machine.let_others_in();
    let answer = explained(&machine, &["--device", "mock:state"]);
    let needs = answer["needs"].as_array().unwrap();
    let found = |need: &Value| (need["found"].clone(), need["contents"].clone());
    assert_eq!(needs.iter().map(found).collect::<Vec<_>>(), vec![(json!(true), json!("match")); 3]);
    let sources = needs.iter().map(|need| &need["source"]).collect::<Vec<_>>();
    assert_eq!(sources, ["driver", "driver", "read"]);
    let unread = answer["needs_unread"].as_array().unwrap();
    assert_eq!(unread.len(), 1, "{answer}");
    assert!(unread[0]["path"].as_str().unwrap().ends_with("lib/libx.so"), "{answer}");
}

#[test]
fn explain_says_what_the_driver_says() {
    let machine = machine();
    machine.control(&["-e", "load", "S"]).done();
    hide(&machine, &["tool"]);
    machine.let_others_in();
    let answer = explained(&machine, &["--device", "mock:state"]);
    assert_eq!((&answer["contents"], &answer["source"]), (&json!("match"), &json!("driver")));
    assert_eq!(
        (answers(&answer, "exec"), answers(&answer, "open")),
        ("++++".into(), "++--".into())
    );
    let tool = machine.name("tool");
    let run = machine.run_as_nobody(&["--device", "mock:state", "explain", &tool]).expect(0);
    let contents = format!("contents: match, as the driver says; not readable here: {REFUSED}\n");
    assert!(run.stdout.contains(&contents), "{run:#?}");
}

#[test]
fn verify_asks_the_driver_and_says_so() {
    let machine = machine();
    let device = ["--device", "mock:state"];
    let verify = |options: &[&str], status| {
        let run = machine.run_as_nobody(&[&device, options, &["verify", "S"]].concat());
        machine.relative(&run.expect(status).stdout)
    };
    hide(&machine, &["tool", "sh"]);
    let unknown = |why: &str| {
        let line = |name| format!("unknown: ./{name}: {REFUSED}; {why}\n");
        format!("{}{}", line("tool"), line("sh"))
    };
    machine.let_others_in();
    assert_eq!(verify(&[], 1), unknown("the driver has no entry for it"));
    machine.control(&["load", "S"]).done();
    machine.let_others_in();
    assert_eq!(verify(&[], 1), unknown("the driver has not evaluated it"));
    machine.control(&["flush"]).done();
    machine.control(&["-e", "load", "S"]).done();
    machine.let_others_in();
    let said = "valid, as the driver says; not readable here";
    assert_eq!(verify(&[], 0), format!("{said}: 2 files\n"));
    let all = verify(&["-v"], 0);
    assert!(all.starts_with(&format!("{said}: ./tool\n{said}: ./sh\n")), "{all}");
    let answer = machine.run_as_nobody(&[&device[..], &["verify", "S", "--json"]].concat());
    let answer = answer.expect(0).json();
    assert_eq!((&answer["as_listed"], &answer["as_driver_says"]), (&json!(3), &json!(2)));

    // What the driver knows to be something else is known not to be what is listed.
    let wrong = machine.line("ld.so", "direct").replace("ld.so", "tool");
    fs::write(machine.path("S"), wrong).unwrap();
    machine.let_others_in();
    let changed = format!("changed: ./tool: as the driver says; not readable here: {REFUSED}\n");
    assert_eq!(verify(&[], 1), changed);
    let answer = machine.run_as_nobody(&[&device[..], &["verify", "S", "--json"]].concat());
    assert_eq!(answer.expect(1).json()["deviations"][0]["source"], "driver");
}

#[test]
fn lint_concludes_nothing_from_it() {
    let machine = machine();
    let lint = || {
        let run = machine.run_as_nobody(&["lint", "S", "--json"]);
        let findings = run.json()["findings"].as_array().unwrap().clone();
        let code = |finding: &Value| format!("{} {}", finding["line"], finding["code"]);
        findings.iter().map(code).collect::<Vec<_>>()
    };
    assert_eq!(lint(), Vec::<String>::new());
    // An interpreter that cannot be read is there, and listed.
    hide(&machine, &["sh", "tool"]);
    assert_eq!(lint(), ["1 \"unreadable\"", "2 \"unreadable\""]);
    // One in a directory that cannot be looked into may be there.
    machine.file("hidden/sh", "sh", 0o755);
    machine.file("script", format!("#!{}\n", machine.name("hidden/sh")), 0o755);
    fs::set_permissions(machine.path("hidden"), Permissions::from_mode(0o000)).unwrap();
    assert_eq!(lint(), ["1 \"unreadable\"", "2 \"unreadable\"", "3 \"unreadable\""]);
    fs::set_permissions(machine.path("hidden"), Permissions::from_mode(0o755)).unwrap();
}

/// Whom the kernel refuses is not the one who enforces.
#[test]
fn simulate_does_not_take_it_for_the_answer() {
    let machine = machine();
    machine.control(&["load", "S"]).done();
    hide(&machine, &["tool"]);
    machine.let_others_in();
    let tool = machine.name("tool");
    let device = ["--device", "mock:state", "simulate"];
    let run = machine.run_as_nobody(&[&device[..], &["exec", &tool]].concat());
    run.fails(&["tool': cannot be read here, so that it is not known"]);
    // That does not depend on what is in it.
    machine.run_as_nobody(&[&device[..], &["--level", "1", "remove", &tool]].concat()).expect(1);
    machine.run_as_nobody(&[&device[..], &["--level", "3", "link", &tool]].concat()).done();
}
