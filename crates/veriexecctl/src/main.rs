//! veriexecctl(8): load the Veriexec driver, and ask it what became of what was loaded.
#![forbid(unsafe_code)]

mod cli;
mod complaints;
mod completions;
mod contents;
mod counted;
mod delete;
mod difference;
mod dump;
mod exit;
mod explain;
mod grounds;
mod json;
mod libraries;
mod lint;
mod listing;
mod load;
mod mount_point;
mod preflight;
mod progress;
mod query;
mod replacement;
mod sending;
mod settings;
mod signatures;
mod simulate;
mod status;
mod strict;
mod sysctl;
mod tally;
mod tree;
mod unlisted;
mod verify;

use std::ffi::OsStr;
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;
use kmod_ioctl::{Access, Device, DeviceSpec, MockDevice};

use crate::cli::{Cli, Command};
use crate::exit::Exit;

fn main() -> ExitCode {
    let arguments = cli::with_command_folded(std::env::args_os());
    let ended = match Cli::try_parse_from(&arguments) {
        Ok(cli) => run(&cli),
        Err(usage) if usage.use_stderr() => Ok(cli::complain(&usage, &arguments)),
        Err(help) => to_standard_output(help.print()).map(|()| Exit::Done),
    };
    let exit = ended.unwrap_or_else(|error| {
        complain(format_args!("{error:#}"));
        Exit::Failed
    });
    exit.into()
}

fn run(cli: &Cli) -> Result<Exit> {
    match &cli.command {
        Command::Load { replace, file } => load::run(cli, file, *replace),
        Command::Delete { path } => delete::run(cli, path),
        Command::Query { file } => query::run(cli, file),
        Command::Dump => dump::run(cli),
        Command::Flush => {
            let mut device = open(cli, Access::WRITE)?;
            device.flush()?;
            device.close()?;
            Ok(Exit::Done)
        }
        Command::Status => status::run(cli),
        Command::Strict { level } => strict::level(cli, *level),
        Command::Verbose { verbosity } => strict::verbosity(cli, *verbosity),
        Command::Simulate { deed, file, to, level } => {
            simulate::run(cli, *deed, file, to.as_deref(), *level)
        }
        Command::Verify(args) => verify::run(cli, args),
        Command::Explain(args) => explain::run(cli, args),
        Command::Preflight(args) => preflight::run(cli, args),
        Command::Diff { before, after } => difference::run(cli, before, after),
        Command::Lint(args) => lint::run(cli, args),
        Command::Completions { shell } => completions::run(*shell),
    }
}

/// The driver that the command line names.
fn open(cli: &Cli, access: Access) -> Result<Device> {
    Ok(Device::open(&DeviceSpec::try_from(cli.device.as_os_str())?, access)?)
}

/// The device as what only a mock device can do.
fn mock(device: &mut Device) -> Result<&mut MockDevice> {
    device.mock().context("only a mock device does this; name one with --device mock:FILE")
}

/// A path as the driver takes it.
fn bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}

/// The path that a driver's bytes are.
fn path(bytes: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(bytes))
}

/// Prints one message to standard error. Nothing can be done where that fails.
fn complain(message: std::fmt::Arguments<'_>) {
    use io::Write;
    let _ = writeln!(io::stderr(), "veriexecctl: {message}");
}

/// What became of a write to standard output. That the reader went away, as `head` does, is no
/// failure of ours, and changes no answer.
fn to_standard_output(written: io::Result<()>) -> Result<()> {
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.context("standard output"),
    }
}
