//! A hash table whose growth can fail.
//!
//! The entries stand in a dense vector, in the order in which they came, and an open-addressing
//! index finds them. Neither the standard library's maps nor hashbrown serve a kernel: their
//! growth aborts, or needs a global allocator that does.

use alloc::vec::Vec;
use core::mem;

use proplib::fallible::{self, NoMemory};

/// What a table is keyed by.
pub(crate) trait Key: Copy + Eq {
    /// A well mixed hash: the index uses its low 32 bits.
    fn hash(&self) -> u64;
}

/// Mixes a number so that each bit of it changes about half the bits of the result.
pub(crate) const fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// A map from keys to values, iterated in the order of insertion until something is removed: then
/// the last entry takes the place of the removed one.
#[derive(Debug)]
pub(crate) struct Table<K, V> {
    entries: Vec<(K, V)>,
    /// A power of two of slots, at least a quarter of them free, or none at all.
    slots: Vec<Slot>,
}

impl<K: Key, V> Table<K, V> {
    const FEWEST_SLOTS: usize = 8;

    /// Nobody needs what is given back of fewer.
    const FEWEST_KEPT: usize = 256;

    pub(crate) const fn new() -> Self {
        Self { entries: Vec::new(), slots: Vec::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.entries.iter_mut().map(|(_, value)| value)
    }

    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        let found = self.find(key)?;
        self.entries.get(found.position).map(|(_, value)| value)
    }

    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let found = self.find(key)?;
        self.entries.get_mut(found.position).map(|(_, value)| value)
    }

    /// The entries whose keys have that hash, in no order, and perhaps others.
    pub(crate) fn alike(&self, hash: u64) -> impl Iterator<Item = (&K, &V)> {
        run(&self.slots, hash).filter_map(|(_, slot)| {
            self.entries.get(slot.position()).map(|(key, value)| (key, value))
        })
    }

    /// Puts a value under a key, and hands back the one that was there.
    ///
    /// Without memory the table stays as it was.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Result<Option<V>, NoMemory> {
        if let Some(present) = self.get_mut(&key) {
            return Ok(Some(mem::replace(present, value)));
        }
        let slot = Slot::new(key.hash(), self.entries.len()).ok_or(NoMemory)?;
        let grown = if self.has_room() { None } else { Some(self.grown()?) };
        fallible::push(&mut self.entries, (key, value))?;
        if let Some(grown) = grown {
            self.slots = grown;
        }
        settle(&mut self.slots, slot);
        Ok(None)
    }

    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        let found = self.find(key)?;
        self.vacate(found.slot);
        let last = self.entries.pop()?;
        let removed = if found.position == self.entries.len() {
            last
        } else {
            self.point_to(&last.0, self.entries.len(), found.position);
            mem::replace(self.entries.get_mut(found.position)?, last)
        };
        // Without memory for less it stays as large as it is.
        let _ = self.shrink();
        Some(removed.1)
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::new();
    }

    fn find(&self, key: &K) -> Option<Found> {
        let hash = key.hash();
        let fits = |slot: Slot| {
            slot.has_hash(hash)
                && self.entries.get(slot.position()).is_some_and(|(candidate, _)| candidate == key)
        };
        probe(&self.slots, hash, fits)
    }

    /// Whether one more entry leaves a quarter of the slots free.
    fn has_room(&self) -> bool {
        let free = self.slots.len().saturating_sub(self.entries.len()).saturating_sub(1);
        free >= self.slots.len() / 4 && free > 0
    }

    /// Gives three quarters of the room back if less than an eighth of it is used.
    fn shrink(&mut self) -> Result<(), NoMemory> {
        let len = self.entries.len();
        if self.slots.len() <= Self::FEWEST_KEPT || len >= self.slots.len() / 8 {
            return Ok(());
        }
        let mut entries = Vec::new();
        fallible::reserve_exact(&mut entries, self.slots.len() / 4)?;
        self.slots = self.resized(self.slots.len() / 4)?;
        for entry in mem::take(&mut self.entries) {
            // There is room.
            fallible::push(&mut entries, entry)?;
        }
        self.entries = entries;
        Ok(())
    }

    /// The index with twice as many slots.
    fn grown(&self) -> Result<Vec<Slot>, NoMemory> {
        let len = self.slots.len().checked_mul(2).ok_or(NoMemory)?;
        self.resized(len.max(Self::FEWEST_SLOTS))
    }

    /// The index with so many slots.
    fn resized(&self, len: usize) -> Result<Vec<Slot>, NoMemory> {
        let mut slots = Vec::new();
        fallible::reserve_exact(&mut slots, len)?;
        for _ in 0..len {
            fallible::push(&mut slots, Slot::FREE)?;
        }
        for slot in self.slots.iter().copied().filter(|slot| !slot.is_free()) {
            settle(&mut slots, slot);
        }
        Ok(slots)
    }

    /// Frees a slot, and closes the gap that this leaves in the runs of slots that went past it.
    fn vacate(&mut self, slot: usize) {
        let mask = self.slots.len().wrapping_sub(1);
        let mut gap = slot;
        let mut next = gap;
        for _ in 0..self.slots.len() {
            next = next.wrapping_add(1) & mask;
            let Some(moved) = self.slots.get(next).copied().filter(|slot| !slot.is_free()) else {
                break;
            };
            let from_home = next.wrapping_sub(moved.home(mask)) & mask;
            let from_gap = next.wrapping_sub(gap) & mask;
            if from_home >= from_gap {
                put(&mut self.slots, gap, moved);
                gap = next;
            }
        }
        put(&mut self.slots, gap, Slot::FREE);
    }

    /// Redirects the slot of a key from one position to another.
    fn point_to(&mut self, key: &K, old: usize, new: usize) {
        let hash = key.hash();
        let moved = |slot: Slot| slot.has_hash(hash) && slot.position() == old;
        let found = probe(&self.slots, hash, moved);
        if let (Some(found), Some(slot)) = (found, Slot::new(hash, new)) {
            put(&mut self.slots, found.slot, slot);
        }
    }
}

/// A place in the index: free, or a hash and the position of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Slot {
    hash: u32,
    /// The position plus 1; 0 if the slot is free.
    place: u32,
}

impl Slot {
    const FREE: Self = Self { hash: 0, place: 0 };

    /// `None` if the position is higher than a slot can say.
    fn new(hash: u64, position: usize) -> Option<Self> {
        let place = u32::try_from(position).ok()?.checked_add(1)?;
        Some(Self { hash: low(hash), place })
    }

    fn is_free(self) -> bool {
        self.place == 0
    }

    fn has_hash(self, hash: u64) -> bool {
        !self.is_free() && self.hash == low(hash)
    }

    fn position(self) -> usize {
        usize::try_from(self.place.wrapping_sub(1)).unwrap_or(usize::MAX)
    }

    fn home(self, mask: usize) -> usize {
        home(self.hash, mask)
    }
}

/// The low half, which is all that the index keeps of a hash.
fn low(hash: u64) -> u32 {
    (hash & u64::from(u32::MAX)) as u32
}

fn home(hash: u32, mask: usize) -> usize {
    usize::try_from(hash).unwrap_or(usize::MAX) & mask
}

struct Found {
    slot: usize,
    position: usize,
}

/// The first slot that fits.
fn probe(slots: &[Slot], hash: u64, fits: impl Fn(Slot) -> bool) -> Option<Found> {
    let (at, slot) = run(slots, hash).find(|(_, slot)| fits(*slot))?;
    Some(Found { slot: at, position: slot.position() })
}

/// The slots from the home of the hash up to the first free one, and where they are.
fn run(slots: &[Slot], hash: u64) -> impl Iterator<Item = (usize, Slot)> {
    let mask = slots.len().wrapping_sub(1);
    let home = home(low(hash), mask);
    let place = move |steps: usize| home.wrapping_add(steps) & mask;
    (0..slots.len())
        .map(place)
        .map_while(|at| Some((at, slots.get(at).copied().filter(|slot| !slot.is_free())?)))
}

/// Puts a slot into the first free place from its home.
fn settle(slots: &mut [Slot], slot: Slot) {
    let mask = slots.len().wrapping_sub(1);
    let mut at = slot.home(mask);
    for _ in 0..slots.len() {
        if let Some(place) = slots.get_mut(at).filter(|place| place.is_free()) {
            *place = slot;
            return;
        }
        at = at.wrapping_add(1) & mask;
    }
}

fn put(slots: &mut [Slot], at: usize, slot: Slot) {
    if let Some(place) = slots.get_mut(at) {
        *place = slot;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use proptest::prelude::*;
    use std::collections::HashMap;

    /// A key whose hash is as bad as the test wants it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    struct Poor {
        number: u16,
        hash: u64,
    }

    impl Key for Poor {
        fn hash(&self) -> u64 {
            self.hash
        }
    }

    impl Key for u32 {
        fn hash(&self) -> u64 {
            mix(u64::from(*self))
        }
    }

    #[derive(Clone, Debug)]
    enum Operation {
        Insert(Poor, u32),
        Remove(Poor),
        Change(Poor, u32),
        Clear,
    }

    fn operations() -> impl Strategy<Value = Vec<Operation>> {
        // Few keys, so that they meet again, and by turns one home for all, neighbouring homes,
        // homes at the end of the index, and well mixed ones.
        let key = (0..64_u16, 0..4_u8).prop_map(|(number, kind)| {
            let hash = match kind {
                0 => 5,
                1 => u64::from(number % 8),
                2 => u64::MAX - u64::from(number % 4),
                _ => mix(u64::from(number)),
            };
            Poor { number, hash }
        });
        let operation = prop_oneof![
            80 => (key.clone(), any::<u32>()).prop_map(|(key, value)| Operation::Insert(key, value)),
            40 => key.clone().prop_map(Operation::Remove),
            10 => (key, any::<u32>()).prop_map(|(key, value)| Operation::Change(key, value)),
            1 => Just(Operation::Clear),
        ];
        proptest::collection::vec(operation, 0..400)
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn it_is_a_map(operations in operations()) {
            let mut table = Table::new();
            let mut model = HashMap::new();
            for operation in operations {
                match operation {
                    Operation::Insert(key, value) => {
                        prop_assert_eq!(table.insert(key, value), Ok(model.insert(key, value)));
                    }
                    Operation::Remove(key) => {
                        prop_assert_eq!(table.remove(&key), model.remove(&key));
                        prop_assert_eq!(table.get(&key), None);
                    }
                    Operation::Change(key, value) => {
                        let changed = table.get_mut(&key).map(|old| mem::replace(old, value));
                        let expected = model.get_mut(&key).map(|old| mem::replace(old, value));
                        prop_assert_eq!(changed, expected);
                    }
                    Operation::Clear => {
                        table.clear();
                        model.clear();
                    }
                }
                prop_assert_eq!(table.len(), model.len());
                prop_assert_eq!(table.is_empty(), model.is_empty());
                prop_assert!(model.iter().all(|(key, value)| table.get(key) == Some(value)));
                prop_assert!(table.iter().all(|(key, value)| model.get(key) == Some(value)));
                check(&table)?;
            }
        }
    }

    /// Each entry has one slot, a quarter of the slots is free, and their number a power of two.
    fn check<K: Key, V>(table: &Table<K, V>) -> Result<(), TestCaseError> {
        let used: Vec<_> = table.slots.iter().filter(|slot| !slot.is_free()).collect();
        prop_assert_eq!(used.len(), table.entries.len());
        let mut seen = vec![false; table.entries.len()];
        for slot in used {
            let (key, _) = &table.entries[slot.position()];
            prop_assert!(slot.has_hash(key.hash()));
            prop_assert!(!mem::replace(&mut seen[slot.position()], true));
        }
        let slots = table.slots.len();
        prop_assert!(slots == 0 || slots.is_power_of_two());
        prop_assert!(slots - table.entries.len() >= slots / 4);
        Ok(())
    }

    #[test]
    fn the_order_is_that_of_insertion() {
        let mut table = Table::new();
        for number in 0..1000_u32 {
            assert_eq!(table.insert(number.wrapping_mul(0x9e37_79b9), number), Ok(None));
        }
        assert!(table.iter().map(|(_, number)| *number).eq(0..1000));
        assert_eq!(table.remove(&0), Some(0));
        assert_eq!(table.iter().next().map(|(_, number)| *number), Some(999));
        assert!(table.iter().skip(1).map(|(_, number)| *number).eq(1..999));
    }

    #[test]
    fn what_is_removed_gives_its_memory_back() {
        let mut table = Table::new();
        for number in 0..100_000_u32 {
            assert_eq!(table.insert(number, number), Ok(None));
        }
        for number in 0..99_900 {
            assert_eq!(table.remove(&number), Some(number));
        }
        assert!(table.slots.len() <= 1024, "{}", table.slots.len());
        assert!(table.entries.capacity() <= 1024, "{}", table.entries.capacity());
        for number in 99_900..100_000 {
            assert_eq!(table.get(&number), Some(&number));
        }
        check(&table).unwrap();
        assert_eq!(table.len(), 100);
    }

    #[test]
    fn a_million_keys_stand_close_to_their_homes() {
        let mut table = Table::new();
        for number in 0..1_000_000_u32 {
            assert_eq!(table.insert(number, number), Ok(None));
        }
        for number in 0..1_000_000_u32 {
            assert_eq!(table.get(&number), Some(&number));
        }
        assert_eq!(table.get(&1_000_000), None);
        let mask = table.slots.len() - 1;
        let strayed: usize = table
            .slots
            .iter()
            .enumerate()
            .filter(|(_, slot)| !slot.is_free())
            .map(|(at, slot)| at.wrapping_sub(slot.home(mask)) & mask)
            .sum();
        assert!(strayed < table.len() * 2, "{strayed} steps for {} keys", table.len());
        for number in 0..1_000_000_u32 {
            assert_eq!(table.remove(&number), Some(number));
        }
        assert!(table.slots.iter().all(|slot| slot.is_free()));
    }
}
