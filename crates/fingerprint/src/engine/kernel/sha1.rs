//! SHA-1 in lanes, FIPS 180-4 section 6.1.2.

use super::lockstep::{self, Rounds};
use super::unknown;
use super::vector::Vector;

/// The constants of section 4.2.1, each for twenty steps.
const K: [u32; 4] = [0x5a82_7999, 0x6ed9_eba1, 0x8f1b_bcdc, 0xca62_c1d6];

pub(super) enum Sha1 {}

impl Rounds<5> for Sha1 {
    type Word = u32;

    const BIG_ENDIAN: bool = true;

    #[inline(always)]
    fn of_block<V: Vector<Word = u32>>(before: [V; 5], mut words: [V; 16]) -> [V; 5] {
        let k = unknown(&K);
        let mut state = before;
        unrolled!(ROUND in 0 1 2 3 => {
            unrolled!(I in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 => {
                let [a, b, c, d, e] = state;
                let mixed = match ROUND {
                    0 => b.choose(c, d),
                    2 => b.majority(c, d),
                    _ => b.parity(c, d),
                };
                let word = scheduled(&mut words, 20 * ROUND + I).add_word(k[ROUND]);
                let next = e.add(word).add(mixed).add(a.rotate_left(5));
                state = [next, a, b.rotate_left(30), c, d];
            });
        });
        lockstep::sum(state, before)
    }
}

/// The word of the message schedule for a step, which takes the place of the one sixteen before.
#[inline(always)]
fn scheduled<V: Vector>(words: &mut [V; 16], step: usize) -> V {
    if step >= 16 {
        let [a, b] = [words[(step - 3) % 16], words[(step - 8) % 16]];
        let [c, d] = [words[(step - 14) % 16], words[step % 16]];
        words[step % 16] = a.parity(b, c).xor(d).rotate_left(1);
    }
    words[step % 16]
}
