//! A dictionary in the making, whose keys come in any order.

use alloc::vec::Vec;
use core::cmp::Ordering;
use core::mem;

use crate::memory::fallible::{self, NoMemory};
use crate::objects::bytes::Bytes;
use crate::{Dictionary, Object};

/// Most dictionaries have at most this many entries; those of veriexec(4) have up to six.
pub(crate) const FEW: usize = 6;

/// Up to this many entries, one that comes out of order is inserted at once: moving a few costs less
/// than sorting them.
const QUICKLY_PLACED: usize = 16;

/// A key and what it stands for.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) key: Bytes,
    pub(crate) value: Object,
}

impl Entry {
    /// Nothing is to be dropped of it.
    pub(crate) const EMPTY: Self = Self { key: Bytes::EMPTY, value: Object::Bool(false) };
}

/// Entries as they come. They are sorted once, at the end, and only if they came in another order
/// than the keys': a text with its keys backwards must not cost the square of their number.
pub(crate) struct Entries {
    list: Vec<Entry>,
    sorted: bool,
}

impl Entries {
    pub(crate) const fn new() -> Self {
        Self { list: Vec::new(), sorted: true }
    }

    /// Adds an entry; of those with the same key, the last one counts.
    #[inline(always)]
    pub(crate) fn push(&mut self, key: Bytes, value: Object) -> Result<(), NoMemory> {
        let entry = Entry { key, value };
        match self.list.last_mut() {
            None => fallible::reserve_exact(&mut self.list, FEW)?,
            Some(last) => match last.key.cmp(&entry.key) {
                Ordering::Less => {}
                Ordering::Equal => {
                    *last = entry;
                    return Ok(());
                }
                Ordering::Greater if self.sorted && self.list.len() < QUICKLY_PLACED => {
                    return self.place(entry);
                }
                Ordering::Greater => self.sorted = false,
            },
        }
        fallible::push(&mut self.list, entry)
    }

    /// Puts an entry where it belongs among a few that are sorted.
    fn place(&mut self, entry: Entry) -> Result<(), NoMemory> {
        match self.list.binary_search_by(|present| present.key.cmp(&entry.key)) {
            Ok(index) => {
                if let Some(present) = self.list.get_mut(index) {
                    *present = entry;
                }
                Ok(())
            }
            Err(index) => fallible::insert_at(&mut self.list, index, entry),
        }
    }

    pub(crate) fn into_dictionary(self) -> Result<Dictionary, NoMemory> {
        Dictionary::from_sorted(if self.sorted { self.list } else { sort(self.list)? })
    }
}

/// Sorts by key; of entries with the same key, only the last one stays.
fn sort(mut entries: Vec<Entry>) -> Result<Vec<Entry>, NoMemory> {
    let order = order(&entries)?;
    let mut sorted: Vec<Entry> = Vec::new();
    fallible::reserve_exact(&mut sorted, entries.len())?;
    for index in order {
        let Some(entry) = entries.get_mut(index) else { continue };
        let entry = mem::replace(entry, Entry::EMPTY);
        match sorted.last_mut() {
            Some(last) if last.key == entry.key => *last = entry,
            _ => fallible::push(&mut sorted, entry)?,
        }
    }
    Ok(sorted)
}

/// The indices of entries by their keys; those with the same key stay in their order.
///
/// It merges ever longer runs: the sorts of the standard library allocate as they like, or do not
/// keep that order, or have a panic in them.
fn order(entries: &[Entry]) -> Result<Vec<usize>, NoMemory> {
    let (mut order, mut merged) = (Vec::new(), Vec::new());
    fallible::reserve_exact(&mut order, entries.len())?;
    fallible::reserve_exact(&mut merged, entries.len())?;
    for index in 0..entries.len() {
        fallible::push(&mut order, index)?;
        fallible::push(&mut merged, index)?;
    }
    let key = |index: usize| entries.get(index).map(|entry| &entry.key);
    let mut run: usize = 1;
    while run < entries.len() {
        let two = run.saturating_mul(2).max(2);
        for (runs, room) in order.chunks(two).zip(merged.chunks_mut(two)) {
            let (mut one, mut other) = runs.split_at_checked(run).unwrap_or((runs, &[]));
            for place in room {
                let next = match (one.first(), other.first()) {
                    (Some(&first), Some(&second)) if key(first) > key(second) => &mut other,
                    (None, Some(_)) => &mut other,
                    _ => &mut one,
                };
                if let Some((&index, rest)) = next.split_first() {
                    *place = index;
                    *next = rest;
                }
            }
        }
        mem::swap(&mut order, &mut merged);
        run = two;
    }
    Ok(order)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_equal_keys_counts_in_any_order() {
        for keys in [
            &b"aabbc"[..],
            b"cbaab",
            b"abcba",
            b"cccaba",
            b"zyxwvutsrqponmlkjihgfedcbazaq",
            b"",
            b"a",
            b"ba",
        ] {
            let mut entries = Entries::new();
            let mut expected = Dictionary::new();
            for (index, key) in keys.iter().enumerate() {
                let value = i64::try_from(index).unwrap();
                entries.push(Bytes::new(&[*key]).unwrap(), value.into()).unwrap();
                expected.set_signed([*key], value).unwrap();
            }
            let dictionary = entries.into_dictionary().unwrap();
            assert_eq!(dictionary, expected);
            assert!(dictionary.iter().map(|(key, _)| key).is_sorted());
        }
    }

    #[test]
    fn many_keys_backwards_are_sorted_at_once() {
        let mut entries = Entries::new();
        for number in (0..200_000_u32).rev() {
            entries.push(Bytes::new(&number.to_be_bytes()).unwrap(), number.into()).unwrap();
        }
        let dictionary = entries.into_dictionary().unwrap();
        assert_eq!(dictionary.len(), 200_000);
        assert_eq!(dictionary.get_u32(7_u32.to_be_bytes()), Some(7));
    }
}
