//! Streams side by side: each lane takes one message after another, and all lanes advance at once.

use crate::kernel::{State, Streams, WIDEST};
use crate::message::{self, MAX_BLOCK_LEN};
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
    states: Vec<State>,
    lanes: Vec<Lane>,
    /// Where a kernel finds the states of the streams it is given.
    table: Box<[State; WIDEST]>,
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
        let lanes = engine.lanes();
        let initial = message::initial(engine.algorithm());
        Self {
            engine,
            states: vec![initial; lanes],
            lanes: vec![Lane::new(); lanes],
            table: Box::new([initial; WIDEST]),
        }
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
        let block_len = message::block_len(algorithm);
        let mut waiting = [false; WIDEST];
        for (waiting, piece) in waiting.iter_mut().zip(&*pieces) {
            *waiting = piece.is_nothing();
        }
        loop {
            let mut active = [0; WIDEST];
            let mut count = 0;
            let mut blocks = usize::MAX;
            for (index, (lane, piece)) in self.lanes.iter_mut().zip(&mut *pieces).enumerate() {
                if waiting[index] {
                    continue;
                }
                match lane.blocks(piece, algorithm) {
                    0 => return,
                    ready => blocks = blocks.min(ready),
                }
                active[count] = index;
                count += 1;
            }
            if count == 0 {
                return;
            }
            self.compress(pieces, &active[..count], blocks);
            for &index in &active[..count] {
                let (lane, piece) = (&mut self.lanes[index], &mut pieces[index]);
                if lane.advance(piece, blocks * block_len) {
                    let state = &mut self.states[index];
                    let digest = message::digest(algorithm, state);
                    *lane = Lane { digest: Some(digest), ..Lane::new() };
                    *state = message::initial(algorithm);
                    *piece = Piece::default();
                }
            }
        }
    }

    /// The digest of the message that ended in that lane, once.
    pub fn take(&mut self, lane: usize) -> Option<Digest> {
        self.lanes.get_mut(lane)?.digest.take()
    }

    /// Gives up the message under way in that lane: the next piece begins another.
    pub fn abandon(&mut self, lane: usize) {
        if let Some(lane) = self.lanes.get_mut(lane) {
            *lane = Lane::new();
        }
        if let Some(state) = self.states.get_mut(lane) {
            *state = message::initial(self.engine.algorithm());
        }
    }

    fn compress(&mut self, pieces: &[Piece<'_>], mut active: &[usize], blocks: usize) {
        while !active.is_empty() {
            let kernel = self.engine.kernel(active.len());
            let (these, after) = active.split_at(kernel.width.min(active.len()));
            let mut streams = Streams { states: &mut self.table, inputs: [&[]; WIDEST] };
            for slot in 0..kernel.width {
                // Streams too few for the kernel are made up for by one of them, in vain.
                let lane = these[slot.min(these.len() - 1)];
                streams.states[slot] = self.states[lane];
                streams.inputs[slot] = self.lanes[lane].source(&pieces[lane]);
            }
            kernel.compress(&mut streams, blocks);
            for (slot, &lane) in these.iter().enumerate() {
                self.states[lane] = self.table[slot];
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
            digest: None,
        }
    }

    /// How many whole blocks can be compressed at once; none if the piece is used up.
    fn blocks(&mut self, piece: &mut Piece<'_>, algorithm: Algorithm) -> usize {
        let block_len = message::block_len(algorithm);
        if self.padded {
            return (self.filled - self.compressed) / block_len;
        }
        if self.filled == 0 && piece.bytes.len() >= block_len {
            return piece.bytes.len() / block_len;
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
            return false;
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
}
