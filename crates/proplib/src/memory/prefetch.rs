//! Asking the processor for memory that will be read soon.
#![allow(unsafe_code, reason = "there is no safe way to ask for memory without reading it")]

/// The number of bytes that a processor fetches together.
const LINE: usize = 64;

/// The most lines that are fetched of a slice: six entries take as many, and most have no more.
const MOST: usize = 6;

/// Has the start of a slice fetched, on processors where Rust can say so.
#[inline(always)]
pub(crate) fn slice<T>(items: &[T]) {
    let start = items.as_ptr().cast();
    for line in 0..size_of_val(items).div_ceil(LINE).min(MOST) {
        fetch(start, line.wrapping_mul(LINE));
    }
}

#[cfg(all(target_arch = "x86_64", target_feature = "sse"))]
#[inline(always)]
fn fetch(start: *const i8, offset: usize) {
    use core::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};

    // SAFETY: the target has SSE. The instruction reads nothing that the program could see, and
    // has no fault at any address.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(start.wrapping_add(offset)) }
}

#[cfg(not(all(target_arch = "x86_64", target_feature = "sse")))]
#[inline(always)]
const fn fetch(_start: *const i8, _offset: usize) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slice_of_any_length_may_be_fetched() {
        let items = [7_u16; 1000];
        for length in 0..=items.len() {
            slice(&items[..length]);
        }
        slice(&[(); 9]);
        assert!(items.iter().all(|&item| item == 7));
    }
}
