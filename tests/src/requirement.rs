//! What a test needs of the machine it runs on.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Whether the test runs as root; if not, the skip is named.
///
/// # Panics
/// When it does not and no skip is accepted (`VERIEXEC_TEST_NO_SKIP` is set).
#[must_use]
pub fn root(test: &str) -> bool {
    let id = Command::new("id").arg("-u").output();
    met(test, "root", id.is_ok_and(|id| id.stdout == b"0\n"))
}

/// Whether a program can be run; if not, the skip is named.
///
/// # Panics
/// When it cannot and no skip is accepted (`VERIEXEC_TEST_NO_SKIP` is set).
#[must_use]
pub fn program(test: &str, name: &str) -> bool {
    let trial = Command::new(name).arg("--version").stdout(Stdio::null()).status();
    met(test, name, trial.is_ok())
}

/// Whether a directory is there; if not, the skip is named.
///
/// # Panics
/// When it is not and no skip is accepted (`VERIEXEC_TEST_NO_SKIP` is set).
#[must_use]
pub fn directory(test: &str, path: &str) -> bool {
    met(test, path, Path::new(path).is_dir())
}

fn met(test: &str, need: &str, met: bool) -> bool {
    if !met {
        assert!(std::env::var_os("VERIEXEC_TEST_NO_SKIP").is_none(), "{test} needs {need}");
        // Written past the capture of the test harness, so that a skip is always seen.
        let _ = writeln!(std::io::stderr(), "SKIPPED: {test}: needs {need}");
    }
    met
}
