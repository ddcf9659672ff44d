//! The kernels in vectors of 256 bits: AVX2.

use std::arch::x86_64::*;

use super::lockstep::{self, Rounds, Turns};
use super::md5::Md5;
use super::rmd160::Rmd160;
use super::sha1::Sha1;
use super::sha2::Sha2;
use super::side_by_side::Pair;
use super::vector::{Vector, Word, vector};
use super::{Kernel, Streams, WIDEST, block};

pub(super) static MD5: [Kernel; 2] =
    [kernel::<Pair<U32x8>, Md5, _>("avx2 x16"), in_turns::<Pair<U32x8>, Md5, _, 2>("avx2 x32")];
pub(super) static SHA1: [Kernel; 2] =
    [kernel::<U32x8, Sha1, _>("avx2 x8"), kernel::<Pair<U32x8>, Sha1, _>("avx2 x16")];
pub(super) static RMD160: [Kernel; 2] =
    [kernel::<U32x8, Rmd160, _>("avx2 x8"), in_turns::<U32x8, Rmd160, _, 2>("avx2 x16")];
pub(super) static SHA256: [Kernel; 1] = [kernel::<U32x8, Sha2<u32>, _>("avx2 x8")];
pub(super) static SHA512: [Kernel; 1] = [kernel::<U64x4, Sha2<u64>, _>("avx2 x4")];

const fn kernel<V, R, const WORDS: usize>(name: &'static str) -> Kernel
where
    V: Vector,
    R: Rounds<WORDS, Word = V::Word>,
{
    Kernel { name, width: V::LANES, has, compress: compress::<V, R, WORDS> }
}

const fn in_turns<V, R, const WORDS: usize, const N: usize>(name: &'static str) -> Kernel
where
    V: Vector,
    R: Turns<WORDS, Word = V::Word>,
{
    Kernel { name, width: N * V::LANES, has, compress: compress_in_turns::<V, R, WORDS, N> }
}

fn has() -> bool {
    is_x86_feature_detected!("avx2")
}

#[target_feature(enable = "avx2")]
unsafe fn compress<V, R, const WORDS: usize>(streams: &mut Streams<'_>, blocks: usize)
where
    V: Vector,
    R: Rounds<WORDS, Word = V::Word>,
{
    // SAFETY: the instructions are enabled here.
    unsafe { lockstep::compress::<V, R, WORDS>(streams, blocks) }
}

#[target_feature(enable = "avx2")]
unsafe fn compress_in_turns<V, R, const WORDS: usize, const N: usize>(
    streams: &mut Streams<'_>,
    blocks: usize,
) where
    V: Vector,
    R: Turns<WORDS, Word = V::Word>,
{
    // SAFETY: the instructions are enabled here.
    unsafe { lockstep::compress_in_turns::<V, R, WORDS, N>(streams, blocks) }
}

vector! {
    /// A word of 32 bits of each of eight streams.
    U32x8: 8 of u32 in __m256i,
    load: _mm256_loadu_si256, store: _mm256_storeu_si256, splat: _mm256_set1_epi32,
    and: _mm256_and_si256, not_and: _mm256_andnot_si256, xor: _mm256_xor_si256,
    add: _mm256_add_epi32, sub: _mm256_sub_epi32, shift_right: _mm256_srlv_epi32,
    shuffle: _mm256_shuffle_epi8 by _mm256_broadcastsi128_si256, transpose: transposed_32,

    #[inline(always)]
    fn rotate_left(self, bits: u32) -> Self {
        // SAFETY: a value exists.
        Self(unsafe {
            let left = _mm256_sllv_epi32(self.0, _mm256_set1_epi32(bits as _));
            let right = _mm256_srlv_epi32(self.0, _mm256_set1_epi32((32 - bits) as _));
            _mm256_or_si256(left, right)
        })
    }
}

vector! {
    /// A word of 64 bits of each of four streams.
    U64x4: 4 of u64 in __m256i,
    load: _mm256_loadu_si256, store: _mm256_storeu_si256, splat: _mm256_set1_epi64x,
    and: _mm256_and_si256, not_and: _mm256_andnot_si256, xor: _mm256_xor_si256,
    add: _mm256_add_epi64, sub: _mm256_sub_epi64, shift_right: _mm256_srlv_epi64,
    shuffle: _mm256_shuffle_epi8 by _mm256_broadcastsi128_si256, transpose: transposed_64,

    #[inline(always)]
    fn rotate_left(self, bits: u32) -> Self {
        // SAFETY: a value exists.
        Self(unsafe {
            let left = _mm256_sllv_epi64(self.0, _mm256_set1_epi64x(bits as _));
            let right = _mm256_srlv_epi64(self.0, _mm256_set1_epi64x((64 - bits) as _));
            _mm256_or_si256(left, right)
        })
    }
}

/// Makes columns of rows.
#[inline]
#[target_feature(enable = "avx2")]
fn transposed_32(rows: [__m256i; 8]) -> [__m256i; 8] {
    let [mut pairs, mut fours, mut columns] = [rows; 3];
    for at in [0, 2, 4, 6] {
        pairs[at] = _mm256_unpacklo_epi32(rows[at], rows[at + 1]);
        pairs[at + 1] = _mm256_unpackhi_epi32(rows[at], rows[at + 1]);
    }
    for at in [0, 4] {
        fours[at] = _mm256_unpacklo_epi64(pairs[at], pairs[at + 2]);
        fours[at + 1] = _mm256_unpackhi_epi64(pairs[at], pairs[at + 2]);
        fours[at + 2] = _mm256_unpacklo_epi64(pairs[at + 1], pairs[at + 3]);
        fours[at + 3] = _mm256_unpackhi_epi64(pairs[at + 1], pairs[at + 3]);
    }
    for at in 0..4 {
        columns[at] = _mm256_permute2x128_si256::<0x20>(fours[at], fours[at + 4]);
        columns[at + 4] = _mm256_permute2x128_si256::<0x31>(fours[at], fours[at + 4]);
    }
    columns
}

/// Makes columns of rows.
#[inline]
#[target_feature(enable = "avx2")]
fn transposed_64(rows: [__m256i; 4]) -> [__m256i; 4] {
    let [mut pairs, mut columns] = [rows; 2];
    for at in [0, 2] {
        pairs[at] = _mm256_unpacklo_epi64(rows[at], rows[at + 1]);
        pairs[at + 1] = _mm256_unpackhi_epi64(rows[at], rows[at + 1]);
    }
    for at in 0..2 {
        columns[at] = _mm256_permute2x128_si256::<0x20>(pairs[at], pairs[at + 2]);
        columns[at + 2] = _mm256_permute2x128_si256::<0x31>(pairs[at], pairs[at + 2]);
    }
    columns
}
