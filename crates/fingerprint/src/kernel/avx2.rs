//! The kernels in vectors of 256 bits: AVX2.

use std::arch::x86_64::*;

use super::vector::{Pair, Vector};
use super::{Kernel, Streams, WIDEST, block, md5, rmd160, sha1, sha2};

pub(super) static MD5: [Kernel; 1] = [kernel("avx2 x16", 16, md5::<Pair<U32x8>>)];
pub(super) static SHA1: [Kernel; 2] =
    [kernel("avx2 x8", 8, sha1::<U32x8>), kernel("avx2 x16", 16, sha1::<Pair<U32x8>>)];
pub(super) static RMD160: [Kernel; 2] =
    [kernel("avx2 x8", 8, rmd160::<U32x8>), kernel("avx2 x16", 16, rmd160::<Pair<U32x8>>)];
pub(super) static SHA256: [Kernel; 1] = [kernel("avx2 x8", 8, sha2::<U32x8>)];
pub(super) static SHA512: [Kernel; 1] = [kernel("avx2 x4", 4, sha2::<U64x4>)];

const fn kernel(name: &'static str, width: usize, compress: super::Compress) -> Kernel {
    Kernel { name, width, has: || is_x86_feature_detected!("avx2"), compress }
}

#[target_feature(enable = "avx2")]
unsafe fn md5<V: Vector<Word = u32>>(streams: &mut Streams<'_>, blocks: usize) {
    // SAFETY: the instructions are enabled here.
    unsafe { md5::compress::<V>(streams, blocks) }
}

#[target_feature(enable = "avx2")]
unsafe fn sha1<V: Vector<Word = u32>>(streams: &mut Streams<'_>, blocks: usize) {
    // SAFETY: the instructions are enabled here.
    unsafe { sha1::compress::<V>(streams, blocks) }
}

#[target_feature(enable = "avx2")]
unsafe fn rmd160<V: Vector<Word = u32>>(streams: &mut Streams<'_>, blocks: usize) {
    // SAFETY: the instructions are enabled here.
    unsafe { rmd160::compress::<V>(streams, blocks) }
}

#[target_feature(enable = "avx2")]
unsafe fn sha2<V: Vector<Word: sha2::Size>>(streams: &mut Streams<'_>, blocks: usize) {
    // SAFETY: the instructions are enabled here.
    unsafe { sha2::compress::<V>(streams, blocks) }
}

/// A word of 32 bits of each of eight streams.
#[derive(Clone, Copy)]
struct U32x8(__m256i);

impl Vector for U32x8 {
    type Word = u32;

    const LANES: usize = 8;

    #[inline(always)]
    unsafe fn load(words: &[u32; WIDEST]) -> Self {
        // SAFETY: the caller's promise, and as many words as the register holds are there.
        Self(unsafe { _mm256_loadu_si256(words.as_ptr().cast()) })
    }

    #[inline(always)]
    unsafe fn message(inputs: &[&[u8]], number: usize) -> [Self; 16] {
        // SAFETY: the caller's promise.
        let mut words = [Self(unsafe { _mm256_setzero_si256() }); 16];
        for half in 0..2 {
            let mut rows = [words[0].0; 8];
            for lane in 0..8 {
                let bytes = &block::<64>(inputs[lane], number).as_chunks::<32>().0[half];
                // SAFETY: 32 bytes are there.
                rows[lane] = unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) };
            }
            // SAFETY: the caller's promise.
            let columns = unsafe { transposed_32(rows) };
            for word in 0..8 {
                words[8 * half + word] = Self(columns[word]);
            }
        }
        words
    }

    #[inline(always)]
    fn store(self, words: &mut [u32; WIDEST]) {
        // SAFETY: a value exists, and there is room for as many words as the register holds.
        unsafe { _mm256_storeu_si256(words.as_mut_ptr().cast(), self.0) }
    }

    #[inline(always)]
    fn swap_bytes(self) -> Self {
        // SAFETY: a value exists.
        Self(unsafe {
            _mm256_shuffle_epi8(
                self.0,
                _mm256_broadcastsi128_si256(_mm_setr_epi8(
                    3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12,
                )),
            )
        })
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: a value exists.
        Self(unsafe { _mm256_add_epi32(self.0, other.0) })
    }

    #[inline(always)]
    fn add_word(self, word: u32) -> Self {
        // SAFETY: a value exists.
        self.add(Self(unsafe { _mm256_set1_epi32(word.cast_signed()) }))
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        // SAFETY: a value exists.
        Self(unsafe { _mm256_xor_si256(self.0, other.0) })
    }

    #[inline(always)]
    fn rotate_left(self, bits: u32) -> Self {
        // SAFETY: a value exists.
        Self(unsafe {
            let left = _mm256_sllv_epi32(self.0, _mm256_set1_epi32(bits as i32));
            let right = _mm256_srlv_epi32(self.0, _mm256_set1_epi32((32 - bits) as i32));
            _mm256_or_si256(left, right)
        })
    }

    #[inline(always)]
    fn shift_right(self, bits: u32) -> Self {
        // SAFETY: a value exists.
        Self(unsafe { _mm256_srlv_epi32(self.0, _mm256_set1_epi32(bits as i32)) })
    }

    #[inline(always)]
    fn parity(self, b: Self, c: Self) -> Self {
        self.xor(b).xor(c)
    }

    #[inline(always)]
    fn choose(self, yes: Self, no: Self) -> Self {
        // SAFETY: a value exists.
        no.xor(Self(unsafe { _mm256_and_si256(self.0, yes.xor(no).0) }))
    }

    #[inline(always)]
    fn majority(self, b: Self, c: Self) -> Self {
        // SAFETY: a value exists.
        b.xor(Self(unsafe { _mm256_and_si256(self.xor(b).0, b.xor(c).0) }))
    }

    #[inline(always)]
    fn or_not_xor(self, b: Self, c: Self) -> Self {
        // SAFETY: a value exists.
        let not = Self(unsafe { _mm256_set1_epi8(-1) }).xor(b);
        // SAFETY: the same.
        c.xor(Self(unsafe { _mm256_or_si256(self.0, not.0) }))
    }
}

/// A word of 64 bits of each of four streams.
#[derive(Clone, Copy)]
struct U64x4(__m256i);

impl Vector for U64x4 {
    type Word = u64;

    const LANES: usize = 4;

    #[inline(always)]
    unsafe fn load(words: &[u64; WIDEST]) -> Self {
        // SAFETY: the caller's promise, and as many words as the register holds are there.
        Self(unsafe { _mm256_loadu_si256(words.as_ptr().cast()) })
    }

    #[inline(always)]
    unsafe fn message(inputs: &[&[u8]], number: usize) -> [Self; 16] {
        // SAFETY: the caller's promise.
        let mut words = [Self(unsafe { _mm256_setzero_si256() }); 16];
        for quarter in 0..4 {
            let mut rows = [words[0].0; 4];
            for lane in 0..4 {
                let bytes = &block::<128>(inputs[lane], number).as_chunks::<32>().0[quarter];
                // SAFETY: 32 bytes are there.
                rows[lane] = unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) };
            }
            // SAFETY: the caller's promise.
            let columns = unsafe { transposed_64(rows) };
            for word in 0..4 {
                words[4 * quarter + word] = Self(columns[word]);
            }
        }
        words
    }

    #[inline(always)]
    fn store(self, words: &mut [u64; WIDEST]) {
        // SAFETY: a value exists, and there is room for as many words as the register holds.
        unsafe { _mm256_storeu_si256(words.as_mut_ptr().cast(), self.0) }
    }

    #[inline(always)]
    fn swap_bytes(self) -> Self {
        // SAFETY: a value exists.
        Self(unsafe {
            _mm256_shuffle_epi8(
                self.0,
                _mm256_broadcastsi128_si256(_mm_setr_epi8(
                    7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8,
                )),
            )
        })
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: a value exists.
        Self(unsafe { _mm256_add_epi64(self.0, other.0) })
    }

    #[inline(always)]
    fn add_word(self, word: u64) -> Self {
        // SAFETY: a value exists.
        self.add(Self(unsafe { _mm256_set1_epi64x(word.cast_signed()) }))
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        // SAFETY: a value exists.
        Self(unsafe { _mm256_xor_si256(self.0, other.0) })
    }

    #[inline(always)]
    fn rotate_left(self, bits: u32) -> Self {
        // SAFETY: a value exists.
        Self(unsafe {
            let left = _mm256_sllv_epi64(self.0, _mm256_set1_epi64x(bits as i64));
            let right = _mm256_srlv_epi64(self.0, _mm256_set1_epi64x((64 - bits) as i64));
            _mm256_or_si256(left, right)
        })
    }

    #[inline(always)]
    fn shift_right(self, bits: u32) -> Self {
        // SAFETY: a value exists.
        Self(unsafe { _mm256_srlv_epi64(self.0, _mm256_set1_epi64x(bits as i64)) })
    }

    #[inline(always)]
    fn parity(self, b: Self, c: Self) -> Self {
        self.xor(b).xor(c)
    }

    #[inline(always)]
    fn choose(self, yes: Self, no: Self) -> Self {
        // SAFETY: a value exists.
        no.xor(Self(unsafe { _mm256_and_si256(self.0, yes.xor(no).0) }))
    }

    #[inline(always)]
    fn majority(self, b: Self, c: Self) -> Self {
        // SAFETY: a value exists.
        b.xor(Self(unsafe { _mm256_and_si256(self.xor(b).0, b.xor(c).0) }))
    }

    #[inline(always)]
    fn or_not_xor(self, b: Self, c: Self) -> Self {
        // SAFETY: a value exists.
        let not = Self(unsafe { _mm256_set1_epi8(-1) }).xor(b);
        // SAFETY: the same.
        c.xor(Self(unsafe { _mm256_or_si256(self.0, not.0) }))
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
