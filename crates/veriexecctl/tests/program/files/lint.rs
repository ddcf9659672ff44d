//! `lint`.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::json;

use crate::elf::elf;
use crate::machine::{Machine, Run};

/// What is found in a list of such lines, as places and codes.
fn found(run: &Run) -> Vec<String> {
    let code = |line: &str| {
        let (place, text) = line.split_once(": ").unwrap();
        let (_, place) = place.split_once(':').unwrap();
        let code = text.rsplit_once('[').unwrap().1.strip_suffix(']').unwrap();
        let (severity, _) = text.split_once(": ").unwrap();
        format!("{place} {severity} {code}")
    };
    run.stdout.lines().map(code).collect()
}

/// A list of lines, linted.
fn lint(machine: &Machine, lines: &[String]) -> Run {
    fs::write(machine.path("S"), lines.concat()).unwrap();
    machine.run(&["lint", "S"])
}

#[test]
fn nothing_is_said_of_what_veriexecgen_would_write() {
    let machine = Machine::with(&["bin/tool", "bin/sh"]);
    machine.file("bin/script", format!("#!{}\n", machine.name("bin/sh")), 0o755);
    let lines = [
        machine.line("bin/script", "direct, file"),
        machine.line("bin/sh", "direct, indirect, file"),
        machine.line("bin/tool", "direct, file"),
    ];
    assert_eq!(lint(&machine, &lines).done().stdout, "");
}

#[test]
fn a_finding_has_a_place_a_severity_a_text_and_a_code() {
    let machine = Machine::with(&["tool"]);
    let run = lint(&machine, &["# c\n  /x MD5 00\n".to_owned(), machine.line("tool", "file")]);
    let run = run.expect(1);
    assert_eq!(run.stderr, "");
    let first = "S:2:10: error: fingerprint of 2 digits; expected 32 for MD5 [wrong-length]\n";
    assert_eq!(run.stdout, first);
}

#[test]
fn what_netbsd_would_lose_is_said() {
    let machine = Machine::with(&["a", "b"]);
    let lines = [
        machine.line("a", "direct, file").replace('\n', " # why\n"),
        machine.line("b", "direct, file").trim_end().to_owned(),
    ];
    let run = lint(&machine, &lines).expect(1);
    let place = lines[0].find('#').unwrap() + 1;
    let codes = found(&run);
    assert_eq!(
        codes,
        [format!("1:{place} warning trailing-comment"), "2:1 warning lost-line".into()]
    );
    machine.run(&["lint", "--errors-only", "S"]).done();
    machine.run(&["lint", "S", "--allow", "lost-line", "--allow", "trailing-comment"]).done();
    machine.run(&["lint", "S", "--allow", "nonsense"]).expect(1);
}

#[test]
fn the_misuse_seen_in_the_wild_is_explained() {
    let machine = Machine::new();
    let hex = "00".repeat(32);
    let lines = [
        format!("/bin/ls {hex} VERIEXEC_DIRECT\n"),
        format!("/bin/ls SHA256 {hex} VERIEXEC_FILE\n"),
    ];
    let run = lint(&machine, &lines).expect(1);
    assert_eq!(found(&run), ["1:9 error missing-algorithm", "2:81 error kernel-flag"]);
    assert!(run.stdout.contains("unknown flag \"VERIEXEC_FILE\"; expected file"), "{}", run.stdout);
}

#[test]
fn what_is_no_file_to_list_is_named() {
    let machine = Machine::with(&["file/below"]);
    let line = |name: &str| machine.line("file/below", "direct").replace("file/below", name);
    let lines = ["none", "file", "file/below/none", "fifo"].map(line);
    rustix::fs::mknodat(
        rustix::fs::CWD,
        machine.path("fifo"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RWXU,
        0,
    )
    .unwrap();
    symlink("loop", machine.path("loop")).unwrap();
    let run = lint(&machine, &[lines.concat(), line("loop")]).expect(1);
    assert_eq!(
        found(&run),
        [
            "1:1 error missing-file",
            "2:1 error not-regular",
            "3:1 error missing-file",
            "4:1 error not-regular",
            "5:1 warning unreadable",
        ]
    );
    machine.run(&["lint", "--no-files", "S"]).done();
}

#[test]
#[cfg(target_os = "linux")]
fn what_the_kernel_makes_up_is_none() {
    let machine = Machine::with(&["a"]);
    let line = machine.line("a", "file").replace(&machine.name("a"), "/proc/meminfo");
    assert_eq!(found(&lint(&machine, &[line]).expect(1)), ["1:1 error not-regular"]);
}

#[test]
fn one_file_by_two_names_must_be_one_entry() {
    let machine = Machine::with(&["a"]);
    fs::hard_link(machine.path("a"), machine.path("b")).unwrap();
    symlink("a", machine.path("c")).unwrap();
    let lines = [
        machine.line("a", "direct, file"),
        machine.line("b", "direct, file"),
        machine.line("c", "direct, indirect, file"),
        machine.line("a", "direct, indirect, file"),
    ];
    let run = lint(&machine, &lines).expect(1);
    assert_eq!(found(&run), ["3:1 error conflicting-link", "4:1 error conflict"]);
    assert!(machine.relative(&run.stdout).contains("is the same file as ./a, which line 1 lists"));
}

#[test]
fn flags_that_do_not_fit_the_file_are_named() {
    let machine = Machine::with(&["script", "world"]);
    machine.file("program", object(2), 0o755);
    machine.file("libx.so", object(3), 0o644);
    machine.file("setuid", "#!/nonexistent/sh\n", 0o4755);
    machine.file("world", "", 0o757);
    let lines = [
        machine.line("program", "file"),
        machine.line("libx.so", "file"),
        machine.line("script", "direct"),
        machine.line("setuid", "direct, indirect, file"),
        machine.line("world", "direct, file"),
    ];
    let run = lint(&machine, &lines).expect(1);
    assert_eq!(
        found(&run),
        [
            "1:1 warning program-flags",
            "2:1 warning library-flags",
            "3:1 warning script-without-file",
            "4:1 warning set-id-indirect",
            "4:1 warning missing-interpreter",
            "5:1 warning writable-by-others",
        ]
    );
    // Listed for what they are, nothing is said of them.
    let lines = [
        machine.line("program", "indirect"),
        machine.line("libx.so", "library"),
        machine.line("script", "script"),
    ];
    lint(&machine, &lines).done();
}

#[test]
fn an_interpreter_has_the_name_that_the_kernel_reads() {
    let machine = Machine::with(&["sh"]);
    let sh = machine.name("sh");
    for (script, line) in [
        ("cr", format!("#!{sh}\r\n")),
        ("good", format!("#!{sh}\n")),
        ("relative", "#!sh\n".to_owned()),
        ("cut", format!("#!{}{sh}\n", " ".repeat(256))),
        ("nothing", "#!".to_owned()),
    ] {
        machine.file(script, line, 0o755);
    }
    let lines = ["cr", "good", "relative", "cut", "nothing"];
    let mut lines: Vec<_> = lines.map(|name| machine.line(name, "script")).into();
    lines.push(machine.line("sh", "interpreter"));
    let run = lint(&machine, &lines).expect(1);
    assert_eq!(
        found(&run),
        [
            "1:1 warning missing-interpreter",
            "3:1 warning relative-interpreter",
            "5:1 warning missing-interpreter",
        ]
    );
    assert!(run.stdout.contains("sh\\r\" as its interpreter, which does not exist; remove the"));
}

#[test]
fn a_list_of_another_program_is_called_what_it_is() {
    let machine = Machine::with(&["a"]);
    let digest = "00".repeat(32);
    let text = format!("{digest}  /usr/bin/env\n").repeat(1000);
    machine.file("S", &text, 0o644);
    machine.file("good", format!("{}\n", machine.line("a", "file")), 0o644);
    let said = "S:1:1: the file is a list of checksums as sha256sum(1) writes it; expected lines";
    for arguments in
        [&["verify", "S"][..], &["load", "S"], &["diff", "S", "good"], &["diff", "good", "S"]]
    {
        let run = machine.control(arguments).expect(1);
        assert_eq!(run.stderr.matches("checksums").count(), 1, "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains(said), "{arguments:?}: {}", run.stderr);
    }
    let run = machine.run(&["lint", "S"]).expect(1);
    assert_eq!(found(&run), ["1:1 error foreign-format"]);
}

#[test]
fn a_module_that_the_kernel_would_not_take_in_is_named() {
    let machine = Machine::with(&[]);
    machine.file("x.ko", module(), 0o644);
    let run = lint(&machine, &[machine.line("x.ko", "file")]).expect(1);
    assert_eq!(found(&run), ["1:1 warning module-flags"]);
    lint(&machine, &[machine.line("x.ko", "library")]).done();
}

/// An object file with the section that modules of Linux have.
fn module() -> Vec<u8> {
    let mut module = object(1);
    // The table of sections begins after the header; the first of its two rows is of their names.
    module[40] = 64;
    module[58..62].copy_from_slice(&[64, 0, 2, 0]);
    let names = b"\0.gnu.linkonce.this_module\0";
    let mut rows = [0_u8; 128];
    rows[24] = 64 + 128;
    rows[32] = names.len() as u8;
    rows[64] = 1;
    module.extend(rows);
    module.extend(names);
    module
}

/// The least that is an ELF file of a type, 2 a program or 3 a shared library: 64 bits wide, least
/// significant byte first.
fn object(kind: u8) -> Vec<u8> {
    let mut object = b"\x7fELF\x02\x01\x01".to_vec();
    object.resize(16, 0);
    object.extend([kind, 0, 62, 0, 1, 0, 0, 0]);
    object.resize(52, 0);
    object.extend([64, 0, 56, 0]);
    object.resize(64, 0);
    object
}

#[test]
fn interpreters_of_listed_scripts_must_be_listed_as_such() {
    let machine = Machine::with(&["sh", "awk"]);
    for (script, interpreter) in [("one", "sh"), ("two", "sh"), ("three", "awk"), ("four", "gone")]
    {
        machine.file(script, format!("#!{} -e\n", machine.name(interpreter)), 0o755);
    }
    let script = |name| machine.line(name, "script");
    let lines = [
        script("one"),
        script("two"),
        script("three"),
        script("four"),
        machine.line("sh", "script"),
    ];
    let run = lint(&machine, &lines).expect(1);
    assert_eq!(
        found(&run),
        [
            "3:1 warning unlisted-interpreter",
            "4:1 warning missing-interpreter",
            "5:1 warning interpreter-without-indirect",
        ]
    );
    let text = machine.relative(&run.stdout);
    assert!(
        text.contains("./sh is the interpreter of ./one, but not listed as indirect"),
        "{text}"
    );
    // A script that is only read needs none.
    lint(&machine, &["one", "two", "three", "four"].map(|name| machine.line(name, "file"))).done();
}

#[test]
fn a_file_that_is_not_there_is_said_not_to_exist() {
    let machine = Machine::with(&["gone"]);
    let line = machine.line("gone", "file");
    fs::remove_file(machine.path("gone")).unwrap();
    let text = machine.relative(&lint(&machine, &[line]).expect(1).stdout);
    assert!(text.contains("./gone does not exist; a driver does not take the entry"), "{text}");
}

#[test]
fn loaders_of_listed_programs_must_be_listed_as_such() {
    let machine = Machine::with(&["klibc.so"]);
    let program = elf(Some(&machine.name("klibc.so")), &[], None);
    machine.file("one", &program, 0o755);
    machine.file("two", &program, 0o755);
    let one = machine.line("one", "direct, file");
    let two = machine.line("two", "direct, file");
    let loader = machine.line("klibc.so", "direct, file");
    let run = lint(&machine, &[one.clone(), two.clone(), loader]).expect(1);
    assert_eq!(found(&run), ["3:1 warning loader-without-indirect"]);
    let text = machine.relative(&run.stdout);
    assert!(text.contains("./klibc.so is the loader of ./one, but not listed as ind"), "{text}");
    let loader = machine.line("klibc.so", "direct, indirect, file");
    lint(&machine, &[one, two, loader]).done();
    // What is only read is not loaded.
    let read = machine.line("one", "file");
    let run = lint(&machine, &[read, machine.line("klibc.so", "direct, file")]).expect(1);
    assert_eq!(found(&run), ["1:1 warning program-flags"]);
}

#[test]
fn another_root_is_looked_into() {
    let machine = Machine::new();
    machine.file("mnt/bin/script", "#!/bin/sh\n", 0o755);
    machine.file("mnt/bin/sh", "", 0o755);
    let line = |name: &str, flags| machine.line(name, flags).replace(&machine.name("mnt"), "");
    let lines = line("mnt/bin/script", "script") + &line("mnt/bin/sh", "script");
    fs::write(machine.path("S"), &lines).unwrap();
    let run = machine.run(&["lint", "S", "--root", "mnt"]).expect(1);
    assert_eq!(found(&run), ["2:1 warning interpreter-without-indirect"]);
}

#[test]
fn json_has_the_same() {
    let machine = Machine::with(&["a"]);
    fs::write(machine.path("S"), machine.line("a", "direct") + "bad\n").unwrap();
    let found = machine.json(&["lint", "S"], 1);
    assert_eq!((&found["errors"], &found["warnings"]), (&json!(1), &json!(1)));
    assert_eq!(found["file"], "S");
    let path = machine.name("a");
    assert_eq!(
        found["findings"][0],
        json!({
            "line": 1, "column": 1, "severity": "warning", "code": "script-without-file",
            "path": path,
            "message": format!("{path} is run by an interpreter, which opens it, but is not \
                                listed for that; expected script"),
        })
    );
    assert_eq!(found["findings"][1]["code"], "relative-path");
    assert_eq!(found["findings"].as_array().unwrap().len(), 2);
}

#[test]
fn a_list_from_standard_input_and_one_that_is_not_there() {
    let machine = Machine::new();
    let run = machine.run_with_input(&["lint", "-"], b"bad\n").expect(1);
    assert!(run.stdout.starts_with("-:1:1: error: "), "{}", run.stdout);
    machine.run(&["lint", "none"]).fails(&["cannot read none"]);
}

#[test]
fn a_list_of_nothing_is_named() {
    for nothing in ["", "\n", "# nothing\n"] {
        let run = lint(&Machine::new(), &[nothing.to_owned()]).expect(1);
        assert_eq!(found(&run), ["1:1 error empty"]);
    }
}
