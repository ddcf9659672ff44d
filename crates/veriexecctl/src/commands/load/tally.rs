//! What a load changed: told, counted, and kept for JSON.

use std::fmt;
use std::io::{self, Write};

use anyhow::Result;
use serde_json::Value;
use sigfile::printable;

use crate::answer::json::Object;
use crate::answer::to_standard_output;

/// What became of one entry in the driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Added,
    Changed,
    Removed,
    Unchanged,
}

impl Change {
    const ALL: [Self; 4] = [Self::Added, Self::Changed, Self::Removed, Self::Unchanged];

    fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Removed => "removed",
            Self::Unchanged => "unchanged",
        }
    }

    /// What `-v` calls it: of these NetBSD's program has the first.
    fn doing(self) -> &'static str {
        match self {
            Self::Added => "Adding file",
            Self::Changed => "Changing file",
            Self::Removed => "Removing file",
            Self::Unchanged => "Keeping file",
        }
    }
}

/// The changes of a run.
#[derive(Debug)]
pub(crate) struct Tally {
    verbose: bool,
    json: bool,
    counts: [usize; 4],
    /// What changed, if JSON is to name it.
    changes: Vec<Value>,
    /// What kept it from being told. The load goes on.
    trouble: Option<io::Error>,
}

impl Tally {
    pub(crate) fn new(verbose: bool, json: bool) -> Self {
        Self { verbose, json, counts: [0; 4], changes: Vec::new(), trouble: None }
    }

    /// Whether anyone will see it.
    pub(crate) fn is_wanted(&self) -> bool {
        self.verbose || self.json
    }

    /// Says what is about to be done.
    pub(crate) fn announce(&mut self, change: Change, path: &[u8]) {
        if !self.verbose || self.json || self.trouble.is_some() {
            return;
        }
        let path = printable(path);
        self.trouble = writeln!(io::stdout(), "{} `{path}'.", change.doing()).err();
    }

    /// Ends the telling.
    pub(crate) fn told(&mut self) -> Result<()> {
        to_standard_output(self.trouble.take().map_or(Ok(()), Err))
    }

    /// Counts what was done.
    pub(crate) fn add(&mut self, change: Change, path: &[u8]) {
        if let Some(count) = self.counts.get_mut(change as usize) {
            *count = count.saturating_add(1);
        }
        if self.verbose && self.json && change != Change::Unchanged {
            let object = Object::new().with("change", change.name()).name("path", path);
            self.changes.push(object.into());
        }
    }

    /// How many entries of the file the driver holds now.
    pub(crate) fn loaded(&self) -> usize {
        let [added, changed, _, unchanged] = self.counts;
        added.saturating_add(changed).saturating_add(unchanged)
    }

    pub(crate) fn json(self) -> Object {
        let counts = Change::ALL.into_iter().zip(self.counts);
        let object =
            counts.fold(Object::new(), |object, (change, count)| object.with(change.name(), count));
        if self.verbose { object.with("changes", self.changes) } else { object }
    }
}

/// Prints the counts.
impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (change, count) in Change::ALL.into_iter().zip(self.counts) {
            write!(out, "{separator}{count} {}", change.name())?;
            separator = ", ";
        }
        Ok(())
    }
}
