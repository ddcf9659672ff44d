//! veriexec-kmod(8): load the Linux module of Veriexec, prove that it enforces, and start a machine
//! with it.

mod cli;
mod commands;
mod configuration;
mod exit;
mod machine;

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use sigfile::printable;

use crate::cli::{Cli, Command};
use crate::commands::self_test::attempt;
use crate::commands::{boot, load, self_test, status, unload};
use crate::exit::Exit;
use crate::machine::linux::Linux;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(usage) => return print_usage(&usage).into(),
    };
    let exit = run(&cli.command).unwrap_or_else(|error| {
        complain(format_args!("{error:#}"));
        Exit::Failed
    });
    exit.into()
}

fn run(command: &Command) -> Result<Exit> {
    let mut machine = Linux::default();
    match command {
        Command::Load { module } => load::run(&mut machine, module.as_deref()),
        Command::Status { json } => status::run(&machine, *json),
        Command::Unload => unload::run(&mut machine),
        Command::Boot { config, signatures } => boot::run(&mut machine, config, signatures),
        Command::SelfTest => self_test::run(),
        Command::Attempt { deed, file } => attempt::run(*deed, file),
    }
}

/// Prints one message to standard error. Nothing can be done where that fails.
fn complain(message: std::fmt::Arguments<'_>) {
    let line = format!("veriexec-kmod: {message}\n");
    // At once, so that nobody's line gets between its parts.
    let _ = io::stderr().write_all(line.as_bytes());
}

/// A wrong command line is an error like any other; asking for help is none.
fn print_usage(usage: &clap::Error) -> Exit {
    if usage.use_stderr() {
        // It repeats what was wrong, a file's name perhaps.
        for line in usage.render().to_string().lines() {
            let line = format!("{}\n", printable(line.as_bytes()));
            let _ = io::stderr().write_all(line.as_bytes());
        }
        return Exit::Failed;
    }
    if usage.print().is_ok() { Exit::Done } else { Exit::Failed }
}
