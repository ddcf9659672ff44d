//! Places of keys in dictionaries.

use core::fmt;

use super::{Dictionary, SetError};
use crate::Object;
use crate::memory::fallible::NoMemory;
use crate::objects::bytes::Bytes;
use crate::objects::entries::FEW;

impl Dictionary {
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
        let key = Self::key(key.as_ref())?;
        let found = self.place_of(&key);
        Ok(DictionaryEntry { dictionary: self, key, found })
    }
}

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
        if found.is_ok() {
            return dictionary.place(found, key);
        }
        let value = value().into();
        let place = dictionary.place(found, key)?;
        *place = value;
        Ok(place)
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

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn what_is_changed_in_its_place_is_changed_for_its_changer_alone() {
        let mut dictionary = Dictionary::try_from_iter([("b", true), ("a", false)]).unwrap();
        dictionary.set("a", 2_u8).unwrap();
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
    }
}
