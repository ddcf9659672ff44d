//! A check, from the hook to the answer.

use core::ffi::c_int;

use veriexec::{Errno, FileKind, Located, Step, Verdict};

use crate::kernel::Kernel;
use crate::operation::{RawAccess, RawOperation};
use crate::shim::RawLocated;
use crate::tables;

/// Whether an access to a file, an `enum veriexec_access`, passes: it may happen, and there is
/// nothing to do about it. If not, [`veriexec_core_check`] is to be asked.
#[expect(unsafe_code, reason = "the shim calls it by name")]
#[unsafe(no_mangle)]
pub(crate) extern "C" fn veriexec_core_passes(raw: &RawLocated, access: u32) -> bool {
    let Some(access) = RawAccess::read(access) else { return false };
    let located = Located::from(*raw);
    tables::share().passes(&Kernel::default(), located, |listed| access.to(|| listed))
}

/// Answers a hook: 0 if it may happen, or a negative error number.
#[expect(unsafe_code, reason = "the shim calls it by name")]
#[unsafe(no_mangle)]
pub(crate) extern "C" fn veriexec_core_check(raw: &RawOperation) -> c_int {
    match check(raw) {
        Verdict::Allow => 0,
        Verdict::Deny(errno) => errno.raw().wrapping_neg(),
    }
}

/// The steps of [`veriexec::Veriexec::check`], with the tables locked only where they change, and
/// not at all while a file is hashed.
fn check(raw: &RawOperation) -> Verdict {
    let kernel = Kernel::checking(raw);
    let mut step = {
        let tables = tables::share();
        let Some(operation) = raw.read(&tables) else { return Verdict::Deny(Errno::INVAL) };
        tables.begin(&kernel, operation)
    };
    loop {
        step = match step {
            Step::Decided(verdict) => return verdict,
            Step::Exclusive(operation) => tables::lock().settle(&kernel, operation),
            Step::Hash(ticket) => {
                let hashed = ticket.hash(&kernel);
                let next = tables::lock().complete(&kernel, ticket, hashed);
                kernel.let_writers_in();
                next
            }
        }
    }
}

/// Whether a file has an entry.
#[expect(unsafe_code, reason = "the shim calls it by name")]
#[unsafe(no_mangle)]
pub(crate) extern "C" fn veriexec_core_is_listed(raw: &RawLocated) -> bool {
    let located = Located::from(*raw);
    located.kind == FileKind::Regular && tables::share().lookup(located.id).is_some()
}

/// A file system is gone, and its table with it.
#[expect(unsafe_code, reason = "the shim calls it by name")]
#[unsafe(no_mangle)]
pub(crate) extern "C" fn veriexec_core_unmounted(mount: u64) {
    tables::lock().unmounted(mount);
}

/// The contents of any file of that file system may change.
#[expect(unsafe_code, reason = "the shim calls it by name")]
#[unsafe(no_mangle)]
pub(crate) extern "C" fn veriexec_core_purge(mount: u64) {
    tables::lock().purge_mount(mount);
}
