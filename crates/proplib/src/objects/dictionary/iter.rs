//! Going through dictionaries.

use core::fmt;
use core::iter::FusedIterator;
use core::slice;

use super::Dictionary;
use crate::Object;
use crate::objects::entries::Entry;

impl<'a> IntoIterator for &'a Dictionary {
    type Item = (&'a [u8], &'a Object);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The entries of a [`Dictionary`] in the order of their keys.
#[derive(Clone)]
pub struct Iter<'a>(pub(super) slice::Iter<'a, Entry>);

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
