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
    count: usize,
}

impl Faults {
    pub(crate) fn new(tolerated: bool) -> Self {
        Self { tolerated, count: 0 }
    }

    /// Reports one more.
    pub(crate) fn add(&mut self, fault: impl Display) {
        report(fault);
        self.count = self.count.saturating_add(1);
    }

    /// Ends a stage: what was found so far is an error unless it is tolerated.
    pub(crate) fn check(&self) -> Result<()> {
        if self.tolerated || self.count == 0 {
            return Ok(());
        }
        bail!("{}, nothing was written; -W skips what fails", self.counted())
    }

    /// Ends the run.
    pub(crate) fn exit(&self) -> Exit {
        if self.count == 0 {
            return Exit::Done;
        }
        report(format_args!("{}, what failed is not listed", self.counted()));
        Exit::Skipped
    }

    fn counted(&self) -> String {
        match self.count {
            1 => "1 error".to_owned(),
            count => format!("{count} errors"),
        }
    }
}

/// Says something on standard error.
pub(crate) fn report(text: impl Display) {
    // There is nobody left to tell if this fails.
    let _ = writeln!(io::stderr(), "veriexecgen: {text}");
}
