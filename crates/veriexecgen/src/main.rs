//! veriexecgen(8): fingerprints files and writes a signatures file.
#![forbid(unsafe_code)]

mod answer;
mod cli;
mod engines;
mod exit;
mod generation;
mod listing;
mod output;
mod refresh;
mod search;

use std::ffi::OsString;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{CommandFactory, Parser};
use fingerprint::Algorithm;

use crate::answer::faults;
use crate::cli::Cli;
use crate::exit::Exit;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let ended = match Cli::try_parse_from(&arguments) {
        Ok(cli) => run(&cli),
        Err(usage) if usage.use_stderr() => Ok(cli::complain(&usage, &arguments)),
        Err(help) => show(&help),
    };
    let exit = ended.unwrap_or_else(|error| {
        faults::report(format_args!("{error:#}"));
        Exit::Failed
    });
    exit.into()
}

/// Shows what was asked for; that nobody reads it is no error.
fn show(help: &clap::Error) -> Result<Exit> {
    match help.print() {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("Cannot write to standard output")
        }
        _ => Ok(Exit::Done),
    }
}

fn run(cli: &Cli) -> Result<Exit> {
    if let Some(shell) = cli.completions {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut Cli::command(), "veriexecgen", &mut script);
        return print(&script);
    }
    let given = cli.algorithm.as_deref().map(engines::algorithm).transpose()?;
    if cli.engine.as_deref().is_some_and(|name| name == "list") {
        return print(engines::names(given.unwrap_or(Algorithm::Sha256)).as_bytes());
    }
    Ok(generation::run(cli, given))
}

/// Prints what was asked for; that nobody reads it is no error.
fn print(text: &[u8]) -> Result<Exit> {
    match io::stdout().write_all(text) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("Cannot write to standard output")
        }
        _ => Ok(Exit::Done),
    }
}
