//! Boots Debian's kernels under QEMU, and tries the module in them: `cargo xtask guest`.
//!
//! What it needs it fetches as Debian packages and unpacks into a cache, `.cache/guest` in the
//! repository's root or `$VERIEXEC_CACHE`; on the machine itself it installs nothing. To fetch
//! newer kernels, delete the cache.
#![forbid(unsafe_code)]

mod jobs;
mod machine;
mod materials;
mod scenario;

use std::fmt::Write as _;
use std::fs;
use std::num::NonZero;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use clap::Parser;

use materials::Materials;
use materials::cache::Cache;
use materials::kernel::{Kernel, Series};
use materials::module::{Faults, Module};
use materials::tools::Tools;
use scenario::Scenario;

/// Boot Linux kernels under QEMU, and try the module in them.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask guest", bin_name = "cargo xtask guest")]
struct Cli {
    /// The kernel; Debian's own, both of them, if none is named
    #[arg(long)]
    kernel: Option<Series>,

    /// The module's Rust object, as `cargo xtask kmod` makes it
    #[arg(long, hide = true)]
    object: PathBuf,

    /// Where our programs are
    #[arg(long, hide = true)]
    programs: PathBuf,

    /// Build the module with Debian's dkms, as root, from what cargo xtask dist lays out
    #[arg(long, requires = "tree")]
    dkms: bool,

    /// What cargo xtask dist has laid out
    #[arg(long, hide = true)]
    tree: Option<PathBuf>,

    /// Print what each kernel says while it runs
    #[arg(short, long)]
    verbose: bool,

    /// How long the soak, the fuzzer and work beside scanners last, in minutes
    #[arg(long, value_name = "N", default_value_t = 1)]
    minutes: u64,

    /// What the fuzzer's chances begin with; the time by default
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// What the fuzzer does not do: kinds of operations or classes of them
    #[arg(long, value_name = "KIND,...", default_value = "")]
    leave_out: String,

    /// How many guests run at the same time
    #[arg(short, long, value_name = "N", default_value_t = processors())]
    jobs: NonZero<usize>,

    /// Keep what is measured in a file: the kernel's release, the module's size, the run's number,
    /// and what was said
    #[arg(long, value_name = "FILE", hide = true)]
    times: Option<PathBuf>,

    /// Let the clock of a guest count its instructions: a nanosecond each
    #[arg(long)]
    count_instructions: bool,

    /// The scenarios; all of them if none is named
    #[arg(value_parser = scenario::named)]
    scenarios: Vec<&'static Scenario>,
}

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("guest: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the scenarios, and says how many have failed.
fn run(cli: &Cli) -> Result<usize> {
    let all: Vec<&Scenario> = scenario::ALL.iter().collect();
    let scenarios = if cli.scenarios.is_empty() { &all } else { &cli.scenarios };
    let series = cli.kernel.map_or_else(|| Series::ALL.to_vec(), |one| vec![one]);
    let cache = Cache::open()?;
    let tools = Tools::fetch(&cache).context("the tools")?;
    let (mut ran, mut failed) = (0_usize, 0_usize);
    let mut times = String::new();
    for series in series {
        let (scenarios, left_out): (Vec<&Scenario>, Vec<_>) =
            scenarios.iter().partition(|scenario| scenario.suits(series));
        let kernel =
            Kernel::fetch(&cache, &tools, series).with_context(|| format!("kernel {series}"))?;
        let module = match &cli.tree {
            Some(tree) => Module::build_with_dkms(&cache, &kernel, tree),
            None => Module::build(&cache, &tools, &kernel, &cli.object, Faults::None),
        };
        let module = module.with_context(|| format!("the module for kernel {}", kernel.release))?;
        let faulty = scenarios.iter().any(|scenario| scenario.has_faults).then(|| {
            Module::build(&cache, &tools, &kernel, &cli.object, Faults::OnDemand)
                .with_context(|| format!("the module with faults for kernel {}", kernel.release))
        });
        let faulty = faulty.transpose()?;
        println!("kernel {}, module of {} bytes", kernel.release, module.stripped_size);
        let materials = Materials {
            cache: &cache,
            tools: &tools,
            kernel: &kernel,
            module: &module,
            faulty: faulty.as_ref(),
            programs: &cli.programs,
            minutes: cli.minutes,
            seed: cli.seed.unwrap_or_else(now),
            left_out: &cli.leave_out,
            preparing: Mutex::new(()),
            count_instructions: cli.count_instructions,
        };
        for scenario in left_out {
            println!("  {}: left out, because it takes a kernel of Debian's own", scenario.name);
        }
        let work = |scenario: &&Scenario| scenario.run(&materials, cli.verbose);
        jobs::run(&scenarios, cli.jobs, work, |scenario, outcome| {
            ran += 1;
            println!("  {}: {outcome}", scenario.name);
            failed += usize::from(!outcome.passed());
            for time in &outcome.times {
                let _ = writeln!(times, "{} {} {ran} {time}", kernel.release, module.stripped_size);
            }
        })?;
    }
    if let Some(file) = &cli.times {
        fs::write(file, times).with_context(|| file.display().to_string())?;
    }
    if ran == 0 {
        bail!("there is no such scenario");
    }
    println!("{ran} scenarios, {} passed, {failed} failed", ran - failed);
    Ok(failed)
}

/// The time, in seconds.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// As many guests as have a processor each.
fn processors() -> NonZero<usize> {
    thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN)
}
