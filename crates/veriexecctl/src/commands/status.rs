//! `status`: the driver's settings, and what it holds, in numbers.

use std::collections::HashSet;
use std::io::{self, Write};

use anyhow::Result;
use fingerprint::Identity;
use kmod_ioctl::Access;
use serde_json::Value;
use sigfile::printable;
use veriexec::{EventKind, Status, Tally};

use crate::answer::complain;
use crate::answer::json::{Object, Print};
use crate::answer::to_standard_output;
use crate::cli::Cli;
use crate::device::open;
use crate::device::settings::{Settings, Table};
use crate::exit::Exit;
use crate::path;

/// Shows all that the driver tells of itself. What it does not tell is said, and the exit status
/// says that there was such a thing.
pub(crate) fn run(cli: &Cli) -> Result<Exit> {
    let overview = Overview::ask(cli)?;
    if cli.json {
        overview.json().print()?;
    } else {
        to_standard_output(io::stdout().write_all(overview.text().as_bytes()))?;
    }
    Ok(if overview.is_complete() { Exit::Done } else { Exit::Failed })
}

struct Overview {
    level: Option<crate::device::settings::Level>,
    verbosity: Option<i64>,
    algorithms: Option<Vec<String>>,
    tables: Option<Vec<Table>>,
    statuses: Option<Statuses>,
    decisions: Option<Vec<(EventKind, Tally)>>,
}

/// How many entries have each status.
struct Statuses {
    counts: [usize; Status::ALL.len()],
    /// Whether only the kept names could be counted, as a dump shows them.
    of_names: bool,
}

impl Overview {
    fn ask(cli: &Cli) -> Result<Self> {
        let mut settings = Settings::open(cli, Access::READ)?;
        let level = known(settings.strict());
        let verbosity = known(settings.verbosity());
        let algorithms = known(settings.algorithms());
        let tables = known(settings.tables());
        let decisions = settings.decisions();
        let exact = tables.as_deref().and_then(Statuses::of_tables);
        let statuses = match (exact, settings) {
            (Some(statuses), _) => Some(statuses),
            (None, Settings::Mock(_)) => None,
            (None, Settings::Kernel(_)) => known(Statuses::of_names(cli)),
        };
        Ok(Self { level, verbosity, algorithms, tables, statuses, decisions })
    }

    fn is_complete(&self) -> bool {
        self.level.is_some()
            && self.verbosity.is_some()
            && self.algorithms.is_some()
            && self.tables.is_some()
            && self.statuses.is_some()
    }

    fn entries(&self) -> Option<usize> {
        let tables = self.tables.as_deref()?;
        Some(tables.iter().fold(0, |sum, table| sum.saturating_add(table.entries)))
    }

    fn text(&self) -> String {
        let level = self.level.map(|level| format!("{} ({})", level.0, level.name()));
        let mut text = format!(
            "Strict level: {}\nVerbosity: {}\nAlgorithms: {}\nTables: {}\nEntries: {}\n",
            or_unknown(level),
            or_unknown(self.verbosity),
            or_unknown(self.algorithms.as_ref().map(|names| names.join(" "))),
            or_unknown(self.tables.as_ref().map(Vec::len)),
            or_unknown(self.entries()),
        );
        for table in self.tables.iter().flatten() {
            let mount = table.mount.as_deref().map(|mount| printable(mount).to_string());
            text.push_str(&format!("    {}: {}\n", or_unknown(mount), table.entries));
        }
        if let Some(Statuses { counts, of_names }) = &self.statuses {
            let kept = if *of_names { " (of the names that were kept)" } else { "" };
            for (status, count) in Status::ALL.into_iter().zip(counts) {
                text.push_str(&format!("{}{kept}: {count}\n", capitalized(status.name())));
            }
        }
        for (kind, Tally { allowed, denied }) in self.decisions.iter().flatten() {
            let kind = kind.word();
            text.push_str(&format!("Decisions, {kind}: {allowed} allowed, {denied} denied\n"));
        }
        text
    }

    fn json(&self) -> Object {
        let tables = self.tables.as_ref().map(|tables| {
            let json = |table: &Table| {
                let object = Object::new().with("entries", table.entries);
                match &table.mount {
                    Some(mount) => Value::from(object.name("mount", mount)),
                    None => object.with("mount", Value::Null).into(),
                }
            };
            tables.iter().map(json).collect::<Vec<_>>()
        });
        let statuses = self.statuses.as_ref().map(|Statuses { counts, .. }| {
            let counts = Status::ALL.into_iter().zip(counts);
            Value::from(counts.fold(Object::new(), |object, (status, count)| {
                object.with(&status.name().replace(' ', "_"), *count)
            }))
        });
        let decisions = self.decisions.as_ref().map(|decisions| {
            let of_kind =
                |object: Object, (kind, Tally { allowed, denied }): &(EventKind, Tally)| {
                    let tally = Object::new().with("allowed", *allowed).with("denied", *denied);
                    object.with(kind.word(), tally)
                };
            Value::from(decisions.iter().fold(Object::new(), of_kind))
        });
        Object::new()
            .with("decisions", decisions)
            .with("level", self.level.map(|level| level.0))
            .with("name", self.level.map(|level| level.name()))
            .with("verbosity", self.verbosity)
            .with("algorithms", self.algorithms.clone())
            .with("entries", self.entries())
            .with("tables", tables)
            .with("statuses", statuses)
            .with("of_kept_names", self.statuses.as_ref().map(|statuses| statuses.of_names))
    }
}

impl Statuses {
    /// Every entry, where the tables know.
    fn of_tables(tables: &[Table]) -> Option<Self> {
        let mut counts = [0_usize; Status::ALL.len()];
        for table in tables {
            for (sum, count) in counts.iter_mut().zip(table.statuses?) {
                *sum = sum.saturating_add(count);
            }
        }
        Some(Self { counts, of_names: false })
    }

    /// What a dump shows.
    fn of_names(cli: &Cli) -> Result<Self> {
        let dumped = open(cli, Access::READ)?.dump()?;
        let names = dumped.iter().map(|dumped| (dumped.entry.path(), dumped.status));
        Ok(Self { counts: of_files(names), of_names: true })
    }
}

/// How many entries are of each status: one for all hard links of a file, as a driver has it.
fn of_files<'a>(names: impl Iterator<Item = (&'a [u8], Status)>) -> [usize; Status::ALL.len()] {
    let mut counts = [0_usize; Status::ALL.len()];
    let mut known = HashSet::new();
    for (name, status) in names {
        let is_another =
            path(name).metadata().is_ok_and(|metadata| !known.insert(Identity::of(&metadata)));
        if let Some(count) = counts.get_mut(usize::from(status.number()))
            && !is_another
        {
            *count = count.saturating_add(1);
        }
    }
    counts
}

/// What was found out; the reason is told if it was not.
fn known<T>(answer: Result<T>) -> Option<T> {
    answer.map_err(|error| complain(format_args!("{error:#}"))).ok()
}

fn or_unknown(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "unknown".to_owned(), |value| value.to_string())
}

fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map(|first| first.to_ascii_uppercase())
        .into_iter()
        .chain(characters)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn hard_links_have_one_entry() {
        let dir = tempfile::tempdir().unwrap();
        let place = |name: &str| dir.path().join(name);
        fs::write(place("a"), "").unwrap();
        fs::hard_link(place("a"), place("b")).unwrap();
        fs::write(place("c"), "").unwrap();
        let names = ["a", "b", "c", "gone", "lost"].map(place);
        let names = names.iter().map(|name| (crate::bytes(name), Status::Valid));
        let counts = of_files(names);
        assert_eq!(counts.iter().sum::<usize>(), 4);
        assert_eq!(counts[usize::from(Status::Valid.number())], 4);
    }
}
