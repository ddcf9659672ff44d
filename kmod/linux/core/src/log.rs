//! The kernel's log, kept from floods, and the audit records beside it.
#![expect(unsafe_code, reason = "the boundary to C")]

use core::cell::UnsafeCell;
use core::fmt::{self, Write};

use alloc::vec::Vec;

use proplib::fallible;
use veriexec::{Budgets, Limiter, Message, Platform, Report, Suppressed};

use crate::kernel::Kernel;
use crate::line::Line;
use crate::shim::{self, RawPath, RawRecord};
use crate::tables;

/// So many lines of each kind a user has in an interval: veriexec(8) names them.
const BUDGETS: Budgets = Budgets { denied: 50, allowed: 300 };

/// The interval, in seconds.
const INTERVAL: u32 = 60;

/// The longest name, `PATH_MAX`.
const NAME: usize = 4096;

static LIMITER: Guarded = Guarded(UnsafeCell::new(Limiter::new(BUDGETS, INTERVAL as u64)));

struct Guarded(UnsafeCell<Limiter>);

// SAFETY: the limiter is reached in `limiter` alone, by the one who holds the lock of the log.
unsafe impl Sync for Guarded {}

/// Uses the limiter, alone.
fn limiter<R>(change: impl FnOnce(&mut Limiter) -> R) -> R {
    shim::veriexec_shim_lock_log();
    // SAFETY: we hold the lock of the log until the end of this function.
    let result = change(unsafe { &mut *LIMITER.0.get() });
    // SAFETY: we hold it, and use the limiter no more.
    unsafe { shim::veriexec_shim_unlock_log() }
    result
}

/// Logs a report. What has no name is named by where it is, and programs by their files.
///
/// Names need memory; without it they are left out, and the report is logged all the same.
// Reports are rare, and a line is long: only those who report shall have it on their stack.
#[cold]
#[inline(never)]
pub(crate) fn log(report: &Report<'_>, path: Option<&RawPath>) {
    let now = shim::veriexec_shim_seconds();
    let name = if report.name.is_empty() { path.map(name_of) } else { None };
    let name = name.as_deref().unwrap_or(report.name);
    let report = Report { name, ..*report };
    tell(|limiter| limiter.overdue(now));
    if !limiter(|limiter| limiter.admit(now, &report)) {
        shim::veriexec_shim_tell_later(INTERVAL);
        return;
    }
    let [program, parent] = [false, true].map(|of_parent| match report.process {
        Some(_) => program_of(of_parent),
        None => Vec::new(),
    });
    let process = report.process.map(|mut process| {
        process.program.path = &program;
        if let Some(found) = &mut process.parent {
            found.program.path = &parent;
        }
        process
    });
    let report = Report { process, ..report };
    write_report(&report);
    write_record(&report);
}

/// Says what was left out in intervals that are over; the shim calls it.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn veriexec_core_tell() {
    let now = shim::veriexec_shim_seconds();
    tell(|limiter| limiter.overdue(now));
    if limiter(|limiter| limiter.owes()) {
        shim::veriexec_shim_tell_later(INTERVAL);
    }
}

/// Says what was left out, and forgets what was said: it may be said again.
pub(crate) fn start_anew() {
    tell(Limiter::rest);
    limiter(Limiter::forget);
}

fn tell(next: impl Fn(&mut Limiter) -> Option<Suppressed>) {
    while let Some(left) = limiter(&next) {
        write_report(&left.report());
    }
}

#[inline(never)]
fn write_report(report: &Report<'_>) {
    let is_denial = report.occasion.is_some_and(|occasion| !occasion.verdict.is_allowed());
    let write = |text: fmt::Arguments<'_>| {
        let mut line = Line::default();
        // What does not fit is left out, and the line says so.
        let _ = line.write_fmt(text);
        let text = line.text();
        let priority = report.priority as i32;
        // SAFETY: the text has that many bytes, and the shim only reads them.
        unsafe { shim::veriexec_shim_log(priority, is_denial, text.as_ptr(), text.len()) }
    };
    write(format_args!("{report}"));
    let is_asked = report.occasion.is_some_and(|occasion| !occasion.is_trial);
    if let Some(question) = report.question().filter(|question| is_asked && question.is_long()) {
        write(format_args!("Veriexec: ask: {question}"));
    }
}

/// Writes the audit record of a decision, if anybody wants it.
fn write_record(report: &Report<'_>) {
    let Some(fields) = report.audit() else { return };
    let record = shim::veriexec_shim_begin_record();
    if record.is_null() {
        return;
    }
    // What does not get into it for want of memory, the audit system counts as lost.
    let _ = write!(Record(record), "{fields}");
    // SAFETY: it was begun above, and is used no more.
    unsafe { shim::veriexec_shim_end_record(record) }
}

struct Record(*mut RawRecord);

impl Write for Record {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // SAFETY: the record was begun and not ended, and the text has that many bytes.
        unsafe { shim::veriexec_shim_add_to_record(self.0, text.as_ptr(), text.len()) }
        Ok(())
    }
}

/// What the file is called; nothing without memory to say it.
fn name_of(path: &RawPath) -> Vec<u8> {
    // SAFETY: the path is the shim's own, and the name has that many bytes.
    named(|name, size| unsafe { shim::veriexec_shim_name(path, name, size) })
}

/// What was started, or the parent was; nothing without memory to say it.
fn program_of(of_parent: bool) -> Vec<u8> {
    // SAFETY: the name has that many bytes.
    named(|name, size| unsafe { shim::veriexec_shim_program(of_parent, name, size) })
}

fn named(write: impl FnOnce(*mut u8, usize) -> usize) -> Vec<u8> {
    let mut name = Vec::new();
    if fallible::reserve_exact(&mut name, NAME).is_err() {
        return name;
    }
    for _ in 0..NAME {
        if fallible::push(&mut name, 0).is_err() {
            return Vec::new();
        }
    }
    let len = write(name.as_mut_ptr(), name.len());
    name.truncate(len);
    name
}

/// A forced removal of a module is refused; the shim calls it.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn veriexec_core_removal_refused() {
    refused(Message::ForcedRemoval);
}

/// Logs what is refused because of the level, though no file is asked about.
pub(crate) fn refused(message: Message<'static>) {
    let level = tables::share().strict();
    let kernel = Kernel::default();
    log(&Report::refusal(message, level, kernel.process()), None);
}
