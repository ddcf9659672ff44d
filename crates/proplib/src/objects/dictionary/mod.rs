//! Dictionaries, prop_dictionary(3).

mod change;
mod entry;
mod iter;
mod set_error;

pub use entry::DictionaryEntry;
pub(crate) use iter::Iter;
pub use set_error::SetError;

use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;
use core::mem;

use crate::memory::fallible::{self, NoMemory};
use crate::objects::bytes::Bytes;
use crate::objects::dismantle::dismantle;
use crate::objects::entries::{Entries, Entry};
use crate::objects::getters::getters;
use crate::objects::list::List;
use crate::objects::walk;
use crate::{Array, Object, PropString, StringError};

/// Objects by key, in the order of strcmp(3) on the keys.
///
/// Clones share their entries until one of them is changed, which then has its own: a dictionary
/// is a value, and never changes while others hold it or iterate over it.
///
/// ```
/// use proplib::{Dictionary, SetError};
///
/// let mut entry = Dictionary::new();
/// entry.set_string(b"file", b"/bin/sh")?;
/// entry.set(b"status", 2_u8)?;
/// entry.set(b"keep-filename", true)?;
/// assert_eq!(entry.get_string(b"file"), Some(&b"/bin/sh"[..]));
/// assert_eq!(entry.get_i64(b"status"), Some(2));
/// assert_eq!(entry.get_bool(b"status"), None);
/// assert_eq!(entry.keys().next(), Some(&b"file"[..]));
///
/// let before = entry.clone();
/// entry.remove(b"status")?;
/// assert_eq!((before.len(), entry.len()), (3, 2));
///
/// let error = entry.set(&[b'k'; 200], true);
/// assert_eq!(error, Err(SetError::KeyTooLong { length: 200 }));
/// # Ok::<(), SetError>(())
/// ```
#[derive(Clone)]
pub struct Dictionary(List<Entry>);

impl Dictionary {
    /// How many bytes a key may have, as in NetBSD.
    pub const MAX_KEY: usize = 128;

    /// A dictionary without entries.
    #[must_use]
    pub const fn new() -> Self {
        Self(List::EMPTY)
    }

    /// Entries in strictly ascending order of their keys.
    pub(crate) fn from_sorted(entries: Vec<Entry>) -> Result<Self, NoMemory> {
        List::new(entries).map(Self)
    }

    /// A dictionary of these keys and what they stand for, in any order; of those with the same key,
    /// the last one counts. The standard library's `FromIterator` cannot fail, and so is not for what
    /// may find no memory.
    ///
    /// ```
    /// use proplib::{Dictionary, Object, PropString};
    ///
    /// let entry = Dictionary::try_from_iter([
    ///     ("file", Object::from(PropString::new(b"/bin/sh")?)),
    ///     ("entry-type", Object::from(1_u8)),
    /// ])?;
    /// assert_eq!(entry.get_u8("entry-type"), Some(1));
    /// # Ok::<(), proplib::SetError>(())
    /// ```
    ///
    /// # Errors
    /// [`SetError`].
    pub fn try_from_iter<K: AsRef<[u8]>, V: Into<Object>>(
        entries: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Self, SetError> {
        let mut list = Entries::new();
        for (key, value) in entries {
            list.push(Self::key(key.as_ref())?, value.into())?;
        }
        Ok(list.into_dictionary()?)
    }

    /// # Errors
    /// If NetBSD would not take it for a key, or there is no memory.
    #[inline(always)]
    pub(crate) fn key(key: &[u8]) -> Result<Bytes, SetError> {
        if key.len() > Self::MAX_KEY {
            return Err(SetError::KeyTooLong { length: key.len() });
        }
        Bytes::without_nul(key).map_err(|error| match error {
            StringError::Nul => SetError::KeyNul,
            StringError::NoMemory(error) => error.into(),
        })
    }

    /// What a key stands for.
    #[must_use]
    #[inline]
    pub fn get(&self, key: impl AsRef<[u8]>) -> Option<&Object> {
        self.object(key.as_ref())
    }

    fn object(&self, key: &[u8]) -> Option<&Object> {
        let index = self.find(key).ok()?;
        self.entries().get(index).map(|entry| &entry.value)
    }

    /// How many keys there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries().len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries().is_empty()
    }

    /// The keys, each with what it stands for, in the order of strcmp(3).
    #[must_use]
    pub fn iter(&self) -> Iter<'_> {
        Iter(self.entries().iter())
    }

    /// The keys, in the order of strcmp(3).
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &[u8]> + ExactSizeIterator + Clone {
        self.entries().iter().map(|entry| entry.key.as_slice())
    }

    /// The keys as an array of strings, in the order of strcmp(3).
    ///
    /// # Errors
    /// [`NoMemory`].
    pub fn all_keys(&self) -> Result<Array, NoMemory> {
        let mut keys = Vec::new();
        fallible::reserve_exact(&mut keys, self.len())?;
        for entry in self.entries() {
            fallible::push(&mut keys, PropString::from_bytes(entry.key.clone()).into())?;
        }
        Array::from_vec(keys)
    }

    /// Where a key is, or where it belongs. A key behind all others is found at once.
    #[inline]
    fn find(&self, key: &[u8]) -> Result<usize, usize> {
        let entries = self.entries();
        match entries.last().map(|last| last.key.as_slice().cmp(key)) {
            None | Some(Ordering::Less) => Err(entries.len()),
            Some(_) => entries.binary_search_by(|entry| entry.key.as_slice().cmp(key)),
        }
    }

    #[inline]
    pub(crate) fn entries(&self) -> &[Entry] {
        self.0.as_slice()
    }

    /// Has fetched what [`entries`](Self::entries) reads.
    #[inline(always)]
    pub(crate) fn prefetch_list(&self) {
        self.0.prefetch();
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.0.is_same(&other.0)
    }

    /// The entries, if they are not shared.
    pub(crate) fn own_entries(&mut self) -> Option<&mut Vec<Entry>> {
        self.0.get_mut()
    }
}

getters!(Dictionary, key: impl AsRef<[u8]>, "that a key stands for");

impl Default for Dictionary {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Dictionary {
    fn drop(&mut self) {
        if self.0.is_own() && self.entries().iter().any(|entry| entry.value.is_container()) {
            dismantle(Object::Dictionary(mem::take(self)));
        }
    }
}

impl PartialEq for Dictionary {
    fn eq(&self, other: &Self) -> bool {
        walk::dictionaries_equal(self, other)
    }
}

impl Eq for Dictionary {}

impl fmt::Debug for Dictionary {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        walk::print(&Object::Dictionary(self.clone()), out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_in_the_order_of_strcmp() {
        let mut dictionary = Dictionary::new();
        for key in [&b"fp-type"[..], b"\xff", b"fp", b"", b"a", b"Z", b"fp"] {
            dictionary.set(key, true).unwrap();
        }
        let keys: Vec<&[u8]> = dictionary.iter().map(|(key, _)| key).collect();
        assert_eq!(keys, [&b""[..], b"Z", b"a", b"fp", b"fp-type", b"\xff"]);
        assert!(dictionary.keys().eq(keys.iter().copied()));
        assert!(dictionary.keys().rev().eq(keys.iter().rev().copied()));
        let all = dictionary.all_keys().unwrap();
        assert_eq!(all.len(), dictionary.keys().len());
        assert!(
            (0..all.len()).map(|index| all.get_string(index)).eq(keys.iter().copied().map(Some))
        );
        assert_eq!(Dictionary::new().all_keys(), Ok(Array::new()));
        assert!(keys.iter().all(|key| dictionary.get(key).is_some()));
        assert_eq!(dictionary.get(b"f"), None);
    }

    /// The cases of prop_dict_util in NetBSD's tests/lib/libprop/t_proplib.c.
    #[test]
    fn every_getter_returns_what_was_set() {
        let mut dictionary = Dictionary::new();
        macro_rules! extremes {
            ($($type:ident $getter:ident;)*) => {$(
                for value in [$type::MIN, $type::MAX] {
                    dictionary.set(b"n", value).unwrap();
                    assert_eq!(dictionary.$getter(b"n"), Some(value));
                }
            )*};
        }
        extremes! {
            u8 get_u8; u16 get_u16; u32 get_u32; u64 get_u64;
            i8 get_i8; i16 get_i16; i32 get_i32; i64 get_i64;
        }
        dictionary.set_bool(b"b", true).unwrap();
        dictionary.set(b"a", Array::new()).unwrap();
        dictionary.set(b"d", Dictionary::new()).unwrap();
        assert_eq!(dictionary.get_bool(b"b"), Some(true));
        assert_eq!(dictionary.get_array(b"a"), Some(&Array::new()));
        assert_eq!(dictionary.get_dictionary(b"d"), Some(&Dictionary::new()));
        assert_eq!(dictionary.get_u8(b"b"), None);
        assert_eq!(dictionary.get_bool(b"n"), None);
        assert_eq!(dictionary.get_string(b"absent"), None);
        assert_eq!(dictionary.get_data(b"n"), None);
    }
}
