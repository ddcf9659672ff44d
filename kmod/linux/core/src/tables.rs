//! The one subsystem of the machine, behind the shim's lock.
#![expect(unsafe_code, reason = "the lock is C's")]

use core::cell::UnsafeCell;
use core::marker::PhantomData;
use core::ops::{Deref, DerefMut};

use veriexec::Veriexec;

use crate::shim;

static TABLES: Tables = Tables(UnsafeCell::new(Veriexec::new()));

struct Tables(UnsafeCell<Veriexec>);

// SAFETY: the tables are reached through `Locked`, of which the shim's lock admits one, and through
// `Shared` while there is none; what `Shared` lets change is atomic.
unsafe impl Sync for Tables {}

/// The tables, locked until this is dropped.
pub(crate) struct Locked {
    state: u32,
    /// A lock of the kernel is given back by the one who took it.
    _not_send: PhantomData<*const ()>,
}

/// The tables, for one who only looks at them, beside others; until this is dropped.
pub(crate) struct Shared {
    state: u32,
    _not_send: PhantomData<*const ()>,
}

/// Waits for the lock of the tables.
pub(crate) fn lock() -> Locked {
    Locked { state: shim::veriexec_shim_lock(), _not_send: PhantomData }
}

/// Waits until nobody changes the tables.
pub(crate) fn share() -> Shared {
    Shared { state: shim::veriexec_shim_share(), _not_send: PhantomData }
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
        // SAFETY: we hold the lock, alone.
        unsafe { &mut *TABLES.0.get() }
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        // SAFETY: we hold the lock, and what was borrowed from the tables is gone.
        unsafe { shim::veriexec_shim_unlock(self.state) }
    }
}

impl Deref for Shared {
    type Target = Veriexec;

    fn deref(&self) -> &Veriexec {
        // SAFETY: nobody changes the tables while we hold the lock with others.
        unsafe { &*TABLES.0.get() }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // SAFETY: we hold the lock, and what was borrowed from the tables is gone.
        unsafe { shim::veriexec_shim_unshare(self.state) }
    }
}
