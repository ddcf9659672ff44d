//! SHA-256 and SHA-1 with the SHA instructions of x86, several streams interleaved, FIPS 180-4.
//!
//! The instructions and the order of words in their registers: Intel 64 and IA-32 Architectures
//! Software Developer's Manual, volume 2, SHA256RNDS2 and SHA1RNDS4 and those they name.

use std::arch::x86_64::*;

use super::{Kernel, Streams, block, sha2::K_256};

pub(super) static SHA256: [Kernel; 3] = [
    kernel("sha-ni x2", 2, sha256::<2>),
    kernel("sha-ni x3", 3, sha256::<3>),
    kernel("sha-ni x4", 4, sha256::<4>),
];
pub(super) static SHA1: [Kernel; 3] = [
    kernel("sha-ni x2", 2, sha1::<2>),
    kernel("sha-ni x3", 3, sha1::<3>),
    kernel("sha-ni x4", 4, sha1::<4>),
];

const fn kernel(name: &'static str, width: usize, compress: super::Compress) -> Kernel {
    Kernel { name, width, has, compress }
}

fn has() -> bool {
    is_x86_feature_detected!("sha") && is_x86_feature_detected!("sse4.1")
}

#[target_feature(enable = "sha,ssse3,sse4.1")]
fn sha256<const N: usize>(streams: &mut Streams<'_>, blocks: usize) {
    let zero = _mm_setzero_si128();
    let [mut abef, mut cdgh] = [[zero; N]; 2];
    for s in 0..N {
        let [a, b, c, d, e, f, g, h] = streams.states.get(s).map(|word| word as i32);
        abef[s] = _mm_setr_epi32(f, e, b, a);
        cdgh[s] = _mm_setr_epi32(h, g, d, c);
    }
    for number in 0..blocks {
        let before = [abef, cdgh];
        let mut words = [[zero; 4]; N];
        unrolled!(I in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 => {
            for s in 0..N {
                let [a, b, c, d] = [0, 1, 2, 3].map(|at| words[s][(I + at) % 4]);
                words[s][I % 4] = if I < 4 {
                    big_endian(&block::<64>(streams.inputs[s], number).as_chunks().0[I])
                } else {
                    let sum = _mm_add_epi32(_mm_sha256msg1_epu32(a, b), _mm_alignr_epi8::<4>(d, c));
                    _mm_sha256msg2_epu32(sum, d)
                };
                let k = four(K_256.as_chunks().0[I]);
                let sums = _mm_add_epi32(words[s][I % 4], k);
                cdgh[s] = _mm_sha256rnds2_epu32(cdgh[s], abef[s], sums);
                abef[s] = _mm_sha256rnds2_epu32(abef[s], cdgh[s], _mm_shuffle_epi32::<0x0e>(sums));
            }
        });
        for s in 0..N {
            abef[s] = _mm_add_epi32(abef[s], before[0][s]);
            cdgh[s] = _mm_add_epi32(cdgh[s], before[1][s]);
        }
    }
    for s in 0..N {
        let [f, e, b, a] = words_of(abef[s]);
        let [h, g, d, c] = words_of(cdgh[s]);
        streams.states.set(s, [a, b, c, d, e, f, g, h]);
    }
}

#[target_feature(enable = "sha,ssse3,sse4.1")]
fn sha1<const N: usize>(streams: &mut Streams<'_>, blocks: usize) {
    let zero = _mm_setzero_si128();
    let [mut abcd, mut e] = [[zero; N]; 2];
    for s in 0..N {
        let [a, b, c, d, last, ..] = streams.states.get(s).map(|word| word as i32);
        abcd[s] = _mm_setr_epi32(d, c, b, a);
        e[s] = _mm_setr_epi32(0, 0, 0, last);
    }
    for number in 0..blocks {
        let before = [abcd, e];
        let mut words = [[zero; 4]; N];
        unrolled!(I in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 => {
            for s in 0..N {
                let [a, b, c, d] = [0, 1, 2, 3].map(|at| words[s][(I + at) % 4]);
                words[s][I % 4] = if I < 4 {
                    let bytes = &block::<64>(streams.inputs[s], number).as_chunks().0[I];
                    _mm_shuffle_epi32::<0x1b>(big_endian(bytes))
                } else {
                    _mm_sha1msg2_epu32(_mm_xor_si128(_mm_sha1msg1_epu32(a, b), c), d)
                };
                let sums = if I == 0 {
                    _mm_add_epi32(e[s], words[s][0])
                } else {
                    _mm_sha1nexte_epu32(e[s], words[s][I % 4])
                };
                e[s] = abcd[s];
                abcd[s] = _mm_sha1rnds4_epu32::<{ I as i32 / 5 }>(abcd[s], sums);
            }
        });
        for s in 0..N {
            abcd[s] = _mm_add_epi32(abcd[s], before[0][s]);
            e[s] = _mm_sha1nexte_epu32(e[s], before[1][s]);
        }
    }
    for s in 0..N {
        let [d, c, b, a] = words_of(abcd[s]);
        let [_, _, _, last] = words_of(e[s]);
        streams.states.set(s, [a, b, c, d, last, 0, 0, 0]);
    }
}

/// Four words that stand in memory with their most significant bytes first.
#[inline]
#[target_feature(enable = "ssse3")]
fn big_endian(bytes: &[u8; 16]) -> __m128i {
    // SAFETY: 16 bytes are there.
    let words = unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) };
    _mm_shuffle_epi8(words, _mm_setr_epi8(3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12))
}

#[inline]
#[target_feature(enable = "sse2")]
fn four(words: [u32; 4]) -> __m128i {
    let [a, b, c, d] = words.map(u32::cast_signed);
    _mm_setr_epi32(a, b, c, d)
}

#[inline]
#[target_feature(enable = "sse4.1")]
fn words_of(register: __m128i) -> [u64; 4] {
    [
        _mm_extract_epi32::<0>(register),
        _mm_extract_epi32::<1>(register),
        _mm_extract_epi32::<2>(register),
        _mm_extract_epi32::<3>(register),
    ]
    .map(|word| word.cast_unsigned().into())
}
