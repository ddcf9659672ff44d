//! What the subsystem holds for a file.

use alloc::vec::Vec;

use fingerprint::Digest;
use proplib::fallible::{self, NoMemory};
use sigfile::EntryType;

use crate::Status;

/// An entry in a table.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) fingerprint: Digest,
    pub(crate) entry_type: EntryType,
    pub(crate) status: Status,
    /// The names that were to be kept, each once, in the order of loading.
    pub(crate) kept_names: Vec<Vec<u8>>,
    /// When the status was last void: at load, and at each purge. What was hashed for another
    /// stamp says nothing about this entry.
    pub(crate) stamp: u64,
}

impl Entry {
    pub(crate) fn view(&self) -> EntryView<'_> {
        EntryView {
            kept_names: &self.kept_names,
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
        self.view().kept_name().unwrap_or(accessed)
    }

    /// Keeps a name, and says whether it was not kept before. Without memory nothing changes.
    pub(crate) fn keep_name(&mut self, name: Vec<u8>) -> Result<bool, NoMemory> {
        if self.kept_names.contains(&name) {
            return Ok(false);
        }
        fallible::reserve_exact(&mut self.kept_names, 1)?;
        fallible::push(&mut self.kept_names, name)?;
        Ok(true)
    }

    /// Drops a name that the file has no longer; all of them if it is not among them, for then any
    /// may be that name, written another way.
    pub(crate) fn forget_name(&mut self, name: &[u8]) {
        let before = self.kept_names.len();
        self.kept_names.retain(|kept| kept != name);
        if self.kept_names.len() == before {
            self.kept_names.clear();
        }
    }
}

/// An entry, as QUERY and DUMP of veriexec(4) show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryView<'a> {
    /// The names it was loaded by, hard links of one file, as far as they were to be kept: each
    /// once, in the order of loading. NetBSD keeps the first name alone.
    pub kept_names: &'a [Vec<u8>],
    /// The accesses it permits; at least one.
    pub entry_type: EntryType,
    /// What is known of the file's contents.
    pub status: Status,
    /// What they must hash to, and by which algorithm.
    pub fingerprint: &'a Digest,
}

impl<'a> EntryView<'a> {
    /// The first name it was loaded by, if any was to be kept: what QUERY and reports call it.
    #[must_use]
    pub fn kept_name(&self) -> Option<&'a [u8]> {
        self.kept_names.first().map(Vec::as_slice)
    }
}
