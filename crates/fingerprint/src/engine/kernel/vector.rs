//! Words of several streams in one register, and what the algorithms do with them.

use super::WIDEST;

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

    fn sub(self, other: Self) -> Self;

    fn and(self, other: Self) -> Self;

    /// `!self & other`
    fn not_and(self, other: Self) -> Self;

    fn xor(self, other: Self) -> Self;

    fn rotate_left(self, bits: u32) -> Self;

    fn shift_right(self, bits: u32) -> Self;

    #[inline(always)]
    fn rotate_right(self, bits: u32) -> Self {
        self.rotate_left(Self::Word::BITS - bits)
    }

    /// `self ^ b ^ c`
    #[inline(always)]
    fn parity(self, b: Self, c: Self) -> Self {
        self.xor(b).xor(c)
    }

    /// `self & yes | !self & no`
    #[inline(always)]
    fn choose(self, yes: Self, no: Self) -> Self {
        no.xor(self.and(yes.xor(no)))
    }

    /// `self + which.choose(yes, no)`, in which `yes` is known last: the sum of the two halves has
    /// less to wait for it.
    #[inline(always)]
    fn add_choice(self, which: Self, yes: Self, no: Self) -> Self {
        self.add(which.not_and(no)).add(which.and(yes))
    }

    /// Each bit that two of the three have.
    #[inline(always)]
    fn majority(self, b: Self, c: Self) -> Self {
        b.xor(self.xor(b).and(b.xor(c)))
    }

    /// `(!self & b) ^ c`, the complement of `(self | !b) ^ c`.
    #[inline(always)]
    fn not_and_xor(self, b: Self, c: Self) -> Self {
        self.not_and(b).xor(c)
    }
}

/// An unsigned integer of 32 or 64 bits.
pub(super) trait Word: Copy + Default {
    const BITS: u32;

    /// Where each of sixteen bytes comes from to turn the bytes of words round.
    const TURNED_ROUND: [u8; 16];

    fn from_state(word: u64) -> Self;

    fn to_state(self) -> u64;
}

impl Word for u32 {
    const BITS: u32 = Self::BITS;
    const TURNED_ROUND: [u8; 16] = [3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12];

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
    const TURNED_ROUND: [u8; 16] = [7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8];

    #[inline(always)]
    fn from_state(word: u64) -> Self {
        word
    }

    #[inline(always)]
    fn to_state(self) -> u64 {
        self
    }
}

/// Implements [`Vector`] for a register, by the instructions for its width and its words; where the
/// instruction set has a better way than several of them, that follows.
///
/// A macro, because a function that has instructions enabled cannot stand for a type parameter.
macro_rules! vector {
    (
        $(#[$doc:meta])*
        $name:ident: $lanes:literal of $word:ident in $register:ident,
        load: $load:ident, store: $store:ident, splat: $splat:ident,
        and: $and:ident, not_and: $not_and:ident, xor: $xor:ident,
        add: $add:ident, sub: $sub:ident, shift_right: $shift_right:ident,
        shuffle: $shuffle:ident by $broadcast:ident, transpose: $transpose:ident,
        $($better:tt)*
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        struct $name($register);

        impl Vector for $name {
            type Word = $word;

            const LANES: usize = $lanes;

            #[inline(always)]
            unsafe fn load(words: &[$word; WIDEST]) -> Self {
                // SAFETY: the caller's promise, and as many words as the register holds are there.
                Self(unsafe { $load(words.as_ptr().cast()) })
            }

            #[inline(always)]
            unsafe fn message(inputs: &[&[u8]], number: usize) -> [Self; 16] {
                const BYTES: usize = size_of::<$register>();
                // SAFETY: the caller's promise.
                let mut words = [Self(unsafe { $splat(0) }); 16];
                for part in 0..16 / $lanes {
                    let mut rows = [words[0].0; $lanes];
                    for lane in 0..$lanes {
                        let block: &[u8; 16 * size_of::<$word>()] = block(inputs[lane], number);
                        let bytes = &block.as_chunks::<BYTES>().0[part];
                        // SAFETY: as many bytes as the register holds are there.
                        rows[lane] = unsafe { $load(bytes.as_ptr().cast()) };
                    }
                    // SAFETY: the caller's promise.
                    let columns = unsafe { $transpose(rows) };
                    for word in 0..$lanes {
                        words[$lanes * part + word] = Self(columns[word]);
                    }
                }
                words
            }

            #[inline(always)]
            fn store(self, words: &mut [$word; WIDEST]) {
                // SAFETY: a value exists, and there is room for as many words as it holds.
                unsafe { $store(words.as_mut_ptr().cast(), self.0) }
            }

            #[inline(always)]
            fn swap_bytes(self) -> Self {
                // SAFETY: a value exists, and sixteen bytes are there.
                Self(unsafe {
                    let from = _mm_loadu_si128($word::TURNED_ROUND.as_ptr().cast());
                    $shuffle(self.0, $broadcast(from))
                })
            }

            #[inline(always)]
            fn add(self, other: Self) -> Self {
                // SAFETY: a value exists.
                Self(unsafe { $add(self.0, other.0) })
            }

            #[inline(always)]
            fn add_word(self, word: $word) -> Self {
                // SAFETY: a value exists.
                self.add(Self(unsafe { $splat(word.cast_signed()) }))
            }

            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                // SAFETY: a value exists.
                Self(unsafe { $sub(self.0, other.0) })
            }

            #[inline(always)]
            fn and(self, other: Self) -> Self {
                // SAFETY: a value exists.
                Self(unsafe { $and(self.0, other.0) })
            }

            #[inline(always)]
            fn not_and(self, other: Self) -> Self {
                // SAFETY: a value exists.
                Self(unsafe { $not_and(self.0, other.0) })
            }

            #[inline(always)]
            fn xor(self, other: Self) -> Self {
                // SAFETY: a value exists.
                Self(unsafe { $xor(self.0, other.0) })
            }

            #[inline(always)]
            fn shift_right(self, bits: u32) -> Self {
                // SAFETY: a value exists.
                Self(unsafe { $shift_right(self.0, $splat(bits as _)) })
            }

            $($better)*
        }
    };
}
pub(super) use vector;
