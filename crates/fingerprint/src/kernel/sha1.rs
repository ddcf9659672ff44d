//! SHA-1 in lanes, FIPS 180-4 section 6.1.2.

use super::Streams;
use super::vector::{self, Vector};

/// The constants of section 4.2.1, each for twenty steps.
const K: [u32; 4] = [0x5a82_7999, 0x6ed9_eba1, 0x8f1b_bcdc, 0xca62_c1d6];

/// # Safety
/// The processor has the instructions of `V`.
#[inline(always)]
pub(super) unsafe fn compress<V: Vector<Word = u32>>(streams: &mut Streams<'_>, blocks: usize) {
    // SAFETY: the caller's promise.
    let mut state: [V; 5] = unsafe { vector::load(streams) };
    for number in 0..blocks {
        // SAFETY: the same.
        let mut words: [V; 16] = unsafe { vector::message_big(&streams.inputs, number) };
        let before = state;
        unrolled!(I in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 => {
            let [_, b, c, d, _] = turned(&state, I);
            step::<V, I>(&mut state, b.choose(c, d), &mut words);
        });
        unrolled!(I in 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 => {
            let [_, b, c, d, _] = turned(&state, I);
            step::<V, I>(&mut state, b.parity(c, d), &mut words);
        });
        unrolled!(I in 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 => {
            let [_, b, c, d, _] = turned(&state, I);
            step::<V, I>(&mut state, b.majority(c, d), &mut words);
        });
        unrolled!(I in 60 61 62 63 64 65 66 67 68 69 70 71 72 73 74 75 76 77 78 79 => {
            let [_, b, c, d, _] = turned(&state, I);
            step::<V, I>(&mut state, b.parity(c, d), &mut words);
        });
        for word in 0..5 {
            state[word] = state[word].add(before[word]);
        }
    }
    vector::store(state, streams);
}

/// The registers by the names that they have in a step: each step they move on by one.
#[inline(always)]
fn turned<V: Vector>(state: &[V; 5], step: usize) -> [V; 5] {
    let a = 80 - step;
    [state[a % 5], state[(a + 1) % 5], state[(a + 2) % 5], state[(a + 3) % 5], state[(a + 4) % 5]]
}

#[inline(always)]
fn step<V: Vector<Word = u32>, const STEP: usize>(
    state: &mut [V; 5],
    mixed: V,
    words: &mut [V; 16],
) {
    if STEP >= 16 {
        let [a, b] = [words[(STEP - 3) % 16], words[(STEP - 8) % 16]];
        let [c, d] = [words[(STEP - 14) % 16], words[STEP % 16]];
        words[STEP % 16] = a.parity(b, c).xor(d).rotate_left(1);
    }
    let [a, b, _, _, e] = turned(state, STEP);
    let sum = e.add(words[STEP % 16].add_word(K[STEP / 20])).add(mixed);
    state[(84 - STEP) % 5] = sum.add(a.rotate_left(5));
    state[(81 - STEP) % 5] = b.rotate_left(30);
}
