//! Messages so long that neither their bytes nor their bits can be counted in 32 bits.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use fingerprint::{Algorithm, Engine, Hasher, Lanes, Piece};

/// More than 4 GiB, and no whole number of blocks.
const LEN: u64 = (1 << 32) + 12_345;

/// Bytes that are at hand at once.
const CHUNK: usize = 1 << 20;

/// Two of them side by side. It does not matter which engine: lanes count the bytes, engines see
/// blocks alone.
fn long_messages_are_the_oracles(algorithm: Algorithm) {
    let chunk: Vec<u8> = (0..CHUNK).map(|at| (at / 5) as u8).collect();
    let mut oracle = Hasher::new(algorithm);
    let mut lanes = Lanes::new(Engine::auto(algorithm));
    let side_by_side = lanes.count().min(2);
    let mut left = LEN;
    while left > 0 {
        let len = usize::try_from(left).unwrap_or(CHUNK).min(CHUNK);
        left -= len as u64;
        oracle.update(&chunk[..len]);
        let mut pieces = vec![Piece { bytes: &chunk[..len], last: left == 0 }; side_by_side];
        while pieces.iter().any(|piece| piece.last || !piece.bytes.is_empty()) {
            lanes.run(&mut pieces);
        }
    }
    let expected = oracle.finish();
    for lane in 0..side_by_side {
        assert_eq!(lanes.take(lane).unwrap(), expected, "{algorithm}, lane {lane}");
    }
}

#[test]
fn md5() {
    long_messages_are_the_oracles(Algorithm::Md5);
}

#[test]
fn sha1() {
    long_messages_are_the_oracles(Algorithm::Sha1);
}

#[test]
fn rmd160() {
    long_messages_are_the_oracles(Algorithm::Rmd160);
}

#[test]
fn sha256() {
    long_messages_are_the_oracles(Algorithm::Sha256);
}

#[test]
fn sha384() {
    long_messages_are_the_oracles(Algorithm::Sha384);
}

#[test]
fn sha512() {
    long_messages_are_the_oracles(Algorithm::Sha512);
}
