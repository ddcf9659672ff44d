//! `completions`: what a shell needs to complete our command lines.

use std::io::{self, Write};

use anyhow::Result;
use clap::CommandFactory;
use clap_complete::Shell;

use crate::answer::to_standard_output;
use crate::cli::Cli;
use crate::exit::Exit;

/// Prints the script for a shell.
pub(crate) fn run(shell: Shell) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "veriexecctl", &mut script);
    to_standard_output(io::stdout().write_all(&script))?;
    Ok(Exit::Done)
}
