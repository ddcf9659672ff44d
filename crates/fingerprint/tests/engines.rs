//! Every engine of this machine: what is published, and what the oracle says of what is not.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use fingerprint::{Algorithm, Digest, Engine, Hasher, Lanes, Piece};
use proptest::prelude::*;

const ALPHABET: &str = "abcdefghijklmnopqrstuvwxyz";
const ALPHANUMERIC: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const DIGITS: &str =
    "12345678901234567890123456789012345678901234567890123456789012345678901234567890";
const BITS_448: &str = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
const BITS_896: &str = "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn\
    hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu";

type Published = (Algorithm, &'static str, &'static [(&'static str, &'static str)]);

/// The messages and digests of RFC 1321 appendix A.5, of the authors of RIPEMD-160 and of NIST's
/// examples for FIPS 180-4; after each algorithm, that of a million times "a".
const PUBLISHED: [Published; 6] = [
    (
        Algorithm::Md5,
        "7707d6ae4e027c70eea2a935c2296f21",
        &[
            ("", "d41d8cd98f00b204e9800998ecf8427e"),
            ("a", "0cc175b9c0f1b6a831c399e269772661"),
            ("abc", "900150983cd24fb0d6963f7d28e17f72"),
            ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
            (ALPHABET, "c3fcd3d76192e4007dfb496cca67e13b"),
            (ALPHANUMERIC, "d174ab98d277d9f5a5611c2c9f419d9f"),
            (DIGITS, "57edf4a22be3c955ac49da2e2107b67a"),
        ],
    ),
    (
        Algorithm::Rmd160,
        "52783243c1697bdbe16d37f97f68f08325dc1528",
        &[
            ("", "9c1185a5c5e9fc54612808977ee8f548b2258d31"),
            ("a", "0bdc9d2d256b3ee9daae347be6f4dc835a467ffe"),
            ("abc", "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"),
            ("message digest", "5d0689ef49d2fae572b881b123a85ffa21595f36"),
            (ALPHABET, "f71c27109c692c1b56bbdceb5b9d2865b3708dbc"),
            (BITS_448, "12a053384a9c0c88e405a06c27dcf49ada62eb2b"),
            (ALPHANUMERIC, "b0e20b6e3116640286ed3a87a5713079b21f5189"),
            (DIGITS, "9b752e45573d4b39f4dbd3323cab82bf63326bfb"),
        ],
    ),
    (
        Algorithm::Sha1,
        "34aa973cd4c4daa4f61eeb2bdbad27316534016f",
        &[
            ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
            ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (BITS_448, "84983e441c3bd26ebaae4aa1f95129e5e54670f1"),
            (BITS_896, "a49b2446a02c645bf419f995b67091253a04a259"),
        ],
    ),
    (
        Algorithm::Sha256,
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
        &[
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (BITS_448, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
            (BITS_896, "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"),
        ],
    ),
    (
        Algorithm::Sha384,
        "9d0e1809716474cb086e834e310a4a1ced149e9c00f248527972cec5704c2a5b\
         07b8b3dc38ecc4ebae97ddd87f3d8985",
        &[
            (
                "",
                "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da\
         274edebfe76f65fbd51ad2f14898b95b",
            ),
            (
                "abc",
                "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed\
         8086072ba1e7cc2358baeca134c825a7",
            ),
            (
                BITS_448,
                "3391fdddfc8dc7393707a65b1b4709397cf8b1d162af05abfe8f450de5f36bc6\
         b0455a8520bc4e6f5fe95b1fe3c8452b",
            ),
            (
                BITS_896,
                "09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712\
         fcc7c71a557e2db966c3e9fa91746039",
            ),
        ],
    ),
    (
        Algorithm::Sha512,
        "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973eb\
         de0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b",
        &[
            (
                "",
                "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce\
         47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
            ),
            (
                "abc",
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
         2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            ),
            (
                BITS_448,
                "204a8fc6dda82f0a0ced7beb8e08a41657c16ef468b228a8279be331a703c335\
         96fd15c13b1b07f9aa1d3bea57789ca031ad85c7a71dd70354ec631238ca3445",
            ),
            (
                BITS_896,
                "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018\
         501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909",
            ),
        ],
    ),
];

/// The seeds of NIST's Monte Carlo tests (the Secure Hash Algorithm Validation System, section
/// 6.4), and the digests after the first thousand and the fifth.
const MONTE_CARLO: [(Algorithm, &str, &str, &str); 3] = [
    (
        Algorithm::Sha256,
        "6d1e72ad03ddeb5de891e572e2396f8da015d899ef0e79503152d6010a3fe691",
        "e93c330ae5447738c8aa85d71a6c80f2a58381d05872d26bdd39f1fcd4f2b788",
        "f9eba2a4cf6263826beaf6150057849eb975a9513c0b76ecad0f1c19ebbad89b",
    ),
    (
        Algorithm::Sha384,
        "edff07255c71b54a9beae52cdfa083569a08be89949cbba73ddc8acf429359ca\
         5e5be7a673633ca0d9709848f522a9df",
        "e81b86c49a38feddfd185f71ca7da6732a053ed4a2640d52d27f53f9f7642265\
         0b0e93645301ac99f8295d6f820f1035",
        "d7b4d4e779ca70c8d065630db1f9128ee43b4bde08a81bce13d48659b6ef47b6\
         cfc802af6d8756f6cd43c709bb445bab",
    ),
    (
        Algorithm::Sha512,
        "5c337de5caf35d18ed90b5cddfce001ca1b8ee8602f367e7c24ccca6f893802f\
         b1aca7a3dae32dcd60800a59959bc540d63237876b799229ae71a2526fbc52cd",
        "ada69add0071b794463c8806a177326735fa624b68ab7bcab2388b9276c036e4\
         eaaff87333e83c81c0bca0359d4aeebcbcfd314c0630e0c2af68c1fb19cc470e",
        "b68f0cd2d63566b3934a50666dec6d62ca1db98e49d7733084c1f86d91a8a08c\
         756fa7ece815e20930dd7cb66351bad8c087c2f94e8757cb98e7f4b86b21a8a8",
    ),
];

/// The digests of the messages, in lanes that are refilled as messages end; each message comes in
/// pieces of `piece` bytes.
fn digests(engine: &Engine, messages: &[&[u8]], piece: usize) -> Vec<Digest> {
    let mut lanes = Lanes::new(engine.clone());
    let mut digests = vec![None; messages.len()];
    let mut under_way: Vec<Option<(usize, &[u8])>> = vec![None; lanes.count()];
    let mut pieces = vec![Piece::default(); lanes.count()];
    let mut next = messages.iter().enumerate();
    loop {
        for lane in 0..lanes.count() {
            if let Some(digest) = lanes.take(lane) {
                assert_eq!(digests[under_way[lane].take().unwrap().0].replace(digest), None);
            }
            if under_way[lane].is_none() {
                under_way[lane] = next.next().map(|(index, message)| (index, *message));
            }
            if let Some((_, rest)) = &mut under_way[lane]
                && pieces[lane].bytes.is_empty()
                && !pieces[lane].last
            {
                let (bytes, after) = rest.split_at(piece.min(rest.len()));
                pieces[lane] = Piece { bytes, last: after.is_empty() };
                *rest = after;
            }
        }
        if under_way.iter().all(Option::is_none) {
            return digests.into_iter().map(Option::unwrap).collect();
        }
        lanes.run(&mut pieces);
    }
}

fn every_engine() -> impl Iterator<Item = Engine> {
    Algorithm::ALL.into_iter().flat_map(Engine::all)
}

fn expected(engine: &Engine, messages: &[&[u8]]) -> Vec<Digest> {
    messages.iter().map(|message| Hasher::digest(engine.algorithm(), message)).collect()
}

fn bytes(len: usize, seed: usize) -> Vec<u8> {
    (0..len).map(|at| (((at + seed) * (at + 3 * seed + 7)) >> 3) as u8).collect()
}

#[test]
fn what_is_published_is_what_every_engine_makes() {
    let million = "a".repeat(1_000_000);
    for (algorithm, of_million, known) in PUBLISHED {
        let known = known.iter().copied().chain([(&*million, of_million)]);
        let (messages, published): (Vec<_>, Vec<_>) =
            known.map(|(message, digest)| (message.as_bytes(), digest)).unzip();
        for engine in Engine::all(algorithm) {
            let made: Vec<_> =
                digests(&engine, &messages, 65536).iter().map(Digest::to_string).collect();
            assert_eq!(made, published, "{engine:?}");
        }
    }
}

#[test]
fn every_engine_passes_the_monte_carlo_tests() {
    for (algorithm, seed, first, fifth) in MONTE_CARLO {
        for engine in Engine::all(algorithm) {
            let mut seed = Digest::from_hex(algorithm, seed.as_bytes()).unwrap();
            let mut made = Vec::new();
            for _ in 0..5 {
                let mut last = [seed; 3];
                for _ in 0..1000 {
                    let message: Vec<_> = last.iter().flat_map(Digest::as_bytes).copied().collect();
                    last = [last[1], last[2], digests(&engine, &[&message], 4096)[0]];
                }
                seed = last[2];
                made.push(seed.to_string());
            }
            assert_eq!([&*made[0], &*made[4]], [first, fifth], "{engine:?}");
        }
    }
}

#[test]
fn every_length_is_right_in_every_engine() {
    let whole = bytes(1025, 1);
    let messages: Vec<_> = (0..=whole.len()).map(|len| &whole[..len]).collect();
    for engine in every_engine() {
        let expected = expected(&engine, &messages);
        for piece in [1025, 64, 100] {
            assert_eq!(digests(&engine, &messages, piece), expected, "{engine:?} by {piece}");
        }
    }
}

#[test]
fn every_number_of_lanes_is_right_in_every_engine() {
    for engine in every_engine() {
        for count in 1..=engine.lanes() {
            let messages: Vec<_> = (0..count).map(|seed| bytes(700, seed)).collect();
            let messages: Vec<_> = messages.iter().map(Vec::as_slice).collect();
            let made = digests(&engine, &messages, 300);
            assert_eq!(made, expected(&engine, &messages), "{engine:?} with {count}");
        }
    }
}

#[test]
fn engines_are_found_by_name_and_one_is_always_there() {
    for algorithm in Algorithm::ALL {
        for engine in Engine::all(algorithm) {
            let found = Engine::named(algorithm, engine.name()).unwrap();
            assert_eq!((found.name(), found.lanes()), (engine.name(), engine.lanes()));
            assert_eq!(found.algorithm(), algorithm);
        }
        assert_eq!(Engine::all(algorithm)[0].name(), Engine::AUTO);
        assert_eq!(Engine::named(algorithm, "portable").unwrap().lanes(), 1);
        assert!(Engine::named(algorithm, "abacus").is_none());
    }
}

#[test]
fn an_abandoned_message_leaves_nothing_behind() {
    for engine in every_engine() {
        let mut lanes = Lanes::new(engine.clone());
        let mut pieces = vec![Piece { bytes: &[7; 300], last: false }; lanes.count()];
        while pieces.iter().any(|piece| !piece.bytes.is_empty()) {
            lanes.run(&mut pieces);
        }
        lanes.abandon(0);
        let mut pieces = [Piece { bytes: b"abc", last: true }];
        lanes.run(&mut pieces);
        assert_eq!(lanes.take(0), Some(Hasher::digest(engine.algorithm(), b"abc")), "{engine:?}");
        assert_eq!(lanes.take(0), None);
    }
}

#[test]
fn lanes_that_are_left_alone_keep_their_messages() {
    for engine in every_engine() {
        let mut lanes = Lanes::new(engine.clone());
        let (begin, end) = (bytes(200, 3), bytes(90, 4));
        let whole = [&begin[..], &end].concat();
        for lane in 0..lanes.count() {
            let mut pieces = vec![Piece::default(); lanes.count()];
            pieces[lane].bytes = &begin;
            while !pieces[lane].bytes.is_empty() {
                lanes.run(&mut pieces);
            }
        }
        for lane in (0..lanes.count()).rev() {
            let mut pieces = vec![Piece::default(); lanes.count()];
            pieces[lane] = Piece { bytes: &end, last: true };
            lanes.run(&mut pieces);
            let digest = Hasher::digest(engine.algorithm(), &whole);
            assert_eq!(lanes.take(lane), Some(digest), "{engine:?} lane {lane}");
        }
    }
}

proptest! {
    #[test]
    fn any_mix_of_lengths_is_right_in_every_engine(
        lengths in prop::collection::vec(0..3000_usize, 1..70),
        piece in 1..700_usize,
    ) {
        let messages: Vec<_> =
            lengths.iter().enumerate().map(|(seed, len)| bytes(*len, seed)).collect();
        let messages: Vec<_> = messages.iter().map(Vec::as_slice).collect();
        for engine in every_engine() {
            let expected = expected(&engine, &messages);
            prop_assert_eq!(digests(&engine, &messages, piece), expected, "{:?}", engine);
        }
    }
}
