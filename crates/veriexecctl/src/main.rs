//! veriexecctl(8): load the Veriexec driver, and ask it what became of what was loaded.
#![forbid(unsafe_code)]

mod answer;
mod cli;
mod commands;
mod device;
mod exit;
mod list;
mod machine;

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

use crate::answer::{complain, to_standard_output};
use crate::cli::Cli;
use crate::exit::Exit;

fn main() -> ExitCode {
    let arguments = cli::with_command_folded(std::env::args_os());
    let ended = match Cli::try_parse_from(&arguments) {
        Ok(cli) => commands::run(&cli),
        Err(usage) if usage.use_stderr() => Ok(cli::complain(&usage, &arguments)),
        Err(help) => to_standard_output(help.print()).map(|()| Exit::Done),
    };
    let exit = ended.unwrap_or_else(|error| {
        complain(format_args!("{error:#}"));
        Exit::Failed
    });
    exit.into()
}

/// A path as the driver takes it.
fn bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}

/// The path that a driver's bytes are.
fn path(bytes: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(bytes))
}
