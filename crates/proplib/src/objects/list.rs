//! A list that is shared until it is changed.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::slice;

use crate::memory::fallible::{self, NoMemory};
use crate::memory::prefetch;

/// A list of items whose clones cost no memory; an empty one costs none either.
#[derive(Clone)]
pub(crate) struct List<T>(Option<Arc<Vec<T>>>);

impl<T> List<T> {
    pub(crate) const EMPTY: Self = Self(None);

    /// Whether the items are there and not shared.
    #[inline]
    pub(crate) fn is_own(&self) -> bool {
        // There are no weak references.
        self.0.as_ref().is_some_and(|items| Arc::strong_count(items) == 1)
    }

    /// Shares the items, in their order.
    pub(crate) fn new(items: Vec<T>) -> Result<Self, NoMemory> {
        if items.is_empty() {
            return Ok(Self::EMPTY);
        }
        Ok(Self(Some(fallible::share(items)?)))
    }

    #[inline]
    pub(crate) fn as_slice(&self) -> &[T] {
        self.0.as_ref().map_or(&[], |items| items.as_slice())
    }

    /// Has fetched what [`as_slice`](Self::as_slice) reads.
    #[inline(always)]
    pub(crate) fn prefetch(&self) {
        if let Some(items) = &self.0 {
            prefetch::slice(slice::from_ref(&**items));
        }
    }

    /// Whether both are one list in memory.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(items), Some(others)) => Arc::ptr_eq(items, others),
            (None, None) => true,
            _ => false,
        }
    }

    /// The items, if they are not shared.
    #[inline]
    pub(crate) fn get_mut(&mut self) -> Option<&mut Vec<T>> {
        self.0.as_mut().and_then(Arc::get_mut)
    }
}

impl<T: Clone> List<T> {
    /// The items for a change, copied first if others hold them too. A new list has room for `few`.
    ///
    /// The clone of an item must not allocate.
    #[inline]
    pub(crate) fn make_mut(&mut self, few: usize) -> Result<&mut Vec<T>, NoMemory> {
        // Counting costs less than asking for the items twice.
        if !self.is_own() {
            self.own(few)?;
        }
        self.get_mut().ok_or(NoMemory)
    }

    #[cold]
    fn own(&mut self, few: usize) -> Result<(), NoMemory> {
        let items = self.as_slice();
        let mut own = Vec::new();
        let room = items.len().saturating_add(1).max(few);
        fallible::reserve_exact(&mut own, room)?;
        for item in items {
            fallible::push(&mut own, item.clone())?;
        }
        self.0 = Some(fallible::share(own)?);
        Ok(())
    }
}
