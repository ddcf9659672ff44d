//! What the subsystem holds for a file.

use alloc::vec::Vec;

use fingerprint::Digest;
use sigfile::EntryType;

use crate::Status;

/// An entry in a table.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) fingerprint: Digest,
    pub(crate) entry_type: EntryType,
    pub(crate) status: Status,
    pub(crate) kept_name: Option<Vec<u8>>,
    /// When the status was last void: at load, and at each purge. What was hashed for another
    /// stamp says nothing about this entry.
    pub(crate) stamp: u64,
}

impl Entry {
    pub(crate) fn view(&self) -> EntryView<'_> {
        EntryView {
            kept_name: self.kept_name.as_deref(),
            entry_type: self.entry_type,
            status: self.status,
            fingerprint: &self.fingerprint,
        }
    }

    /// Whether an access has to hash the file first.
    pub(crate) fn needs_evaluation(&self) -> bool {
        self.status == Status::NotEvaluated || self.is_untrusted()
    }

    pub(crate) fn is_untrusted(&self) -> bool {
        self.entry_type.contains(EntryType::UNTRUSTED)
    }

    /// The name that reports have for the file.
    pub(crate) fn name_or<'a>(&'a self, accessed: &'a [u8]) -> &'a [u8] {
        self.kept_name.as_deref().unwrap_or(accessed)
    }
}

/// An entry, as QUERY and DUMP of veriexec(4) show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryView<'a> {
    /// The name it was loaded by, if that was to be kept.
    pub kept_name: Option<&'a [u8]>,
    /// The accesses it permits; at least one.
    pub entry_type: EntryType,
    /// What is known of the file's contents.
    pub status: Status,
    /// What they must hash to, and by which algorithm.
    pub fingerprint: &'a Digest,
}
