//! Output for programs: one JSON object a command.

use std::io::{self, Write};

use anyhow::Result;
pub(crate) use sigfile::json::{Object, flags};

use crate::answer::to_standard_output;

/// What is printed for programs.
pub(crate) trait Print {
    /// Prints it to standard output, on one line.
    fn print(self) -> Result<()>;
}

impl Print for Object {
    fn print(self) -> Result<()> {
        to_standard_output(io::stdout().lock().write_all(self.into_line().as_bytes()))
    }
}
