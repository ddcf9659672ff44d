//! One stream of bytes, one digest: the portable way, and the oracle of every faster one.

use std::fmt;

use ::digest::Digest as _;

use crate::{Algorithm, Digest};

/// Makes the digest of bytes that come in pieces.
#[derive(Clone)]
pub struct Hasher(State);

#[derive(Clone)]
enum State {
    Md5(md5::Md5),
    Sha1(sha1::Sha1),
    Rmd160(ripemd::Ripemd160),
    Sha256(sha2::Sha256),
    Sha384(sha2::Sha384),
    Sha512(sha2::Sha512),
}

impl Hasher {
    /// A hasher that has seen no bytes.
    #[must_use]
    pub fn new(algorithm: Algorithm) -> Self {
        Self(match algorithm {
            Algorithm::Md5 => State::Md5(md5::Md5::new()),
            Algorithm::Sha1 => State::Sha1(sha1::Sha1::new()),
            Algorithm::Rmd160 => State::Rmd160(ripemd::Ripemd160::new()),
            Algorithm::Sha256 => State::Sha256(sha2::Sha256::new()),
            Algorithm::Sha384 => State::Sha384(sha2::Sha384::new()),
            Algorithm::Sha512 => State::Sha512(sha2::Sha512::new()),
        })
    }

    /// The digest of bytes that are all at hand.
    #[must_use]
    pub fn digest(algorithm: Algorithm, bytes: &[u8]) -> Digest {
        let mut hasher = Self::new(algorithm);
        hasher.update(bytes);
        hasher.finish()
    }

    /// Takes in the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            State::Md5(state) => state.update(bytes),
            State::Sha1(state) => state.update(bytes),
            State::Rmd160(state) => state.update(bytes),
            State::Sha256(state) => state.update(bytes),
            State::Sha384(state) => state.update(bytes),
            State::Sha512(state) => state.update(bytes),
        }
    }

    /// The digest of all bytes taken in.
    #[must_use]
    pub fn finish(self) -> Digest {
        let algorithm = self.algorithm();
        match self.0 {
            State::Md5(state) => Digest::from_output(algorithm, &state.finalize()),
            State::Sha1(state) => Digest::from_output(algorithm, &state.finalize()),
            State::Rmd160(state) => Digest::from_output(algorithm, &state.finalize()),
            State::Sha256(state) => Digest::from_output(algorithm, &state.finalize()),
            State::Sha384(state) => Digest::from_output(algorithm, &state.finalize()),
            State::Sha512(state) => Digest::from_output(algorithm, &state.finalize()),
        }
    }

    /// The algorithm of the digest.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        match self.0 {
            State::Md5(_) => Algorithm::Md5,
            State::Sha1(_) => Algorithm::Sha1,
            State::Rmd160(_) => Algorithm::Rmd160,
            State::Sha256(_) => Algorithm::Sha256,
            State::Sha384(_) => Algorithm::Sha384,
            State::Sha512(_) => Algorithm::Sha512,
        }
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Hasher").field(&self.algorithm()).finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What RFC 1321, FIPS 180 and the page of RIPEMD-160 hash to show what they mean; the
    /// sixth message is a million times "a".
    const MESSAGES: [&str; 5] = [
        "",
        "a",
        "abc",
        "message digest",
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
    ];

    const KNOWN: [(Algorithm, [&str; 6]); 6] = [
        (
            Algorithm::Md5,
            [
                "d41d8cd98f00b204e9800998ecf8427e",
                "0cc175b9c0f1b6a831c399e269772661",
                "900150983cd24fb0d6963f7d28e17f72",
                "f96b697d7cb7938d525a2f31aaf161d0",
                "8215ef0796a20bcaaae116d3876c664a",
                "7707d6ae4e027c70eea2a935c2296f21",
            ],
        ),
        (
            Algorithm::Sha1,
            [
                "da39a3ee5e6b4b0d3255bfef95601890afd80709",
                "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8",
                "a9993e364706816aba3e25717850c26c9cd0d89d",
                "c12252ceda8be8994d5fa0290a47231c1d16aae3",
                "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
                "34aa973cd4c4daa4f61eeb2bdbad27316534016f",
            ],
        ),
        (
            Algorithm::Rmd160,
            [
                "9c1185a5c5e9fc54612808977ee8f548b2258d31",
                "0bdc9d2d256b3ee9daae347be6f4dc835a467ffe",
                "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc",
                "5d0689ef49d2fae572b881b123a85ffa21595f36",
                "12a053384a9c0c88e405a06c27dcf49ada62eb2b",
                "52783243c1697bdbe16d37f97f68f08325dc1528",
            ],
        ),
        (
            Algorithm::Sha256,
            [
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                "f7846f55cf23e14eebeab5b4e1550cad5b509e3348fbc4efa3a1413d393cb650",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
            ],
        ),
        (
            Algorithm::Sha384,
            [
                "38b060a751ac96384cd9327eb1b1e36a21fdb71114be0743\
                 4c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b",
                "54a59b9f22b0b80880d8427e548b7c23abd873486e1f035d\
                 ce9cd697e85175033caa88e6d57bc35efae0b5afd3145f31",
                "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded163\
                 1a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
                "473ed35167ec1f5d8e550368a3db39be54639f828868e945\
                 4c239fc8b52e3c61dbd0d8b4de1390c256dcbb5d5fd99cd5",
                "3391fdddfc8dc7393707a65b1b4709397cf8b1d162af05ab\
                 fe8f450de5f36bc6b0455a8520bc4e6f5fe95b1fe3c8452b",
                "9d0e1809716474cb086e834e310a4a1ced149e9c00f24852\
                 7972cec5704c2a5b07b8b3dc38ecc4ebae97ddd87f3d8985",
            ],
        ),
        (
            Algorithm::Sha512,
            [
                "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce\
                 47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
                "1f40fc92da241694750979ee6cf582f2d5d7d28e18335de05abc54d0560e0f53\
                 02860c652bf08d560252aa5e74210546f369fbbbce8c12cfc7957b2652fe9a75",
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
                 2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
                "107dbf389d9e9f71a3a95f6c055b9251bc5268c2be16d6c13492ea45b0199f33\
                 09e16455ab1e96118e8a905d5597b72038ddb372a89826046de66687bb420e7c",
                "204a8fc6dda82f0a0ced7beb8e08a41657c16ef468b228a8279be331a703c335\
                 96fd15c13b1b07f9aa1d3bea57789ca031ad85c7a71dd70354ec631238ca3445",
                "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973eb\
                 de0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b",
            ],
        ),
    ];

    #[test]
    fn digests_are_the_published_ones() {
        for (algorithm, known) in KNOWN {
            let million = "a".repeat(1_000_000);
            for (message, known) in MESSAGES.into_iter().chain([&*million]).zip(known) {
                let digest = Hasher::digest(algorithm, message.as_bytes());
                assert_eq!(digest.to_string(), known, "{algorithm} of {} bytes", message.len());
                assert_eq!(digest.algorithm(), algorithm);
            }
        }
    }

    proptest! {
        #[test]
        fn pieces_make_the_digest_of_the_whole(
            message: Vec<u8>,
            cuts in prop::collection::vec(0..200_usize, 0..8),
        ) {
            for algorithm in Algorithm::ALL {
                let mut hasher = Hasher::new(algorithm);
                let mut rest = &message[..];
                for cut in &cuts {
                    let (piece, after) = rest.split_at((*cut).min(rest.len()));
                    hasher.update(piece);
                    rest = after;
                }
                hasher.update(rest);
                prop_assert_eq!(hasher.finish(), Hasher::digest(algorithm, &message));
            }
        }
    }
}
