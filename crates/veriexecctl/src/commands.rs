//! What can be asked of the program, a file or folder a command.

mod completions;
mod delete;
mod difference;
mod dump;
mod explain;
pub(crate) mod lint;
mod load;
mod preflight;
mod query;
mod simulate;
mod status;
mod strict;
mod verify;

use anyhow::Result;
use kmod_ioctl::Access;

use crate::cli::{Cli, Command};
use crate::commands::load::Wanted;
use crate::device;
use crate::exit::Exit;

/// Does what the command line says.
pub(crate) fn run(cli: &Cli) -> Result<Exit> {
    match &cli.command {
        Command::Load { replace, allow_empty, allow_missing, file } => {
            let (replace, allow_empty, allow_missing) = (*replace, *allow_empty, *allow_missing);
            load::run(cli, file, Wanted { replace, allow_empty, allow_missing })
        }
        Command::Delete { path } => delete::run(cli, path),
        Command::Query { file } => query::run(cli, file),
        Command::Dump => dump::run(cli),
        Command::Flush => {
            let mut device = device::open(cli, Access::WRITE)?;
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
