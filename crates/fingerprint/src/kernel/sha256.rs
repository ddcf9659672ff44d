//! SHA-256 in lanes, FIPS 180-4 section 6.2.2.

#[cfg(target_arch = "x86_64")]
use super::Streams;
#[cfg(target_arch = "x86_64")]
use super::vector::{self, Vector};

/// The constants of section 4.2.2: of the cube roots of the first 64 primes, the first 32 bits
/// after the point.
pub(super) const K: [u32; 64] = [
    0x428a_2f98,
    0x7137_4491,
    0xb5c0_fbcf,
    0xe9b5_dba5,
    0x3956_c25b,
    0x59f1_11f1,
    0x923f_82a4,
    0xab1c_5ed5,
    0xd807_aa98,
    0x1283_5b01,
    0x2431_85be,
    0x550c_7dc3,
    0x72be_5d74,
    0x80de_b1fe,
    0x9bdc_06a7,
    0xc19b_f174,
    0xe49b_69c1,
    0xefbe_4786,
    0x0fc1_9dc6,
    0x240c_a1cc,
    0x2de9_2c6f,
    0x4a74_84aa,
    0x5cb0_a9dc,
    0x76f9_88da,
    0x983e_5152,
    0xa831_c66d,
    0xb003_27c8,
    0xbf59_7fc7,
    0xc6e0_0bf3,
    0xd5a7_9147,
    0x06ca_6351,
    0x1429_2967,
    0x27b7_0a85,
    0x2e1b_2138,
    0x4d2c_6dfc,
    0x5338_0d13,
    0x650a_7354,
    0x766a_0abb,
    0x81c2_c92e,
    0x9272_2c85,
    0xa2bf_e8a1,
    0xa81a_664b,
    0xc24b_8b70,
    0xc76c_51a3,
    0xd192_e819,
    0xd699_0624,
    0xf40e_3585,
    0x106a_a070,
    0x19a4_c116,
    0x1e37_6c08,
    0x2748_774c,
    0x34b0_bcb5,
    0x391c_0cb3,
    0x4ed8_aa4a,
    0x5b9c_ca4f,
    0x682e_6ff3,
    0x748f_82ee,
    0x78a5_636f,
    0x84c8_7814,
    0x8cc7_0208,
    0x90be_fffa,
    0xa450_6ceb,
    0xbef9_a3f7,
    0xc671_78f2,
];

/// # Safety
/// The processor has the instructions of `V`.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub(super) unsafe fn compress<V: Vector<Word = u32>>(streams: &mut Streams<'_>, blocks: usize) {
    // SAFETY: the caller's promise.
    let mut state: [V; 8] = unsafe { vector::load(streams) };
    for number in 0..blocks {
        // SAFETY: the same.
        let mut words: [V; 16] = unsafe { vector::message_big(&streams.inputs, number) };
        let before = state;
        unrolled!(I in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 => {
            step::<V, I>(&mut state, words[I].add_word(K[I]));
        });
        for round in 1..K.len() / 16 {
            unrolled!(I in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 => {
                schedule::<V, I>(&mut words);
                step::<V, I>(&mut state, words[I].add_word(K[16 * round + I]));
            });
        }
        for word in 0..8 {
            state[word] = state[word].add(before[word]);
        }
    }
    vector::store(state, streams);
}

/// Replaces a word of the message schedule by the one sixteen steps on.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn schedule<V: Vector<Word = u32>, const STEP: usize>(words: &mut [V; 16]) {
    let [early, late] = [words[(STEP + 1) % 16], words[(STEP + 14) % 16]];
    let small_0 = early.rotate_right(7).parity(early.rotate_right(18), early.shift_right(3));
    let small_1 = late.rotate_right(17).parity(late.rotate_right(19), late.shift_right(10));
    let sum = words[STEP].add(words[(STEP + 9) % 16]);
    words[STEP] = sum.add(small_0).add(small_1);
}

/// One step; instead of the registers moving on by one each step, their names do.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn step<V: Vector<Word = u32>, const STEP: usize>(state: &mut [V; 8], word: V) {
    let at = 16 - STEP;
    let [a, b, c] = [state[at % 8], state[(at + 1) % 8], state[(at + 2) % 8]];
    let [e, f, g] = [state[(at + 4) % 8], state[(at + 5) % 8], state[(at + 6) % 8]];
    let big_0 = a.rotate_right(2).parity(a.rotate_right(13), a.rotate_right(22));
    let big_1 = e.rotate_right(6).parity(e.rotate_right(11), e.rotate_right(25));
    let first = state[(at + 7) % 8].add(word).add(e.choose(f, g)).add(big_1);
    state[(at + 3) % 8] = state[(at + 3) % 8].add(first);
    state[(at + 7) % 8] = first.add(a.majority(b, c)).add(big_0);
}
