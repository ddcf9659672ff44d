//! `kern.veriexec` of sysctl(8).
#![expect(unsafe_code, reason = "the boundary to C")]

use core::ffi::c_int;
use core::slice;

use veriexec::{Errno, Message, StrictLevel, Veriexec};

use crate::kernel::Kernel;
use crate::{log, tables};

/// The strict level.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn veriexec_core_strict() -> c_int {
    tables::share().strict().number().into()
}

/// Raises the strict level: 0, or a negative error number. That it is not lowered is logged.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn veriexec_core_raise(level: c_int) -> c_int {
    let raised =
        StrictLevel::from_number(level.into()).and_then(|level| tables::lock().raise(level));
    if raised == Err(Errno::PERM) {
        log::refused(Message::LevelLowered);
    }
    raised.map_or_else(|errno| errno.raw().wrapping_neg(), |()| 0)
}

/// The verbosity.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn veriexec_core_verbosity() -> c_int {
    tables::share().verbosity()
}

/// Sets the verbosity. What was logged before is logged again when it happens again.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn veriexec_core_set_verbosity(verbosity: c_int) {
    tables::lock().set_verbosity(verbosity);
    log::start_anew();
}

/// Writes down the names of the algorithms, a blank between two of them, as far as there is room,
/// and returns their length.
///
/// # Safety
/// The names must have room for that many bytes.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn veriexec_core_algorithms(names: *mut u8, size: usize) -> usize {
    // SAFETY: the caller promises it.
    let names = unsafe { slice::from_raw_parts_mut(names, size) };
    let mut len: usize = 0;
    for algorithm in Veriexec::algorithms(&Kernel::default()) {
        let blank: &[u8] = if len == 0 { b"" } else { b" " };
        let end = len.saturating_add(blank.len()).saturating_add(algorithm.name().len());
        let Some(room) = names.get_mut(len..end) else { break };
        let name = blank.iter().chain(algorithm.name().as_bytes());
        for (to, from) in room.iter_mut().zip(name) {
            *to = *from;
        }
        len = end;
    }
    len
}

/// Whether the file system has a table, which it is, and how many entries it has.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn veriexec_core_table(
    mount: u64,
    number: &mut u64,
    entries: &mut u64,
) -> bool {
    let tables = tables::share();
    let found = tables.tables().find(|table| table.mount == mount);
    let Some(table) = found else { return false };
    *number = table.number;
    *entries = u64::try_from(table.entries).unwrap_or(u64::MAX);
    true
}
