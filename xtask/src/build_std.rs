//! Targets whose standard library is built from its sources, with Debian's own compiler, because
//! Debian has a package of those.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::command::{command, run, target_dir};

/// What must build without std, as a kernel needs it.
pub(crate) const NO_STD: [&str; 5] =
    ["proplib", "fingerprint", "sigfile", "veriexec", "kmod-ioctl"];

const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";
const SOURCES: &str = "/usr/lib/rustlib/src/rust/library/std/Cargo.toml";

/// What must build on NetBSD: every crate but the Linux ones and these tasks.
const PORTABLE: [&str; 8] = [
    "proplib",
    "fingerprint",
    "sigfile",
    "veriexec",
    "kmod-ioctl",
    "veriexecgen",
    "veriexecctl",
    "veriexec-tests",
];

/// What this machine lacks for it, if anything.
pub(crate) fn lacks() -> Option<&'static str> {
    if [RUSTC, CARGO, SOURCES].iter().all(|file| Path::new(file).exists()) {
        None
    } else {
        Some("Debian's rustc-web, cargo-web and rust-web-src")
    }
}

/// Checks the portable crates for NetBSD.
///
/// # Errors
/// When a crate does not check, or Debian's compiler is not installed.
pub(crate) fn netbsd() -> Result<()> {
    let mut check = debian_cargo()?;
    check.args(["check", "--quiet", "-Zbuild-std", "--target", "x86_64-unknown-netbsd"]);
    check.arg("--target-dir").arg(target_dir().join("netbsd"));
    run(check.args(PORTABLE.iter().flat_map(|name| ["-p", name])))
}

/// Builds what a kernel takes with an `alloc` that has no function which cannot fail: whatever
/// would abort for want of memory does not compile.
///
/// # Errors
/// When a crate does not build, or Debian's compiler is not installed.
pub(crate) fn oom() -> Result<()> {
    let mut build = debian_cargo()?;
    build.env("RUSTFLAGS", "--cfg no_global_oom_handling -Cpanic=abort");
    build.args(["build", "--quiet", "--release", "-Zbuild-std=core,alloc"]);
    build.args(["--target", "x86_64-unknown-none", "--no-default-features"]);
    build.arg("--target-dir").arg(target_dir().join("oom"));
    run(build.args(NO_STD.iter().flat_map(|name| ["-p", name])))
}

/// Debian's cargo with Debian's compiler, which takes unstable options.
///
/// # Errors
/// When they are not installed.
pub(crate) fn debian_cargo() -> Result<Command> {
    if let Some(need) = lacks() {
        bail!("needs {need}");
    }
    let mut cargo = command(CARGO);
    cargo.env("RUSTC", RUSTC).env("RUSTC_BOOTSTRAP", "1");
    Ok(cargo)
}
