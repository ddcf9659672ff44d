//! A request to `/dev/veriexec`, from its number to its reply.

use core::ffi::c_int;

use kmod_ioctl::{Access, Request, Width, dispatch, message};
use proplib::{Array, Object};
use sigfile::EntryType;
use veriexec::{Candidate, Errno, Platform};

use crate::caller::Caller;
use crate::kernel::Kernel;
use crate::shim::RawCaller;
use crate::{log, tables};

/// Answers an ioctl(2) on the device: 0, or a negative error number.
///
/// `wide` is whether the caller's pointers have 64 bits.
#[expect(unsafe_code, reason = "the shim calls it by name")]
#[unsafe(no_mangle)]
pub(crate) extern "C" fn veriexec_core_request(
    caller: &RawCaller,
    number: u32,
    readable: bool,
    writable: bool,
    wide: bool,
) -> c_int {
    let access = Access { read: readable, write: writable };
    let width = if wide { Width::Lp64 } else { Width::Ilp32 };
    match answer(&Caller::new(caller, access, width), number) {
        Ok(()) => 0,
        Err(errno) => errno.raw().wrapping_neg(),
    }
}

/// The steps of [`dispatch::dispatch`], with the tables locked only where they are looked at: not
/// while a path is followed, a file hashed, or memory of the caller's copied.
fn answer(caller: &Caller<'_>, number: u32) -> Result<(), Errno> {
    let kernel = Kernel::default();
    let (request, begun) = {
        let tables = tables::share();
        let request = dispatch::admit(&tables, &kernel, number, caller.access)?;
        (request, tables.now())
    };
    if request.number(caller.width) != number {
        return Err(Errno::NODEV);
    }
    match request {
        Request::Load => {
            let text = caller.plist()?;
            let message = dispatch::read(Some(&text))?;
            let mut load = message::load_request(&message)?;
            let (pinned, is_remote) = caller.pin(load.file)?;
            if is_remote {
                load.entry_type |= EntryType::UNTRUSTED.bits();
            }
            let candidate = Candidate::new(&kernel, &load, begun)?;
            if candidate.file() != pinned {
                return Err(Errno::STALE);
            }
            tables::lock().add(&kernel, load.file, candidate)?;
        }
        Request::Delete => {
            let text = caller.plist()?;
            let message = dispatch::read(Some(&text))?;
            let path = message::file_of(&message)?;
            let located = kernel.locate(path)?;
            tables::lock().delete_located(&kernel, path, located)?;
        }
        Request::Query => {
            let text = caller.plist()?;
            let message = dispatch::read(Some(&text))?;
            let located = kernel.locate(message::file_of(&message)?)?;
            let entry = {
                let tables = tables::share();
                let view = tables.lookup(located.id).ok_or(Errno::NOENT)?;
                message::entry(&view, view.kept_name()).map_err(|_| Errno::NOMEM)?
            };
            return caller.reply(&dispatch::write(&entry.into())?);
        }
        Request::Dump => return caller.reply(&dispatch::write(&dump()?)?),
        Request::Flush => tables::lock().flush(&kernel)?,
        Request::TableSize => {}
    }
    Ok(())
}

fn dump() -> Result<Object, Errno> {
    let mut entries = Array::new();
    for (name, view) in tables::share().dump() {
        entries.push(message::entry(&view, Some(name)).map_err(|_| Errno::NOMEM)?)?;
    }
    Ok(entries.into())
}

/// Drops everything that is listed, and says what was left out of the log: what the shim calls before
/// the module goes.
#[expect(unsafe_code, reason = "the shim calls it by name")]
#[unsafe(no_mangle)]
pub(crate) extern "C" fn veriexec_core_unload() {
    // Above level 0 the shim lets nobody remove the module.
    let _ = tables::lock().flush(&Kernel::default());
    log::start_anew();
}
