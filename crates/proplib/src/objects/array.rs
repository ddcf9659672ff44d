//! Arrays, prop_array(3).

use alloc::vec::Vec;
use core::fmt;
use core::mem;
use core::slice;

use crate::memory::fallible::{self, NoMemory};
use crate::objects::dismantle::dismantle;
use crate::objects::getters::getters;
use crate::objects::list::List;
use crate::objects::walk;
use crate::{Data, Object, PropString, StringError};

/// Objects in a row.
///
/// Clones share their elements until one of them is changed, which then has its own: an array is
/// a value, and never changes while others hold it or iterate over it.
///
/// ```
/// use proplib::{Array, Object};
///
/// let mut array = Array::new();
/// array.push_string(b"MD5")?;
/// array.push(256_u16)?;
/// array.set(0, -1_i8)?;
/// assert_eq!(array.get_i8(0), Some(-1));
/// assert_eq!(array.get_u8(1), None);
/// assert_eq!(array.iter().filter(|object| object.as_number().is_some()).count(), 2);
/// assert_eq!(array.remove(1)?, Object::from(256_u16));
/// assert!(array.remove(1).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Array(List<Object>);

/// The number of elements that a new array has room for.
const FEW: usize = 4;

/// The most elements that memory is reserved for on an iterator's word.
const MOST_HINTED: usize = 1 << 16;

impl Array {
    /// An array without elements.
    #[must_use]
    pub const fn new() -> Self {
        Self(List::EMPTY)
    }

    /// The elements as they are.
    pub(crate) fn from_vec(elements: Vec<Object>) -> Result<Self, NoMemory> {
        List::new(elements).map(Self)
    }

    /// An array of these elements, in their order. The standard library's `FromIterator` cannot
    /// fail, and so is not for what may find no memory.
    ///
    /// ```
    /// use proplib::Array;
    ///
    /// let array = Array::try_from_iter([1_u8, 2, 3])?;
    /// assert_eq!(array.get_u8(2), Some(3));
    /// # Ok::<(), proplib::NoMemory>(())
    /// ```
    ///
    /// # Errors
    /// [`NoMemory`].
    pub fn try_from_iter<T: Into<Object>>(
        elements: impl IntoIterator<Item = T>,
    ) -> Result<Self, NoMemory> {
        let elements = elements.into_iter();
        let mut list = Vec::new();
        fallible::reserve_exact(&mut list, elements.size_hint().0.min(MOST_HINTED))?;
        for element in elements {
            fallible::push(&mut list, element.into())?;
        }
        Self::from_vec(list)
    }

    /// Appends an element.
    ///
    /// # Errors
    /// [`NoMemory`]; the array is as it was.
    pub fn push(&mut self, element: impl Into<Object>) -> Result<(), NoMemory> {
        fallible::push(self.0.make_mut(FEW)?, element.into())
    }

    /// Appends a string of these bytes.
    ///
    /// # Errors
    /// [`StringError`]; the array is as it was.
    pub fn push_string(&mut self, bytes: impl AsRef<[u8]>) -> Result<(), StringError> {
        Ok(self.push(PropString::new(bytes.as_ref())?)?)
    }

    /// Appends data of these bytes.
    ///
    /// # Errors
    /// [`NoMemory`]; the array is as it was.
    pub fn push_data(&mut self, bytes: impl AsRef<[u8]>) -> Result<(), NoMemory> {
        self.push(Data::new(bytes.as_ref())?)
    }

    /// Puts an element in the place of the one at an index, or behind the last one.
    ///
    /// # Errors
    /// [`IndexError`] if the index is beyond that, or there is no memory; the array is as it was.
    pub fn set(&mut self, index: usize, element: impl Into<Object>) -> Result<(), IndexError> {
        let len = self.len();
        if index > len {
            return Err(IndexError::OutOfRange { index, len });
        }
        let elements = self.0.make_mut(FEW)?;
        match elements.get_mut(index) {
            Some(place) => *place = element.into(),
            None => fallible::push(elements, element.into())?,
        }
        Ok(())
    }

    /// Takes out the element at an index; those behind it move up.
    ///
    /// # Errors
    /// [`IndexError`] if there is none, or no memory to copy an array that is shared; the array is
    /// as it was.
    pub fn remove(&mut self, index: usize) -> Result<Object, IndexError> {
        let out_of_range = IndexError::OutOfRange { index, len: self.len() };
        if index >= self.len() {
            return Err(out_of_range);
        }
        let elements = self.0.make_mut(FEW)?;
        if let Some(moved @ [_, ..]) = elements.get_mut(index..) {
            moved.rotate_left(1);
        }
        elements.pop().ok_or(out_of_range)
    }

    /// The element at an index from 0.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&Object> {
        self.as_slice().get(index)
    }

    /// The element at an index, to be changed in place. Others that hold the array keep it as it
    /// was.
    ///
    /// ```
    /// use proplib::{Array, Object};
    ///
    /// let mut array = Array::try_from_iter([true, false])?;
    /// let before = array.clone();
    /// if let Some(element) = array.get_mut(0)? {
    ///     *element = Object::from(7_u8);
    /// }
    /// assert_eq!((array.get_u8(0), before.get_bool(0)), (Some(7), Some(true)));
    /// # Ok::<(), proplib::NoMemory>(())
    /// ```
    ///
    /// # Errors
    /// [`NoMemory`] if the array was shared and could not be copied; it is as it was.
    pub fn get_mut(&mut self, index: usize) -> Result<Option<&mut Object>, NoMemory> {
        if index >= self.len() {
            return Ok(None);
        }
        Ok(self.0.make_mut(FEW)?.get_mut(index))
    }

    /// How many elements there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.as_slice().len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.as_slice().is_empty()
    }

    /// The elements in their order.
    pub fn iter(&self) -> slice::Iter<'_, Object> {
        self.as_slice().iter()
    }

    /// The elements in their order.
    #[must_use]
    pub fn as_slice(&self) -> &[Object] {
        self.0.as_slice()
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.0.is_same(&other.0)
    }

    /// The elements, if they are not shared.
    pub(crate) fn own_elements(&mut self) -> Option<&mut Vec<Object>> {
        self.0.get_mut()
    }
}

getters!(Array, index: usize, "at an index");

impl Default for Array {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Array {
    fn drop(&mut self) {
        if self.0.is_own() && self.iter().any(Object::is_container) {
            dismantle(Object::Array(mem::take(self)));
        }
    }
}

impl<'a> IntoIterator for &'a Array {
    type Item = &'a Object;
    type IntoIter = slice::Iter<'a, Object>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl PartialEq for Array {
    fn eq(&self, other: &Self) -> bool {
        walk::arrays_equal(self, other)
    }
}

impl Eq for Array {}

impl fmt::Debug for Array {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        walk::print(&Object::Array(self.clone()), out)
    }
}

/// Why an element could not be set or removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// There is no element at the index.
    #[error("index {index} out of range; the length of the array is {len}")]
    OutOfRange {
        /// The index.
        index: usize,
        /// How many elements there are.
        len: usize,
    },
    /// There is no memory for the change.
    #[error(transparent)]
    NoMemory(#[from] NoMemory),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dictionary;

    #[test]
    fn elements_stay_in_their_order() {
        let mut array = Array::new();
        assert!(array.is_empty());
        array.push(true).unwrap();
        array.push(7_u8).unwrap();
        assert_eq!(array.len(), 2);
        assert_eq!(array.get(1).and_then(Object::as_number), Some(7_i64.into()));
        assert_eq!(array.get(2), None);
        assert_eq!(array.iter().count(), 2);
    }

    #[test]
    fn a_change_is_seen_by_its_maker_alone() {
        let mut array = Array::new();
        array.push(false).unwrap();
        let before = array.clone();
        array.push(true).unwrap();
        assert_eq!((before.len(), array.len()), (1, 2));
        assert_eq!(before.get(0), array.get(0));
    }

    #[test]
    fn elements_are_set_and_removed_by_their_index() {
        let mut array = Array::new();
        let out_of_range = |index, len| IndexError::OutOfRange { index, len };
        assert_eq!(array.set(1, true), Err(out_of_range(1, 0)));
        assert_eq!(array.remove(0), Err(out_of_range(0, 0)));
        for (index, number) in [7_u8, 8, 9].into_iter().enumerate() {
            array.set(index, number).unwrap();
        }
        let before = array.clone();
        array.set(1, false).unwrap();
        assert_eq!(array.remove(0), Ok(7_u8.into()));
        assert_eq!(array.as_slice(), [false.into(), Object::from(9_u8)]);
        assert_eq!(array.remove(1), Ok(9_u8.into()));
        assert_eq!(array.remove(1), Err(out_of_range(1, 1)));
        assert_eq!(array.remove(usize::MAX), Err(out_of_range(usize::MAX, 1)));
        assert_eq!(array.set(2, true), Err(out_of_range(2, 1)));
        assert_eq!(before.as_slice(), [7_u8, 8, 9].map(Object::from));
        assert_eq!(
            out_of_range(2, 1).to_string(),
            "index 2 out of range; the length of the array is 1",
        );
    }

    #[test]
    fn every_getter_returns_what_was_pushed() {
        let mut array = Array::new();
        array.push_string(b"s").unwrap();
        array.push_data(b"\0").unwrap();
        array.push(true).unwrap();
        array.push(Array::new()).unwrap();
        array.push(Dictionary::new()).unwrap();
        assert_eq!(array.push_string(b"\0"), Err(StringError::Nul));
        assert_eq!(array.get_string(0), Some(&b"s"[..]));
        assert_eq!(array.get_data(1), Some(&b"\0"[..]));
        assert_eq!(array.get_bool(2), Some(true));
        assert_eq!(array.get_array(3), Some(&Array::new()));
        assert_eq!(array.get_dictionary(4), Some(&Dictionary::new()));
        assert_eq!((array.get_string(1), array.get_data(0)), (None, None));
        assert_eq!((array.get_u8(2), array.get_bool(5)), (None, None));
        macro_rules! extremes {
            ($($type:ident $getter:ident;)*) => {$(
                for value in [$type::MIN, $type::MAX] {
                    array.set(0, value).unwrap();
                    assert_eq!(array.$getter(0), Some(value));
                }
            )*};
        }
        extremes! {
            u8 get_u8; u16 get_u16; u32 get_u32; u64 get_u64;
            i8 get_i8; i16 get_i16; i32 get_i32; i64 get_i64;
        }
    }
}
