//! An algorithm in the lanes of vectors: all streams take the same step at the same time.

use super::vector::{Vector, Word};
use super::{State, Streams, WIDEST};

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

/// # Safety
/// The processor has the instructions of `V`.
#[inline(always)]
pub(super) unsafe fn compress<V, R, const WORDS: usize>(streams: &mut Streams<'_>, blocks: usize)
where
    V: Vector,
    R: Rounds<WORDS, Word = V::Word>,
{
    // SAFETY: the caller's promise.
    let mut state: [V; WORDS] = unsafe { load(streams) };
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
    store(state, streams);
}

/// The states of as many streams as `V` has lanes, word by word.
///
/// # Safety
/// The processor has the instructions of `V`.
#[inline(always)]
unsafe fn load<V: Vector, const WORDS: usize>(streams: &Streams<'_>) -> [V; WORDS] {
    let mut rows = [[V::Word::default(); WIDEST]; WORDS];
    for lane in 0..V::LANES {
        let state: &State = &streams.states[lane];
        for word in 0..WORDS {
            rows[word][lane] = V::Word::from_state(state[word]);
        }
    }
    // SAFETY: the caller's promise.
    let mut state = [unsafe { V::load(&rows[0]) }; WORDS];
    for word in 1..WORDS {
        // SAFETY: the same.
        state[word] = unsafe { V::load(&rows[word]) };
    }
    state
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
fn store<V: Vector, const WORDS: usize>(state: [V; WORDS], streams: &mut Streams<'_>) {
    for word in 0..WORDS {
        let mut row = [V::Word::default(); WIDEST];
        state[word].store(&mut row);
        for lane in 0..V::LANES {
            streams.states[lane][word] = row[lane].to_state();
        }
    }
}
