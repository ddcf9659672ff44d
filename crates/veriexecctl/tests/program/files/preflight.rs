//! `preflight`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at once")]

mod loaders;
mod lockdown;
mod lockouts;
mod system;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use fingerprint::{Algorithm, Hasher};
use serde_json::Value;

use crate::elf::elf;
use crate::machine::{Machine, Run};

const LOADER: &str = "/lib/ld.so";

/// A system below `root`: init that needs a library, which needs another, and a shell.
fn machine() -> Machine {
    let machine = Machine::new();
    let file = |name: &str, content: &[u8]| machine.file(format!("root{name}"), content, 0o755);
    file("/usr/sbin/init", &elf(Some(LOADER), &["liba.so"], None));
    file("/usr/bin/dash", &elf(Some(LOADER), &["libc.so"], None));
    file("/usr/sbin/veriexecctl", &elf(Some(LOADER), &["libc.so"], None));
    file("/lib/ld.so", &elf(None, &[], None));
    file("/usr/lib/libc.so", &elf(None, &[], Some("/none")));
    file("/opt/lib/liba.so", &elf(None, &["libb.so"], Some("$ORIGIN/deep")));
    file("/opt/lib/deep/libb.so", &elf(None, &["libc.so"], None));
    file("/etc/ld.so.conf", b"/opt/lib\n");
    file("/etc/passwd", b"daemon:x:1:1::/:/none\nroot:x:0:0::/root:/bin/dash\n");
    for directory in ["bin", "sbin"] {
        symlink(format!("usr/{directory}"), machine.path("root").join(directory)).unwrap();
    }
    symlink("/bin/dash", machine.path("root/usr/bin/sh")).unwrap();
    machine
}

const FILES: [(&str, &str); 7] = [
    ("/usr/sbin/init", "direct"),
    ("/usr/bin/dash", "direct, indirect"),
    ("/usr/sbin/veriexecctl", "direct"),
    (LOADER, "library"),
    ("/usr/lib/libc.so", "library"),
    ("/opt/lib/liba.so", "library"),
    ("/opt/lib/deep/libb.so", "library"),
];

fn sign(machine: &Machine, files: &[(&str, &str)]) {
    let line = |(path, flags): &(&str, &str)| {
        let content = fs::read(machine.path(format!("root{path}"))).unwrap();
        format!("{path} SHA256 {} {flags}\n", Hasher::digest(Algorithm::Sha256, &content))
    };
    fs::write(machine.path("S"), files.iter().map(line).collect::<String>()).unwrap();
}

/// The same list with another line for a file, or none.
fn with(path: &str, flags: Option<&'static str>) -> Vec<(&'static str, &'static str)> {
    let change = |(name, old)| match flags {
        _ if name != path => Some((name, old)),
        flags => flags.map(|flags| (name, flags)),
    };
    FILES.into_iter().filter_map(change).collect()
}

fn preflight(machine: &Machine, level: &str) -> Run {
    machine.run(&["preflight", "--level", level, "--signatures", "S", "--root", "root"])
}

/// The lines about files.
fn found(run: &Run) -> Vec<&str> {
    let about = ["vital: ", "running: ", "other: "];
    run.stdout.lines().filter(|line| about.iter().any(|word| line.starts_with(word))).collect()
}

#[test]
fn a_system_that_is_wholly_listed_goes_on_at_every_level() {
    let machine = machine();
    sign(&machine, &[&FILES[..], &[("/etc/passwd", "file")]].concat());
    for level in ["0", "1", "2", "3"] {
        let run = preflight(&machine, level).done();
        assert_eq!(found(&run), [""; 0]);
        assert!(run.stdout.contains("not looked at: running programs"), "{}", run.stdout);
    }
}

#[test]
fn without_the_loader_nothing_starts() {
    let machine = machine();
    sign(&machine, &[&with(LOADER, None)[..], &[("/etc/passwd", "file")]].concat());
    for level in ["2", "3"] {
        let run = preflight(&machine, level).expect(1);
        let expected = "vital: /lib/ld.so: not listed; needed by /usr/sbin/init, /usr/bin/dash, \
                        /usr/sbin/veriexecctl; list it as indirect";
        assert_eq!(found(&run), [expected]);
    }
    preflight(&machine, "1").done();
}

#[test]
fn level_2_is_what_is_asked_about() {
    let machine = machine();
    sign(&machine, &with(LOADER, None));
    let run = machine.run(&["preflight", "--signatures", "S", "--root", "root"]).expect(1);
    assert!(run.stdout.contains("strict level 2 (IPS) would deny 1 vital file, "), "{run:?}");
}

#[test]
fn every_vital_file_counts_and_each_of_its_uses() {
    let machine = machine();
    for (path, _) in FILES {
        sign(&machine, &with(path, None));
        let run = preflight(&machine, "2").expect(1);
        let lines = found(&run);
        assert!(lines.len() == 1 && lines[0].starts_with(&format!("vital: {path}: ")), "{run:?}");
    }
    for (path, flags) in [
        ("/usr/sbin/init", "indirect, file"),
        ("/usr/bin/dash", "direct"),
        ("/usr/bin/dash", "indirect"),
        ("/usr/lib/libc.so", "file"),
        ("/usr/lib/libc.so", "indirect"),
    ] {
        sign(&machine, &with(path, Some(flags)));
        let run = preflight(&machine, "2").expect(1);
        let expected = format!("vital: {path}: listed for {flags} only");
        assert!(found(&run)[0].starts_with(&expected), "{run:?}");
        preflight(&machine, "1").done();
    }
}

#[test]
fn a_changed_file_is_denied_from_level_1_on() {
    let machine = machine();
    sign(&machine, &FILES);
    machine.file("root/opt/lib/deep/libb.so", elf(None, &[], None), 0o644);
    preflight(&machine, "0").done();
    let run = preflight(&machine, "1").expect(1);
    let expected = "vital: /opt/lib/deep/libb.so: contents differ; needed by /usr/sbin/init; \
                    list it anew if the change is meant";
    assert_eq!(found(&run), [expected]);
}

#[test]
fn a_library_that_is_not_there_cannot_be_judged() {
    let machine = machine();
    sign(&machine, &with("/opt/lib/deep/libb.so", None));
    fs::remove_file(machine.path("root/opt/lib/deep/libb.so")).unwrap();
    let run = preflight(&machine, "2").expect(1);
    assert_eq!(
        found(&run),
        [
            "vital: libb.so: not found; needed by /usr/sbin/init; install it, or remove what needs it"
        ]
    );
}

#[test]
fn other_programs_are_counted_and_with_verbose_named() {
    let machine = machine();
    machine.file("root/usr/bin/tool", "#!/usr/bin/perl -w\n", 0o755);
    machine.file("root/usr/bin/perl", elf(None, &[], None), 0o755);
    machine.file("root/usr/bin/notes", "no program", 0o644);
    let tool = [("/usr/bin/tool", "direct"), ("/usr/bin/perl", "direct")];
    sign(&machine, &[&FILES[..], &tool[..]].concat());
    let run = preflight(&machine, "2").done();
    assert_eq!(found(&run), [""; 0]);
    assert!(run.stdout.contains("0 vital files, 0 running, and 2 others, of "), "{run:?}");
    let arguments = ["preflight", "-v", "--signatures", "S", "--root", "root"];
    let run = machine.run(&arguments).done();
    let expected = [
        "other: /usr/bin/perl: listed for direct only; list it as direct, indirect",
        "other: /usr/bin/tool: listed for direct only; list it as direct, file",
    ];
    assert_eq!(found(&run), expected);
    assert!(run.stdout.contains("\n    needed by /usr/bin/tool\n"), "{run:?}");
}

#[test]
fn json_has_the_uses_that_are_denied() {
    let machine = machine();
    sign(&machine, &with(LOADER, None));
    let arguments = ["preflight", "--signatures", "S", "--root", "root", "--json"];
    let answer = machine.run(&arguments).expect(1).json();
    assert_eq!((&answer["level"], &answer["vital"]), (&2.into(), &1.into()));
    let finding = &answer["findings"][0];
    assert_eq!((&finding["path"], &finding["role"]), (&LOADER.into(), &"vital".into()));
    assert_eq!(finding["line"], Value::Null);
    assert_eq!(finding["needed_by"][0]["name"], "/usr/sbin/init");
    assert_eq!(finding["denied"][0]["use"], "map");
    assert_eq!(finding["denied"][0]["finding"], "no-entry");
    assert_eq!(finding["denied"][0]["errno"], "EPERM");
    assert_eq!(finding["advice"], "list it as indirect");
}

#[test]
fn a_bad_line_is_an_error_and_a_missing_file_another() {
    let machine = machine();
    sign(&machine, &FILES);
    let text = fs::read_to_string(machine.path("S")).unwrap();
    fs::write(machine.path("S"), text + "bad\n").unwrap();
    preflight(&machine, "2").fails(&["S:8:1: "]);
    machine.run(&["preflight", "--signatures", "none"]).fails(&["cannot read none"]);
}

#[test]
fn what_cannot_be_read_is_a_finding_and_never_nothing() {
    // A program whose needs nobody can tell, and a file that names more of them.
    for unreadable in ["usr/sbin/init", "usr/lib/libc.so", "etc/ld.so.preload", "etc/passwd"] {
        let machine = machine();
        machine.file("root/etc/ld.so.preload", "", 0o644);
        sign(&machine, &FILES);
        machine.let_others_in();
        machine.run_as_nobody(&["preflight", "--signatures", "S", "--root", "root"]).expect(0);
        let place = machine.path(format!("root/{unreadable}"));
        fs::set_permissions(&place, fs::Permissions::from_mode(0o000)).unwrap();
        let run = machine.run_as_nobody(&["preflight", "--signatures", "S", "--root", "root"]);
        let run = run.expect(1);
        let lines = found(&run);
        let [line] = lines[..] else { panic!("{unreadable}: {run:?}") };
        assert!(line.starts_with(&format!("vital: /{unreadable}: ")), "{line}");
        assert!(line.contains("could not be read: Permission denied"), "{line}");
        assert!(line.ends_with("; ask as root, where no level keeps it from being read"), "{line}");
    }
}

#[test]
fn an_empty_list_is_good_at_no_level() {
    let machine = machine();
    for empty in ["", "# nothing\n\n"] {
        fs::write(machine.path("S"), empty).unwrap();
        for level in ["0", "1", "2", "3"] {
            preflight(&machine, level).fails(&["S lists nothing"]);
        }
        let arguments = ["preflight", "--signatures", "S", "--root", "root", "--json"];
        assert_eq!(machine.run(&arguments).expect(1).json()["errors"], 1);
    }
}

#[test]
fn errors_of_the_list_can_be_left_to_whoever_loads_it() {
    let machine = machine();
    sign(&machine, &FILES);
    let good = fs::read_to_string(machine.path("S")).unwrap();
    let (first, others) = good.split_once('\n').unwrap();
    let judged = |text: &str, status: i32| {
        fs::write(machine.path("S"), text).unwrap();
        let arguments = ["preflight", "--allow-errors", "--signatures", "S", "--root", "root"];
        machine.run(&arguments).expect(status)
    };
    let run = judged(&format!("{good}bad\n"), 0);
    // The lines are named by what loads them, and once is enough.
    let said = "veriexecctl: S: judged by its good lines; 1 error, which lint names\n";
    assert_eq!(run.stderr, said);
    let run = judged(&format!("bad\n{others}"), 1);
    assert!(first.starts_with("/usr/sbin/init "));
    assert_eq!(found(&run).len(), 1, "{run:?}");
    // What lists nothing is no list.
    for (nothing, said) in [
        ("bad\n", "veriexecctl: S: has no good line; 1 error, which lint names\n"),
        ("", "veriexecctl: S lists nothing\n"),
    ] {
        assert_eq!(judged(nothing, 1).stderr, said);
    }
}

#[test]
fn long_lists_are_summed_up_and_given_in_full_with_verbose() {
    let machine = machine();
    let unit = "[Service]\n".to_owned()
        + &(0..30).map(|number| format!("ExecStart=/bin/tool{number}\n")).collect::<String>();
    machine.file("root/usr/lib/systemd/system/basic.target", "", 0o644);
    machine.file("root/usr/lib/systemd/systemd", elf(Some(LOADER), &["libc.so"], None), 0o755);
    fs::remove_file(machine.path("root/usr/sbin/init")).unwrap();
    symlink("/usr/lib/systemd/systemd", machine.path("root/usr/sbin/init")).unwrap();
    machine.file("root/usr/lib/systemd/system/rescue.target", "[Unit]\nWants=t.service\n", 0o644);
    machine.file("root/usr/lib/systemd/system/t.service", unit, 0o644);
    for number in 0..30 {
        let tool = elf(Some(LOADER), &["libc.so"], None);
        let tool = [&tool[..], number.to_string().as_bytes()].concat();
        machine.file(format!("root/usr/bin/tool{number}"), tool, 0o755);
    }
    let listed = with("/usr/sbin/init", Some("direct"));
    let listed: Vec<_> = listed
        .into_iter()
        .map(|(path, flags)| match path {
            "/usr/sbin/init" => ("/usr/lib/systemd/systemd", flags),
            path => (path, flags),
        })
        .filter(|(path, _)| *path != "/usr/lib/libc.so")
        .collect();
    sign(&machine, &listed);
    let run = preflight(&machine, "2").expect(1);
    let lines = found(&run);
    assert_eq!(lines.len(), 21, "{run:?}");
    assert_eq!(lines[20], "vital: 11 more (11 not listed); -v names them");
    assert!(run.stdout.contains(" and 30 more; list it as indirect, file\n"), "{run:?}");
    let arguments = ["preflight", "-v", "--signatures", "S", "--root", "root"];
    let run = machine.run(&arguments).expect(1);
    assert_eq!(found(&run).len(), 31, "{run:?}");
    assert_eq!(run.stdout.matches("    needed by t.service\n").count(), 30);
}

#[cfg(target_os = "linux")]
#[test]
fn what_runs_is_named_and_fails_only_if_asked_to() {
    let machine = Machine::new();
    fs::write(machine.path("S"), "").unwrap();
    let arguments = ["preflight", "--signatures", "S", "--json"];
    let answer = machine.run(&arguments).expect(1).json();
    // This very program runs, and so does what asks it; nothing else of what runs here is known.
    let itself = fs::canonicalize(env!("CARGO_BIN_EXE_veriexecctl")).unwrap();
    let findings = answer["findings"].as_array().unwrap();
    let found = findings.iter().find(|finding| finding["path"] == itself.to_str().unwrap());
    assert_eq!(found.unwrap()["role"], "running");

    let vital = findings.iter().filter(|finding| finding["role"] == "vital");
    let lines: String = vital
        .map(|finding| machine.line(finding["path"].as_str().unwrap(), "direct, library"))
        .collect();
    assert!(!lines.is_empty());
    fs::write(machine.path("S"), lines).unwrap();
    machine.run(&["preflight", "--signatures", "S"]).done();
    machine.run(&["preflight", "--signatures", "S", "--strict-running"]).expect(1);
}

/// A process that runs until it is dropped.
#[cfg(target_os = "linux")]
struct Child(std::process::Child);

#[cfg(target_os = "linux")]
impl Child {
    /// One of a program that is a copy, with a library that is one.
    fn new(machine: &Machine) -> Self {
        let maps = fs::read_to_string("/proc/self/maps").unwrap();
        let library = maps.lines().filter_map(|line| line.split_whitespace().nth(5));
        let library = library.into_iter().find(|name| name.contains("/libgcc_s.so")).unwrap();
        fs::copy(library, machine.path("library.so")).unwrap();
        // Another process writes it: what is open for writing anywhere is not executed.
        let mut copy = std::process::Command::new("cp");
        copy.arg("/bin/sleep").arg(machine.path("sleep"));
        assert!(copy.status().unwrap().success());
        let mut command = std::process::Command::new(machine.path("sleep"));
        command.arg("600").env("LD_PRELOAD", machine.path("library.so"));
        let child = Self(command.spawn().unwrap());
        let has = |name: &str| {
            let maps = fs::read_to_string(format!("/proc/{}/maps", child.0.id())).unwrap();
            maps.lines().any(|line| line.contains("r-xp") && line.ends_with(name))
        };
        while !has("/library.so") || !has("/sleep") {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        child
    }
}

#[cfg(target_os = "linux")]
impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What is said of a file of this machine.
#[cfg(target_os = "linux")]
fn about(machine: &Machine, name: &str, answer: &Value) -> (Option<Value>, Option<Value>) {
    let is_it = |found: &&Value| found["path"] == machine.name(name);
    let of = |member: &str| answer[member].as_array().unwrap().iter().find(is_it).cloned();
    (of("findings"), of("replaced"))
}

#[cfg(target_os = "linux")]
#[test]
fn what_was_replaced_while_it_runs_is_no_denial() {
    let machine = Machine::new();
    let child = Child::new(&machine);
    for name in ["library.so", "sleep"] {
        fs::remove_file(machine.path(name)).unwrap();
        machine.file(name, elf(None, &[], None), 0o755);
    }
    let lines = [machine.line("library.so", "library"), machine.line("sleep", "program")];
    fs::write(machine.path("S"), lines.concat()).unwrap();
    let answer = machine.run(&["preflight", "--signatures", "S", "--json"]).expect(1).json();
    for name in ["library.so", "sleep"] {
        let (finding, replaced) = about(&machine, name, &answer);
        assert_eq!(finding, None, "{name}");
        assert_eq!(replaced.unwrap()["processes"], serde_json::json!([child.0.id()]), "{name}");
    }
    let said = machine.run(&["preflight", "--signatures", "S", "-v"]).expect(1).stdout;
    let expected = format!(
        "replaced: {}: process {} still has the old copy mapped, which no level denies; restart \
         it or the machine\n",
        machine.name("library.so"),
        child.0.id(),
    );
    assert!(said.contains(&expected), "{said}");

    // What has the name now is judged as what the process will have when it is started again.
    fs::write(machine.path("S"), &lines[1]).unwrap();
    let answer = machine.run(&["preflight", "--signatures", "S", "--json"]).expect(1).json();
    let (finding, _) = about(&machine, "library.so", &answer);
    let finding = finding.unwrap();
    assert_eq!(finding["denied"][0]["reason"], "not listed");
    assert_eq!(finding["advice"], "list it as indirect");
}

#[cfg(target_os = "linux")]
#[test]
fn what_has_no_name_any_more_is_not_listed() {
    let machine = Machine::new();
    let _child = Child::new(&machine);
    machine.file("other", "", 0o644);
    fs::write(machine.path("S"), machine.line("other", "file")).unwrap();
    for name in ["library.so", "sleep"] {
        fs::remove_file(machine.path(name)).unwrap();
    }
    for (level, is_denied) in [("2", true), ("1", false)] {
        let arguments = ["preflight", "--signatures", "S", "--level", level, "--json"];
        let answer = Run::of(&machine.command().args(arguments).output().unwrap());
        let answer: Value = serde_json::from_str(&answer.stdout).unwrap();
        for name in ["library.so", "sleep"] {
            let (finding, replaced) = about(&machine, name, &answer);
            assert_eq!(replaced, None, "{name}");
            let reason = finding.map(|finding| finding["denied"][0]["reason"].clone());
            let expected = is_denied.then(|| "without a name, so that no list has it".into());
            assert_eq!(reason, expected, "{name} at level {level}");
        }
    }
}
