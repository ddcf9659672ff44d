//! Arrays, prop_array(3).

use alloc::vec::Vec;
use core::fmt;
use core::mem;
use core::slice;

use crate::dismantle::dismantle;
use crate::fallible::{self, NoMemory};
use crate::list::List;
use crate::{Object, walk};

/// Objects in a row.
#[derive(Clone)]
pub struct Array(List<Object>);

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

    /// Appends an element.
    ///
    /// # Errors
    /// [`NoMemory`]; the array is as it was.
    pub fn push(&mut self, element: impl Into<Object>) -> Result<(), NoMemory> {
        fallible::push(self.0.make_mut()?, element.into())
    }

    /// The element at an index from 0.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&Object> {
        self.as_slice().get(index)
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

    /// The elements, if nobody else holds them.
    pub(crate) fn get_mut(&mut self) -> Option<&mut Vec<Object>> {
        self.0.get_mut()
    }
}

impl Default for Array {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Array {
    fn drop(&mut self) {
        if self.get_mut().is_some_and(|elements| elements.iter().any(Object::has_children)) {
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
