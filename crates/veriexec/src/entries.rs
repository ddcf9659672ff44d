//! Entries: what each file must be, the tables that hold them, and how they come into those.

mod entry;
mod load;
mod restore;
mod table;

pub use entry::EntryView;
pub use load::{Candidate, LoadRequest, Loaded};
pub use restore::{KeptEntry, RestoreError};

pub(crate) use entry::Entry;
pub(crate) use table::{Key, Table, mix};
