//! Writing a property list as a whole, to memory.

use alloc::vec::Vec;

use super::out::Out;
use super::sink::Sink;
use super::write::{write, write_array, write_dictionary};
use crate::formats::xml::{FOOTER, HEADER};
use crate::memory::fallible::{self, NoMemory};
use crate::{Array, Dictionary, Limits, Object, WriteError};

/// The number of bytes that an element or entry often takes.
const CHILD: usize = 64;

/// The number of children that are sampled to estimate all.
const SAMPLE: usize = 16;

/// With fewer children a sample is not worth it: it costs as much as writing, and a short text is
/// quickly copied to where it can grow.
const FEW: usize = 64 * SAMPLE;

/// The most bytes that are looked at of one child.
const ENOUGH: usize = 4096;

/// The text of a property list.
pub(crate) fn text(object: &Object, limits: &Limits) -> Result<Vec<u8>, WriteError> {
    match object {
        Object::Array(array) => text_of_array(array, limits),
        Object::Dictionary(dictionary) => text_of_dictionary(dictionary, limits),
        leaf => {
            let mut text = Text::with_room(CHILD)?;
            write(leaf, &mut text, limits)?;
            Ok(text.bytes)
        }
    }
}

/// The text of a property list that is an array.
pub(crate) fn text_of_array(array: &Array, limits: &Limits) -> Result<Vec<u8>, WriteError> {
    let mut text = Text::with_room(guess(array.len(), |index| array.get(index).map_or(0, length)))?;
    write_array(array, &mut text, limits)?;
    Ok(text.bytes)
}

/// The text of a property list that is a dictionary.
pub(crate) fn text_of_dictionary(
    dictionary: &Dictionary,
    limits: &Limits,
) -> Result<Vec<u8>, WriteError> {
    /// What is around a key.
    const LINE: usize = "\t<key></key>\n".len();
    let entries = dictionary.entries();
    let mut text = Text::with_room(guess(entries.len(), |index| {
        entries.get(index).map_or(0, |entry| {
            length(&entry.value).saturating_add(entry.key.as_slice().len()).saturating_add(LINE)
        })
    }))?;
    write_dictionary(dictionary, &mut text, limits)?;
    Ok(text.bytes)
}

/// How long the texts of the children are, by a sample of them; and somewhat more, since a text that
/// outgrows its room is copied to twice as much.
fn guess(children: usize, length: impl Fn(usize) -> usize) -> usize {
    if children < FEW {
        return children.saturating_mul(CHILD);
    }
    let apart = children / SAMPLE;
    let indices = (0..SAMPLE).map(|index| index.saturating_mul(apart).saturating_add(apart / 2));
    let sum = indices.map(length).fold(0, usize::saturating_add);
    let all = sum.div_ceil(SAMPLE).saturating_mul(children);
    all.saturating_add(all / 16)
}

/// How long the text of a child is, as far as it is looked at.
fn length(child: &Object) -> usize {
    let mut text = Text { bytes: Vec::new(), limit: ENOUGH };
    let mut out = Out::new(&mut text);
    match out.object(child, 1, Limits::DEFAULT.max_depth).and_then(|()| out.flush()) {
        Ok(()) => text.bytes.len(),
        Err(_) => ENOUGH,
    }
}

/// A text in memory, of limited length.
struct Text {
    bytes: Vec<u8>,
    limit: usize,
}

impl Text {
    /// With room for a property list whose children take so many bytes. They are a guess: if there
    /// is no memory for them, the text grows to what it needs.
    fn with_room(children: usize) -> Result<Self, NoMemory> {
        let around = const { HEADER.len() + FOOTER.len() + 2 * CHILD };
        let mut bytes = Vec::new();
        if fallible::reserve_exact(&mut bytes, children.saturating_add(around)).is_err() {
            fallible::reserve_exact(&mut bytes, around)?;
        }
        Ok(Self { bytes, limit: usize::MAX })
    }
}

impl Sink for Text {
    type Error = WriteError;

    fn put(&mut self, text: &[u8]) -> Result<(), WriteError> {
        if text.len() > self.limit.saturating_sub(self.bytes.len()) {
            return Err(NoMemory.into());
        }
        Ok(fallible::extend(&mut self.bytes, text)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A dictionary whose text has about so many bytes.
    fn long(bytes: usize) -> Object {
        let mut dictionary = Dictionary::new();
        dictionary.set_string(b"key", b"a".repeat(bytes)).unwrap();
        dictionary.into()
    }

    fn array(count: usize, element: impl Fn(usize) -> Object) -> Array {
        let mut array = Array::new();
        for index in 0..count {
            array.push(element(index)).unwrap();
        }
        array
    }

    fn room(array: &Array) -> usize {
        guess(array.len(), |index| length(array.get(index).unwrap()))
    }

    #[test]
    fn a_text_of_like_children_does_not_outgrow_its_room() {
        for count in [FEW, FEW + 1, 3000, 10_007] {
            let array = array(count, |index| long(200 + index % 10));
            let mut dictionary = Dictionary::new();
            for index in 0..count {
                dictionary.set(format!("{index:05}").as_bytes(), long(200 + index % 10)).unwrap();
            }
            for text in [array.externalize().unwrap(), dictionary.externalize().unwrap()] {
                let room = text.capacity();
                // Twice as much, had it grown.
                assert!(room < text.len() + text.len() / 10 + 1000, "{count}: {room}");
            }
        }
    }

    #[test]
    fn a_guess_is_bounded_whatever_the_children() {
        let nest = (0..1000).fold(Object::from(true), |nest, _| array(1, |_| nest.clone()).into());
        assert!(room(&array(FEW, |_| nest.clone())) <= 2 * FEW * ENOUGH);
        let large = long(20_000);
        let array = array(FEW, |index| if index % 2 == 0 { true.into() } else { large.clone() });
        assert!(room(&array) <= 2 * FEW * ENOUGH);
        assert!(array.externalize().unwrap().len() > FEW / 2 * 20_000);
    }

    #[test]
    fn memory_for_a_guess_is_not_insisted_on() {
        for children in [usize::MAX, usize::MAX / 2, isize::MAX as usize - 1000] {
            assert!(Text::with_room(children).unwrap().bytes.capacity() < 1000);
        }
    }
}
