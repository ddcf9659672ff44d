//! The program, run.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where its ground gives way")]

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::process::{Command, Stdio};

/// What a run left behind.
pub(crate) struct Run {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

pub(crate) fn run(arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_veriexec-kmod"));
    let output = command.args(arguments).stdin(Stdio::null()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { status: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// What each write to the standard error holds.
pub(crate) fn writes(arguments: &[&str]) -> Vec<String> {
    let (ours, theirs) = UnixDatagram::pair().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_veriexec-kmod"));
    let command = command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null());
    command.stderr(OwnedFd::from(theirs)).status().unwrap();
    ours.set_nonblocking(true).unwrap();
    let mut buffer = [0; 4096];
    let received =
        std::iter::from_fn(|| ours.recv(&mut buffer).ok().map(|end| buffer[..end].to_vec()));
    received.map(|bytes| String::from_utf8(bytes).unwrap()).collect()
}
