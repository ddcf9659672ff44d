//! Names that act on a terminal: shown harmlessly by every command, and exactly in JSON.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use serde_json::Value;

use crate::machine::{Machine, Run, lines, os};

/// Names that clear the screen, set its title, turn the text, or are no text at all.
const NAMES: [&[u8]; 5] = [
    b"esc\x1b[2J\x1b]0;title\x07",
    b"c1\xc2\x9b2J",
    "bidi\u{202e}txt.\u{200b}".as_bytes(),
    b"new\nline\rand\ttab",
    b"bytes\xff\xfe\\end",
];

struct Hostile {
    machine: Machine,
    name: Vec<u8>,
}

impl Hostile {
    fn all() -> impl Iterator<Item = Self> {
        NAMES.into_iter().map(|name| {
            let machine = Machine::new();
            machine.file(os(name), "#!/bin/sh\n", 0o755);
            let entries = [machine.entry(os(name), "direct, file")];
            fs::write(machine.path("S"), lines(&entries)).unwrap();
            Self { machine, name: name.to_vec() }
        })
    }

    fn path(&self) -> Vec<u8> {
        self.machine.path(os(&self.name)).into_os_string().as_bytes().to_vec()
    }

    fn control(&self, words: &[&str], status: i32) -> Run {
        let path = self.path();
        let words: Vec<&OsStr> = words
            .iter()
            .map(|word| if *word == "PATH" { OsStr::from_bytes(&path) } else { OsStr::new(word) })
            .collect();
        self.machine.control_os(&words).expect(status)
    }
}

/// Whether nothing in a text acts on a terminal.
fn assert_harmless(run: &Run) {
    for text in [&run.stdout, &run.stderr] {
        let acts = |character: char| {
            (character.is_control() && character != '\n')
                || matches!(character, '\u{200b}' | '\u{202e}' | '\u{fffd}')
        };
        assert!(!text.contains(acts), "{run:?}");
    }
}

/// The bytes of the name under a key, by the rule of the manual.
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
fn commands_with_a_device_show_names_harmlessly() {
    for hostile in Hostile::all() {
        for (words, status) in [
            (&["load", "-v", "-k", "S"][..], 0),
            (&["load", "-v", "-k", "S"], 0),
            (&["query", "PATH"], 0),
            (&["simulate", "exec", "PATH", "--level", "2"], 0),
            (&["simulate", "write", "PATH", "--level", "2"], 1),
            (&["status"], 0),
            (&["load", "-v", "--replace", "/dev/null"], 0),
            (&["query", "PATH"], 1),
            (&["delete", "PATH"], 1),
        ] {
            assert_harmless(&hostile.control(words, status));
        }
        fs::write(OsStr::from_bytes(&hostile.path()), "no list").unwrap();
        assert_harmless(&hostile.control(&["load", "PATH"], 1));
        fs::remove_file(OsStr::from_bytes(&hostile.path())).unwrap();
        for words in [&["load", "S"][..], &["query", "PATH"], &["delete", "PATH"]] {
            assert_harmless(&hostile.control(words, 1));
        }
    }
}

#[test]
fn commands_without_a_device_show_names_harmlessly() {
    for hostile in Hostile::all() {
        fs::write(hostile.machine.path("empty"), "").unwrap();
        assert_harmless(&hostile.control(&["lint", "S"], 1));
        assert_harmless(&hostile.control(&["diff", "S", "empty"], 1));
        assert_harmless(&hostile.control(&["verify", "empty", "--unlisted", "."], 1));
        assert_harmless(&hostile.control(&["lint", "PATH"], 0));
        fs::write(hostile.machine.path("bad"), [b"/".to_vec(), hostile.path()].concat()).unwrap();
        assert_harmless(&hostile.control(&["lint", "bad"], 1));
        fs::write(OsStr::from_bytes(&hostile.path()), "changed").unwrap();
        assert_harmless(&hostile.control(&["verify", "S"], 1));
        assert_harmless(&hostile.control(&["lint", "PATH"], 1));
        fs::remove_file(OsStr::from_bytes(&hostile.path())).unwrap();
        assert_harmless(&hostile.control(&["verify", "S"], 1));
        assert_harmless(&hostile.control(&["verify", "PATH"], 1));
    }
}

#[test]
fn a_name_where_none_is_due_is_shown_harmlessly() {
    for hostile in Hostile::all() {
        for words in [&["query", "a", "PATH"][..], &["PATH"], &["strict", "PATH"]] {
            let mut run = hostile.control(words, 1);
            // What is no text is not kept apart here.
            run.stderr = run.stderr.replace('\u{fffd}', "?");
            assert_harmless(&run);
        }
    }
}

#[test]
fn json_carries_names_exactly() {
    for hostile in Hostile::all() {
        let path = hostile.path();
        let json = |words: &[&str], status| hostile.control(words, status).json();
        let loaded = json(&["load", "-v", "-k", "S", "--json"], 0);
        assert_eq!(exact(&loaded["changes"][0], "path"), path);
        let queried = json(&["query", "PATH", "--json"], 0);
        assert_eq!(exact(&queried, "path"), path);
        assert_eq!(exact(&queried, "kept_name"), path);
        assert_eq!(exact(&json(&["dump", "--json"], 0)["entries"][0], "path"), path);
        let answer = json(&["simulate", "write", "PATH", "--level", "2", "--json"], 1);
        assert_eq!(exact(&answer, "path"), path);
        let last = answer["log"].as_array().unwrap().last().unwrap();
        assert_eq!(exact(last, "path"), path);

        let found = json(&["lint", "S", "--json"], 1);
        assert_eq!(exact(&found["findings"][0], "path"), path);
        let found = json(&["diff", "S", "/dev/null", "--json"], 1);
        assert_eq!(exact(&found["changes"][0], "path"), path);
        let found = json(&["verify", "/dev/null", "--unlisted", ".", "--json"], 1);
        assert_eq!(exact(&found["deviations"][0], "path"), path);
        fs::write(OsStr::from_bytes(&path), "changed").unwrap();
        let found = json(&["verify", "S", "--json"], 1);
        assert_eq!(exact(&found["deviations"][0], "path"), path);
        assert_eq!(exact(&json(&["lint", "PATH", "--json"], 1), "file"), path);
    }
}

#[test]
fn a_dump_for_a_program_has_the_exact_bytes() {
    for hostile in Hostile::all() {
        hostile.control(&["load", "-k", "S"], 0);
        let dump = hostile.machine.command().args(["--device", "mock:state", "dump"]).output();
        assert_eq!(dump.unwrap().stdout, fs::read(hostile.machine.path("S")).unwrap());
    }
}
