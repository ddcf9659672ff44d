//! Taking up a state that a driver kept.

use alloc::vec::Vec;

use fingerprint::Digest;
use proplib::fallible::{self, NoMemory};
use sigfile::EntryType;

use crate::entries::Entry;
use crate::subsystem::Settings;
use crate::{Errno, FileId, Status, StrictLevel, Veriexec};

/// An entry as it was kept: what [`Veriexec::entries`] gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptEntry<'a> {
    /// The file it belongs to.
    pub file: FileId,
    /// The first name it was loaded by, if any was to be kept; [`Veriexec::keep_name`] is for the
    /// others.
    pub kept_name: Option<&'a [u8]>,
    /// The accesses it permits.
    pub entry_type: EntryType,
    /// What was known of the file's contents.
    pub status: Status,
    /// What they must hash to.
    pub fingerprint: Digest,
}

impl Veriexec {
    /// A subsystem with the settings that were kept, and nothing listed yet.
    ///
    /// This is for drivers that keep their state: of a running subsystem the level only
    /// [rises](Self::raise).
    #[must_use]
    pub const fn resumed(strict: StrictLevel, verbosity: i32, loaded: bool) -> Self {
        let mut resumed = Self::new();
        resumed.settings = Settings { strict, verbosity, loaded };
        resumed
    }

    /// Whether anything was ever loaded, see [`is_bypassed`](Self::is_bypassed).
    #[must_use]
    pub fn was_loaded(&self) -> bool {
        self.settings.loaded
    }

    /// Puts an entry back that was kept. Unlike LOAD it checks no level and touches no file.
    ///
    /// # Errors
    /// [`RestoreError`] if it is no entry that the tables could have held. Nothing has changed
    /// then.
    pub fn restore(&mut self, kept: KeptEntry<'_>) -> Result<(), RestoreError> {
        let KeptEntry { file, kept_name, entry_type, status, fingerprint } = kept;
        if entry_type.or_direct() != entry_type {
            return Err(RestoreError::NoAccess);
        }
        kept_name.map_or(Ok(()), check_name)?;
        if self.entry(file).is_some() {
            return Err(RestoreError::Duplicate);
        }
        let mut entry = Entry { fingerprint, entry_type, status, kept_names: Vec::new(), stamp: 0 };
        if let Some(name) = kept_name {
            entry.keep_name(fallible::copy(name)?)?;
        }
        self.insert(file, entry)?;
        Ok(())
    }

    /// Puts back one more name of an entry that was restored, after those it has.
    ///
    /// # Errors
    /// [`RestoreError`] if it is no name that the entry could have had. Nothing has changed then.
    pub fn keep_name(&mut self, file: FileId, name: &[u8]) -> Result<(), RestoreError> {
        check_name(name)?;
        let entry = self.entry_mut(file).ok_or(RestoreError::NoEntry)?;
        if entry.keep_name(fallible::copy(name)?)? {
            Ok(())
        } else {
            Err(RestoreError::DuplicateName)
        }
    }
}

fn check_name(name: &[u8]) -> Result<(), RestoreError> {
    if name.is_empty() || name.contains(&0) { Err(RestoreError::Name) } else { Ok(()) }
}

/// Why a kept entry is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// Its type permits no access.
    #[error("entry type permits no access; expected direct, indirect or file among its flags")]
    NoAccess,
    /// A name of it is empty or holds a NUL, which no path does.
    #[error("kept name is empty or holds a NUL byte; expected a path")]
    Name,
    /// The same file has an entry already.
    #[error("two entries for the same file; expected one")]
    Duplicate,
    /// It has the same name already.
    #[error("the same name twice for one file; expected each name once")]
    DuplicateName,
    /// The file whose name it is has no entry.
    #[error("name for a file without an entry; expected the entry first")]
    NoEntry,
    /// There is no memory for it.
    #[error("out of memory")]
    NoMemory,
}

impl From<NoMemory> for RestoreError {
    fn from(_: NoMemory) -> Self {
        Self::NoMemory
    }
}

impl From<RestoreError> for Errno {
    fn from(error: RestoreError) -> Self {
        match error {
            RestoreError::NoAccess | RestoreError::Name => Self::INVAL,
            RestoreError::Duplicate | RestoreError::DuplicateName => Self::EXIST,
            RestoreError::NoEntry => Self::NOENT,
            RestoreError::NoMemory => Self::NOMEM,
        }
    }
}
