//! One stream through the RustCrypto crates, which know some instruction sets themselves.

use digest::block_api::UpdateCore as _;
use digest::common::hazmat::SerializableState as _;
use ripemd::block_api::Ripemd160Core;

use super::{Kernel, State, Streams};

pub(super) static MD5: Kernel = kernel(md5);
pub(super) static SHA1: Kernel = kernel(sha1);
pub(super) static RMD160: Kernel = kernel(rmd160);
pub(super) static SHA256: Kernel = kernel(sha256);
pub(super) static SHA512: Kernel = kernel(sha512);

const fn kernel(compress: fn(&mut Streams<'_>, usize)) -> Kernel {
    Kernel { name: "portable", width: 1, has: || true, compress }
}

fn md5(streams: &mut Streams<'_>, blocks: usize) {
    let mut words = narrowed(&streams.states.get(0));
    md5::block_api::compress(&mut words, &streams.inputs[0].as_chunks().0[..blocks]);
    streams.states.set(0, widened(words));
}

fn sha1(streams: &mut Streams<'_>, blocks: usize) {
    let mut words = narrowed(&streams.states.get(0));
    sha1::block_api::compress(&mut words, &streams.inputs[0].as_chunks().0[..blocks]);
    streams.states.set(0, widened(words));
}

fn rmd160(streams: &mut Streams<'_>, blocks: usize) {
    // The crate has no compression function of its own, but can be given a state: its words, then
    // the number of blocks seen, which only its padding takes notice of.
    let mut serialized = [0; 28];
    for (bytes, word) in
        serialized.as_chunks_mut().0.iter_mut().zip(narrowed::<5>(&streams.states.get(0)))
    {
        *bytes = word.to_le_bytes();
    }
    let Ok(mut core) = Ripemd160Core::deserialize(&serialized.into()) else { return };
    for block in &streams.inputs[0].as_chunks::<64>().0[..blocks] {
        core.update_blocks(&[(*block).into()]);
    }
    let mut words = [0; 5];
    for (word, bytes) in words.iter_mut().zip(core.serialize().as_chunks().0) {
        *word = u32::from_le_bytes(*bytes);
    }
    streams.states.set(0, widened(words));
}

fn sha256(streams: &mut Streams<'_>, blocks: usize) {
    let mut words = narrowed(&streams.states.get(0));
    sha2::block_api::compress256(&mut words, &streams.inputs[0].as_chunks().0[..blocks]);
    streams.states.set(0, widened(words));
}

fn sha512(streams: &mut Streams<'_>, blocks: usize) {
    let input = &streams.inputs[0].as_chunks().0[..blocks];
    let mut state = streams.states.get(0);
    sha2::block_api::compress512(&mut state, input);
    streams.states.set(0, state);
}

fn narrowed<const WORDS: usize>(state: &State) -> [u32; WORDS] {
    let mut words = [0; WORDS];
    words.iter_mut().zip(state).for_each(|(word, from)| *word = *from as u32);
    words
}

fn widened<const WORDS: usize>(words: [u32; WORDS]) -> State {
    let mut state = [0; 8];
    state.iter_mut().zip(words).for_each(|(to, word)| *to = word.into());
    state
}
