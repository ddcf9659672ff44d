//! SHA-256, SHA-384 and SHA-512 in lanes, FIPS 180-4 sections 6.2.2 and 6.4.2.

#[cfg(target_arch = "x86_64")]
use std::marker::PhantomData;

#[cfg(target_arch = "x86_64")]
use super::{
    lockstep::{self, Rounds},
    vector::{Vector, Word},
};

/// The constants of SHA-512, section 4.2.3: of the cube roots of the first 80 primes, the first 64
/// bits after the point.
pub(super) const K_512: [u64; 80] = [
    0x428a_2f98_d728_ae22,
    0x7137_4491_23ef_65cd,
    0xb5c0_fbcf_ec4d_3b2f,
    0xe9b5_dba5_8189_dbbc,
    0x3956_c25b_f348_b538,
    0x59f1_11f1_b605_d019,
    0x923f_82a4_af19_4f9b,
    0xab1c_5ed5_da6d_8118,
    0xd807_aa98_a303_0242,
    0x1283_5b01_4570_6fbe,
    0x2431_85be_4ee4_b28c,
    0x550c_7dc3_d5ff_b4e2,
    0x72be_5d74_f27b_896f,
    0x80de_b1fe_3b16_96b1,
    0x9bdc_06a7_25c7_1235,
    0xc19b_f174_cf69_2694,
    0xe49b_69c1_9ef1_4ad2,
    0xefbe_4786_384f_25e3,
    0x0fc1_9dc6_8b8c_d5b5,
    0x240c_a1cc_77ac_9c65,
    0x2de9_2c6f_592b_0275,
    0x4a74_84aa_6ea6_e483,
    0x5cb0_a9dc_bd41_fbd4,
    0x76f9_88da_8311_53b5,
    0x983e_5152_ee66_dfab,
    0xa831_c66d_2db4_3210,
    0xb003_27c8_98fb_213f,
    0xbf59_7fc7_beef_0ee4,
    0xc6e0_0bf3_3da8_8fc2,
    0xd5a7_9147_930a_a725,
    0x06ca_6351_e003_826f,
    0x1429_2967_0a0e_6e70,
    0x27b7_0a85_46d2_2ffc,
    0x2e1b_2138_5c26_c926,
    0x4d2c_6dfc_5ac4_2aed,
    0x5338_0d13_9d95_b3df,
    0x650a_7354_8baf_63de,
    0x766a_0abb_3c77_b2a8,
    0x81c2_c92e_47ed_aee6,
    0x9272_2c85_1482_353b,
    0xa2bf_e8a1_4cf1_0364,
    0xa81a_664b_bc42_3001,
    0xc24b_8b70_d0f8_9791,
    0xc76c_51a3_0654_be30,
    0xd192_e819_d6ef_5218,
    0xd699_0624_5565_a910,
    0xf40e_3585_5771_202a,
    0x106a_a070_32bb_d1b8,
    0x19a4_c116_b8d2_d0c8,
    0x1e37_6c08_5141_ab53,
    0x2748_774c_df8e_eb99,
    0x34b0_bcb5_e19b_48a8,
    0x391c_0cb3_c5c9_5a63,
    0x4ed8_aa4a_e341_8acb,
    0x5b9c_ca4f_7763_e373,
    0x682e_6ff3_d6b2_b8a3,
    0x748f_82ee_5def_b2fc,
    0x78a5_636f_4317_2f60,
    0x84c8_7814_a1f0_ab72,
    0x8cc7_0208_1a64_39ec,
    0x90be_fffa_2363_1e28,
    0xa450_6ceb_de82_bde9,
    0xbef9_a3f7_b2c6_7915,
    0xc671_78f2_e372_532b,
    0xca27_3ece_ea26_619c,
    0xd186_b8c7_21c0_c207,
    0xeada_7dd6_cde0_eb1e,
    0xf57d_4f7f_ee6e_d178,
    0x06f0_67aa_7217_6fba,
    0x0a63_7dc5_a2c8_98a6,
    0x113f_9804_bef9_0dae,
    0x1b71_0b35_131c_471b,
    0x28db_77f5_2304_7d84,
    0x32ca_ab7b_40c7_2493,
    0x3c9e_be0a_15c9_bebc,
    0x431d_67c4_9c10_0d4c,
    0x4cc5_d4be_cb3e_42b6,
    0x597f_299c_fc65_7e2a,
    0x5fcb_6fab_3ad6_faec,
    0x6c44_198c_4a47_5817,
];

/// The constants of SHA-256, section 4.2.2: of the same roots the first 32 bits, and 64 of them.
pub(super) const K_256: [u32; 64] = {
    let mut k = [0; 64];
    let mut step = 0;
    while step < 64 {
        k[step] = (K_512[step] >> 32) as u32;
        step += 1;
    }
    k
};

/// SHA-256 in words of 32 bits, SHA-512 in words of 64.
#[cfg(target_arch = "x86_64")]
pub(super) struct Sha2<W>(PhantomData<W>);

/// What the two do not have in common.
#[cfg(target_arch = "x86_64")]
pub(super) trait Size: Word + 'static {
    const K: &'static [Self];

    /// How far the functions rotate, sections 4.1.2 and 4.1.3; those of the schedule shift by the
    /// last.
    const BIG_SIGMA: [[u32; 3]; 2];
    const SMALL_SIGMA: [[u32; 3]; 2];
}

#[cfg(target_arch = "x86_64")]
impl Size for u32 {
    const K: &'static [Self] = &K_256;
    const BIG_SIGMA: [[u32; 3]; 2] = [[2, 13, 22], [6, 11, 25]];
    const SMALL_SIGMA: [[u32; 3]; 2] = [[7, 18, 3], [17, 19, 10]];
}

#[cfg(target_arch = "x86_64")]
impl Size for u64 {
    const K: &'static [Self] = &K_512;
    const BIG_SIGMA: [[u32; 3]; 2] = [[28, 34, 39], [14, 18, 41]];
    const SMALL_SIGMA: [[u32; 3]; 2] = [[1, 8, 7], [19, 61, 6]];
}

#[cfg(target_arch = "x86_64")]
impl<W: Size> Rounds<8> for Sha2<W> {
    type Word = W;

    const BIG_ENDIAN: bool = true;

    #[inline(always)]
    fn of_block<V: Vector<Word = W>>(before: [V; 8], mut words: [V; 16]) -> [V; 8] {
        let mut state = before;
        unrolled!(I in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 => {
            state = step(state, words[I].add_word(W::K[I]));
        });
        for round in 1..W::K.len() / 16 {
            unrolled!(I in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 => {
                words[I] = scheduled(&words, I);
                state = step(state, words[I].add_word(W::K[16 * round + I]));
            });
        }
        lockstep::sum(state, before)
    }
}

/// The word of the message schedule that is sixteen steps on.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn scheduled<V: Vector<Word: Size>>(words: &[V; 16], step: usize) -> V {
    let [early, late] = [words[(step + 1) % 16], words[(step + 14) % 16]];
    let sum = words[step].add(words[(step + 9) % 16]);
    sum.add(small_sigma::<V, 0>(early)).add(small_sigma::<V, 1>(late))
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn step<V: Vector<Word: Size>>([a, b, c, d, e, f, g, h]: [V; 8], word: V) -> [V; 8] {
    let first = h.add(word).add(e.choose(f, g)).add(big_sigma::<V, 1>(e));
    let second = a.majority(b, c).add(big_sigma::<V, 0>(a));
    [first.add(second), a, b, c, d.add(first), e, f, g]
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn big_sigma<V: Vector<Word: Size>, const WHICH: usize>(x: V) -> V {
    let [first, second, third] = V::Word::BIG_SIGMA[WHICH];
    x.rotate_right(first).parity(x.rotate_right(second), x.rotate_right(third))
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn small_sigma<V: Vector<Word: Size>, const WHICH: usize>(x: V) -> V {
    let [first, second, third] = V::Word::SMALL_SIGMA[WHICH];
    x.rotate_right(first).parity(x.rotate_right(second), x.shift_right(third))
}
