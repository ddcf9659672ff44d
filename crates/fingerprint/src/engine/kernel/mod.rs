//! The compression functions: one block of each of several independent streams at a time.
//!
//! A single stream waits for the latency of its own rounds. Streams that know nothing of each
//! other fill that time, either as the lanes of vectors or with their instructions interleaved.
//! The algorithms are written once, over [`Vector`](vector::Vector); the instruction sets are
//! beside them.
#![expect(unsafe_code, reason = "kernels use instructions that not every processor has")]
#![allow(clippy::needless_range_loop, reason = "iterators need not be inlined where vectors are")]

/// Repeats an expression with a constant for each of the numbers, so that whatever depends on it
/// (a rotation, a register) is known when it is compiled.
macro_rules! unrolled {
    ($name:ident in $($number:literal)* => $body:expr) => {
        $({
            const $name: usize = $number;
            $body
        })*
    };
}

#[cfg(target_arch = "aarch64")]
mod armv8;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "x86_64")]
mod lockstep;
mod portable;
#[cfg(target_arch = "x86_64")]
mod sha_ni;
#[cfg(target_arch = "x86_64")]
mod side_by_side;
#[cfg(target_arch = "x86_64")]
mod vector;

#[cfg(target_arch = "x86_64")]
mod md5;
#[cfg(target_arch = "x86_64")]
mod rmd160;
#[cfg(target_arch = "x86_64")]
mod sha1;
mod sha2;
mod states;

pub(crate) use states::States;

use std::fmt;

use crate::Algorithm;

/// How many streams the widest kernel takes.
pub(crate) const WIDEST: usize = 32;

/// What an algorithm carries from block to block, a word in each; of a word of 32 bits the upper
/// half is zero, and so are words that the algorithm does not have.
pub(crate) type State = [u64; 8];

/// The streams of one call: a kernel of width `n` takes the first `n`.
pub(crate) struct Streams<'a> {
    pub(crate) states: &'a mut States,
    /// Whole blocks, at least as many as the call is told.
    pub(crate) inputs: [&'a [u8]; WIDEST],
}

/// One implementation of one algorithm's compression function.
pub(crate) struct Kernel {
    pub(crate) name: &'static str,
    /// How many streams it takes.
    pub(crate) width: usize,
    has: fn() -> bool,
    compress: Compress,
}

/// Takes that many blocks of each stream into its state.
///
/// Unsafe to call unless the processor has the instructions.
type Compress = unsafe fn(&mut Streams<'_>, usize);

impl Kernel {
    /// Those that the processor can run, the portable one first.
    pub(crate) fn all(algorithm: Algorithm) -> impl Iterator<Item = &'static Self> {
        let portable = match algorithm {
            Algorithm::Md5 => &portable::MD5,
            Algorithm::Sha1 => &portable::SHA1,
            Algorithm::Rmd160 => &portable::RMD160,
            Algorithm::Sha256 => &portable::SHA256,
            Algorithm::Sha384 | Algorithm::Sha512 => &portable::SHA512,
        };
        std::iter::once(portable).chain(native(algorithm)).filter(|kernel| (kernel.has)())
    }

    /// Takes `blocks` blocks of each of the first [`width`](Self::width) streams.
    ///
    /// # Panics
    /// If an input holds fewer blocks.
    pub(crate) fn compress(&self, streams: &mut Streams<'_>, blocks: usize) {
        // SAFETY: kernels are reached through `all` alone, and it asked the processor.
        unsafe {
            (self.compress)(streams, blocks);
        }
    }
}

impl fmt::Debug for Kernel {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name)
    }
}

#[cfg(target_arch = "x86_64")]
fn native(algorithm: Algorithm) -> impl Iterator<Item = &'static Kernel> {
    let [sha_ni, avx2, avx512]: [&'static [Kernel]; 3] = match algorithm {
        Algorithm::Md5 => [&[], &avx2::MD5, &avx512::MD5],
        Algorithm::Sha1 => [&sha_ni::SHA1, &avx2::SHA1, &avx512::SHA1],
        Algorithm::Rmd160 => [&[], &avx2::RMD160, &avx512::RMD160],
        Algorithm::Sha256 => [&sha_ni::SHA256, &avx2::SHA256, &avx512::SHA256],
        Algorithm::Sha384 | Algorithm::Sha512 => [&[], &avx2::SHA512, &avx512::SHA512],
    };
    [sha_ni, avx2, avx512].into_iter().flatten()
}

#[cfg(target_arch = "aarch64")]
fn native(algorithm: Algorithm) -> impl Iterator<Item = &'static Kernel> {
    let kernels: &'static [Kernel] = match algorithm {
        Algorithm::Md5 | Algorithm::Rmd160 => &[],
        Algorithm::Sha1 => &armv8::SHA1,
        Algorithm::Sha256 => &armv8::SHA256,
        Algorithm::Sha384 | Algorithm::Sha512 => &armv8::SHA512,
    };
    kernels.iter()
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn native(_: Algorithm) -> impl Iterator<Item = &'static Kernel> {
    std::iter::empty()
}

/// The block of that number.
#[inline(always)]
fn block<const LEN: usize>(input: &[u8], number: usize) -> &[u8; LEN] {
    &input.as_chunks().0[number]
}

/// The same constants, as if they were not known when this is compiled.
///
/// What the compiler knows it adds last, behind that which the others waited for.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn unknown<T>(constants: &'static T) -> &'static T {
    std::hint::black_box(constants)
}
