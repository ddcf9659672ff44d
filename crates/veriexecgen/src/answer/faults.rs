//! Errors that do not end the run at once, so that all of them are seen.

use std::fmt::Display;
use std::io::{self, Write};

use anyhow::{Result, bail};

use crate::exit::Exit;

/// Reports errors as they are found and remembers that there were any.
#[derive(Debug)]
pub(crate) struct Faults {
    /// Whether they are warnings: `-W`.
    tolerated: bool,
    /// What each of them was said to be.
    texts: Vec<String>,
    /// How many went wrong only when the list was written.
    regrets: usize,
}

impl Faults {
    pub(crate) fn new(tolerated: bool) -> Self {
        Self { tolerated, texts: Vec::new(), regrets: 0 }
    }

    /// Reports one more.
    pub(crate) fn add(&mut self, fault: impl Display) {
        let text = fault.to_string();
        report(&text);
        self.texts.push(text);
    }

    /// Reports what went wrong when all was written that was to be: that stays so.
    pub(crate) fn regret(&mut self, trouble: impl Display) {
        let text = format!("{trouble}; all else is done");
        report(&text);
        self.texts.push(text);
        self.regrets = self.regrets.saturating_add(1);
    }

    /// Everything that was reported.
    pub(crate) fn texts(&self) -> &[String] {
        &self.texts
    }

    /// Ends a stage: what was found so far is an error unless it is tolerated.
    pub(crate) fn check(&self) -> Result<()> {
        if self.tolerated || self.count() == 0 {
            return Ok(());
        }
        bail!("{}, nothing was written; -W skips what fails", self.counted())
    }

    /// Ends the run.
    pub(crate) fn exit(&self) -> Exit {
        if self.count() > 0 {
            report(format_args!("{}, what failed is not listed", self.counted()));
        }
        if self.texts.is_empty() { Exit::Done } else { Exit::Skipped }
    }

    /// How many kept something from being listed.
    fn count(&self) -> usize {
        self.texts.len().saturating_sub(self.regrets)
    }

    fn counted(&self) -> String {
        match self.count() {
            1 => "1 error".to_owned(),
            count => format!("{count} errors"),
        }
    }
}

/// Says something on standard error.
pub(crate) fn report(text: impl Display) {
    // There is nobody left to tell if this fails.
    let line = format!("veriexecgen: {text}\n");
    // At once, so that nobody's line gets between its parts.
    let _ = io::stderr().write_all(line.as_bytes());
}
