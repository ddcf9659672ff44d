//! Memory, from the shim: it can always run out, and every growth in the core says so.
#![expect(unsafe_code, reason = "an allocator hands out raw memory")]

use core::alloc::{GlobalAlloc, Layout};
use core::ffi::c_void;

unsafe extern "C" {
    /// Memory of that size and alignment, or null.
    safe fn veriexec_shim_alloc(size: usize, align: usize) -> *mut c_void;

    /// Gives memory back.
    unsafe fn veriexec_shim_free(memory: *mut c_void);
}

struct KernelMemory;

#[global_allocator]
static MEMORY: KernelMemory = KernelMemory;

// SAFETY: the shim's memory is of at least that size and alignment, or null, and stays where it is
// until it is freed. `realloc` and `alloc_zeroed` are those of the trait, made of these two.
unsafe impl GlobalAlloc for KernelMemory {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        veriexec_shim_alloc(layout.size(), layout.align()).cast()
    }

    unsafe fn dealloc(&self, memory: *mut u8, _: Layout) {
        // SAFETY: the caller promises that it came from `alloc` and is not used any more.
        unsafe { veriexec_shim_free(memory.cast()) }
    }
}
