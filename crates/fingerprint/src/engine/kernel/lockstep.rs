//! An algorithm in the lanes of vectors: all streams take the same step at the same time.

use super::vector::{Vector, Word};
use super::{Streams, WIDEST};

/// An algorithm whose state is that many words.
pub(super) trait Rounds<const WORDS: usize> {
    type Word: Word;

    /// Whether the most significant byte of a word of the message comes first.
    const BIG_ENDIAN: bool;

    /// The state after a block of those words.
    fn of_block<V>(state: [V; WORDS], words: [V; 16]) -> [V; WORDS]
    where
        V: Vector<Word = Self::Word>;
}

/// An algorithm at which vectors take turns of a few steps, in a loop.
///
/// Vectors that stand side by side compute more while they wait, but their instructions are so many
/// that the processor may not have them at hand, least of all if it shares that room with another.
pub(super) trait Turns<const WORDS: usize>: Rounds<WORDS> {
    /// The states after a block of each vector.
    fn of_blocks<V, const N: usize>(
        states: [[V; WORDS]; N],
        words: [[V; 16]; N],
    ) -> [[V; WORDS]; N]
    where
        V: Vector<Word = Self::Word>;
}

/// Which vector has its turn next, as if it were not known when this is compiled: the instructions
/// of a turn are there once, whosever turn it is.
#[inline(always)]
pub(super) fn next(which: usize) -> usize {
    std::hint::black_box(which + 1)
}

/// # Safety
/// The processor has the instructions of `V`.
#[inline(always)]
pub(super) unsafe fn compress<V, R, const WORDS: usize>(streams: &mut Streams<'_>, blocks: usize)
where
    V: Vector,
    R: Rounds<WORDS, Word = V::Word>,
{
    // SAFETY: the caller's promise.
    let mut state: [V; WORDS] = unsafe { load(streams, 0) };
    for number in 0..blocks {
        // SAFETY: the same.
        let mut words = unsafe { V::message(&streams.inputs, number) };
        if R::BIG_ENDIAN {
            for word in &mut words {
                *word = word.swap_bytes();
            }
        }
        state = R::of_block(state, words);
    }
    store(state, streams, 0);
}

/// The same in `N` vectors that take turns; one vector is faster without.
///
/// # Safety
/// The processor has the instructions of `V`.
#[inline(always)]
pub(super) unsafe fn compress_in_turns<V, R, const WORDS: usize, const N: usize>(
    streams: &mut Streams<'_>,
    blocks: usize,
) where
    V: Vector,
    R: Turns<WORDS, Word = V::Word>,
{
    // SAFETY: the caller's promise.
    let mut states: [[V; WORDS]; N] = [unsafe { load(streams, 0) }; N];
    for which in 1..N {
        // SAFETY: the same.
        states[which] = unsafe { load(streams, which * V::LANES) };
    }
    for number in 0..blocks {
        // SAFETY: the same.
        let mut words = [unsafe { V::message(&streams.inputs, number) }; N];
        for which in 1..N {
            // SAFETY: the same.
            words[which] = unsafe { V::message(&streams.inputs[which * V::LANES..], number) };
        }
        if R::BIG_ENDIAN {
            for word in words.as_flattened_mut() {
                *word = word.swap_bytes();
            }
        }
        states = R::of_blocks(states, words);
    }
    for which in 0..N {
        store(states[which], streams, which * V::LANES);
    }
}

/// The states of as many streams as `V` has lanes, from that one on, word by word.
///
/// # Safety
/// The processor has the instructions of `V`.
#[inline(always)]
unsafe fn load<V: Vector, const WORDS: usize>(streams: &Streams<'_>, first: usize) -> [V; WORDS] {
    // SAFETY: the caller's promise.
    let mut state = [unsafe { row(streams, 0, first) }; WORDS];
    for word in 1..WORDS {
        // SAFETY: the same.
        state[word] = unsafe { row(streams, word, first) };
    }
    state
}

/// # Safety
/// The processor has the instructions of `V`.
#[inline(always)]
unsafe fn row<V: Vector>(streams: &Streams<'_>, word: usize, first: usize) -> V {
    let mut row = [V::Word::default(); WIDEST];
    for lane in 0..V::LANES {
        row[lane] = V::Word::from_state(streams.states.row(word)[first + lane]);
    }
    // SAFETY: the caller's promise.
    unsafe { V::load(&row) }
}

/// The sums of the words of two states.
#[inline(always)]
pub(super) fn sum<V: Vector, const WORDS: usize>(
    mut state: [V; WORDS],
    other: [V; WORDS],
) -> [V; WORDS] {
    for word in 0..WORDS {
        state[word] = state[word].add(other[word]);
    }
    state
}

/// Puts back what [`load`] took.
#[inline(always)]
fn store<V: Vector, const WORDS: usize>(
    state: [V; WORDS],
    streams: &mut Streams<'_>,
    first: usize,
) {
    for word in 0..WORDS {
        let mut row = [V::Word::default(); WIDEST];
        state[word].store(&mut row);
        for lane in 0..V::LANES {
            streams.states.row_mut(word)[first + lane] = row[lane].to_state();
        }
    }
}
