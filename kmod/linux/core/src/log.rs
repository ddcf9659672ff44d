//! What is reported: said in whole, kept from floods, and left with the shim, which prints it when
//! the thread that asks has gone on.
#![expect(unsafe_code, reason = "the boundary to C")]

use core::cell::UnsafeCell;
use core::ffi::c_int;
use core::fmt::{self, Write};
use core::slice;

use alloc::vec::Vec;

use proplib::fallible;
use veriexec::{Budgets, Limiter, Message, Platform, Priority, Report, Suppressed};

use crate::kernel::Kernel;
use crate::line::{LONGEST, Line};
use crate::shim::{self, RawPath, RawReport, RawText};
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
    leave(&Report { process, ..report });
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
        leave(&left.report());
    }
}

/// Leaves all that is to be printed of it.
#[inline(never)]
fn leave(report: &Report<'_>) {
    let mut room = [0; LONGEST];
    let mut line = Line::at(&mut room);
    // What does not fit is left out, and the line says so.
    let _ = write!(line, "{report}");
    let question = question_of(report);
    let record = record_of(report);
    let raw = RawReport {
        priority: report.priority as i32,
        is_denial: report.occasion.is_some_and(|occasion| !occasion.verdict.is_allowed()),
        line: RawText::of(line.text()),
        question: RawText::of(&question),
        record: RawText::of(&record),
    };
    // SAFETY: the texts are there until the end of this function, and the shim copies them.
    unsafe { shim::veriexec_shim_report(&raw) }
}

/// The line for a command that has no room in that of the report; nothing without memory.
fn question_of(report: &Report<'_>) -> Vec<u8> {
    let is_asked = report.occasion.is_some_and(|occasion| !occasion.is_trial);
    let asked = report.question().filter(|question| is_asked && question.is_long());
    let Some(question) = asked else { return Vec::new() };
    written(LONGEST, |room| {
        let mut line = Line::at(room);
        let _ = write!(line, "Veriexec: ask: {question}");
        line.text().len()
    })
}

/// The fields of the audit record of a decision; nothing if nobody wants it, or without memory.
fn record_of(report: &Report<'_>) -> Vec<u8> {
    let Some(fields) = report.audit().filter(|_| shim::veriexec_shim_wants_records()) else {
        return Vec::new();
    };
    let mut record = Record(Vec::new());
    if write!(record, "{fields}").is_err() {
        return Vec::new();
    }
    record.0
}

struct Record(Vec<u8>);

impl Write for Record {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        fallible::extend(&mut self.0, text.as_bytes()).map_err(|_| fmt::Error)
    }
}

/// Writes down the line that says how many reports were lost, and returns its length; its priority
/// is to be that one.
///
/// # Safety
/// The line must have room for that many bytes.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn veriexec_core_lost(
    count: u64,
    priority: &mut c_int,
    line: *mut u8,
    size: usize,
) -> usize {
    let report = Report::new(Priority::Warning, Message::Lost(count), b"");
    *priority = report.priority as i32;
    // SAFETY: the caller promises it.
    let mut line = Line::at(unsafe { slice::from_raw_parts_mut(line, size) });
    let _ = write!(line, "{report}");
    line.text().len()
}

/// What the file is called; nothing without memory to say it.
fn name_of(path: &RawPath) -> Vec<u8> {
    // SAFETY: the path is the shim's own, and the name has that many bytes.
    written(NAME, |name| unsafe { shim::veriexec_shim_name(path, name.as_mut_ptr(), name.len()) })
}

/// What was started, or the parent was; nothing without memory to say it.
fn program_of(of_parent: bool) -> Vec<u8> {
    // SAFETY: the name has that many bytes.
    written(NAME, |name| unsafe {
        shim::veriexec_shim_program(of_parent, name.as_mut_ptr(), name.len())
    })
}

/// What is written to a place of that size; nothing without memory for the place.
fn written(size: usize, write: impl FnOnce(&mut [u8]) -> usize) -> Vec<u8> {
    let mut room = Vec::new();
    if fallible::reserve_exact(&mut room, size).is_err() {
        return room;
    }
    for _ in 0..size {
        if fallible::push(&mut room, 0).is_err() {
            return Vec::new();
        }
    }
    let len = write(&mut room);
    room.truncate(len);
    room
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
