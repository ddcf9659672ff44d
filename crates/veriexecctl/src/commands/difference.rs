//! `diff`: what makes two signatures files differ.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use anyhow::Result;
use serde_json::Value;
use sigfile::{Aspect, Change, Entry, Line, aspects, difference, printable};

use crate::answer::complaints::Complaints;
use crate::answer::json::{Object, Print};
use crate::answer::to_standard_output;
use crate::bytes;
use crate::cli::Cli;
use crate::exit::Exit;
use crate::list::signatures;

/// Prints what was added, removed and changed; the status says whether anything was.
pub(crate) fn run(cli: &Cli, before: &Path, after: &Path) -> Result<Exit> {
    let mut complaints = Complaints::default();
    let old = signatures::good_lines(before, &mut complaints)?;
    let new = signatures::good_lines(after, &mut complaints)?;
    if old.is_empty() && new.is_empty() {
        signatures::complain_of_nothing(before, &mut complaints);
    }
    let bad = complaints.finish();
    let found = difference(old.iter().map(entry), new.iter().map(entry));
    if cli.json {
        let changes: Vec<Value> = found.changes.iter().map(|change| json(*change).into()).collect();
        Object::new()
            .name("before", bytes(before))
            .name("after", bytes(after))
            .with("unchanged", found.unchanged)
            .with("errors", bad)
            .with("changes", changes)
            .print()?;
    } else {
        let out = BufWriter::new(io::stdout().lock());
        to_standard_output(print(out, &found.changes))?;
    }
    Ok(if bad == 0 && found.changes.is_empty() { Exit::Done } else { Exit::Failed })
}

fn entry(line: &Line) -> &Entry {
    &line.entry
}

fn print(mut out: impl Write, changes: &[Change<'_>]) -> io::Result<()> {
    for change in changes {
        let path = printable(change.entry().path());
        match change {
            Change::Added(_) => writeln!(out, "added: {path}")?,
            Change::Removed(_) => writeln!(out, "removed: {path}")?,
            Change::Changed { before, after } => {
                writeln!(out, "changed: {path}: {}", changed(before, after))?;
            }
        }
    }
    out.flush()
}

/// What changed of an entry, as a person is told.
pub(crate) fn changed(before: &Entry, after: &Entry) -> String {
    let tell = |aspect| match aspect {
        Aspect::Algorithm => format!("algorithm {} to {}", before.algorithm(), after.algorithm()),
        Aspect::Fingerprint => "fingerprint".to_owned(),
        Aspect::Flags => {
            let [before, after] = [before, after].map(|entry| entry.entry_type().or_direct());
            format!("flags {before} to {after}")
        }
    };
    aspects(before, after).map(tell).collect::<Vec<_>>().join("; ")
}

fn json(change: Change<'_>) -> Object {
    match change {
        Change::Added(entry) => Object::new().with("change", "added").entry(entry),
        Change::Removed(entry) => Object::new().with("change", "removed").entry(entry),
        Change::Changed { before, after } => {
            let what: Vec<_> = aspects(before, after).map(Aspect::name).collect();
            Object::new()
                .with("change", "changed")
                .with("what", what)
                .with("before", Object::new().entry(before))
                .entry(after)
        }
    }
}
