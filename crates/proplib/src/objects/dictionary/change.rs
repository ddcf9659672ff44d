//! Changing dictionaries.

use core::cmp::Ordering;
use core::mem;

use super::{Dictionary, SetError};
use crate::memory::fallible::{self, NoMemory};
use crate::objects::bytes::Bytes;
use crate::objects::entries::{Entry, FEW};
use crate::{Data, Number, Object, PropString};

/// The key is looked at where these are called, since the compiler does that for keys that are
/// literals; the rest is done elsewhere.
impl Dictionary {
    /// Sets what a key stands for, whatever it stood for before. Keys are text or bytes.
    ///
    /// # Errors
    /// [`SetError`]; the dictionary is as it was.
    #[inline(always)]
    pub fn set(&mut self, key: impl AsRef<[u8]>, value: impl Into<Object>) -> Result<(), SetError> {
        Ok(self.set_object(Self::key(key.as_ref())?, value.into())?)
    }

    /// Sets a key to a string of these bytes.
    ///
    /// # Errors
    /// [`SetError`]; the dictionary is as it was.
    #[inline(always)]
    pub fn set_string(
        &mut self,
        key: impl AsRef<[u8]>,
        value: impl AsRef<[u8]>,
    ) -> Result<(), SetError> {
        self.set_new_string(Self::key(key.as_ref())?, value.as_ref())
    }

    /// Sets a key to data of these bytes.
    ///
    /// # Errors
    /// [`SetError`]; the dictionary is as it was.
    #[inline(always)]
    pub fn set_data(
        &mut self,
        key: impl AsRef<[u8]>,
        value: impl AsRef<[u8]>,
    ) -> Result<(), SetError> {
        Ok(self.set_new_data(Self::key(key.as_ref())?, value.as_ref())?)
    }

    /// Sets a key to a boolean.
    ///
    /// # Errors
    /// [`SetError`]; the dictionary is as it was.
    #[inline(always)]
    pub fn set_bool(&mut self, key: impl AsRef<[u8]>, value: bool) -> Result<(), SetError> {
        self.set(key, value)
    }

    /// Sets a key to an unsigned number.
    ///
    /// # Errors
    /// [`SetError`]; the dictionary is as it was.
    #[inline(always)]
    pub fn set_unsigned(&mut self, key: impl AsRef<[u8]>, value: u64) -> Result<(), SetError> {
        self.set(key, Number::Unsigned(value))
    }

    /// Sets a key to a signed number.
    ///
    /// # Errors
    /// [`SetError`]; the dictionary is as it was.
    #[inline(always)]
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

    /// What a key stands for, to be changed in place. Others that hold the dictionary keep it as it
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

    fn set_new_string(&mut self, key: Bytes, value: &[u8]) -> Result<(), SetError> {
        let value = PropString::new(value)?;
        Ok(self.set_object(key, value.into())?)
    }

    fn set_new_data(&mut self, key: Bytes, value: &[u8]) -> Result<(), NoMemory> {
        let value = Data::new(value)?;
        self.set_object(key, value.into())
    }

    /// Writes the value to its place where it is made: passing it on would copy it on the way.
    #[inline(always)]
    fn set_object(&mut self, key: Bytes, value: Object) -> Result<(), NoMemory> {
        let place = self.cleared(key)?;
        // There is false in it, which needs no drop.
        mem::forget(mem::replace(place, value));
        Ok(())
    }

    /// The place of what a key stands for, where false is until it is set.
    fn cleared(&mut self, key: Bytes) -> Result<&mut Object, NoMemory> {
        let found = self.place_of(&key);
        let place = self.place(found, key)?;
        if found.is_ok() {
            *place = Object::Bool(false);
        }
        Ok(place)
    }

    /// The place of what a key stands for, which is false if the key was not there.
    #[inline(always)]
    pub(super) fn place(
        &mut self,
        found: Result<usize, usize>,
        key: Bytes,
    ) -> Result<&mut Object, NoMemory> {
        let entries = self.0.make_mut(FEW)?;
        let (Ok(index) | Err(index)) = found;
        if found.is_err() {
            // A constant is quickly inserted, and the key then copied once.
            fallible::reserve(entries, 1)?;
            fallible::insert_reserved(entries, index, Entry::EMPTY)?;
        }
        let entry = entries.get_mut(index).ok_or(NoMemory)?;
        if found.is_err() {
            mem::forget(mem::replace(&mut entry.key, key));
        }
        Ok(&mut entry.value)
    }

    /// Where a key is, or where it belongs. A key behind all others is found at once.
    #[inline]
    pub(super) fn place_of(&self, key: &Bytes) -> Result<usize, usize> {
        let entries = self.entries();
        if entries.len() > FEW && entries.last().is_some_and(|last| last.key > *key) {
            return entries.binary_search_by(|entry| entry.key.cmp(key));
        }
        let mut index = entries.len();
        for entry in entries.iter().rev() {
            match entry.key.cmp(key) {
                Ordering::Less => return Err(index),
                Ordering::Equal => return Ok(index.wrapping_sub(1)),
                Ordering::Greater => index = index.wrapping_sub(1),
            }
        }
        Err(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::StringError;
    use alloc::vec::Vec;

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

        let long = [b'k'; 129];
        let refused = SetError::KeyTooLong { length: 129 };
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

    #[test]
    fn keys_come_in_any_order_and_number() {
        for step in [1_u32, 7, 61, 99] {
            let mut dictionary = Dictionary::new();
            for place in 0..200 {
                let number = place * step % 100;
                dictionary.set(number.to_be_bytes().map(|byte| byte | 0x80), number).unwrap();
                assert!(dictionary.keys().is_sorted());
            }
            assert_eq!(dictionary.len(), 100);
            for number in 0..100_u32 {
                let key = number.to_be_bytes().map(|byte| byte | 0x80);
                assert_eq!(dictionary.get_u32(key), Some(number));
            }
        }
    }
}
