//! The state of the mock device: an XML property list.
//!
//! | key | kind | what |
//! |---|---|---|
//! | `veriexec-mock` | number | the version of this format: 1 |
//! | `strict` | number | the strict level |
//! | `verbose` | number | the verbosity |
//! | `loaded` | bool | whether anything was ever loaded |
//! | `statistics` | dictionary | by the words of [`EventKind`], for those that happened |
//! | `entries` | array | a dictionary for each entry |
//!
//! Statistics of a kind are a dictionary of the numbers `allowed` and `denied`.
//!
//! An entry has the keys of a reply to QUERY, veriexec(4), `file` among them if a name was to be
//! kept, and `other-names`, an array of strings, if more than that one were. The numbers `mount`,
//! `inode` and `generation` say what file it belongs to: the device it is on, its inode number
//! there, and the nanosecond of its birth, or 0.

use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use proplib::file::{self, FileError, FileProblem};
use proplib::{Array, Dictionary, Limits, Object, PropString, SetError};
use sigfile::{Printable, printable};
use veriexec::{
    EntryView, EventKind, FileId, KeptEntry, RestoreError, StrictLevel, Tally, Veriexec,
};

use crate::message::{self, EntryError, LoadedEntry};

const VERSION: &str = "veriexec-mock";
const STRICT: &str = "strict";
const VERBOSE: &str = "verbose";
const LOADED: &str = "loaded";
const STATISTICS: &str = "statistics";
const ALLOWED: &str = "allowed";
const DENIED: &str = "denied";
const ENTRIES: &str = "entries";
const OTHER_NAMES: &str = "other-names";
const MOUNT: &str = "mount";
const INODE: &str = "inode";
const GENERATION: &str = "generation";

/// The version that is written, and the only one that is read.
const CURRENT: u64 = 1;

/// Reads the state; that of a fresh driver if there is no such file.
pub(super) fn load(file: &Path) -> Result<Veriexec, StateError> {
    let state = match file::internalize_from_file(file) {
        Ok(state) => state,
        Err(FileError { problem: FileProblem::Read(error), .. })
            if error.kind() == io::ErrorKind::NotFound =>
        {
            return Ok(Veriexec::new());
        }
        Err(FileError { problem, .. }) => {
            return Err(StateError { file: file.into(), problem: problem.into() });
        }
    };
    resume(&state).map_err(|problem| StateError { file: file.into(), problem })
}

/// Replaces the file by the state as it is now, unless that is what it holds already.
pub(super) fn save(file: &Path, veriexec: &Veriexec) -> Result<(), StateError> {
    replace(file, veriexec).map_err(|problem| StateError { file: file.into(), problem })
}

fn replace(file: &Path, veriexec: &Veriexec) -> Result<(), StateProblem> {
    let state = describe(veriexec).map_err(StateProblem::Describe)?;
    let text = state.externalize().map_err(FileProblem::Object)?;
    let limit = Limits::DEFAULT.max_input;
    if text.len() > limit {
        return Err(StateProblem::TooLong { limit });
    }
    if fs::read(file).is_ok_and(|present| present == text) {
        return Ok(());
    }
    Ok(file::externalize_to_file(&state.into(), file).map_err(|error| error.problem)?)
}

fn describe(veriexec: &Veriexec) -> Result<Dictionary, SetError> {
    let mut entries = Array::new();
    for (file, view) in veriexec.entries() {
        entries.push(describe_entry(file, &view)?)?;
    }
    let mut state = Dictionary::new();
    state.set_unsigned(VERSION.as_bytes(), CURRENT)?;
    state.set_unsigned(STRICT.as_bytes(), veriexec.strict().number().into())?;
    state.set_signed(VERBOSE.as_bytes(), veriexec.verbosity().into())?;
    state.set_bool(LOADED.as_bytes(), veriexec.was_loaded())?;
    if let Some(statistics) = describe_statistics(veriexec)? {
        state.set(STATISTICS.as_bytes(), statistics)?;
    }
    state.set(ENTRIES.as_bytes(), entries)?;
    Ok(state)
}

/// What happened, if anything did.
fn describe_statistics(veriexec: &Veriexec) -> Result<Option<Dictionary>, SetError> {
    let mut statistics = None;
    for (kind, tally) in veriexec.statistics().filter(|(_, tally)| *tally != Tally::default()) {
        let mut counts = Dictionary::new();
        counts.set_unsigned(ALLOWED.as_bytes(), tally.allowed)?;
        counts.set_unsigned(DENIED.as_bytes(), tally.denied)?;
        statistics.get_or_insert_with(Dictionary::new).set(kind.word().as_bytes(), counts)?;
    }
    Ok(statistics)
}

fn describe_entry(file: FileId, view: &EntryView<'_>) -> Result<Dictionary, SetError> {
    let mut entry = message::entry(view, view.kept_name())?;
    if let [_, others @ ..] = view.kept_names
        && !others.is_empty()
    {
        let mut names = Array::new();
        for name in others {
            names.push(PropString::new(name)?)?;
        }
        entry.set(OTHER_NAMES.as_bytes(), names)?;
    }
    entry.set_unsigned(MOUNT.as_bytes(), file.mount)?;
    entry.set_unsigned(INODE.as_bytes(), file.inode)?;
    entry.set_unsigned(GENERATION.as_bytes(), file.generation)?;
    Ok(entry)
}

fn resume(state: &Object) -> Result<Veriexec, StateProblem> {
    let state = state.as_dictionary().ok_or(StateProblem::Foreign)?;
    let key = |key, expected| StateProblem::Key { key, expected };
    match state.get_u64(VERSION.as_bytes()) {
        Some(CURRENT) => {}
        Some(found) => return Err(StateProblem::Version { found }),
        None => return Err(StateProblem::Foreign),
    }
    let strict = state
        .get_i64(STRICT.as_bytes())
        .and_then(|number| StrictLevel::from_number(number).ok())
        .ok_or(key(STRICT, "a number from 0 to 3"))?;
    let verbosity = state.get_i32(VERBOSE.as_bytes()).ok_or(key(VERBOSE, "a number of 32 bits"))?;
    let loaded = state.get_bool(LOADED.as_bytes()).ok_or(key(LOADED, "true or false"))?;
    let entries = state.get_array(ENTRIES.as_bytes()).ok_or(key(ENTRIES, "an array"))?;

    let mut veriexec = Veriexec::resumed(strict, verbosity, loaded);
    if let Some(statistics) = state.get(STATISTICS.as_bytes()) {
        resume_statistics(&mut veriexec, statistics)
            .ok_or(key(STATISTICS, "dictionaries of the numbers allowed and denied"))?;
    }
    for (index, entry) in entries.iter().enumerate() {
        restore(&mut veriexec, entry)
            .map_err(|problem| StateProblem::Entry { number: index.saturating_add(1), problem })?;
    }
    Ok(veriexec)
}

fn resume_statistics(veriexec: &mut Veriexec, statistics: &Object) -> Option<()> {
    let statistics = statistics.as_dictionary()?;
    for kind in EventKind::ALL {
        let Some(counts) = statistics.get(kind.word().as_bytes()) else { continue };
        let counts = counts.as_dictionary()?;
        let number = |key: &str| counts.get_u64(key.as_bytes());
        veriexec.set_tally(kind, Tally { allowed: number(ALLOWED)?, denied: number(DENIED)? });
    }
    Some(())
}

fn restore(veriexec: &mut Veriexec, entry: &Object) -> Result<(), EntryProblem> {
    let entry = entry.as_dictionary().ok_or(EntryProblem::Kind)?;
    let number =
        |key: &'static str| entry.get_u64(key.as_bytes()).ok_or(EntryProblem::Number { key });
    let file =
        FileId { mount: number(MOUNT)?, inode: number(INODE)?, generation: number(GENERATION)? };
    let LoadedEntry { file: kept_name, fingerprint, entry_type, status } =
        LoadedEntry::read(entry)?;
    let kept_name = kept_name.as_deref();
    veriexec.restore(KeptEntry { file, kept_name, entry_type, status, fingerprint })?;
    let Some(others) = entry.get(OTHER_NAMES.as_bytes()) else { return Ok(()) };
    for name in others.as_array().ok_or(EntryProblem::OtherNames)? {
        let name = name.as_string().ok_or(EntryProblem::OtherNames)?;
        veriexec.keep_name(file, name.as_bytes())?;
    }
    Ok(())
}

/// The state of a mock device that cannot be read, or not be saved.
///
/// It prints as `FILE: problem`, or as `FILE:LINE:COLUMN: problem`.
#[derive(Debug, thiserror::Error)]
#[error("{}{}{problem}{}", printable_path(file), problem.separator(), problem.advice())]
pub struct StateError {
    /// The file.
    pub file: PathBuf,
    /// What is wrong with it.
    pub problem: StateProblem,
}

/// What is wrong with the state of a mock device.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateProblem {
    /// The lock beside it cannot be made.
    #[error("cannot lock the state by {}: {error}", printable_path(lock))]
    Lock {
        /// The lock's file.
        lock: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// It cannot be read or written, or is no property list.
    #[error(transparent)]
    File(#[from] FileProblem),
    /// It is the property list of something else.
    #[error("not the state of a mock device; expected a number for key \"{VERSION}\"")]
    Foreign,
    /// Another version of this program wrote it.
    #[error("state of version {found}; expected {CURRENT}")]
    Version {
        /// The version it says.
        found: u64,
    },
    /// A key is missing, or stands for something that it cannot.
    #[error("key \"{key}\" is missing or wrong; expected {expected}")]
    Key {
        /// The key.
        key: &'static str,
        /// What it must stand for.
        expected: &'static str,
    },
    /// An entry is none.
    #[error("entry {number}: {problem}")]
    Entry {
        /// Which one, from 1.
        number: usize,
        /// What is wrong with it.
        problem: EntryProblem,
    },
    /// The state cannot be put into a property list.
    #[error("cannot save the state: {0}")]
    Describe(SetError),
    /// The state is longer than what can be read back.
    #[error("cannot save the state: more than {limit} bytes")]
    TooLong {
        /// How long it may be.
        limit: usize,
    },
}

impl StateProblem {
    /// What stands between the file's name and the problem: nothing but a colon if a line follows.
    fn separator(&self) -> &'static str {
        if matches!(self, Self::File(FileProblem::Text(_))) { ":" } else { ": " }
    }

    /// What to do about a file that is no state.
    fn advice(&self) -> &'static str {
        match self {
            Self::File(FileProblem::NotRegular) => "; name another file",
            Self::File(FileProblem::Text(_))
            | Self::Foreign
            | Self::Version { .. }
            | Self::Key { .. }
            | Self::Entry { .. } => {
                "; name another file, or remove this one to begin with a fresh driver"
            }
            _ => "",
        }
    }
}

fn printable_path(path: &Path) -> Printable<'_> {
    printable(path.as_os_str().as_bytes())
}

/// What is wrong with an entry in the state of a mock device.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EntryProblem {
    /// It is no dictionary.
    #[error("not a dictionary")]
    Kind,
    /// One of the numbers that say what file it belongs to is missing.
    #[error("no number for key \"{key}\"")]
    Number {
        /// The key.
        key: &'static str,
    },
    /// Its further names are none.
    #[error("key \"{OTHER_NAMES}\" has no names; expected an array of strings, or no such key")]
    OtherNames,
    /// It is none that a driver shows.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// It is none that a driver holds.
    #[error(transparent)]
    Restore(#[from] RestoreError),
}
