//! Names that act on a terminal: shown harmlessly by every command, and exactly in JSON.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use fingerprint::{Algorithm, Hasher};
use serde_json::Value;

use crate::elf::elf_of_bytes;
use crate::machine::{Machine, Run, entry, lines, os};

/// Names that clear the screen, set its title, turn the text, or are no text at all.
const NAMES: [&[u8]; 5] = [
    b"esc\x1b[2J\x1b]0;title\x07",
    b"c1\xc2\x9b2J",
    "bidi\u{202e}txt.\u{200b}".as_bytes(),
    b"new\nline\rand\ttab",
    b"bytes\xff\xfe\\end",
];

/// Runs of a command in which it has a name to print.
type Runs = fn(&Hostile);

const COMMANDS: [(&str, Runs); 15] = [
    ("load", load),
    ("delete", delete),
    ("query", query),
    ("dump", dump),
    ("flush", only_the_device),
    ("status", status),
    ("strict", only_the_device),
    ("verbose", only_the_device),
    ("simulate", simulate),
    ("verify", verify),
    ("explain", explain),
    ("preflight", preflight),
    ("diff", diff),
    ("lint", lint),
    ("completions", |_| {}),
];

/// A machine whose files have one of the names: `file/NAME`, a script; `list/NAME`, which lists it;
/// `bad/NAME`, a list in error; and `none/NAME`, which is not there.
struct Hostile {
    machine: Machine,
    name: &'static [u8],
}

impl Hostile {
    fn new(name: &'static [u8]) -> Self {
        let hostile = Self { machine: Machine::new(), name };
        let machine = &hostile.machine;
        machine.file(hostile.place("file"), "#!/bin/sh\n", 0o755);
        let list = lines(&[machine.entry(hostile.place("file"), "direct, file")]);
        machine.file(hostile.place("list"), list, 0o644);
        let path = hostile.path("file");
        let lines = [&path[..], b" SHA256 00 ", name, b"\n", name, b"\n", &path, b" ", name, b"\n"];
        machine.file(hostile.place("bad"), lines.concat(), 0o644);
        hostile
    }

    /// The file of the name in a directory of the machine.
    fn place(&self, directory: &str) -> PathBuf {
        self.machine.path(directory).join(os(self.name))
    }

    fn path(&self, directory: &str) -> Vec<u8> {
        self.place(directory).into_os_string().as_bytes().to_vec()
    }

    /// Runs a command; `@DIRECTORY` is the file of the name in that directory.
    fn run(&self, words: &[&str], status: i32) -> Run {
        let word = |word: &&str| match word.split_once('@') {
            Some((before, directory)) => {
                let mut word = OsString::from(before);
                word.push(self.place(directory));
                word
            }
            None => OsString::from(word),
        };
        let words: Vec<OsString> = words.iter().map(word).collect();
        self.machine.control_os(&words).expect(status)
    }

    /// Runs a command whose output must be harmless, and with something to say.
    #[track_caller]
    fn shows(&self, words: &[&str], status: i32) {
        let run = self.run(words, status);
        assert_harmless(&run);
        assert!(!(run.stdout.is_empty() && run.stderr.is_empty()), "{words:?} says nothing");
    }

    /// Runs a command for its JSON.
    #[track_caller]
    fn json(&self, words: &[&str], status: i32) -> Value {
        let run = self.run(&[words, &["--json"]].concat(), status);
        assert_harmless(&run);
        run.json()
    }
}

/// Whether nothing in a text acts on a terminal.
#[track_caller]
fn assert_harmless(run: &Run) {
    for text in [&run.stdout, &run.stderr] {
        let acts = |character: char| {
            (character.is_control() && character != '\n')
                || matches!(character, '\u{200b}' | '\u{202e}' | '\u{fffd}')
        };
        assert!(!text.contains(acts), "{run:?}");
        // A line that a name has begun is none of ours.
        assert!(!text.contains("\nline"), "{run:?}");
    }
}

/// The bytes of the name under a key, by the rule of the manual.
#[track_caller]
fn exact(object: &Value, key: &str) -> Vec<u8> {
    match object.get(format!("{key}_bytes")) {
        None => object[key].as_str().unwrap().as_bytes().to_vec(),
        Some(hex) => {
            let hex = hex.as_str().unwrap().as_bytes();
            let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
            hex.chunks(2).map(byte).collect()
        }
    }
}

#[test]
fn every_command_shows_names_harmlessly_and_gives_them_exactly() {
    let tested: BTreeSet<_> = COMMANDS.map(|(command, _)| command.to_owned()).into();
    assert_eq!(tested, Machine::new().commands());
    for name in NAMES {
        for (command, show) in COMMANDS {
            show(&Hostile::new(name));
            wrong_arguments(&Hostile::new(name), command);
        }
        println!("{:?}: {} commands", String::from_utf8_lossy(name), COMMANDS.len());
    }
}

/// A name where none is due, and one of an option that there is not.
fn wrong_arguments(hostile: &Hostile, command: &str) {
    for words in [
        &[command, "a", "b", "c", "@file"][..],
        &[command, "@file", "@file", "@file", "@file"],
        &[command, "--no-such-option=@file"],
        &[command, "--level", "@file"],
        &[command, "--allow", "@file"],
        &["@file", command],
        &["--json=@file", command],
    ] {
        hostile.shows(words, 1);
    }
    if ["strict", "verbose", "completions", "simulate"].contains(&command) {
        hostile.shows(&[command, "@file"], 1);
    }
}

fn load(hostile: &Hostile) {
    hostile.shows(&["load", "-v", "-k", "@list"], 0);
    hostile.shows(&["load", "-v", "-k", "@list"], 0);
    hostile.shows(&["load", "-v", "--replace", "--allow-empty", "/dev/null"], 0);
    hostile.shows(&["load", "-v", "--replace", "@list"], 0);
    for wrong in ["@bad", "@none"] {
        hostile.shows(&["load", wrong], 1);
        hostile.shows(&["load", "--replace", wrong], 1);
    }
    // What is listed as something else, and what is not there.
    let other = lines(&[hostile.machine.entry(hostile.place("file"), "indirect")]);
    hostile.machine.file("other", other, 0o644);
    hostile.shows(&["load", "other"], 1);
    fs::remove_file(hostile.place("file")).unwrap();
    hostile.shows(&["load", "@list"], 1);

    let again = Hostile::new(hostile.name);
    let loaded = again.json(&["load", "-v", "-k", "@list"], 0);
    assert_eq!(exact(&loaded, "file"), again.path("list"));
    assert_eq!(exact(&loaded["changes"][0], "path"), again.path("file"));
    let removed = again.json(&["load", "-v", "--replace", "--allow-empty", "/dev/null"], 0);
    assert_eq!(exact(&removed["changes"][0], "path"), again.path("file"));
    only_the_device(&again);
}

fn delete(hostile: &Hostile) {
    hostile.shows(&["delete", "@file"], 1);
    hostile.shows(&["delete", "@none"], 1);
    fs::create_dir_all(hostile.place("directory")).unwrap();
    hostile.shows(&["delete", "@directory"], 1);
    assert_eq!(hostile.run(&["load", "@list"], 0).stdout, "");
    assert_eq!(hostile.run(&["delete", "@file", "--json"], 0).stdout, "");
}

fn query(hostile: &Hostile) {
    hostile.shows(&["query", "@file"], 1);
    hostile.shows(&["query", "@none"], 1);
    hostile.run(&["load", "-k", "@list"], 0);
    hostile.shows(&["query", "@file"], 0);
    let queried = hostile.json(&["query", "@file"], 0);
    assert_eq!(exact(&queried, "path"), hostile.path("file"));
    assert_eq!(exact(&queried, "kept_name"), hostile.path("file"));
}

/// What is printed to a terminal is tested beside the code; a program gets the exact bytes.
fn dump(hostile: &Hostile) {
    hostile.run(&["load", "-k", "@list"], 0);
    let dump = hostile.machine.command().args(["--device", "mock:state", "dump"]).output();
    assert_eq!(dump.unwrap().stdout, fs::read(hostile.place("list")).unwrap());
    let dumped = hostile.json(&["dump"], 0);
    assert_eq!(exact(&dumped["entries"][0], "path"), hostile.path("file"));
    only_the_device(hostile);
}

fn status(hostile: &Hostile) {
    hostile.run(&["load", "-k", "@list"], 0);
    hostile.shows(&["status"], 0);
    hostile.json(&["status"], 0);
    only_the_device(hostile);
}

/// Devices with the name: no node, and no state.
fn only_the_device(hostile: &Hostile) {
    for device in ["@none", "@file", "mock:@file", "mock:@bad"] {
        for words in [&["flush"][..], &["dump"], &["status"], &["load", "@list"], &["query", "/"]] {
            hostile.shows(&[&["--device", device], words].concat(), 1);
        }
        if device.starts_with("mock:") {
            for words in [&["strict"][..], &["strict", "1"], &["verbose"], &["verbose", "1"]] {
                hostile.shows(&[&["--device", device], words].concat(), 1);
            }
        }
    }
    fs::create_dir_all(hostile.machine.path("states")).unwrap();
    for words in [&["strict", "0", "--json"][..], &["verbose", "1", "--json"]] {
        assert_harmless(&hostile.run(&[&["--device", "mock:@states"], words].concat(), 0));
    }
}

fn simulate(hostile: &Hostile) {
    hostile.run(&["load", "-k", "@list"], 0);
    for deed in ["exec", "open", "mmap", "write", "truncate", "remove", "link", "create", "unmount"]
    {
        for level in ["0", "3"] {
            let run = hostile.machine.control_os(&[
                OsStr::new("simulate"),
                OsStr::new(deed),
                hostile.place("file").as_os_str(),
                OsStr::new("--level"),
                OsStr::new(level),
            ]);
            assert_harmless(&run);
        }
        if deed != "create" {
            hostile.shows(&["simulate", deed, "@none"], 1);
        }
    }
    hostile.shows(&["simulate", "rename", "@file", "@new", "--level", "2"], 1);
    hostile.shows(&["simulate", "rename", "@list", "@file", "--level", "2"], 1);
    hostile.shows(&["simulate", "open", "@file", "@file"], 1);
    let answer = hostile.json(&["simulate", "write", "@file", "--level", "2"], 1);
    assert_eq!(exact(&answer, "path"), hostile.path("file"));
    let last = answer["log"].as_array().unwrap().last().unwrap();
    assert_eq!(exact(last, "path"), hostile.path("file"));
}

fn verify(hostile: &Hostile) {
    hostile.machine.file("empty", "", 0o644);
    hostile.shows(&["verify", "-v", "@list"], 0);
    hostile.shows(&["verify", "empty", "--unlisted", "file"], 1);
    hostile.shows(&["verify", "@list", "--unlisted", "@none"], 1);
    hostile.shows(&["verify", "@list", "-p", "@none"], 1);
    hostile.shows(&["verify", "@list", "-p", "@file"], 1);
    for wrong in ["@bad", "@none"] {
        hostile.shows(&["verify", wrong], 1);
    }
    let unlisted = hostile.json(&["verify", "empty", "--unlisted", "file"], 1);
    assert_eq!(exact(&unlisted["deviations"][0], "path"), hostile.path("file"));
    let file = hostile.place("file");
    let deviates = || {
        hostile.shows(&["verify", "@list"], 1);
        let found = hostile.json(&["verify", "@list"], 1);
        assert_eq!(exact(&found, "file"), hostile.path("list"));
        assert_eq!(exact(&found["deviations"][0], "path"), hostile.path("file"));
    };
    fs::write(&file, "changed").unwrap();
    deviates();
    fs::remove_file(&file).unwrap();
    deviates();
    symlink(&file, &file).unwrap();
    deviates();
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    deviates();
}

fn explain(hostile: &Hostile) {
    let machine = &hostile.machine;
    hostile.shows(&["explain", "@file", "--signatures", "@list"], 0);
    hostile.shows(&["explain", "@list", "--signatures", "@list"], 0);
    hostile.shows(&["explain", "@none", "--signatures", "@list"], 1);
    hostile.shows(&["explain", "@file", "--signatures", "@bad"], 1);
    hostile.shows(&["explain", "@file", "--signatures", "@none"], 1);
    // By another name, with a driver, and when it has changed.
    fs::hard_link(hostile.place("file"), machine.path("link")).unwrap();
    hostile.run(&["load", "-k", "@list"], 0);
    hostile.shows(&["explain", "link", "--signatures", "@list"], 0);
    let explained = hostile.json(&["explain", "link", "--signatures", "@list"], 0);
    assert_eq!(exact(&explained["entry"], "file"), hostile.path("list"));
    assert_eq!(exact(&explained["entry"], "listed_path"), hostile.path("file"));
    fs::write(hostile.place("file"), "changed").unwrap();
    hostile.shows(&["explain", "@file", "--signatures", "@list"], 0);
    let explained = hostile.json(&["explain", "@file", "--signatures", "@list"], 0);
    assert_eq!(exact(&explained, "path"), hostile.path("file"));

    // What a program needs: a library that is there, and a loader and one that are not.
    let (library, none) = (hostile.path("file"), hostile.path("none"));
    machine.file("tool", elf_of_bytes(Some(&none), &[&library, &none], None), 0o755);
    fs::write(hostile.place("file"), elf_of_bytes(None, &[], None)).unwrap();
    hostile.shows(&["explain", "tool", "--signatures", "@list"], 0);
    let explained = hostile.json(&["explain", "tool", "--signatures", "@list"], 0);
    let needs: Vec<_> =
        explained["needs"].as_array().unwrap().iter().map(|need| exact(need, "name")).collect();
    assert_eq!(needs, [&none[..], &library, &none]);
    assert_eq!(exact(&explained["needs"][1], "path"), library);
    // The kernel ends the name of an interpreter at a blank.
    machine.file("script", [b"#!/", hostile.name, b"\n"].concat(), 0o755);
    hostile.shows(&["explain", "script", "--signatures", "@list"], 0);
}

fn preflight(hostile: &Hostile) {
    let machine = &hostile.machine;
    let root = |directory: &str| machine.path(format!("root{directory}")).join(os(hostile.name));
    let name = |directory: &str| [directory.as_bytes(), b"/", hostile.name].concat();
    let (loader, library) = (name("/lib"), name("/none"));
    let program = elf_of_bytes(Some(&loader), &[&library], None);
    machine.file("root/sbin/init", &program, 0o755);
    machine.file(root("/bin"), &program, 0o755);
    machine.file(root("/lib"), elf_of_bytes(None, &[], None), 0o755);
    machine.file("root/etc/passwd", [b"root:x:0:0::/:/", hostile.name].concat(), 0o644);
    let words = ["preflight", "--signatures", "@list", "-p", "root"];
    hostile.shows(&words, 1);
    hostile.shows(&[&words[..], &["-v"]].concat(), 1);
    let found = hostile.json(&words, 1);
    assert_eq!(exact(&found, "file"), hostile.path("list"));
    let findings = found["findings"].as_array().unwrap();
    let paths: BTreeSet<_> = findings.iter().map(|finding| exact(finding, "path")).collect();
    let bin = name("/bin");
    assert_eq!(paths, [b"/sbin/init".to_vec(), bin.clone(), loader.clone(), library].into());
    let of_loader = findings.iter().find(|finding| exact(finding, "path") == loader).unwrap();
    let needed_by = of_loader["needed_by"].as_array().unwrap();
    let needed_by: Vec<_> = needed_by.iter().map(|needer| exact(needer, "name")).collect();
    assert_eq!(needed_by, [b"/sbin/init".to_vec(), bin]);

    hostile.shows(&["preflight", "--signatures", "@bad", "-p", "root"], 1);
    hostile.shows(&["preflight", "--signatures", "@none", "-p", "root"], 1);
    hostile.shows(&["preflight", "--signatures", "@list", "-p", "@none"], 1);
}

fn diff(hostile: &Hostile) {
    let digest = Hasher::digest(Algorithm::Sha256, b"other");
    let other = lines(&[entry(&hostile.place("file"), digest, "indirect")]);
    hostile.machine.file(hostile.place("other"), other, 0o644);
    hostile.shows(&["diff", "@list", "@other"], 1);
    hostile.shows(&["diff", "@list", "/dev/null"], 1);
    hostile.shows(&["diff", "/dev/null", "@list"], 1);
    hostile.shows(&["diff", "@bad", "@none"], 1);
    let found = hostile.json(&["diff", "@list", "@other"], 1);
    assert_eq!(exact(&found, "before"), hostile.path("list"));
    assert_eq!(exact(&found, "after"), hostile.path("other"));
    assert_eq!(exact(&found["changes"][0], "path"), hostile.path("file"));
    assert_eq!(exact(&found["changes"][0]["before"], "path"), hostile.path("file"));
}

fn lint(hostile: &Hostile) {
    hostile.shows(&["lint", "@list"], 1);
    hostile.shows(&["lint", "@bad"], 1);
    hostile.shows(&["lint", "@none"], 1);
    hostile.shows(&["lint", "@list", "-p", "@none"], 1);
    let found = hostile.json(&["lint", "@list"], 1);
    assert_eq!(exact(&found, "file"), hostile.path("list"));
    assert_eq!(exact(&found["findings"][0], "path"), hostile.path("file"));
    hostile.json(&["lint", "@bad"], 1);
    let file = hostile.place("file");
    fs::write(&file, [b"#!/", hostile.name, b"\n"].concat()).unwrap();
    hostile.shows(&["lint", "@list"], 1);
    fs::remove_file(&file).unwrap();
    hostile.shows(&["lint", "@list"], 1);
    fs::create_dir(&file).unwrap();
    hostile.shows(&["lint", "@list"], 1);
}
