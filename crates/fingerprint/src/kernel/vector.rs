//! Words of several streams in one register, and what the algorithms do with them.

use super::{State, Streams, WIDEST};

/// A word of each of several streams.
///
/// That a value exists shows that the processor has its instructions: what makes one from nothing
/// is unsafe, and what makes one from others is not. Every function here must be inlined into a
/// function that has the instructions enabled, which is why there are no closures and no iterators.
pub(super) trait Vector: Copy {
    type Word: Word;

    /// How many streams.
    const LANES: usize;

    /// The first words, one for each stream.
    ///
    /// # Safety
    /// The processor has the instructions.
    unsafe fn load(words: &[Self::Word; WIDEST]) -> Self;

    /// The sixteen words of block `number` of each input, read with the least significant byte
    /// first.
    ///
    /// # Safety
    /// The processor has the instructions.
    unsafe fn message(inputs: &[&[u8]], number: usize) -> [Self; 16];

    /// Writes the first words.
    fn store(self, words: &mut [Self::Word; WIDEST]);

    /// Turns the bytes of each word round.
    fn swap_bytes(self) -> Self;

    fn add(self, other: Self) -> Self;

    /// Adds the same word to each.
    fn add_word(self, word: Self::Word) -> Self;

    fn xor(self, other: Self) -> Self;

    fn rotate_left(self, bits: u32) -> Self;

    fn shift_right(self, bits: u32) -> Self;

    /// `self ^ b ^ c`
    fn parity(self, b: Self, c: Self) -> Self;

    /// `self & yes | !self & no`
    fn choose(self, yes: Self, no: Self) -> Self;

    /// Each bit that two of the three have.
    fn majority(self, b: Self, c: Self) -> Self;

    /// `(self | !b) ^ c`
    fn or_not_xor(self, b: Self, c: Self) -> Self;

    #[inline(always)]
    fn rotate_right(self, bits: u32) -> Self {
        self.rotate_left(Self::Word::BITS - bits)
    }
}

/// An unsigned integer of 32 or 64 bits.
pub(super) trait Word: Copy + Default {
    const BITS: u32;

    fn from_state(word: u64) -> Self;

    fn to_state(self) -> u64;
}

impl Word for u32 {
    const BITS: u32 = Self::BITS;

    #[inline(always)]
    fn from_state(word: u64) -> Self {
        word as Self
    }

    #[inline(always)]
    fn to_state(self) -> u64 {
        self.into()
    }
}

impl Word for u64 {
    const BITS: u32 = Self::BITS;

    #[inline(always)]
    fn from_state(word: u64) -> Self {
        word
    }

    #[inline(always)]
    fn to_state(self) -> u64 {
        self
    }
}

/// The states of as many streams as `V` has lanes, word by word.
///
/// # Safety
/// The processor has the instructions of `V`.
#[inline(always)]
pub(super) unsafe fn load<V: Vector, const WORDS: usize>(streams: &Streams<'_>) -> [V; WORDS] {
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

/// Puts back what [`load`] took.
#[inline(always)]
pub(super) fn store<V: Vector, const WORDS: usize>(state: [V; WORDS], streams: &mut Streams<'_>) {
    for word in 0..WORDS {
        let mut row = [V::Word::default(); WIDEST];
        state[word].store(&mut row);
        for lane in 0..V::LANES {
            streams.states[lane][word] = row[lane].to_state();
        }
    }
}

/// The sixteen words of a block, read with the most significant byte first.
///
/// # Safety
/// The processor has the instructions of `V`.
#[inline(always)]
pub(super) unsafe fn message_big<V: Vector>(inputs: &[&[u8]], number: usize) -> [V; 16] {
    // SAFETY: the caller's promise.
    let mut words = unsafe { V::message(inputs, number) };
    for word in &mut words {
        *word = word.swap_bytes();
    }
    words
}

/// Two vectors side by side: while one waits for a result the other computes.
#[derive(Clone, Copy)]
pub(super) struct Pair<V>(V, V);

impl<V: Vector> Vector for Pair<V> {
    type Word = V::Word;

    const LANES: usize = 2 * V::LANES;

    #[inline(always)]
    unsafe fn load(words: &[V::Word; WIDEST]) -> Self {
        let mut upper = [V::Word::default(); WIDEST];
        upper[..V::LANES].copy_from_slice(&words[V::LANES..Self::LANES]);
        // SAFETY: the caller's promise.
        unsafe { Self(V::load(words), V::load(&upper)) }
    }

    #[inline(always)]
    unsafe fn message(inputs: &[&[u8]], number: usize) -> [Self; 16] {
        // SAFETY: the caller's promise.
        let lower = unsafe { V::message(inputs, number) };
        // SAFETY: the same.
        let upper = unsafe { V::message(&inputs[V::LANES..], number) };
        let mut words = [Self(lower[0], upper[0]); 16];
        for word in 1..16 {
            words[word] = Self(lower[word], upper[word]);
        }
        words
    }

    #[inline(always)]
    fn store(self, words: &mut [V::Word; WIDEST]) {
        let mut upper = [V::Word::default(); WIDEST];
        self.0.store(words);
        self.1.store(&mut upper);
        words[V::LANES..Self::LANES].copy_from_slice(&upper[..V::LANES]);
    }

    #[inline(always)]
    fn swap_bytes(self) -> Self {
        Self(self.0.swap_bytes(), self.1.swap_bytes())
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(self.0.add(other.0), self.1.add(other.1))
    }

    #[inline(always)]
    fn add_word(self, word: V::Word) -> Self {
        Self(self.0.add_word(word), self.1.add_word(word))
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self(self.0.xor(other.0), self.1.xor(other.1))
    }

    #[inline(always)]
    fn rotate_left(self, bits: u32) -> Self {
        Self(self.0.rotate_left(bits), self.1.rotate_left(bits))
    }

    #[inline(always)]
    fn shift_right(self, bits: u32) -> Self {
        Self(self.0.shift_right(bits), self.1.shift_right(bits))
    }

    #[inline(always)]
    fn parity(self, b: Self, c: Self) -> Self {
        Self(self.0.parity(b.0, c.0), self.1.parity(b.1, c.1))
    }

    #[inline(always)]
    fn choose(self, yes: Self, no: Self) -> Self {
        Self(self.0.choose(yes.0, no.0), self.1.choose(yes.1, no.1))
    }

    #[inline(always)]
    fn majority(self, b: Self, c: Self) -> Self {
        Self(self.0.majority(b.0, c.0), self.1.majority(b.1, c.1))
    }

    #[inline(always)]
    fn or_not_xor(self, b: Self, c: Self) -> Self {
        Self(self.0.or_not_xor(b.0, c.0), self.1.or_not_xor(b.1, c.1))
    }
}
