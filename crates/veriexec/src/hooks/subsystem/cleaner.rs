//! Who sees to it that no entry outlives its file.

use super::{Departures, Gone, Tables};
use crate::hooks::{Handler, Vote};

/// Breaks the association of an entry with what is gone, so that whatever gets its number next is
/// not taken for it.
#[derive(Debug)]
pub struct Cleaner<'a, L> {
    tables: &'a L,
}

impl<'a, L> Cleaner<'a, L> {
    /// Cleans those tables.
    pub const fn new(tables: &'a L) -> Self {
        Self { tables }
    }
}

impl<L: Tables> Handler<Departures> for Cleaner<'_, L> {
    fn handle(&self, event: &Gone) -> Vote {
        self.tables.change(|tables| match *event {
            Gone::File(file) => tables.file_gone(file),
            Gone::Object(file) => tables.file_recycled(file),
            Gone::Mount(mount) => tables.unmounted(mount),
        });
        Vote::Defer
    }
}
