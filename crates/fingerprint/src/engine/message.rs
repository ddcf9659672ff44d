//! What stands round the blocks of a message: the state before the first of them, the padding
//! after the last, and the digest that is read from the state then.

use crate::engine::kernel::State;
use crate::{Algorithm, Digest};

/// The longest block of any algorithm, in bytes.
pub(crate) const MAX_BLOCK_LEN: usize = 128;

/// The length of a block, in bytes.
pub(crate) const fn block_len(algorithm: Algorithm) -> usize {
    match algorithm {
        Algorithm::Sha384 | Algorithm::Sha512 => MAX_BLOCK_LEN,
        _ => 64,
    }
}

/// The state before the first block: RFC 1321 section 3.3, ISO/IEC 10118-3, FIPS 180-4 section 5.3.
pub(crate) const fn initial(algorithm: Algorithm) -> State {
    match algorithm {
        Algorithm::Md5 => [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0, 0, 0, 0],
        Algorithm::Sha1 | Algorithm::Rmd160 => {
            [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0, 0, 0, 0]
        }
        Algorithm::Sha256 => [
            0x6a09_e667,
            0xbb67_ae85,
            0x3c6e_f372,
            0xa54f_f53a,
            0x510e_527f,
            0x9b05_688c,
            0x1f83_d9ab,
            0x5be0_cd19,
        ],
        Algorithm::Sha384 => [
            0xcbbb_9d5d_c105_9ed8,
            0x629a_292a_367c_d507,
            0x9159_015a_3070_dd17,
            0x152f_ecd8_f70e_5939,
            0x6733_2667_ffc0_0b31,
            0x8eb4_4a87_6858_1511,
            0xdb0c_2e0d_64f9_8fa7,
            0x47b5_481d_befa_4fa4,
        ],
        Algorithm::Sha512 => [
            0x6a09_e667_f3bc_c908,
            0xbb67_ae85_84ca_a73b,
            0x3c6e_f372_fe94_f82b,
            0xa54f_f53a_5f1d_36f1,
            0x510e_527f_ade6_82d1,
            0x9b05_688c_2b3e_6c1f,
            0x1f83_d9ab_fb41_bd6b,
            0x5be0_cd19_137e_2179,
        ],
    }
}

/// Pads the last bytes of a message of `len` bytes, the first `filled` of the room, less than a
/// block; says how many bytes they are then, one block or two.
pub(crate) fn pad(
    algorithm: Algorithm,
    room: &mut [u8; 2 * MAX_BLOCK_LEN],
    filled: usize,
    len: u64,
) -> usize {
    let block = block_len(algorithm);
    let field = block / 8;
    let padded = if filled + 1 + field <= block { block } else { 2 * block };
    room[filled] = 0x80;
    room[filled + 1..padded].fill(0);
    let bits = u128::from(len) * 8;
    match algorithm {
        // Of the number of bits, the lower 64.
        Algorithm::Md5 | Algorithm::Rmd160 => {
            room[padded - 8..padded].copy_from_slice(&(bits as u64).to_le_bytes());
        }
        Algorithm::Sha1 | Algorithm::Sha256 => {
            room[padded - 8..padded].copy_from_slice(&(bits as u64).to_be_bytes());
        }
        Algorithm::Sha384 | Algorithm::Sha512 => {
            room[padded - 16..padded].copy_from_slice(&bits.to_be_bytes());
        }
    }
    padded
}

/// The digest after the last block.
pub(crate) fn digest(algorithm: Algorithm, state: &State) -> Digest {
    let mut bytes = [0; Algorithm::MAX_DIGEST_LEN];
    match algorithm {
        Algorithm::Md5 | Algorithm::Rmd160 => {
            let chunks = bytes.as_chunks_mut().0.iter_mut();
            chunks.zip(state).for_each(|(chunk, word)| *chunk = (*word as u32).to_le_bytes());
        }
        Algorithm::Sha1 | Algorithm::Sha256 => {
            let chunks = bytes.as_chunks_mut().0.iter_mut();
            chunks.zip(state).for_each(|(chunk, word)| *chunk = (*word as u32).to_be_bytes());
        }
        Algorithm::Sha384 | Algorithm::Sha512 => {
            let chunks = bytes.as_chunks_mut().0.iter_mut();
            chunks.zip(state).for_each(|(chunk, word)| *chunk = word.to_be_bytes());
        }
    }
    Digest::from_output(algorithm, &bytes[..algorithm.digest_len()])
}
