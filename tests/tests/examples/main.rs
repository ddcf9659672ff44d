//! Every command and example of README and the manual is run: here, in a sandbox, if it needs no
//! kernel, and else in a guest, by the scenario `examples`. The table says which.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at once")]

mod rust;
mod sources;
mod table;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use sources::{Source, examples, inline_commands};
use table::{Run, TABLE};

/// The scenario that runs what needs a kernel.
const GUEST: &str = "tests/guest/src/scenario/administration/examples.sh";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn all_examples() -> BTreeSet<(String, String)> {
    let mut all = BTreeSet::new();
    for source in Source::all(&root()) {
        all.extend(examples(&source).into_iter().map(|text| (source.name.clone(), text)));
    }
    all
}

#[test]
fn every_example_is_in_the_table_and_nothing_else_is() {
    let found = all_examples();
    assert!(found.len() > 20, "{found:?}");
    let known: BTreeSet<_> =
        TABLE.iter().map(|(name, text, _)| ((*name).to_owned(), (*text).to_owned())).collect();
    let new: Vec<_> = found.difference(&known).collect();
    assert!(
        new.is_empty(),
        "not run by any test: say in tests/tests/examples/table.rs where they are: {new:#?}"
    );
    let gone: Vec<_> = known.difference(&found).collect();
    assert!(gone.is_empty(), "in the table, but in no page any more: {gone:#?}");
}

#[test]
fn what_is_run_elsewhere_stands_there_line_by_line() {
    for (name, text, run) in TABLE {
        let place = match run {
            Run::Guest => GUEST,
            Run::In(place) => place,
            Run::Here(_) | Run::Shown => continue,
        };
        let there = read(place);
        let there: Vec<_> = there.lines().map(str::trim).collect();
        for line in text.lines().map(str::trim).filter(|line| !["", "..."].contains(line)) {
            // An option more is no other command.
            let longer = format!("{line} ");
            let found = there.iter().any(|other| *other == line || other.starts_with(&longer));
            assert!(found, "{name}: not in {place}: {line}");
        }
    }
}

#[test]
fn what_is_only_shown_is_no_command() {
    for (name, text, _) in TABLE.iter().filter(|(_, _, run)| matches!(run, Run::Shown)) {
        let first = text.split_whitespace().next().unwrap_or_default();
        assert!(!sources::COMMANDS.contains(&first), "{name}: {text}");
    }
}

/// A command in the middle of a sentence is one that stands in an example that is run, as it is or
/// with more behind it.
#[test]
fn every_command_in_a_sentence_is_run_too() {
    let here = TABLE.iter().filter(|(_, _, run)| matches!(run, Run::Here(_)));
    let mut run: Vec<_> = here.map(|(_, text, _)| (*text).to_owned()).collect();
    run.extend([read(GUEST), read(".ci/run")]);
    let mut count = 0;
    for source in Source::all(&root()) {
        for command in inline_commands(&source) {
            count += 1;
            assert!(
                run.iter().any(|text| text.contains(&command)),
                "{}: no test runs: {command}",
                source.name
            );
        }
    }
    assert!(count > 10, "{count}");
}

#[test]
fn what_needs_no_kernel_runs_here() {
    for (name, text, run) in TABLE {
        let Run::Here(statuses) = run else { continue };
        let sandbox = tempfile::tempdir().unwrap();
        let programs = sandbox.path().join("target/quick");
        fs::create_dir_all(programs.parent().unwrap()).unwrap();
        symlink(veriexec_tests::programs::directory(), &programs).unwrap();
        let path = format!("{}:/usr/bin:/bin", programs.display());
        for command in commands(text) {
            let mut shell = Command::new("sh");
            shell.current_dir(&sandbox).env("PATH", &path).args(["-c", &command]);
            let output = shell.output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            let status = output.status.code();
            assert!(
                status.is_some_and(|status| statuses.contains(&status)),
                "{name}: {command}: {status:?}\n{said}"
            );
        }
    }
}

/// The signatures file that the manual shows is one.
#[test]
fn the_signatures_file_of_the_manual_is_read() {
    let (_, text, _) = TABLE.iter().find(|(name, ..)| *name == "man/veriexec.5").unwrap();
    let entries = sigfile::entries(text.as_bytes()).map(|entry| entry.unwrap().entry);
    let paths: Vec<_> = entries.map(|entry| entry.path().to_vec()).collect();
    assert_eq!(paths, [&b"/bin/ls"[..], b"/usr/local/bin/report", b"/srv/My File"]);
}

/// The commands of an example; one goes on after a backslash at the end of a line.
fn commands(text: &str) -> Vec<String> {
    let text = text.replace("\\\n", "");
    text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}
