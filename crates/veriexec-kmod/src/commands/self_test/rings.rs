//! A command by a ring of io_uring(7).
#![expect(unsafe_code, reason = "a ring's entry has no safe form")]

use std::fs::File;
use std::os::fd::AsRawFd;

use io_uring::{IoUring, opcode, types};

/// Gives one to /dev/null. Returns whether there was a ring to give it by.
pub(crate) fn takes_commands() -> bool {
    let Ok(mut ring) = IoUring::new(1) else { return false };
    let Ok(null) = File::open("/dev/null") else { return true };
    let command = opcode::UringCmd16::new(types::Fd(null.as_raw_fd()), 0).build();
    // SAFETY: the file is open until the command has ended, and the command has no memory of its own.
    let pushed = unsafe { ring.submission().push(&command) };
    if pushed.is_ok() {
        let _ = ring.submit_and_wait(1);
    }
    true
}
