//! Dictionaries, prop_dictionary(3).

use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;
use core::iter::FusedIterator;
use core::mem;
use core::slice;

use crate::memory::fallible::{self, NoMemory};
use crate::objects::bytes::Bytes;
use crate::objects::dismantle::dismantle;
use crate::objects::entries::{Entries, Entry, FEW};
use crate::objects::list::List;
use crate::objects::walk;
use crate::{Array, Data, Number, Object, PropString, StringError};

/// Objects by key, in the order of strcmp(3) on the keys.
///
/// Clones share their entries until one of them is changed, which then has its own: a dictionary
/// is a value, and never changes under somebody who holds it or goes through it.
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
            Self::check_key(key.as_ref())?;
            list.push(Bytes::new(key.as_ref())?, value.into())?;
        }
        Ok(list.into_dictionary()?)
    }

    /// Sets what a key stands for, whatever it stood for before. Keys are text or bytes.
    ///
    /// # Errors
    /// [`SetError`]; the dictionary is as it was.
    #[inline]
    pub fn set(&mut self, key: impl AsRef<[u8]>, value: impl Into<Object>) -> Result<(), SetError> {
        self.set_object(key.as_ref(), value.into())
    }

    fn set_object(&mut self, key: &[u8], value: Object) -> Result<(), SetError> {
        Self::check_key(key)?;
        let key = Bytes::new(key)?;
        let found = self.place_of(&key);
        let entries = self.0.make_mut(FEW)?;
        match found {
            Ok(index) => {
                if let Some(entry) = entries.get_mut(index) {
                    entry.value = value;
                }
            }
            Err(index) => fallible::insert_at(entries, index, Entry { key, value })?,
        }
        Ok(())
    }

    /// The place of a key, to be filled or changed where it is.
    ///
    /// ```
    /// use proplib::{Dictionary, Object};
    ///
    /// let mut counts = Dictionary::new();
    /// for name in ["a", "b", "a"] {
    ///     let count = counts.entry(name)?.or_insert(0_u8)?;
    ///     *count = Object::from(count.as_number().and_then(|it| it.to_u8()).unwrap_or(0) + 1);
    /// }
    /// assert_eq!((counts.get_u8("a"), counts.get_u8("b")), (Some(2), Some(1)));
    /// # Ok::<(), proplib::SetError>(())
    /// ```
    ///
    /// # Errors
    /// [`SetError`] if NetBSD would not take it for a key, or there is no memory.
    pub fn entry(&mut self, key: impl AsRef<[u8]>) -> Result<DictionaryEntry<'_>, SetError> {
        let key = key.as_ref();
        Self::check_key(key)?;
        let key = Bytes::new(key)?;
        let found = self.place_of(&key);
        Ok(DictionaryEntry { dictionary: self, key, found })
    }

    /// # Errors
    /// If NetBSD would not take it for a key.
    pub(crate) fn check_key(key: &[u8]) -> Result<(), SetError> {
        if key.len() > Self::MAX_KEY {
            return Err(SetError::KeyTooLong { length: key.len() });
        }
        if key.contains(&0) {
            return Err(SetError::KeyNul);
        }
        Ok(())
    }

    /// Sets a key to a string of these bytes.
    ///
    /// # Errors
    /// [`SetError`]; the dictionary is as it was.
    pub fn set_string(
        &mut self,
        key: impl AsRef<[u8]>,
        value: impl AsRef<[u8]>,
    ) -> Result<(), SetError> {
        self.set_object(key.as_ref(), PropString::new(value.as_ref())?.into())
    }

    /// Sets a key to data of these bytes.
    ///
    /// # Errors
    /// [`SetError`]; the dictionary is as it was.
    pub fn set_data(
        &mut self,
        key: impl AsRef<[u8]>,
        value: impl AsRef<[u8]>,
    ) -> Result<(), SetError> {
        self.set_object(key.as_ref(), Data::new(value.as_ref())?.into())
    }

    /// Sets a key to a boolean.
    ///
    /// # Errors
    /// [`SetError`]; the dictionary is as it was.
    pub fn set_bool(&mut self, key: impl AsRef<[u8]>, value: bool) -> Result<(), SetError> {
        self.set(key, value)
    }

    /// Sets a key to an unsigned number.
    ///
    /// # Errors
    /// [`SetError`]; the dictionary is as it was.
    pub fn set_unsigned(&mut self, key: impl AsRef<[u8]>, value: u64) -> Result<(), SetError> {
        self.set(key, Number::Unsigned(value))
    }

    /// Sets a key to a signed number.
    ///
    /// # Errors
    /// [`SetError`]; the dictionary is as it was.
    pub fn set_signed(&mut self, key: impl AsRef<[u8]>, value: i64) -> Result<(), SetError> {
        self.set(key, Number::Signed(value))
    }

    /// Takes a key out, with what it stood for, if it is there.
    ///
    /// # Errors
    /// [`NoMemory`] if the dictionary was shared and could not be copied; it is as it was.
    pub fn remove(&mut self, key: impl AsRef<[u8]>) -> Result<Option<Object>, NoMemory> {
        let Ok(index) = self.find(key.as_ref()) else { return Ok(None) };
        let entries = self.0.make_mut(FEW)?;
        if let Some(moved @ [_, ..]) = entries.get_mut(index..) {
            moved.rotate_left(1);
        }
        Ok(entries.pop().map(|entry| entry.value))
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

    /// What a key stands for, to be changed where it is. Who else holds the dictionary keeps it as it
    /// was.
    ///
    /// ```
    /// use proplib::{Dictionary, Object};
    ///
    /// let mut inner = Dictionary::new();
    /// inner.set("strict", 0_u8)?;
    /// let mut outer = Dictionary::new();
    /// outer.set("veriexec", inner)?;
    /// if let Some(inner) = outer.get_mut("veriexec")?.and_then(Object::as_dictionary_mut) {
    ///     inner.set("strict", 1_u8)?;
    /// }
    /// let strict = outer.get_dictionary("veriexec").and_then(|inner| inner.get_u8("strict"));
    /// assert_eq!(strict, Some(1));
    /// # Ok::<(), proplib::SetError>(())
    /// ```
    ///
    /// # Errors
    /// [`NoMemory`] if the dictionary was shared and could not be copied; it is as it was.
    pub fn get_mut(&mut self, key: impl AsRef<[u8]>) -> Result<Option<&mut Object>, NoMemory> {
        let Ok(index) = self.find(key.as_ref()) else { return Ok(None) };
        Ok(self.0.make_mut(FEW)?.get_mut(index).map(|entry| &mut entry.value))
    }

    /// The bytes of the string that a key stands for, if it is one.
    #[must_use]
    pub fn get_string(&self, key: impl AsRef<[u8]>) -> Option<&[u8]> {
        self.get(key)?.as_string().map(PropString::as_bytes)
    }

    /// The bytes of the data that a key stands for, if it is data.
    #[must_use]
    pub fn get_data(&self, key: impl AsRef<[u8]>) -> Option<&[u8]> {
        self.get(key)?.as_data().map(Data::as_bytes)
    }

    /// The boolean that a key stands for, if it is one.
    #[must_use]
    pub fn get_bool(&self, key: impl AsRef<[u8]>) -> Option<bool> {
        self.get(key)?.as_bool()
    }

    /// The array that a key stands for, if it is one.
    #[must_use]
    pub fn get_array(&self, key: impl AsRef<[u8]>) -> Option<&Array> {
        self.get(key)?.as_array()
    }

    /// The dictionary that a key stands for, if it is one.
    #[must_use]
    pub fn get_dictionary(&self, key: impl AsRef<[u8]>) -> Option<&Self> {
        self.get(key)?.as_dictionary()
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

    /// The same for a key whose first bytes can be compared at once.
    #[inline]
    fn place_of(&self, key: &Bytes) -> Result<usize, usize> {
        let entries = self.entries();
        match entries.last().map(|last| last.key.cmp(key)) {
            None | Some(Ordering::Less) => Err(entries.len()),
            Some(_) => entries.binary_search_by(|entry| entry.key.cmp(key)),
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

    /// The entries, if nobody else holds them.
    pub(crate) fn own_entries(&mut self) -> Option<&mut Vec<Entry>> {
        self.0.get_mut()
    }
}

macro_rules! getters {
    ($($type:ident $getter:ident $convert:ident;)*) => {
        impl Dictionary {$(
            #[doc = concat!("The number that a key stands for, if it is one and fits a `", stringify!($type), "`, whatever its signedness.")]
            #[must_use]
            pub fn $getter(&self, key: impl AsRef<[u8]>) -> Option<$type> {
                self.get(key)?.as_number()?.$convert()
            }
        )*}
    };
}

getters! {
    u8 get_u8 to_u8;
    u16 get_u16 to_u16;
    u32 get_u32 to_u32;
    u64 get_u64 to_u64;
    i8 get_i8 to_i8;
    i16 get_i16 to_i16;
    i32 get_i32 to_i32;
    i64 get_i64 to_i64;
}

impl Default for Dictionary {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Dictionary {
    fn drop(&mut self) {
        if self.0.is_own() && self.entries().iter().any(|entry| entry.value.has_children()) {
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

impl<'a> IntoIterator for &'a Dictionary {
    type Item = (&'a [u8], &'a Object);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The entries of a [`Dictionary`] in the order of their keys.
#[derive(Clone)]
pub struct Iter<'a>(slice::Iter<'a, Entry>);

impl fmt::Debug for Iter<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_map().entries(self.clone()).finish()
    }
}

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a [u8], &'a Object);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|entry| (entry.key.as_slice(), &entry.value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl DoubleEndedIterator for Iter<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|entry| (entry.key.as_slice(), &entry.value))
    }
}

impl ExactSizeIterator for Iter<'_> {}
impl FusedIterator for Iter<'_> {}

/// The place of a key in a [`Dictionary`], see [`Dictionary::entry`].
pub struct DictionaryEntry<'a> {
    dictionary: &'a mut Dictionary,
    key: Bytes,
    found: Result<usize, usize>,
}

impl fmt::Debug for DictionaryEntry<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "DictionaryEntry(\"{}\": {:?})", self.key().escape_ascii(), self.get())
    }
}

impl<'a> DictionaryEntry<'a> {
    /// The key.
    #[must_use]
    pub fn key(&self) -> &[u8] {
        self.key.as_slice()
    }

    /// What the key stands for, if it is there.
    #[must_use]
    pub fn get(&self) -> Option<&Object> {
        self.dictionary.entries().get(self.found.ok()?).map(|entry| &entry.value)
    }

    /// What the key stands for: what it stood for, or this, if it was not there.
    ///
    /// # Errors
    /// [`NoMemory`]; the dictionary is as it was.
    pub fn or_insert(self, value: impl Into<Object>) -> Result<&'a mut Object, NoMemory> {
        self.or_insert_with(|| value)
    }

    /// The same, with a value that is made only if it is needed.
    ///
    /// # Errors
    /// [`NoMemory`]; the dictionary is as it was.
    pub fn or_insert_with<T: Into<Object>>(
        self,
        value: impl FnOnce() -> T,
    ) -> Result<&'a mut Object, NoMemory> {
        let Self { dictionary, key, found } = self;
        let entries = dictionary.0.make_mut(FEW)?;
        let index = match found {
            Ok(index) => index,
            Err(index) => {
                fallible::insert_at(entries, index, Entry { key, value: value().into() })?;
                index
            }
        };
        entries.get_mut(index).map(|entry| &mut entry.value).ok_or(NoMemory)
    }

    /// Changes what the key stands for where it is, if it is there.
    ///
    /// # Errors
    /// [`NoMemory`] if the dictionary was shared and could not be copied; it is as it was.
    pub fn and_modify(self, change: impl FnOnce(&mut Object)) -> Result<Self, NoMemory> {
        if let Ok(index) = self.found
            && let Some(entry) = self.dictionary.0.make_mut(FEW)?.get_mut(index)
        {
            change(&mut entry.value);
        }
        Ok(self)
    }
}

/// Why a dictionary could not be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetError {
    /// The key is longer than NetBSD takes.
    #[error("key of {length} bytes; expected at most {}", Dictionary::MAX_KEY)]
    KeyTooLong {
        /// How many bytes it has.
        length: usize,
    },
    /// The key holds a NUL.
    #[error("key holds a NUL byte; expected a C string, which ends at the first one")]
    KeyNul,
    /// The value is no string.
    #[error(transparent)]
    String(StringError),
    /// There is no memory for the entry.
    #[error(transparent)]
    NoMemory(#[from] NoMemory),
}

impl From<StringError> for SetError {
    fn from(error: StringError) -> Self {
        match error {
            StringError::NoMemory(error) => Self::NoMemory(error),
            StringError::Nul => Self::String(error),
        }
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

    #[test]
    fn a_key_set_again_stands_for_the_new_value() {
        let mut dictionary = Dictionary::new();
        dictionary.set_signed(b"k", 1).unwrap();
        let before = dictionary.clone();
        dictionary.set_string(b"k", b"two").unwrap();
        assert_eq!(dictionary.len(), 1);
        assert_eq!(dictionary.get_string(b"k"), Some(&b"two"[..]));
        assert_eq!(before.get_i8(b"k"), Some(1));
    }

    #[test]
    fn what_is_removed_is_gone_for_its_remover_alone() {
        let mut dictionary = Dictionary::new();
        for key in [b"a", b"b", b"c"] {
            dictionary.set_data(key, key).unwrap();
        }
        let before = dictionary.clone();
        let removed = dictionary.remove(b"b").unwrap();
        assert_eq!(removed.as_ref().and_then(Object::as_data).map(Data::as_bytes), Some(&b"b"[..]));
        assert_eq!(dictionary.remove(b"b"), Ok(None));
        assert_eq!(dictionary.iter().map(|(key, _)| key).collect::<Vec<_>>(), [b"a", b"c"]);
        assert_eq!(before.len(), 3);
    }

    #[test]
    fn what_is_changed_in_place_is_changed_for_its_changer_alone() {
        let mut dictionary = Dictionary::try_from_iter([("b", 1_u8), ("a", 2), ("b", 3)]).unwrap();
        assert_eq!(dictionary.len(), 2);
        let before = dictionary.clone();
        *dictionary.get_mut("b").unwrap().unwrap() = true.into();
        assert_eq!(dictionary.get_mut("c"), Ok(None));
        assert_eq!((dictionary.get_bool("b"), before.get_u8("b")), (Some(true), Some(3)));

        let before = dictionary.clone();
        let entry = dictionary.entry("ab").unwrap();
        assert_eq!((entry.key(), entry.get()), (&b"ab"[..], None));
        entry.or_insert(7_u8).unwrap();
        let keys: Vec<&[u8]> = dictionary.keys().collect();
        assert_eq!(keys, [&b"a"[..], b"ab", b"b"]);
        let found = dictionary.entry("a").unwrap();
        assert_eq!(found.get(), Some(&2_u8.into()));
        let found = found.and_modify(|value| *value = 5_u8.into()).unwrap();
        assert_eq!(*found.or_insert(9_u8).unwrap(), Object::from(5_u8));
        let absent = dictionary.entry("z").unwrap().and_modify(|_| unreachable!()).unwrap();
        assert_eq!(*absent.or_insert_with(|| 1_u8).unwrap(), Object::from(1_u8));
        assert_eq!(before.len(), 2);
        assert_eq!(before.get_u8("a"), Some(2));

        assert!(matches!(dictionary.entry("a\0"), Err(SetError::KeyNul)));
        let long = [b'k'; 129];
        let refused = SetError::KeyTooLong { length: 129 };
        assert!(dictionary.entry(long).is_err_and(|error| error == refused));
        assert_eq!(Dictionary::try_from_iter([(&long[..], true)]), Err(refused));
    }

    #[test]
    fn keys_that_netbsd_has_not_are_refused() {
        let mut dictionary = Dictionary::new();
        assert_eq!(dictionary.set([b'k'; 128], true), Ok(()));
        assert_eq!(dictionary.set([b'k'; 129], true), Err(SetError::KeyTooLong { length: 129 }));
        assert_eq!(dictionary.set(b"a\0b", true), Err(SetError::KeyNul));
        assert_eq!(dictionary.set_string(b"a", b"\0"), Err(SetError::String(StringError::Nul)),);
        assert_eq!(dictionary.len(), 1);
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
