//! The real programs, built once for a test run.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// Runs `veriexecgen` with these arguments to its end.
///
/// # Panics
/// When it cannot be built or started.
pub fn veriexecgen(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Output {
    run("veriexecgen", arguments)
}

/// Runs `veriexecctl` with these arguments to its end.
///
/// # Panics
/// When it cannot be built or started.
pub fn veriexecctl(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Output {
    run("veriexecctl", arguments)
}

fn run(name: &str, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Output {
    let program = directory().join(name);
    let output = Command::new(&program).args(arguments).output();
    output.unwrap_or_else(|error| panic!("cannot run {}: {error}", program.display()))
}

/// Where the programs are. They are built optimised: the trees they are run on are real.
///
/// # Panics
/// When they do not build.
pub fn directory() -> &'static Path {
    static DIRECTORY: OnceLock<PathBuf> = OnceLock::new();
    DIRECTORY.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let target = std::env::var_os("CARGO_TARGET_DIR");
        let target = target.map_or_else(|| root.join("target"), PathBuf::from);
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let status = Command::new(cargo)
            .current_dir(&root)
            .args(["build", "--quiet", "--release", "-p", "veriexecgen", "-p", "veriexecctl"])
            .arg("--target-dir")
            .arg(&target)
            .status();
        assert!(status.is_ok_and(|status| status.success()), "the programs do not build");
        target.join("release")
    })
}
