//! The tasks of this repository: `cargo xtask TASK`.
#![forbid(unsafe_code)]

mod api;
mod bench;
mod build_std;
mod command;
mod dist;
mod gate;
mod guest;
mod kmod;
mod structure;
mod tryout;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Tasks of the Veriexec for Rust repository.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Fingerprint DIR, load it into a mock device, query, dump, and see a changed file refused
    Try {
        /// The directory to fingerprint
        #[arg(default_value = "/usr/bin")]
        dir: PathBuf,
    },
    /// Run every check and test that this machine can run
    Test {
        /// Fail where something cannot be run here
        #[arg(long)]
        no_skip: bool,
    },
    /// Measure beside others, and keep a report in bench/
    Bench {
        #[command(subcommand)]
        what: Bench,
    },
    /// Compare proplib's public API with the list of it in crates/proplib/public-api.txt
    Api {
        /// Write the list anew
        #[arg(long)]
        bless: bool,
    },
    /// Check every crate but the Linux ones for NetBSD, with Debian's rustc-web and rust-web-src
    Netbsd,
    /// Build what a kernel takes with an alloc in which every allocation can fail, with the same
    Oom,
    /// Build the Rust object of the Linux module, twice, with the same, and check it
    Kmod,
    /// Boot Linux kernels under QEMU, and try the module in them
    Guest {
        /// `--help` says which
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Lay out in DIR what a package would install: programs, module sources for DKMS, manual pages
    Dist {
        /// The directory: empty, not there, or laid out before
        dir: PathBuf,
    },
    /// Check the manual pages with mandoc and groff, and compare what they show
    Man,
    /// Run a fuzz target with cargo-fuzz, on a nightly toolchain
    Fuzz {
        /// The target, as named in fuzz/Cargo.toml
        target: String,
        /// How long, in seconds
        #[arg(default_value_t = 60)]
        seconds: u64,
    },
}

#[derive(Debug, Subcommand)]
enum Bench {
    /// proplib beside the plist crate and Python's plistlib
    Proplib,
    /// veriexecgen beside other tools that fingerprint trees, and beside what the machine can do
    Fingerprints(bench::fingerprints::Options),
    /// Draw bench/fingerprints.svg again, of the report that is kept
    Chart,
    /// The Linux module beside IMA appraisal and fapolicyd, in guests
    Module,
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().task {
        Task::Try { dir } => tryout::run_in(&dir),
        Task::Test { no_skip } => gate::all(no_skip),
        Task::Bench { what: Bench::Proplib } => bench::proplib(),
        Task::Bench { what: Bench::Fingerprints(options) } => {
            bench::fingerprints::measure(&options)
        }
        Task::Bench { what: Bench::Chart } => bench::chart(),
        Task::Bench { what: Bench::Module } => bench::module(),
        Task::Api { bless } => api::check(bless),
        Task::Netbsd => build_std::netbsd(),
        Task::Oom => build_std::oom(),
        Task::Kmod => kmod::check(),
        Task::Guest { arguments } => guest::boot(&arguments),
        Task::Dist { dir } => dist::lay_out(&dir),
        Task::Man => gate::man(),
        Task::Fuzz { target, seconds } => gate::fuzz(&target, seconds),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
