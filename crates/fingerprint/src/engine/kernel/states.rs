//! What streams carry from block to block, in the order in which vectors hold it.

use super::{State, WIDEST};

/// The states of as many streams as the widest kernel takes: the first word of each, the second of
/// each, and so on.
#[derive(Clone, Debug)]
pub(crate) struct States([[u64; WIDEST]; 8]);

impl States {
    /// Every stream has that state.
    pub(crate) fn new(state: State) -> Self {
        Self(state.map(|word| [word; WIDEST]))
    }

    /// The state of a stream.
    #[inline(always)]
    pub(crate) fn get(&self, stream: usize) -> State {
        let mut state = [0; 8];
        for word in 0..8 {
            state[word] = self.0[word][stream];
        }
        state
    }

    #[inline(always)]
    pub(crate) fn set(&mut self, stream: usize, state: State) {
        for word in 0..8 {
            self.0[word][stream] = state[word];
        }
    }

    /// A word of each stream.
    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    pub(super) fn row(&self, word: usize) -> &[u64; WIDEST] {
        &self.0[word]
    }

    /// The same, to be written to.
    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    pub(super) fn row_mut(&mut self, word: usize) -> &mut [u64; WIDEST] {
        &mut self.0[word]
    }
}
