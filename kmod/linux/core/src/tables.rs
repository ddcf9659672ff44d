//! The one subsystem of the machine, behind the shim's lock.
#![expect(unsafe_code, reason = "the lock is C's")]

use core::cell::UnsafeCell;
use core::marker::PhantomData;
use core::ops::{Deref, DerefMut};

use veriexec::Veriexec;

use crate::shim;

static TABLES: Tables = Tables(UnsafeCell::new(Veriexec::new()));

struct Tables(UnsafeCell<Veriexec>);

// SAFETY: the tables are reached through `Locked` alone, of which the shim's lock admits one.
unsafe impl Sync for Tables {}

/// The tables, locked until this is dropped.
pub(crate) struct Locked {
    /// A mutex of the kernel is unlocked by the one who locked it.
    _not_send: PhantomData<*const ()>,
}

/// Waits for the lock of the tables.
pub(crate) fn lock() -> Locked {
    shim::veriexec_shim_lock();
    Locked { _not_send: PhantomData }
}

impl Deref for Locked {
    type Target = Veriexec;

    fn deref(&self) -> &Veriexec {
        // SAFETY: we hold the lock.
        unsafe { &*TABLES.0.get() }
    }
}

impl DerefMut for Locked {
    fn deref_mut(&mut self) -> &mut Veriexec {
        // SAFETY: we hold the lock.
        unsafe { &mut *TABLES.0.get() }
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        // SAFETY: we hold the lock, and what was borrowed from the tables is gone.
        unsafe { shim::veriexec_shim_unlock() }
    }
}
