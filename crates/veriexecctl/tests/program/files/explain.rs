//! `explain`.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::{Value, json};

use crate::elf::elf;
use crate::machine::Machine;

/// A list of a program, its script, its interpreter, its library and its loader.
fn machine() -> Machine {
    let machine = Machine::new();
    let loader = machine.name("lib/ld.so");
    machine.file("lib/ld.so", elf(None, &[], None), 0o755);
    machine.file("lib/libx.so", elf(None, &[], None), 0o644);
    machine.file("bin/tool", elf(Some(&loader), &["libx.so"], Some("$ORIGIN/../lib")), 0o755);
    machine.file("bin/sh", "sh", 0o755);
    machine.file("bin/script", format!("#!{}\n", machine.name("bin/sh")), 0o755);
    machine.file("bin/none", "none", 0o755);
    let lines = [
        "# what must be\n".to_owned(),
        machine.line("bin/tool", "direct"),
        machine.line("bin/script", "script"),
        machine.line("bin/sh", "indirect"),
        machine.line("lib/libx.so", "library"),
        machine.line("lib/ld.so", "file"),
    ];
    fs::write(machine.path("S"), lines.concat()).unwrap();
    machine
}

fn explain(machine: &Machine, name: &str) -> String {
    let name = machine.name(name);
    let run = machine.run(&["explain", &name, "--signatures", "S"]).done();
    machine.relative(&run.stdout)
}

fn explained(machine: &Machine, name: &str) -> Value {
    let name = machine.name(name);
    machine.run(&["explain", &name, "--signatures", "S", "--json"]).done().json()
}

/// What is answered at the four levels, `+` for allowed.
fn answers(levels: &Value) -> String {
    let levels = levels.as_array().unwrap().iter();
    levels.map(|level| if level["allowed"] == true { '+' } else { '-' }).collect()
}

fn access(explained: &Value, word: &str) -> String {
    let accesses = explained["accesses"].as_array().unwrap();
    answers(&accesses.iter().find(|access| access["access"] == word).unwrap()["levels"])
}

#[test]
fn a_good_program_is_executed_and_no_more() {
    let machine = machine();
    assert_eq!(
        explain(&machine, "bin/tool"),
        "./bin/tool: listed as direct, S:2\n\
         contents: match\n\
         \x20                                 0        1        2        3\n\
         execute                     allowed  allowed  allowed  allowed  contents match\n\
         map, or run as interpreter  allowed  allowed  denied   denied   listed for direct only\n\
         open                        allowed  allowed  denied   denied   listed for direct only\n\
         open for writing            allowed  allowed  denied   denied   0-1: it is evaluated \
         again after that; 2-3: listed for direct only\n\
         truncate                    allowed  allowed  denied   denied   0-1: it is evaluated \
         again after that; 2-3: listed for direct only\n\
         remove                      allowed  denied   denied   denied   0: its entry is \
         deleted; 1-3: listed files are not removed\n\
         rename                      allowed  allowed  denied   denied   0-1: its entry stays \
         with it; 2: listed files are not renamed or replaced; 3: nothing is renamed\n\
         rename another to it        allowed  allowed  denied   denied   0-1: the entry of the \
         replaced file is deleted; 2: listed files are not renamed or replaced; 3: nothing is \
         renamed\n\
         link                        allowed  allowed  allowed  allowed\n\
         mount over                  allowed  allowed  denied   denied   2: listed files are not \
         mounted over; 3: nothing is mounted over\n\
         needs:\n"
            .to_owned()
            + &needs_of_tool(&machine)
    );
}

/// The names have the length that the directory's has, and so has the table.
fn needs_of_tool(machine: &Machine) -> String {
    let rows = [
        (format!("loader {}", machine.name("lib/ld.so")), "listed for file only"),
        (format!("library {}", machine.name("bin/../lib/libx.so")), "contents match"),
    ];
    let width = rows.iter().map(|(label, _)| label.len()).max().unwrap();
    let mut text = format!("{:width$}        0        1        2        3\n", "");
    for ((label, why), answers) in rows.iter().zip(["denied   denied ", "allowed  allowed"]) {
        text += &format!("{label:width$}  allowed  allowed  {answers}  {why}\n");
    }
    machine.relative(&text)
}

#[test]
fn a_changed_program_is_denied_and_both_fingerprints_are_shown() {
    let machine = machine();
    let listed = machine.entry("bin/tool", "").fingerprint().to_string();
    fs::write(machine.path("bin/tool"), "changed").unwrap();
    let found = machine.entry("bin/tool", "").fingerprint().to_string();
    let text = explain(&machine, "bin/tool");
    let contents = format!("contents: differ; expected SHA256 {listed}, found {found}\n");
    assert!(text.contains(&contents), "{text}");
    let row = "execute                     allowed  denied   denied   denied   contents differ\n";
    assert!(text.contains(row), "{text}");
    let answer = explained(&machine, "bin/tool");
    assert_eq!(answer["found_fingerprint"], found);
    assert_eq!(answer["entry"]["fingerprint"], listed);
    assert_eq!(access(&answer, "exec"), "+---");
}

#[test]
fn a_script_names_its_interpreter() {
    let machine = machine();
    let answer = explained(&machine, "bin/script");
    assert_eq!((access(&answer, "exec"), access(&answer, "open")), ("++++".into(), "++++".into()));
    assert_eq!(access(&answer, "mmap"), "++--");
    let needs = answer["needs"].as_array().unwrap();
    assert_eq!(needs.len(), 1);
    assert_eq!(needs[0]["role"], "interpreter");
    assert_eq!(needs[0]["path"], machine.name("bin/sh"));
    assert_eq!(needs[0]["entry"]["line"], 4);
    assert_eq!(answers(&needs[0]["levels"]), "++++");

    let other = machine.line("bin/sh", "direct");
    fs::write(machine.path("S"), machine.line("bin/script", "script") + &other).unwrap();
    let answer = explained(&machine, "bin/script");
    assert_eq!(answers(&answer["needs"][0]["levels"]), "++--");
}

#[test]
fn an_interpreter_runs_for_scripts_and_not_itself() {
    let answer = explained(&machine(), "bin/sh");
    assert_eq!((access(&answer, "exec"), access(&answer, "mmap")), ("++--".into(), "++++".into()));
}

#[test]
fn a_library_is_opened_and_mapped() {
    let answer = explained(&machine(), "lib/libx.so");
    assert_eq!(answer["entry"]["flags"], json!(["indirect", "file"]));
    let accesses = ["exec", "mmap", "open", "write", "link"];
    let found = accesses.map(|word| access(&answer, word));
    assert_eq!(found, ["++--", "++++", "++++", "++--", "++++"]);
}

#[test]
fn an_unlisted_file_is_explained_too() {
    let machine = machine();
    let answer = explained(&machine, "bin/none");
    assert_eq!((&answer["entry"], &answer["contents"]), (&Value::Null, &Value::Null));
    let accesses = ["exec", "mmap", "open", "write", "remove", "rename", "replace"];
    let found = accesses.map(|word| access(&answer, word));
    assert_eq!(found, ["++--", "++--", "+++-", "+++-", "+++-", "+++-", "+++-"]);
    assert!(explain(&machine, "bin/none").starts_with("./bin/none: not listed\n"));
    let directory = explain(&machine, "bin");
    let first = "./bin: a directory; Veriexec is asked about its new names, and about what is \
                 mounted over it\n";
    assert!(directory.starts_with(first), "{directory}");
}

#[test]
fn a_file_is_listed_by_all_its_names() {
    let machine = machine();
    fs::hard_link(machine.path("bin/tool"), machine.path("bin/alias")).unwrap();
    symlink("alias", machine.path("bin/link")).unwrap();
    for name in ["bin/alias", "bin/link"] {
        let text = explain(&machine, name);
        let first = format!("./{name}: listed as direct, S:2, by the name ./bin/tool\n");
        assert!(text.starts_with(&first), "{text}");
    }
}

#[test]
fn a_device_is_asked_and_the_file_is_for_the_line() {
    let machine = machine();
    machine.control(&["load", "S"]).done();
    let tool = machine.name("bin/tool");
    let text = machine.control(&["explain", &tool, "--signatures", "S"]).done().stdout;
    let first = "./bin/tool: listed as direct, S:2; the driver's status of it: not evaluated\n";
    assert!(machine.relative(&text).starts_with(first), "{text}");
    // What the list says now is not what the driver holds.
    fs::write(machine.path("S"), machine.line("bin/tool", "file")).unwrap();
    let answer = machine.json(&["explain", &tool, "--signatures", "S"], 0);
    assert_eq!(answer["entry"]["flags"], json!(["direct"]));
    assert_eq!(answer["entry"]["line"], Value::Null);
    machine.control(&["delete", &tool]).done();
    let answer = machine.json(&["explain", &tool, "--signatures", "S"], 0);
    assert_eq!(answer["entry"], Value::Null);
}

#[test]
fn one_level_is_shown_alone() {
    let machine = machine();
    let tool = machine.name("bin/tool");
    let run = machine.run(&["explain", &tool, "--signatures", "S", "--level", "2", "--json"]);
    let answer = run.done().json();
    assert_eq!(access(&answer, "exec"), "+");
    assert_eq!(answer["accesses"][2]["levels"][0]["finding"], "incorrect-access");
    assert_eq!(answer["accesses"][2]["levels"][0]["errno"], "EPERM");
}

#[test]
fn what_cannot_be_explained_is_an_error() {
    let machine = machine();
    machine.run(&["explain", "gone", "--signatures", "S"]).fails(&["`gone': No such file"]);
    // As a report names what was made in memory, and what was removed.
    for name in ["/memfd:x (deleted)", "gone", "bin/sh/gone"] {
        let run = machine.run(&["explain", name, "--signatures", "S"]);
        run.fails(&["the file is gone, or has no name; one without a name is not listed: from"]);
    }
    machine.run(&["explain", "bin/sh", "--signatures", "none"]).fails(&["cannot read none"]);
    machine.run(&["--device", "mock:S", "explain", "bin/sh"]).expect(1);
}

/// What the module is not asked about is allowed.
#[test]
#[cfg(target_os = "linux")]
fn f07_explain_proc() {
    let machine = machine();
    let explain =
        |path: &str| machine.run(&["explain", path, "--signatures", "S", "--json"]).done().json();
    let words = ["exec", "mmap", "open", "write", "truncate", "remove", "rename", "replace"];
    for path in ["/proc/meminfo", "/sys/kernel/notes", "/proc/self/exe/../../meminfo"] {
        if fs::metadata(path).is_err() {
            continue;
        }
        let answer = explain(path);
        for word in words {
            assert_eq!(access(&answer, word), "++++", "{path} {word}");
        }
        assert_eq!((&answer["regular"], &answer["entry"]), (&json!(false), &Value::Null));
    }
    for (path, expected) in [
        ("/dev/null", ["++++", "++++", "++++", "++++", "++++", "+++-", "+++-", "+++-"]),
        ("/dev", ["++++", "++++", "++++", "++++", "++++", "++++", "+++-", "+++-"]),
    ] {
        let answer = explain(path);
        assert_eq!(words.map(|word| access(&answer, word)), expected, "{path}");
    }
    let text = machine.run(&["explain", "/proc/meminfo", "--signatures", "S"]).done().stdout;
    let first = "/proc/meminfo: made up by the kernel; Veriexec is not asked about it\n";
    assert!(text.starts_with(first), "{text}");
    // One that leads out of it is what it leads to.
    let answer = explain("/proc/self/exe");
    assert_eq!((&answer["regular"], access(&answer, "exec")), (&json!(true), "++--".into()));

    machine.control(&["load", "S"]).done();
    let simulated = |deed| machine.control(&["simulate", "--level", "3", deed, "/proc/meminfo"]);
    for deed in ["open", "exec", "write", "remove"] {
        simulated(deed).done();
    }
}

/// Links, interpreters and libraries of another root are those of that root.
#[test]
fn f01_root_abslink() {
    let machine = Machine::new();
    machine.file("r/opt/tool", "#!/bin/interpreter\n", 0o755);
    machine.file("r/usr/bin/interpreter", elf(Some("/lib/ld.so"), &["libx.so"], None), 0o755);
    machine.file("r/usr/lib/libx.so", elf(None, &[], None), 0o644);
    machine.file("r/usr/lib/ld.so", elf(None, &[], None), 0o755);
    fs::create_dir_all(machine.path("r/etc/alternatives")).unwrap();
    for (link, target) in [
        ("r/bin", "/usr/bin"),
        ("r/lib", "usr/lib"),
        ("r/usr/bin/tool", "/etc/alternatives/tool"),
        ("r/etc/alternatives/tool", "/opt/tool"),
        ("r/usr/bin/out", "../../../S"),
    ] {
        symlink(target, machine.path(link)).unwrap();
    }
    let line =
        |name: &str, flags| machine.line(format!("r{name}"), flags).replace(&machine.name("r"), "");
    let lines = [
        line("/opt/tool", "script"),
        line("/usr/bin/interpreter", "indirect"),
        line("/usr/lib/libx.so", "library"),
        line("/usr/lib/ld.so", "library"),
    ];
    fs::write(machine.path("S"), lines.concat()).unwrap();
    let explain =
        |path: &str| machine.run(&["explain", "-p", "r", path, "--signatures", "S", "--json"]);
    machine.run(&["verify", "-p", "r", "S"]).done();
    let answer = explain("/bin/tool").done().json();
    assert_eq!((&answer["path"], &answer["contents"]), (&json!("/bin/tool"), &json!("match")));
    assert_eq!(answer["entry"]["listed_path"], "/opt/tool");
    assert_eq!(answer["needs"][0]["path"], "/usr/bin/interpreter");
    assert_eq!(answers(&answer["needs"][0]["levels"]), "++++");
    let answer = explain("/usr/bin/interpreter").done().json();
    let needs = answer["needs"].as_array().unwrap();
    let paths: Vec<_> = needs.iter().map(|need| need["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["/usr/lib/ld.so", "/usr/lib/libx.so"]);
    assert!(needs.iter().all(|need| answers(&need["levels"]) == "++++"), "{answer}");
    // No link leads out, and a name is one of the tree, from its root.
    explain("/usr/bin/out").fails(&["`/usr/bin/out': No such file"]);
    explain("opt/tool").done();
    explain(&machine.name("r/opt/tool")).expect(1);
    machine.run(&["explain", "-p", "S", "/opt/tool"]).fails(&["is no directory"]);
}

#[test]
fn a_directory_is_the_way_to_what_is_listed_below() {
    let machine = machine();
    fs::create_dir_all(machine.path("lib/empty")).unwrap();
    symlink("lib", machine.path("link")).unwrap();
    for name in ["lib", "link", "bin", "lib/../bin"] {
        let answer = explained(&machine, name);
        assert_eq!(access(&answer, "mount"), "++--", "{name}");
        assert_eq!(access(&answer, "rename"), "++--", "{name}");
    }
    for name in ["lib/empty", "li"] {
        fs::create_dir_all(machine.path(name)).unwrap();
        let answer = explained(&machine, name);
        assert_eq!(access(&answer, "mount"), "+++-", "{name}");
        assert_eq!(access(&answer, "rename"), "+++-", "{name}");
    }
    // What is mounted over a file hides it alone.
    assert_eq!(access(&explained(&machine, "bin/tool"), "mount"), "++--");
    assert_eq!(access(&explained(&machine, "bin/none"), "mount"), "+++-");
    assert_eq!(
        explain(&machine, "lib"),
        "./lib: a directory; Veriexec is asked about its new names, and about what is mounted over \
         it\n\
         \x20                           0        1        2        3\n\
         rename                allowed  allowed  denied   denied   2: listed files are below it; \
         3: nothing is renamed\n\
         rename another to it  allowed  allowed  allowed  denied   3: nothing is renamed\n\
         mount over            allowed  allowed  denied   denied   2: listed files are below it; \
         3: nothing is mounted over\n"
    );
}

#[test]
fn a_driver_says_what_is_below_by_the_names_that_it_keeps() {
    let machine = machine();
    let explained = |name: &str| {
        let name = machine.name(name);
        machine.control(&["explain", &name, "--signatures", "S", "--json"]).done().json()
    };
    machine.control(&["load", "S"]).done();
    // Its entries have no names: the list says what they may be.
    let answer = explained("lib");
    let mounts = answer["accesses"].as_array().unwrap();
    let mount = mounts.iter().find(|access| access["access"] == "mount").unwrap();
    assert_eq!(mount["levels"][2]["allowed"], Value::Null);
    assert_eq!(mount["levels"][2]["reason"], "denied if listed files are below it");
    assert_eq!(mount["levels"][1]["allowed"], true);
    machine.control(&["flush"]).done();
    machine.control(&["load", "-k", "S"]).done();
    assert_eq!(access(&explained("lib"), "mount"), "++--");
    fs::create_dir_all(machine.path("lib/empty")).unwrap();
    assert_eq!(access(&explained("lib/empty"), "mount"), "+++-");
}

#[test]
#[cfg(target_os = "linux")]
fn what_a_driver_is_not_asked_about_has_no_row() {
    let machine = machine();
    let text = machine.run(&["explain", "/dev/null", "--signatures", "S"]).done().stdout;
    let rows: Vec<_> = text.lines().skip(2).filter_map(|line| line.split("  ").next()).collect();
    assert_eq!(rows, ["remove", "rename", "rename another to it"]);
    let text = machine.run(&["explain", "/proc/meminfo", "--signatures", "S"]).done().stdout;
    assert_eq!(text.lines().count(), 1, "{text}");
}
