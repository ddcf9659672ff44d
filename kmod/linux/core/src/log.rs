//! The kernel's log, kept from floods.
#![expect(unsafe_code, reason = "the boundary to C")]

use core::cell::UnsafeCell;
use core::fmt::Write;

use alloc::vec::Vec;

use proplib::fallible;
use veriexec::{Limiter, Report};

use crate::line::Line;
use crate::shim::{self, RawPath};

/// So many reports of one kind about one file pass in an interval.
const BURST: u32 = 10;

/// The interval, in seconds.
const INTERVAL: u64 = 5;

/// The longest name, `PATH_MAX`.
const NAME: usize = 4096;

static LIMITER: Guarded = Guarded(UnsafeCell::new(Limiter::new(BURST, INTERVAL)));

struct Guarded(UnsafeCell<Limiter>);

// SAFETY: the limiter is reached in `log` alone, by the one who holds the lock of the log.
unsafe impl Sync for Guarded {}

/// Logs a report. What has no name is named by where it is.
// Reports are rare, and a line is long: only those who report shall have it on their stack.
#[cold]
#[inline(never)]
pub(crate) fn log(report: &Report<'_>, path: Option<&RawPath>) {
    let name = if report.name.is_empty() { path.map(name_of) } else { None };
    let report = match &name {
        Some(name) => Report { name, ..*report },
        None => *report,
    };
    shim::veriexec_shim_lock_log();
    // SAFETY: we hold the lock of the log until the end of this function.
    let limiter = unsafe { &mut *LIMITER.0.get() };
    let admission = limiter.admit(shim::veriexec_shim_seconds(), &report);
    if let Some(suppressed) = admission.before {
        write_line(&suppressed.report());
    }
    if admission.passes {
        write_line(&report);
    }
    // SAFETY: we hold it, and use the limiter no more.
    unsafe { shim::veriexec_shim_unlock_log() }
}

fn write_line(report: &Report<'_>) {
    let mut line = Line::default();
    // What does not fit is left out, and the line says so.
    let _ = write!(line, "{report}");
    let text = line.text();
    // SAFETY: the text has that many bytes, and the shim only reads them.
    unsafe { shim::veriexec_shim_log(report.priority as i32, text.as_ptr(), text.len()) }
}

/// What the file is called; nothing without memory to say it.
fn name_of(path: &RawPath) -> Vec<u8> {
    let mut name = Vec::new();
    if fallible::reserve_exact(&mut name, NAME).is_err() {
        return name;
    }
    for _ in 0..NAME {
        if fallible::push(&mut name, 0).is_err() {
            return Vec::new();
        }
    }
    // SAFETY: the path is the shim's own, and the name has that many bytes.
    let len = unsafe { shim::veriexec_shim_name(path, name.as_mut_ptr(), name.len()) };
    name.truncate(len);
    name
}
