//! SHA-1, SHA-256 and SHA-512 with the SHA instructions of ARMv8, several streams interleaved,
//! FIPS 180-4.
//!
//! The instructions and the order of words in their registers: Arm Architecture Reference Manual
//! for A-profile, SHA1C, SHA256H and SHA512H and those they name.

use std::arch::aarch64::*;
use std::arch::is_aarch64_feature_detected;

use super::{Kernel, Streams, block, sha2};

pub(super) static SHA1: [Kernel; 3] = [
    kernel("armv8 x2", 2, sha1::<2>),
    kernel("armv8 x3", 3, sha1::<3>),
    kernel("armv8 x4", 4, sha1::<4>),
];
pub(super) static SHA256: [Kernel; 3] = [
    kernel("armv8 x2", 2, sha256::<2>),
    kernel("armv8 x3", 3, sha256::<3>),
    kernel("armv8 x4", 4, sha256::<4>),
];
pub(super) static SHA512: [Kernel; 2] = [
    Kernel { has: has_sha512, ..kernel("armv8 x2", 2, sha512::<2>) },
    Kernel { has: has_sha512, ..kernel("armv8 x3", 3, sha512::<3>) },
];

const fn kernel(name: &'static str, width: usize, compress: super::Compress) -> Kernel {
    Kernel { name, width, has: || is_aarch64_feature_detected!("sha2"), compress }
}

fn has_sha512() -> bool {
    is_aarch64_feature_detected!("sha3")
}

/// The constants of SHA-1, FIPS 180-4 section 4.2.1, each for twenty steps.
const K_OF_SHA1: [u32; 4] = [0x5a82_7999, 0x6ed9_eba1, 0x8f1b_bcdc, 0xca62_c1d6];

#[target_feature(enable = "neon,sha2")]
fn sha1<const N: usize>(streams: &mut Streams<'_>, blocks: usize) {
    let mut abcd = [vdupq_n_u32(0); N];
    let mut e = [0; N];
    for s in 0..N {
        let [a, b, c, d, last, ..] = streams.states.get(s).map(|word| word as u32);
        abcd[s] = four([a, b, c, d]);
        e[s] = last;
    }
    for number in 0..blocks {
        let before = (abcd, e);
        let mut words = [[vdupq_n_u32(0); 4]; N];
        unrolled!(I in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 => {
            for s in 0..N {
                let [a, b, c, d] = [0, 1, 2, 3].map(|at| words[s][(I + at) % 4]);
                words[s][I % 4] = if I < 4 {
                    big_endian_32(&block::<64>(streams.inputs[s], number).as_chunks().0[I])
                } else {
                    vsha1su1q_u32(vsha1su0q_u32(a, b, c), d)
                };
                let sums = vaddq_u32(words[s][I % 4], vdupq_n_u32(K_OF_SHA1[I / 5]));
                let next = vsha1h_u32(vgetq_lane_u32::<0>(abcd[s]));
                abcd[s] = match I / 5 {
                    0 => vsha1cq_u32(abcd[s], e[s], sums),
                    2 => vsha1mq_u32(abcd[s], e[s], sums),
                    _ => vsha1pq_u32(abcd[s], e[s], sums),
                };
                e[s] = next;
            }
        });
        for s in 0..N {
            abcd[s] = vaddq_u32(abcd[s], before.0[s]);
            e[s] = e[s].wrapping_add(before.1[s]);
        }
    }
    for s in 0..N {
        let [a, b, c, d] = words_of(abcd[s]);
        streams.states.set(s, [a, b, c, d, e[s].into(), 0, 0, 0]);
    }
}

#[target_feature(enable = "neon,sha2")]
fn sha256<const N: usize>(streams: &mut Streams<'_>, blocks: usize) {
    let [mut abcd, mut efgh] = [[vdupq_n_u32(0); N]; 2];
    for s in 0..N {
        let [a, b, c, d, e, f, g, h] = streams.states.get(s).map(|word| word as u32);
        abcd[s] = four([a, b, c, d]);
        efgh[s] = four([e, f, g, h]);
    }
    for number in 0..blocks {
        let before = [abcd, efgh];
        let mut words = [[vdupq_n_u32(0); 4]; N];
        unrolled!(I in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 => {
            for s in 0..N {
                let [a, b, c, d] = [0, 1, 2, 3].map(|at| words[s][(I + at) % 4]);
                words[s][I % 4] = if I < 4 {
                    big_endian_32(&block::<64>(streams.inputs[s], number).as_chunks().0[I])
                } else {
                    vsha256su1q_u32(vsha256su0q_u32(a, b), c, d)
                };
                let sums = vaddq_u32(words[s][I % 4], four(sha2::K_256.as_chunks().0[I]));
                let old = abcd[s];
                abcd[s] = vsha256hq_u32(old, efgh[s], sums);
                efgh[s] = vsha256h2q_u32(efgh[s], old, sums);
            }
        });
        for s in 0..N {
            abcd[s] = vaddq_u32(abcd[s], before[0][s]);
            efgh[s] = vaddq_u32(efgh[s], before[1][s]);
        }
    }
    for s in 0..N {
        let [a, b, c, d] = words_of(abcd[s]);
        let [e, f, g, h] = words_of(efgh[s]);
        streams.states.set(s, [a, b, c, d, e, f, g, h]);
    }
}

#[target_feature(enable = "neon,sha3")]
fn sha512<const N: usize>(streams: &mut Streams<'_>, blocks: usize) {
    let mut state = [[vdupq_n_u64(0); 4]; N];
    for s in 0..N {
        let words = streams.states.get(s);
        for pair in 0..4 {
            state[s][pair] = two(words.as_chunks().0[pair]);
        }
    }
    for number in 0..blocks {
        let before = state;
        let mut words = [[vdupq_n_u64(0); 8]; N];
        for s in 0..N {
            for pair in 0..8 {
                let bytes = &block::<128>(streams.inputs[s], number).as_chunks().0[pair];
                words[s][pair] = big_endian_64(bytes);
            }
        }
        for round in 0..5 {
            unrolled!(I in 0 1 2 3 4 5 6 7 => {
                for s in 0..N {
                    let w = &mut words[s];
                    if round > 0 {
                        let middle = vextq_u64::<1>(w[(I + 4) % 8], w[(I + 5) % 8]);
                        let sum = vsha512su0q_u64(w[I], w[(I + 1) % 8]);
                        w[I] = vsha512su1q_u64(sum, w[(I + 7) % 8], middle);
                    }
                    let [ab, cd, ef, gh] = [8, 9, 10, 11].map(|at| state[s][(at - I % 4) % 4]);
                    let sums = vaddq_u64(w[I], two(sha2::K_512.as_chunks().0[8 * round + I]));
                    let sums = vaddq_u64(vextq_u64::<1>(sums, sums), gh);
                    let fg = vextq_u64::<1>(ef, gh);
                    let first = vsha512hq_u64(sums, fg, vextq_u64::<1>(cd, ef));
                    state[s][(11 - I % 4) % 4] = vsha512h2q_u64(first, cd, ab);
                    state[s][(9 - I % 4) % 4] = vaddq_u64(cd, first);
                }
            });
        }
        for s in 0..N {
            for pair in 0..4 {
                state[s][pair] = vaddq_u64(state[s][pair], before[s][pair]);
            }
        }
    }
    for s in 0..N {
        let mut words = [0; 8];
        for pair in 0..4 {
            let register = state[s][pair];
            words.as_chunks_mut().0[pair] =
                [vgetq_lane_u64::<0>(register), vgetq_lane_u64::<1>(register)];
        }
        streams.states.set(s, words);
    }
}

/// Four words that stand in memory with their most significant bytes first.
#[inline]
#[target_feature(enable = "neon")]
fn big_endian_32(bytes: &[u8; 16]) -> uint32x4_t {
    // SAFETY: 16 bytes are there.
    vreinterpretq_u32_u8(vrev32q_u8(unsafe { vld1q_u8(bytes.as_ptr()) }))
}

/// Two words that stand in memory with their most significant bytes first.
#[inline]
#[target_feature(enable = "neon")]
fn big_endian_64(bytes: &[u8; 16]) -> uint64x2_t {
    // SAFETY: 16 bytes are there.
    vreinterpretq_u64_u8(vrev64q_u8(unsafe { vld1q_u8(bytes.as_ptr()) }))
}

#[inline]
#[target_feature(enable = "neon")]
fn four(words: [u32; 4]) -> uint32x4_t {
    // SAFETY: four words are there.
    unsafe { vld1q_u32(words.as_ptr()) }
}

#[inline]
#[target_feature(enable = "neon")]
fn two(words: [u64; 2]) -> uint64x2_t {
    // SAFETY: two words are there.
    unsafe { vld1q_u64(words.as_ptr()) }
}

#[inline]
#[target_feature(enable = "neon")]
fn words_of(register: uint32x4_t) -> [u64; 4] {
    [
        vgetq_lane_u32::<0>(register),
        vgetq_lane_u32::<1>(register),
        vgetq_lane_u32::<2>(register),
        vgetq_lane_u32::<3>(register),
    ]
    .map(u64::from)
}
