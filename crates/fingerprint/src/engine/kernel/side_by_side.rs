//! Vectors side by side, as one: while one waits for a result the other computes.

use super::WIDEST;
use super::vector::Vector;

/// Two vectors.
#[derive(Clone, Copy)]
pub(super) struct Pair<V>(V, V);

/// Functions that do the same with each.
macro_rules! each {
    ($($name:ident($($other:ident),*))*) => {$(
        #[inline(always)]
        fn $name(self, $($other: Self),*) -> Self {
            Self(self.0.$name($($other.0),*), self.1.$name($($other.1),*))
        }
    )*};
}

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

    each! {
        swap_bytes() add(other) sub(other) and(other) not_and(other) xor(other)
        parity(b, c) choose(yes, no) majority(b, c) not_and_xor(b, c)
        add_choice(which, yes, no)
    }

    #[inline(always)]
    fn add_word(self, word: V::Word) -> Self {
        Self(self.0.add_word(word), self.1.add_word(word))
    }

    #[inline(always)]
    fn rotate_left(self, bits: u32) -> Self {
        Self(self.0.rotate_left(bits), self.1.rotate_left(bits))
    }

    #[inline(always)]
    fn shift_right(self, bits: u32) -> Self {
        Self(self.0.shift_right(bits), self.1.shift_right(bits))
    }
}
