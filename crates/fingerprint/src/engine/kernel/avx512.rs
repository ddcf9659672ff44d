//! The kernels in vectors of 512 bits: AVX-512F, and AVX-512BW to turn bytes round.

use std::arch::x86_64::*;

use super::lockstep::{self, Rounds};
use super::md5::Md5;
use super::rmd160::Rmd160;
use super::sha1::Sha1;
use super::sha2::Sha2;
use super::side_by_side::Pair;
use super::vector::{Vector, Word, vector};
use super::{Kernel, Streams, WIDEST, block};

pub(super) static MD5: [Kernel; 2] =
    [kernel::<U32x16, Md5, _>("avx512 x16"), kernel::<Pair<U32x16>, Md5, _>("avx512 x32")];
pub(super) static SHA1: [Kernel; 1] = [kernel::<U32x16, Sha1, _>("avx512 x16")];
pub(super) static RMD160: [Kernel; 2] =
    [kernel::<U32x16, Rmd160, _>("avx512 x16"), kernel::<Pair<U32x16>, Rmd160, _>("avx512 x32")];
pub(super) static SHA256: [Kernel; 2] = [
    kernel::<U32x16, Sha2<u32>, _>("avx512 x16"),
    kernel::<Pair<U32x16>, Sha2<u32>, _>("avx512 x32"),
];
pub(super) static SHA512: [Kernel; 2] =
    [kernel::<U64x8, Sha2<u64>, _>("avx512 x8"), kernel::<Pair<U64x8>, Sha2<u64>, _>("avx512 x16")];

const fn kernel<V, R, const WORDS: usize>(name: &'static str) -> Kernel
where
    V: Vector,
    R: Rounds<WORDS, Word = V::Word>,
{
    Kernel { name, width: V::LANES, has, compress: compress::<V, R, WORDS> }
}

fn has() -> bool {
    is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw")
}

#[target_feature(enable = "avx512f,avx512bw")]
unsafe fn compress<V, R, const WORDS: usize>(streams: &mut Streams<'_>, blocks: usize)
where
    V: Vector,
    R: Rounds<WORDS, Word = V::Word>,
{
    // SAFETY: the instructions are enabled here.
    unsafe { lockstep::compress::<V, R, WORDS>(streams, blocks) }
}

/// Bit `4 * a + 2 * b + c` of these tables is what becomes of the bits a, b and c.
const PARITY: i32 = 0b1001_0110;
const CHOOSE: i32 = 0b1100_1010;
const MAJORITY: i32 = 0b1110_1000;
const NOT_AND_XOR: i32 = 0b1010_0110;

#[inline]
#[target_feature(enable = "avx512f")]
fn ternary<const TABLE: i32>(a: __m512i, b: __m512i, c: __m512i) -> __m512i {
    _mm512_ternarylogic_epi64::<TABLE>(a, b, c)
}

/// Each in one instruction, which leaves no halves to add one by one.
macro_rules! functions_of_three {
    ($($name:ident: $table:ident,)*) => {
        $(
            #[inline(always)]
            fn $name(self, b: Self, c: Self) -> Self {
                // SAFETY: a value exists.
                Self(unsafe { ternary::<$table>(self.0, b.0, c.0) })
            }
        )*

        #[inline(always)]
        fn add_choice(self, which: Self, yes: Self, no: Self) -> Self {
            self.add(which.choose(yes, no))
        }
    };
}

vector! {
    /// A word of 32 bits of each of sixteen streams.
    U32x16: 16 of u32 in __m512i,
    load: _mm512_loadu_si512, store: _mm512_storeu_si512, splat: _mm512_set1_epi32,
    and: _mm512_and_si512, not_and: _mm512_andnot_si512, xor: _mm512_xor_si512,
    add: _mm512_add_epi32, sub: _mm512_sub_epi32, shift_right: _mm512_srlv_epi32,
    shuffle: _mm512_shuffle_epi8 by _mm512_broadcast_i32x4, transpose: transposed_32,

    #[inline(always)]
    fn rotate_left(self, bits: u32) -> Self {
        // SAFETY: a value exists.
        Self(unsafe { _mm512_rolv_epi32(self.0, _mm512_set1_epi32(bits as _)) })
    }

    functions_of_three! {
        parity: PARITY, choose: CHOOSE, majority: MAJORITY, not_and_xor: NOT_AND_XOR,
    }
}

vector! {
    /// A word of 64 bits of each of eight streams.
    U64x8: 8 of u64 in __m512i,
    load: _mm512_loadu_si512, store: _mm512_storeu_si512, splat: _mm512_set1_epi64,
    and: _mm512_and_si512, not_and: _mm512_andnot_si512, xor: _mm512_xor_si512,
    add: _mm512_add_epi64, sub: _mm512_sub_epi64, shift_right: _mm512_srlv_epi64,
    shuffle: _mm512_shuffle_epi8 by _mm512_broadcast_i32x4, transpose: transposed_64,

    #[inline(always)]
    fn rotate_left(self, bits: u32) -> Self {
        // SAFETY: a value exists.
        Self(unsafe { _mm512_rolv_epi64(self.0, _mm512_set1_epi64(bits as _)) })
    }

    functions_of_three! {
        parity: PARITY, choose: CHOOSE, majority: MAJORITY, not_and_xor: NOT_AND_XOR,
    }
}

/// Makes columns of rows.
#[inline]
#[target_feature(enable = "avx512f")]
fn transposed_32(rows: [__m512i; 16]) -> [__m512i; 16] {
    let [mut pairs, mut fours, mut eights, mut columns] = [rows; 4];
    for at in [0, 2, 4, 6, 8, 10, 12, 14] {
        pairs[at] = _mm512_unpacklo_epi32(rows[at], rows[at + 1]);
        pairs[at + 1] = _mm512_unpackhi_epi32(rows[at], rows[at + 1]);
    }
    for at in [0, 4, 8, 12] {
        fours[at] = _mm512_unpacklo_epi64(pairs[at], pairs[at + 2]);
        fours[at + 1] = _mm512_unpackhi_epi64(pairs[at], pairs[at + 2]);
        fours[at + 2] = _mm512_unpacklo_epi64(pairs[at + 1], pairs[at + 3]);
        fours[at + 3] = _mm512_unpackhi_epi64(pairs[at + 1], pairs[at + 3]);
    }
    for at in 0..4 {
        for side in [0, 8] {
            let [low, high] = [fours[side + at], fours[side + at + 4]];
            eights[side + at] = _mm512_shuffle_i32x4::<0x88>(low, high);
            eights[side + at + 4] = _mm512_shuffle_i32x4::<0xdd>(low, high);
        }
    }
    for at in 0..8 {
        columns[at] = _mm512_shuffle_i32x4::<0x88>(eights[at], eights[at + 8]);
        columns[at + 8] = _mm512_shuffle_i32x4::<0xdd>(eights[at], eights[at + 8]);
    }
    columns
}

/// Makes columns of rows.
#[inline]
#[target_feature(enable = "avx512f")]
fn transposed_64(rows: [__m512i; 8]) -> [__m512i; 8] {
    let [mut pairs, mut fours, mut columns] = [rows; 3];
    for at in [0, 2, 4, 6] {
        pairs[at] = _mm512_unpacklo_epi64(rows[at], rows[at + 1]);
        pairs[at + 1] = _mm512_unpackhi_epi64(rows[at], rows[at + 1]);
    }
    for at in 0..2 {
        for side in [0, 4] {
            let [low, high] = [pairs[side + at], pairs[side + at + 2]];
            fours[side + at] = _mm512_shuffle_i64x2::<0x88>(low, high);
            fours[side + at + 2] = _mm512_shuffle_i64x2::<0xdd>(low, high);
        }
    }
    for at in 0..4 {
        columns[at] = _mm512_shuffle_i64x2::<0x88>(fours[at], fours[at + 4]);
        columns[at + 4] = _mm512_shuffle_i64x2::<0xdd>(fours[at], fours[at + 4]);
    }
    columns
}
