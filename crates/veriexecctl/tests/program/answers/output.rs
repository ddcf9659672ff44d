//! Standard output that nobody reads, and one that is full.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::collections::BTreeSet;
use std::fs;
use std::process::Stdio;

use crate::machine::{Machine, Run};

/// A run of each command that has something to say, and its status.
pub(crate) const RUNS: [(&[&str], i32); 16] = [
    (&["load", "-v", "-k", "S"], 0),
    (&["load", "-v", "--replace", "S"], 0),
    (&["query", "good"], 0),
    (&["dump"], 0),
    (&["status"], 0),
    (&["strict"], 0),
    (&["verbose"], 0),
    (&["simulate", "exec", "bad", "--level", "1"], 1),
    (&["verify", "-v", "S"], 1),
    (&["explain", "good", "--signatures", "S"], 0),
    (&["preflight", "--signatures", "S", "-p", "."], 0),
    (&["diff", "S", "/dev/null"], 1),
    (&["lint", "L"], 1),
    (&["completions", "bash"], 0),
    (&["--help"], 0),
    (&["--version"], 0),
];

/// These say nothing but errors.
const SILENT: [&str; 2] = ["delete", "flush"];

pub(crate) fn machine() -> Machine {
    let machine = Machine::with(&["good", "bad"]);
    machine.sign("S", &["good", "bad"]);
    fs::write(machine.path("bad"), "changed").unwrap();
    fs::write(machine.path("L"), "/none MD5\n").unwrap();
    machine.control(&["load", "-k", "S"]).done();
    machine
}

fn run(machine: &Machine, words: &[&str], stdout: impl Into<Stdio>) -> Run {
    let mut command = machine.command();
    command.args(["--device", "mock:state"]).args(words).stdout(stdout);
    Run::of(&command.output().unwrap())
}

#[test]
fn every_command_is_run() {
    let named = RUNS.iter().filter_map(|(words, _)| words.first()).chain(&SILENT);
    let named = named.filter(|word| !word.starts_with('-')).map(|word| (*word).to_owned());
    assert_eq!(named.collect::<BTreeSet<_>>(), Machine::new().commands());
}

#[test]
fn a_reader_that_goes_away_changes_nothing_and_no_answer() {
    for (words, status) in RUNS {
        for json in [&[][..], &["--json"]] {
            let machine = machine();
            machine.control(&["flush"]).done();
            if words[0] != "load" {
                machine.control(&["load", "-k", "S"]).done();
            }
            let (reader, writer) = std::io::pipe().unwrap();
            drop(reader);
            let run = run(&machine, &[words, json].concat(), writer).expect(status);
            assert_eq!(run.stderr, "", "{words:?}");
            assert_eq!(machine.dumped(), ["bad direct", "good direct"], "{words:?}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_that_is_told() {
    for (words, _) in RUNS {
        for json in [&[][..], &["--json"]] {
            let machine = machine();
            machine.control(&["flush"]).done();
            if words[0] != "load" {
                machine.control(&["load", "-k", "S"]).done();
            }
            let full = fs::File::options().write(true).open("/dev/full").unwrap();
            let words = [words, json].concat();
            run(&machine, &words, full).fails(&["standard output: No space left on device"]);
            assert_eq!(machine.dumped(), ["bad direct", "good direct"], "{words:?}");
        }
    }
}
