//! The gate a change passes: formatting, lints, tests, other targets, manual pages.

mod manual;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::api;
use crate::build_std;
use crate::command::{available, cargo, command, root, run};
use crate::kmod;
use crate::structure;

/// What a crate has beyond its default features.
const FEATURES: [&str; 2] = ["--features", "proplib/plist,proplib/serde"];

/// One thing that must hold.
struct Check {
    name: &'static str,
    run: fn(no_skip: bool) -> Result<()>,
    /// What this machine lacks for it, if anything.
    missing: fn() -> Option<&'static str>,
}

const CHECKS: [Check; 12] = [
    Check { name: "formatting", run: |_| formatting(), missing: || lacks("fmt", "rustfmt") },
    Check { name: "structure", run: |_| structure::check(), missing: || None },
    Check { name: "clippy", run: |_| clippy(), missing: || lacks("clippy", "clippy") },
    Check { name: "documentation", run: |_| documentation(), missing: || None },
    Check { name: "public API", run: |_| api::check(false), missing: api::lacks },
    Check { name: "crates without std", run: |_| no_std(), missing: || None },
    Check { name: "manual pages", run: |_| man(), missing: manual::lacks },
    Check { name: "out of memory", run: |_| build_std::oom(), missing: build_std::lacks },
    Check { name: "kernel module", run: |_| kmod::check(), missing: build_std::lacks },
    Check { name: "NetBSD", run: |_| build_std::netbsd(), missing: build_std::lacks },
    Check { name: "tests", run: tests, missing: || None },
    Check { name: "memory of kernels", run: |_| memory(), missing: lacks_valgrind },
];

/// Runs every check that this machine can run, and names those that it cannot.
///
/// # Errors
/// The first check that fails; with `no_skip`, also any that cannot be run here.
pub(crate) fn all(no_skip: bool) -> Result<()> {
    let mut skipped = 0;
    for Check { name, run, missing } in CHECKS {
        if let Some(need) = missing() {
            skipped += 1;
            eprintln!("SKIPPED: {name}: needs {need}");
            continue;
        }
        eprintln!("== {name}");
        run(no_skip).context(name)?;
    }
    if no_skip && skipped > 0 {
        bail!("{skipped} checks could not be run on this machine");
    }
    eprintln!("all checks passed, {skipped} skipped");
    Ok(())
}

fn formatting() -> Result<()> {
    run(command(cargo()).args(["fmt", "--all", "--check"]))
}

fn clippy() -> Result<()> {
    let mut lint = command(cargo());
    lint.args(["clippy", "--workspace", "--all-targets", "--quiet"]).args(FEATURES);
    run(lint.args(["--", "--deny", "warnings"]))
}

/// Every test of the workspace. A test that needs something this machine lacks says so by name;
/// with `no_skip` it fails instead.
fn tests(no_skip: bool) -> Result<()> {
    let mut tests = command(cargo());
    tests.args(["test", "--workspace", "--quiet"]).args(FEATURES);
    if no_skip {
        tests.env("VERIEXEC_TEST_NO_SKIP", "1");
    }
    run(&mut tests)
}

/// The tests of every engine under valgrind, which watches what the kernels read and write. Its
/// processor has AVX2, but neither AVX-512 nor the SHA instructions.
fn memory() -> Result<()> {
    let mut tests = command(cargo());
    tests.args(["test", "--workspace", "--quiet"]).args(FEATURES).args(["--test", "engines"]);
    let runner = "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER";
    run(tests.env(runner, "valgrind --quiet --error-exitcode=9"))
}

fn documentation() -> Result<()> {
    let mut doc = command(cargo());
    doc.args(["doc", "--workspace", "--no-deps", "--quiet"]).args(FEATURES);
    run(doc.env("RUSTDOCFLAGS", "-Dwarnings"))
}

fn no_std() -> Result<()> {
    for name in build_std::NO_STD {
        run(command(cargo()).args(["check", "--quiet", "--no-default-features", "-p", name]))?;
    }
    Ok(())
}

/// Checks every manual page with mandoc and groff, warnings included.
///
/// # Errors
/// When a page has a fault.
pub(crate) fn man() -> Result<()> {
    manual::check(&pages()?)
}

fn pages() -> Result<Vec<PathBuf>> {
    let directory = root().join("man");
    let mut pages = Vec::new();
    for file in fs::read_dir(&directory).with_context(|| directory.display().to_string())? {
        pages.push(Path::new("man").join(file?.file_name()));
    }
    pages.sort();
    Ok(pages)
}

/// Runs a fuzz target for some seconds; what it finds stays in `fuzz/artifacts`.
///
/// # Errors
/// When the target has a finding, or cargo-fuzz or a nightly toolchain is missing.
pub(crate) fn fuzz(target: &str, seconds: u64) -> Result<()> {
    let mut fuzz = command("cargo");
    fuzz.args(["+nightly", "fuzz", "run", "--features", "libfuzzer", target, "--"]);
    run(fuzz.arg(format!("-max_total_time={seconds}")))
}

fn lacks(subcommand: &str, component: &'static str) -> Option<&'static str> {
    let found = command(cargo()).args([subcommand, "--version"]).output();
    if found.is_ok_and(|output| output.status.success()) { None } else { Some(component) }
}

fn lacks_valgrind() -> Option<&'static str> {
    let here = cfg!(all(target_arch = "x86_64", target_os = "linux", target_env = "gnu"));
    let there = here && available("valgrind", &["--version"]);
    if there { None } else { Some("valgrind, on x86-64") }
}
