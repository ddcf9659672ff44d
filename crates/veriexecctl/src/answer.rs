//! How a command answers: to people and to programs, on standard output and standard error.

pub(crate) mod complaints;
pub(crate) mod counted;
pub(crate) mod grounds;
pub(crate) mod json;
pub(crate) mod progress;

use std::io::{self, ErrorKind, Write};

use anyhow::{Context, Result};

/// Prints one message to standard error. Nothing can be done where that fails.
pub(crate) fn complain(message: std::fmt::Arguments<'_>) {
    let line = format!("veriexecctl: {message}\n");
    // At once, so that nobody's line gets between its parts.
    let _ = io::stderr().write_all(line.as_bytes());
}

/// What became of a write to standard output. That the reader went away, as `head` does, is no
/// failure of ours, and changes no answer.
pub(crate) fn to_standard_output(written: io::Result<()>) -> Result<()> {
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.context("standard output"),
    }
}
