//! RIPEMD-160 in lanes, ISO/IEC 10118-3 (dedicated hash-function 1).

use super::lockstep::{self, Rounds, Turns};
use super::unknown;
use super::vector::Vector;

/// The constants of the rounds of the left line, and of the right one; instead of a complement a
/// round adds minus one, and subtracts what it is the complement of.
const K: [[u32; 5]; 2] = [
    [0x0000_0000, 0x5a82_7999, 0x6ed9_eba1 - 1, 0x8f1b_bcdc, 0xa953_fd4e - 1],
    [0x50a2_8be6 - 1, 0x5c4d_d124, 0x6d70_3ef3 - 1, 0x7a6d_76e9, 0x0000_0000],
];

/// Which word each step takes, line by line.
const WORDS: [[u8; 80]; 2] = [
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, //
        7, 4, 13, 1, 10, 6, 15, 3, 12, 0, 9, 5, 2, 14, 11, 8, //
        3, 10, 14, 4, 9, 15, 8, 1, 2, 7, 0, 6, 13, 11, 5, 12, //
        1, 9, 11, 10, 0, 8, 12, 4, 13, 3, 7, 15, 14, 5, 6, 2, //
        4, 0, 5, 9, 7, 12, 2, 10, 14, 1, 3, 8, 11, 6, 15, 13,
    ],
    [
        5, 14, 7, 0, 9, 2, 11, 4, 13, 6, 15, 8, 1, 10, 3, 12, //
        6, 11, 3, 7, 0, 13, 5, 10, 14, 15, 8, 12, 4, 9, 1, 2, //
        15, 5, 1, 3, 7, 14, 6, 9, 11, 8, 12, 2, 10, 0, 4, 13, //
        8, 6, 4, 1, 3, 11, 15, 0, 5, 12, 2, 13, 9, 7, 10, 14, //
        12, 15, 10, 4, 1, 5, 8, 7, 6, 2, 13, 14, 0, 3, 9, 11,
    ],
];

/// How far each step rotates, line by line.
const ROTATIONS: [[u8; 80]; 2] = [
    [
        11, 14, 15, 12, 5, 8, 7, 9, 11, 13, 14, 15, 6, 7, 9, 8, //
        7, 6, 8, 13, 11, 9, 7, 15, 7, 12, 15, 9, 11, 7, 13, 12, //
        11, 13, 6, 7, 14, 9, 13, 15, 14, 8, 13, 6, 5, 12, 7, 5, //
        11, 12, 14, 15, 14, 15, 9, 8, 9, 14, 5, 6, 8, 6, 5, 12, //
        9, 15, 5, 11, 6, 8, 13, 12, 5, 12, 13, 14, 11, 8, 5, 6,
    ],
    [
        8, 9, 9, 11, 13, 15, 15, 5, 7, 7, 8, 11, 14, 14, 12, 6, //
        9, 13, 15, 7, 12, 8, 9, 11, 7, 7, 12, 7, 6, 15, 13, 11, //
        9, 7, 15, 11, 8, 6, 6, 14, 12, 13, 5, 14, 13, 13, 7, 5, //
        15, 5, 8, 11, 14, 14, 6, 14, 6, 9, 12, 9, 12, 5, 15, 8, //
        8, 5, 12, 9, 12, 5, 14, 6, 8, 13, 6, 5, 15, 13, 11, 11,
    ],
];

pub(super) enum Rmd160 {}

impl Rounds<5> for Rmd160 {
    type Word = u32;

    const BIG_ENDIAN: bool = false;

    #[inline(always)]
    fn of_block<V: Vector<Word = u32>>(before: [V; 5], words: [V; 16]) -> [V; 5] {
        let k = unknown(&K);
        let [mut left, mut right] = [before; 2];
        unrolled!(ROUND in 0 1 2 3 4 => {
            unrolled!(I in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 => {
                left = step::<V, 0>(left, 16 * ROUND + I, &words, k[0][ROUND]);
                right = step::<V, 1>(right, 16 * ROUND + I, &words, k[1][ROUND]);
            });
        });
        after(before, left, right)
    }
}

impl Turns<5> for Rmd160 {
    /// In turns of four steps.
    #[inline(always)]
    fn of_blocks<V: Vector<Word = u32>, const N: usize>(
        mut states: [[V; 5]; N],
        words: [[V; 16]; N],
    ) -> [[V; 5]; N] {
        let k = unknown(&K);
        let [mut lefts, mut rights] = [states; 2];
        unrolled!(TURN in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 => {
            let mut which = 0;
            while which < N {
                let [mut left, mut right] = [lefts[which], rights[which]];
                unrolled!(I in 0 1 2 3 => {
                    const STEP: usize = 4 * TURN + I;
                    left = step::<V, 0>(left, STEP, &words[which], k[0][STEP / 16]);
                    right = step::<V, 1>(right, STEP, &words[which], k[1][STEP / 16]);
                });
                [lefts[which], rights[which]] = [left, right];
                which = lockstep::next(which);
            }
        });
        for which in 0..N {
            states[which] = after(states[which], lefts[which], rights[which]);
        }
        states
    }
}

/// The state after a block, of the one before it and of what the lines have made of that.
#[inline(always)]
fn after<V: Vector>(before: [V; 5], left: [V; 5], right: [V; 5]) -> [V; 5] {
    let mut state = before;
    for word in 0..5 {
        let sum = left[(word + 2) % 5].add(right[(word + 3) % 5]);
        state[word] = before[(word + 1) % 5].add(sum);
    }
    state
}

/// The right line has the functions of the rounds in the opposite order.
#[inline(always)]
fn step<V: Vector<Word = u32>, const LINE: usize>(
    [a, b, c, d, e]: [V; 5],
    step: usize,
    words: &[V; 16],
    k: u32,
) -> [V; 5] {
    let sum = a.add(words[usize::from(WORDS[LINE][step])].add_word(k));
    let sum = match if LINE == 0 { step / 16 } else { 4 - step / 16 } {
        0 => sum.add(b.parity(c, d)),
        1 => sum.add(b.choose(c, d)),
        2 => sum.sub(b.not_and_xor(c, d)),
        3 => sum.add_choice(d, b, c),
        _ => sum.sub(c.not_and_xor(d, b)),
    };
    [e, sum.rotate_left(u32::from(ROTATIONS[LINE][step])).add(e), b, c.rotate_left(10), d]
}
