//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::commands::self_test::attempt::Deed;

/// Load the Linux module of Veriexec, and prove that it enforces.
#[derive(Debug, Parser)]
#[command(name = "veriexec-kmod", version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Load the module, and prove that it denies what it must
    Load {
        /// The module; by default the one that is installed for the running kernel
        #[arg(long, value_name = "FILE")]
        module: Option<PathBuf>,
    },
    /// Show whether the module is loaded, and what it does
    Status {
        /// Answer in JSON, for programs
        #[arg(long)]
        json: bool,
    },
    /// Unload the module, which it allows at strict level 0
    Unload,
    /// Load the module and the signatures, and raise the strict level if nothing vital is denied
    Boot {
        /// The configuration
        #[arg(long, value_name = "FILE", default_value = "/etc/veriexec.conf")]
        config: PathBuf,
        /// The signatures file
        #[arg(long, value_name = "FILE", default_value = "/etc/signatures")]
        signatures: PathBuf,
    },
    /// Prove that the module denies what it must: what load runs in a process of its own
    #[command(hide = true)]
    SelfTest,
    /// Do something as if at strict level 1: what the self-test runs in a process of its own
    #[command(hide = true)]
    Attempt {
        /// What to do
        deed: Deed,
        /// The file to do it to
        file: PathBuf,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }
}
