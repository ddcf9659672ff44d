//! The kernels in vectors of 512 bits: AVX-512F, and AVX-512BW to turn bytes round.

use std::arch::x86_64::*;

use super::vector::{Pair, Vector};
use super::{Kernel, Streams, WIDEST, block, md5, rmd160, sha1, sha2};

pub(super) static MD5: [Kernel; 2] =
    [kernel("avx512 x16", 16, md5::<U32x16>), kernel("avx512 x32", 32, md5::<Pair<U32x16>>)];
pub(super) static SHA1: [Kernel; 1] = [kernel("avx512 x16", 16, sha1::<U32x16>)];
pub(super) static RMD160: [Kernel; 2] =
    [kernel("avx512 x16", 16, rmd160::<U32x16>), kernel("avx512 x32", 32, rmd160::<Pair<U32x16>>)];
pub(super) static SHA256: [Kernel; 2] =
    [kernel("avx512 x16", 16, sha2::<U32x16>), kernel("avx512 x32", 32, sha2::<Pair<U32x16>>)];
pub(super) static SHA512: [Kernel; 2] =
    [kernel("avx512 x8", 8, sha2::<U64x8>), kernel("avx512 x16", 16, sha2::<Pair<U64x8>>)];

const fn kernel(name: &'static str, width: usize, compress: super::Compress) -> Kernel {
    Kernel { name, width, has, compress }
}

fn has() -> bool {
    is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw")
}

#[target_feature(enable = "avx512f,avx512bw")]
unsafe fn md5<V: Vector<Word = u32>>(streams: &mut Streams<'_>, blocks: usize) {
    // SAFETY: the instructions are enabled here.
    unsafe { md5::compress::<V>(streams, blocks) }
}

#[target_feature(enable = "avx512f,avx512bw")]
unsafe fn sha1<V: Vector<Word = u32>>(streams: &mut Streams<'_>, blocks: usize) {
    // SAFETY: the instructions are enabled here.
    unsafe { sha1::compress::<V>(streams, blocks) }
}

#[target_feature(enable = "avx512f,avx512bw")]
unsafe fn rmd160<V: Vector<Word = u32>>(streams: &mut Streams<'_>, blocks: usize) {
    // SAFETY: the instructions are enabled here.
    unsafe { rmd160::compress::<V>(streams, blocks) }
}

#[target_feature(enable = "avx512f,avx512bw")]
unsafe fn sha2<V: Vector<Word: sha2::Size>>(streams: &mut Streams<'_>, blocks: usize) {
    // SAFETY: the instructions are enabled here.
    unsafe { sha2::compress::<V>(streams, blocks) }
}

/// Bit `4 * a + 2 * b + c` of these tables is what becomes of the bits a, b and c.
const PARITY: i32 = 0b1001_0110;
const CHOOSE: i32 = 0b1100_1010;
const MAJORITY: i32 = 0b1110_1000;
const OR_NOT_XOR: i32 = 0b0101_1001;

#[inline]
#[target_feature(enable = "avx512f")]
fn ternary<const TABLE: i32>(a: __m512i, b: __m512i, c: __m512i) -> __m512i {
    _mm512_ternarylogic_epi64::<TABLE>(a, b, c)
}

/// A word of 32 bits of each of sixteen streams.
#[derive(Clone, Copy)]
struct U32x16(__m512i);

impl Vector for U32x16 {
    type Word = u32;

    const LANES: usize = 16;

    #[inline(always)]
    unsafe fn load(words: &[u32; WIDEST]) -> Self {
        // SAFETY: the caller's promise, and as many words as the register holds are there.
        Self(unsafe { _mm512_loadu_si512(words.as_ptr().cast()) })
    }

    #[inline(always)]
    unsafe fn message(inputs: &[&[u8]], number: usize) -> [Self; 16] {
        // SAFETY: the caller's promise.
        let mut rows = [unsafe { _mm512_setzero_si512() }; 16];
        for lane in 0..16 {
            let bytes = block::<64>(inputs[lane], number);
            // SAFETY: 64 bytes are there.
            rows[lane] = unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) };
        }
        // SAFETY: the caller's promise.
        let columns = unsafe { transposed_32(rows) };
        let mut words = [Self(columns[0]); 16];
        for word in 1..16 {
            words[word] = Self(columns[word]);
        }
        words
    }

    #[inline(always)]
    fn store(self, words: &mut [u32; WIDEST]) {
        // SAFETY: a value exists, and there is room for as many words as the register holds.
        unsafe { _mm512_storeu_si512(words.as_mut_ptr().cast(), self.0) }
    }

    #[inline(always)]
    fn swap_bytes(self) -> Self {
        // SAFETY: a value exists.
        Self(unsafe {
            _mm512_shuffle_epi8(
                self.0,
                _mm512_broadcast_i32x4(_mm_setr_epi8(
                    3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12,
                )),
            )
        })
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: a value exists.
        Self(unsafe { _mm512_add_epi32(self.0, other.0) })
    }

    #[inline(always)]
    fn add_word(self, word: u32) -> Self {
        // SAFETY: a value exists.
        self.add(Self(unsafe { _mm512_set1_epi32(word.cast_signed()) }))
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        // SAFETY: a value exists.
        Self(unsafe { _mm512_xor_si512(self.0, other.0) })
    }

    #[inline(always)]
    fn rotate_left(self, bits: u32) -> Self {
        // SAFETY: a value exists.
        Self(unsafe { _mm512_rolv_epi32(self.0, _mm512_set1_epi32(bits as i32)) })
    }

    #[inline(always)]
    fn shift_right(self, bits: u32) -> Self {
        // SAFETY: a value exists.
        Self(unsafe { _mm512_srlv_epi32(self.0, _mm512_set1_epi32(bits as i32)) })
    }

    #[inline(always)]
    fn parity(self, b: Self, c: Self) -> Self {
        // SAFETY: a value exists.
        Self(unsafe { ternary::<PARITY>(self.0, b.0, c.0) })
    }

    #[inline(always)]
    fn choose(self, yes: Self, no: Self) -> Self {
        // SAFETY: a value exists.
        Self(unsafe { ternary::<CHOOSE>(self.0, yes.0, no.0) })
    }

    #[inline(always)]
    fn majority(self, b: Self, c: Self) -> Self {
        // SAFETY: a value exists.
        Self(unsafe { ternary::<MAJORITY>(self.0, b.0, c.0) })
    }

    #[inline(always)]
    fn or_not_xor(self, b: Self, c: Self) -> Self {
        // SAFETY: a value exists.
        Self(unsafe { ternary::<OR_NOT_XOR>(self.0, b.0, c.0) })
    }
}

/// A word of 64 bits of each of eight streams.
#[derive(Clone, Copy)]
struct U64x8(__m512i);

impl Vector for U64x8 {
    type Word = u64;

    const LANES: usize = 8;

    #[inline(always)]
    unsafe fn load(words: &[u64; WIDEST]) -> Self {
        // SAFETY: the caller's promise, and as many words as the register holds are there.
        Self(unsafe { _mm512_loadu_si512(words.as_ptr().cast()) })
    }

    #[inline(always)]
    unsafe fn message(inputs: &[&[u8]], number: usize) -> [Self; 16] {
        // SAFETY: the caller's promise.
        let mut words = [Self(unsafe { _mm512_setzero_si512() }); 16];
        for half in 0..2 {
            let mut rows = [words[0].0; 8];
            for lane in 0..8 {
                let bytes = &block::<128>(inputs[lane], number).as_chunks::<64>().0[half];
                // SAFETY: 64 bytes are there.
                rows[lane] = unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) };
            }
            // SAFETY: the caller's promise.
            let columns = unsafe { transposed_64(rows) };
            for word in 0..8 {
                words[8 * half + word] = Self(columns[word]);
            }
        }
        words
    }

    #[inline(always)]
    fn store(self, words: &mut [u64; WIDEST]) {
        // SAFETY: a value exists, and there is room for as many words as the register holds.
        unsafe { _mm512_storeu_si512(words.as_mut_ptr().cast(), self.0) }
    }

    #[inline(always)]
    fn swap_bytes(self) -> Self {
        // SAFETY: a value exists.
        Self(unsafe {
            _mm512_shuffle_epi8(
                self.0,
                _mm512_broadcast_i32x4(_mm_setr_epi8(
                    7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8,
                )),
            )
        })
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: a value exists.
        Self(unsafe { _mm512_add_epi64(self.0, other.0) })
    }

    #[inline(always)]
    fn add_word(self, word: u64) -> Self {
        // SAFETY: a value exists.
        self.add(Self(unsafe { _mm512_set1_epi64(word.cast_signed()) }))
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        // SAFETY: a value exists.
        Self(unsafe { _mm512_xor_si512(self.0, other.0) })
    }

    #[inline(always)]
    fn rotate_left(self, bits: u32) -> Self {
        // SAFETY: a value exists.
        Self(unsafe { _mm512_rolv_epi64(self.0, _mm512_set1_epi64(bits as i64)) })
    }

    #[inline(always)]
    fn shift_right(self, bits: u32) -> Self {
        // SAFETY: a value exists.
        Self(unsafe { _mm512_srlv_epi64(self.0, _mm512_set1_epi64(bits as i64)) })
    }

    #[inline(always)]
    fn parity(self, b: Self, c: Self) -> Self {
        // SAFETY: a value exists.
        Self(unsafe { ternary::<PARITY>(self.0, b.0, c.0) })
    }

    #[inline(always)]
    fn choose(self, yes: Self, no: Self) -> Self {
        // SAFETY: a value exists.
        Self(unsafe { ternary::<CHOOSE>(self.0, yes.0, no.0) })
    }

    #[inline(always)]
    fn majority(self, b: Self, c: Self) -> Self {
        // SAFETY: a value exists.
        Self(unsafe { ternary::<MAJORITY>(self.0, b.0, c.0) })
    }

    #[inline(always)]
    fn or_not_xor(self, b: Self, c: Self) -> Self {
        // SAFETY: a value exists.
        Self(unsafe { ternary::<OR_NOT_XOR>(self.0, b.0, c.0) })
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
