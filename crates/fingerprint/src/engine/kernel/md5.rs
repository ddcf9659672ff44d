//! MD5 in lanes, RFC 1321 section 3.4.

use super::lockstep::{self, Rounds, Turns};
use super::unknown;
use super::vector::Vector;

/// The table T: the integer part of 2^32 times the sine of 1 to 64 radians, without its sign.
const T: [u32; 64] = [
    0xd76a_a478,
    0xe8c7_b756,
    0x2420_70db,
    0xc1bd_ceee,
    0xf57c_0faf,
    0x4787_c62a,
    0xa830_4613,
    0xfd46_9501,
    0x6980_98d8,
    0x8b44_f7af,
    0xffff_5bb1,
    0x895c_d7be,
    0x6b90_1122,
    0xfd98_7193,
    0xa679_438e,
    0x49b4_0821,
    0xf61e_2562,
    0xc040_b340,
    0x265e_5a51,
    0xe9b6_c7aa,
    0xd62f_105d,
    0x0244_1453,
    0xd8a1_e681,
    0xe7d3_fbc8,
    0x21e1_cde6,
    0xc337_07d6,
    0xf4d5_0d87,
    0x455a_14ed,
    0xa9e3_e905,
    0xfcef_a3f8,
    0x676f_02d9,
    0x8d2a_4c8a,
    0xfffa_3942,
    0x8771_f681,
    0x6d9d_6122,
    0xfde5_380c,
    0xa4be_ea44,
    0x4bde_cfa9,
    0xf6bb_4b60,
    0xbebf_bc70,
    0x289b_7ec6,
    0xeaa1_27fa,
    0xd4ef_3085,
    0x0488_1d05,
    0xd9d4_d039,
    0xe6db_99e5,
    0x1fa2_7cf8,
    0xc4ac_5665,
    0xf429_2244,
    0x432a_ff97,
    0xab94_23a7,
    0xfc93_a039,
    0x655b_59c3,
    0x8f0c_cc92,
    0xffef_f47d,
    0x8584_5dd1,
    0x6fa8_7e4f,
    0xfe2c_e6e0,
    0xa301_4314,
    0x4e08_11a1,
    0xf753_7e82,
    0xbd3a_f235,
    0x2ad7_d2bb,
    0xeb86_d391,
];

/// What the steps add: instead of a complement the last round adds minus one, and subtracts what it
/// is the complement of.
const ADDED: [u32; 64] = {
    let mut added = T;
    let mut step = 48;
    while step < 64 {
        added[step] -= 1;
        step += 1;
    }
    added
};

/// How far each step of a round rotates, in turn.
const ROTATIONS: [[u32; 4]; 4] =
    [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];

pub(super) enum Md5 {}

impl Rounds<4> for Md5 {
    type Word = u32;

    const BIG_ENDIAN: bool = false;

    #[inline(always)]
    fn of_block<V: Vector<Word = u32>>(before: [V; 4], words: [V; 16]) -> [V; 4] {
        let added = unknown(&ADDED);
        let mut state = before;
        unrolled!(ROUND in 0 1 2 3 => {
            unrolled!(I in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 => {
                state = step::<V, ROUND, I>(state, &words, added);
            });
        });
        lockstep::sum(state, before)
    }
}

impl Turns<4> for Md5 {
    /// In turns of eight steps.
    #[inline(always)]
    fn of_blocks<V: Vector<Word = u32>, const N: usize>(
        before: [[V; 4]; N],
        words: [[V; 16]; N],
    ) -> [[V; 4]; N] {
        let mut states = before;
        let added = unknown(&ADDED);
        unrolled!(ROUND in 0 1 2 3 => {
            unrolled!(HALF in 0 1 => {
                let mut which = 0;
                while which < N {
                    let mut state = states[which];
                    unrolled!(I in 0 1 2 3 4 5 6 7 => {
                        state = step::<V, ROUND, { 8 * HALF + I }>(state, &words[which], added);
                    });
                    states[which] = state;
                    which = lockstep::next(which);
                }
            });
        });
        for which in 0..N {
            states[which] = lockstep::sum(states[which], before[which]);
        }
        states
    }
}

#[inline(always)]
fn step<V: Vector<Word = u32>, const ROUND: usize, const I: usize>(
    [a, b, c, d]: [V; 4],
    words: &[V; 16],
    added: &[u32; 64],
) -> [V; 4] {
    let word = match ROUND {
        0 => words[I],
        1 => words[(5 * I + 1) % 16],
        2 => words[(3 * I + 5) % 16],
        _ => words[(7 * I) % 16],
    };
    let sum = a.add(word.add_word(added[16 * ROUND + I]));
    let sum = match ROUND {
        0 => sum.add(b.choose(c, d)),
        1 => sum.add_choice(d, b, c),
        2 => sum.add(b.parity(c, d)),
        _ => sum.sub(b.not_and_xor(d, c)),
    };
    [d, b.add(sum.rotate_left(ROTATIONS[ROUND][I % 4])), b, c]
}
