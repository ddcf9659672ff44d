//! An allocator that fails on demand, and knows how many blocks it is owed.
//!
//! A test that has it as a module allocates through it; what one thread asks of it is no other's
//! concern.
#![allow(unsafe_code, reason = "an allocator cannot be written without")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ptr;

struct Failing;

thread_local! {
    /// How many more allocations of this thread succeed; `None` if all do.
    static LEFT: Cell<Option<usize>> = const { Cell::new(None) };
    /// Sizes of which none fails and none counts.
    static SPARED: Cell<&'static [usize]> = const { Cell::new(&[]) };
    /// How many more blocks this thread was given than it gave back.
    static OWED: Cell<isize> = const { Cell::new(0) };
}

fn may_allocate(size: usize) -> bool {
    let Some(left) = LEFT.get() else { return true };
    if SPARED.get().contains(&size) {
        return true;
    }
    LEFT.set(Some(left.saturating_sub(1)));
    left > 0
}

// SAFETY: each method answers with null, which the trait allows for a failure, or does what the
// system's allocator, which keeps the contract, does with the same arguments.
unsafe impl GlobalAlloc for Failing {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if !may_allocate(layout.size()) {
            return ptr::null_mut();
        }
        OWED.set(OWED.get().wrapping_add(1));
        // SAFETY: the caller keeps the contract of this same method.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        OWED.set(OWED.get().wrapping_sub(1));
        // SAFETY: the block is from the system's allocator, as every block here is.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if !may_allocate(size) {
            return ptr::null_mut();
        }
        // SAFETY: as above; after a failure the block is as it was.
        unsafe { System.realloc(block, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Failing = Failing;

/// Runs with so many allocations that succeed before all fail.
pub(crate) fn with_allocations<T>(count: usize, run: impl FnOnce() -> T) -> T {
    LEFT.set(Some(count));
    let result = run();
    LEFT.set(None);
    result
}

/// The same, but that allocations of these sizes succeed, and do not count.
#[allow(dead_code, reason = "not every test has what cannot fail")]
pub(crate) fn with_allocations_but<T>(
    spared: &'static [usize],
    count: usize,
    run: impl FnOnce() -> T,
) -> T {
    SPARED.set(spared);
    let result = with_allocations(count, run);
    SPARED.set(&[]);
    result
}

/// How many blocks this thread holds. What another thread frees for it counts for that one.
#[allow(dead_code, reason = "not every test looks for leaks")]
pub(crate) fn blocks() -> isize {
    OWED.get()
}
