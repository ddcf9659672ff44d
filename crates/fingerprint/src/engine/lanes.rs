//! Streams side by side: each lane takes one message after another, and all lanes advance at once.

use crate::engine::kernel::{States, Streams, WIDEST};
use crate::engine::message::{self, MAX_BLOCK_LEN};
use crate::{Algorithm, Digest, Engine};

/// Makes the digests of several messages at once, one in each lane.
///
/// [`run`](Self::run) is given what is at hand for each lane and returns as soon as a lane needs
/// more, or has a digest; that lane is served, and `run` is called again. No lane waits for
/// another, and it does not matter how a message is cut into pieces; what is fastest is pieces of
/// many blocks, and every lane in use.
#[derive(Debug)]
pub struct Lanes {
    engine: Engine,
    lanes: Vec<Lane>,
    /// The states of the lanes.
    states: Box<States>,
    /// Where a kernel finds the states of its streams if they are not those of the first lanes.
    table: Box<States>,
}

/// What comes next in one lane.
#[derive(Clone, Copy, Debug, Default)]
pub struct Piece<'a> {
    /// The next bytes of its message.
    pub bytes: &'a [u8],
    /// Whether they are its last.
    pub last: bool,
}

impl Lanes {
    /// As many lanes as the engine is fastest with.
    #[must_use]
    pub fn new(engine: Engine) -> Self {
        let lanes = vec![Lane::new(); engine.lanes()];
        let states = Box::new(States::new(message::initial(engine.algorithm())));
        Self { engine, lanes, table: states.clone(), states }
    }

    /// How many lanes there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.lanes.len()
    }

    /// Takes in the pieces, one for each lane from the first on, until one of them is used up.
    ///
    /// What is not yet taken in remains in the pieces. A lane whose last piece is used up has a
    /// [digest](Self::take), and what it is given then begins the next message. A lane whose piece
    /// is empty, and not the last, is left as it is, whether a message is under way there or none.
    /// Pieces beyond the lanes are not touched.
    pub fn run(&mut self, pieces: &mut [Piece<'_>]) {
        let algorithm = self.engine.algorithm();
        let (mut active, mut count) = ([0; WIDEST], 0);
        for (index, piece) in pieces.iter().take(self.lanes.len()).enumerate() {
            active[count] = index;
            count += usize::from(!piece.is_nothing());
        }
        let active = &active[..count];
        if active.is_empty() {
            return;
        }
        loop {
            let mut blocks = usize::MAX;
            for &index in active {
                blocks = blocks.min(self.lanes[index].blocks(&mut pieces[index], algorithm));
            }
            if blocks == 0 {
                return;
            }
            self.compress(pieces, active, blocks);
            let bytes = blocks * message::block_len(algorithm);
            for &index in active {
                let (lane, piece) = (&mut self.lanes[index], &mut pieces[index]);
                if lane.advance(piece, bytes) {
                    let state = self.states.get(index);
                    lane.begin_again(Some(message::digest(algorithm, &state)));
                    self.states.set(index, message::initial(algorithm));
                    *piece = Piece::default();
                }
            }
        }
    }

    /// Pads the message of that lane where its last bytes are, which the lane has not been given
    /// yet: the first `filled` of the buffer. Says how many bytes are to be its last piece then, or
    /// as many as there were if that is not possible; that makes no difference but to the speed.
    pub(crate) fn seal(&mut self, lane: usize, buffer: &mut [u8], filled: usize) -> usize {
        let algorithm = self.engine.algorithm();
        let block_len = message::block_len(algorithm);
        let whole = filled - filled % block_len;
        match (self.lanes.get_mut(lane), buffer[whole..].first_chunk_mut()) {
            (Some(lane), Some(room)) if lane.filled == 0 => {
                let len = lane.len.wrapping_add(filled as u64);
                lane.sealed = true;
                whole + message::pad(algorithm, room, filled - whole, len)
            }
            _ => filled,
        }
    }

    /// The digest of the message that ended in that lane, once.
    pub fn take(&mut self, lane: usize) -> Option<Digest> {
        self.lanes.get_mut(lane)?.digest.take()
    }

    /// Gives up the message under way in that lane: the next piece begins another.
    pub fn abandon(&mut self, lane: usize) {
        if let Some(abandoned) = self.lanes.get_mut(lane) {
            abandoned.begin_again(None);
            self.states.set(lane, message::initial(self.engine.algorithm()));
        }
    }

    fn compress(&mut self, pieces: &[Piece<'_>], mut active: &[usize], blocks: usize) {
        while !active.is_empty() {
            let kernel = self.engine.kernel(active.len());
            let (these, after) = active.split_at(kernel.width.min(active.len()));
            let mut inputs: [&[u8]; WIDEST] = [&[]; WIDEST];
            for (input, &lane) in inputs.iter_mut().zip(these) {
                *input = self.lanes[lane].source(&pieces[lane]);
            }
            // Streams too few for the kernel are made up for by one of them, in vain.
            let first = inputs[0];
            inputs[these.len()..kernel.width].fill(first);
            let are_first = these.len() == kernel.width && these.last() == Some(&(these.len() - 1));
            if are_first {
                kernel.compress(&mut Streams { states: &mut self.states, inputs }, blocks);
            } else {
                for (place, &lane) in these.iter().enumerate() {
                    self.table.set(place, self.states.get(lane));
                }
                kernel.compress(&mut Streams { states: &mut self.table, inputs }, blocks);
                for (place, &lane) in these.iter().enumerate() {
                    self.states.set(lane, self.table.get(place));
                }
            }
            active = after;
        }
    }
}

impl Piece<'_> {
    fn is_nothing(&self) -> bool {
        self.bytes.is_empty() && !self.last
    }
}

/// One lane, but for its state.
#[derive(Clone, Debug)]
struct Lane {
    /// How many bytes of the message were taken from pieces.
    len: u64,
    /// Bytes that were taken from pieces but are no whole block, and the padding.
    tail: [u8; 2 * MAX_BLOCK_LEN],
    /// How much of the tail is in use.
    filled: usize,
    /// How much of that is compressed.
    compressed: usize,
    /// The tail has its padding.
    padded: bool,
    /// The last piece has it, so that nothing of it comes into the tail.
    sealed: bool,
    digest: Option<Digest>,
}

impl Lane {
    const fn new() -> Self {
        Self {
            len: 0,
            tail: [0; 2 * MAX_BLOCK_LEN],
            filled: 0,
            compressed: 0,
            padded: false,
            sealed: false,
            digest: None,
        }
    }

    /// Leaves the tail as it is, which is long and holds nothing.
    fn begin_again(&mut self, digest: Option<Digest>) {
        self.len = 0;
        self.filled = 0;
        self.compressed = 0;
        self.padded = false;
        self.sealed = false;
        self.digest = digest;
    }

    /// How many whole blocks can be compressed at once; none if the piece is used up.
    fn blocks(&mut self, piece: &mut Piece<'_>, algorithm: Algorithm) -> usize {
        let block_len = message::block_len(algorithm);
        let shift = block_len.trailing_zeros();
        if self.filled == 0 && piece.bytes.len() >= block_len {
            return piece.bytes.len() >> shift;
        }
        if self.padded {
            return (self.filled - self.compressed) >> shift;
        }
        if self.filled < block_len {
            let (bytes, after) =
                piece.bytes.split_at(piece.bytes.len().min(block_len - self.filled));
            self.tail[self.filled..self.filled + bytes.len()].copy_from_slice(bytes);
            self.filled += bytes.len();
            self.len = self.len.wrapping_add(bytes.len() as u64);
            piece.bytes = after;
        }
        if self.filled == block_len {
            return 1;
        }
        if !piece.last {
            return 0;
        }
        self.filled = message::pad(algorithm, &mut self.tail, self.filled, self.len);
        self.padded = true;
        self.filled / block_len
    }

    /// Where those blocks are.
    fn source<'a>(&'a self, piece: &Piece<'a>) -> &'a [u8] {
        if self.filled == 0 { piece.bytes } else { &self.tail[self.compressed..self.filled] }
    }

    /// Takes note that so many bytes were compressed; says whether they were the last.
    fn advance(&mut self, piece: &mut Piece<'_>, bytes: usize) -> bool {
        if self.filled == 0 {
            piece.bytes = &piece.bytes[bytes..];
            self.len = self.len.wrapping_add(bytes as u64);
            return self.sealed && piece.bytes.is_empty();
        }
        self.compressed += bytes;
        if self.compressed < self.filled {
            return false;
        }
        self.filled = 0;
        self.compressed = 0;
        self.padded
    }
}

#[cfg(test)]
mod tests {
    use ::digest::common::hazmat::SerializableState;

    use super::*;
    use crate::Hasher;

    /// What a crate makes of `rest` after so many blocks that left its state as it was.
    fn oracle<H: ::digest::Digest + SerializableState>(
        algorithm: Algorithm,
        blocks: u64,
        rest: &[u8],
    ) -> Digest {
        let mut serialized = H::new().serialize();
        let state_len = match algorithm {
            Algorithm::Sha384 | Algorithm::Sha512 => 64,
            other => other.digest_len(),
        };
        serialized[state_len..state_len + 8].copy_from_slice(&blocks.to_le_bytes());
        let mut hasher = H::deserialize(&serialized).unwrap();
        hasher.update(rest);
        Digest::from_output(algorithm, &hasher.finalize())
    }

    #[test]
    fn lengths_of_more_than_32_bits_are_in_the_digest() {
        let rest = [1; 1000];
        for algorithm in Algorithm::ALL {
            let oracle = match algorithm {
                Algorithm::Md5 => oracle::<md5::Md5>,
                Algorithm::Sha1 => oracle::<sha1::Sha1>,
                Algorithm::Rmd160 => oracle::<ripemd::Ripemd160>,
                Algorithm::Sha256 => oracle::<sha2::Sha256>,
                Algorithm::Sha384 => oracle::<sha2::Sha384>,
                Algorithm::Sha512 => oracle::<sha2::Sha512>,
            };
            let short = oracle(algorithm, 0, &rest);
            let block_len = message::block_len(algorithm) as u64;
            for engine in Engine::all(algorithm) {
                // In bits: just below 2^32, 2^32, 2^35 and 2^63.
                for len in [(1 << 29) - block_len, 1 << 29, 1 << 32, 1 << 60] {
                    let mut lanes = Lanes::new(engine.clone());
                    let mut pieces = vec![Piece { bytes: &rest, last: true }; lanes.count()];
                    lanes.lanes.iter_mut().for_each(|lane| lane.len = len);
                    while pieces.iter().any(|piece| piece.last) {
                        lanes.run(&mut pieces);
                    }
                    let expected = oracle(algorithm, len / block_len, &rest);
                    assert_ne!(expected, short);
                    for lane in 0..lanes.count() {
                        assert_eq!(lanes.take(lane), Some(expected), "{engine:?} {len}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_sealed_message_has_the_same_digest() {
        let bytes: Vec<u8> = (0..700).map(|at| (at * 7 / 3) as u8).collect();
        for algorithm in Algorithm::ALL {
            for engine in Engine::all(algorithm) {
                let mut lanes = Lanes::new(engine.clone());
                // What comes before is whole blocks, or leaves something in the tail.
                for before in [0, 256, 300] {
                    for len in 0..=300 {
                        let lane = len % lanes.count();
                        let mut pieces = vec![Piece::default(); lanes.count()];
                        pieces[lane].bytes = &bytes[..before];
                        while !pieces[lane].bytes.is_empty() {
                            lanes.run(&mut pieces);
                        }
                        let mut buffer = [0xff; 300 + 2 * MAX_BLOCK_LEN];
                        buffer[..len].copy_from_slice(&bytes[before..before + len]);
                        let sealed = lanes.seal(lane, &mut buffer, len);
                        assert_eq!(sealed > len, before != 300);
                        pieces[lane] = Piece { bytes: &buffer[..sealed], last: true };
                        while pieces[lane].last {
                            lanes.run(&mut pieces);
                        }
                        let expected = Hasher::digest(algorithm, &bytes[..before + len]);
                        assert_eq!(lanes.take(lane), Some(expected), "{engine:?} {before} {len}");
                    }
                }
            }
        }
    }
}
