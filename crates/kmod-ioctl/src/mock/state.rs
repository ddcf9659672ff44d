//! The state of the mock device: a property list in XML that is an array. It is written and read
//! element by element, so that a long list costs no memory but that of the tables.
//!
//! The first element is a dictionary:
//!
//! | key | kind | what |
//! |---|---|---|
//! | `veriexec-mock` | number | the version of this format: 2 |
//! | `strict` | number | the strict level |
//! | `verbose` | number | the verbosity |
//! | `loaded` | bool | whether anything was ever loaded |
//! | `statistics` | dictionary | by the words of [`EventKind`], for those that happened |
//!
//! Statistics of a kind are a dictionary of the numbers `allowed` and `denied`. In version 1 that
//! dictionary was all of the state, with an array of the entries under the key `entries`; it is still
//! read.
//!
//! Each element behind it is an entry. It has the keys of a reply to QUERY, veriexec(4), `file` among
//! them if a name was to be kept, and `other-names`, an array of strings, if more than that one were.
//! The numbers `mount`, `inode` and `generation` say what file it belongs to: the device it is on, its
//! inode number there, and the nanosecond of its birth, or 0.

use std::fs::File;
use std::io::{self, BufReader, Read as _, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use proplib::file::{self, FileError, FileProblem};
use proplib::xml::{ArrayStream, ArrayWriter, IoSink, StreamError};
use proplib::{Array, Dictionary, Kind, Object, PropString, ReadErrorKind, ReadOptions, SetError};
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

/// The version that is written.
const CURRENT: u64 = 2;

/// The version whose entries are under a key of the only dictionary.
const WHOLE: u64 = 1;

/// Reads the state; that of a fresh driver if there is no such file.
pub(super) fn load(file: &Path) -> Result<Veriexec, StateError> {
    let opened = match File::open(file) {
        Ok(opened) => opened,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Veriexec::new()),
        Err(error) => {
            return Err(StateError { file: file.into(), problem: FileProblem::Read(error).into() });
        }
    };
    match resume(opened) {
        Ok(Some(veriexec)) => Ok(veriexec),
        Ok(None) => match file::internalize_from_file(file) {
            Ok(state) => resume_whole(&state),
            Err(FileError { problem, .. }) => Err(problem.into()),
        },
        Err(problem) => Err(problem),
    }
    .map_err(|problem| StateError { file: file.into(), problem })
}

/// Replaces the file by the state as it is now, unless that is what it holds already.
pub(super) fn save(file: &Path, veriexec: &Veriexec) -> Result<(), StateError> {
    replace(file, veriexec).map_err(|problem| StateError { file: file.into(), problem })
}

fn replace(file: &Path, veriexec: &Veriexec) -> Result<(), StateProblem> {
    let header = Object::from(describe(veriexec).map_err(StateProblem::Describe)?);
    let is_same = File::open(file).is_ok_and(|present| {
        let mut comparison = Comparison(BufReader::with_capacity(1 << 16, present));
        write(&header, veriexec, &mut comparison).is_ok() && comparison.is_at_end()
    });
    if is_same {
        return Ok(());
    }
    let replaced = file::replace(file, |out| write(&header, veriexec, out));
    Ok(replaced.map_err(|error| error.problem)?)
}

/// Writes the state, an entry at a time.
fn write(header: &Object, veriexec: &Veriexec, out: impl Write) -> io::Result<()> {
    let mut writer = ArrayWriter::new(IoSink(out));
    writer.push(header)?;
    for (file, view) in veriexec.entries() {
        let entry = describe_entry(file, &view).map_err(io::Error::other)?;
        writer.push(&entry.into())?;
    }
    writer.finish().map(drop)
}

/// A file that takes what it holds already, and nothing else.
struct Comparison(BufReader<File>);

impl Comparison {
    fn is_at_end(&mut self) -> bool {
        matches!(self.0.read(&mut [0]), Ok(0))
    }
}

impl Write for Comparison {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        let mut room = [0; 1 << 12];
        let length = text.len().min(room.len());
        let (Some(room), Some(text)) = (room.get_mut(..length), text.get(..length)) else {
            return Ok(0);
        };
        self.0.read_exact(room)?;
        if room == text { Ok(length) } else { Err(io::Error::other("another text")) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// All but the entries.
fn describe(veriexec: &Veriexec) -> Result<Dictionary, SetError> {
    let mut state = Dictionary::new();
    state.set_unsigned(VERSION, CURRENT)?;
    state.set_unsigned(STRICT, veriexec.strict().number().into())?;
    state.set_signed(VERBOSE, veriexec.verbosity().into())?;
    state.set_bool(LOADED, veriexec.was_loaded())?;
    if let Some(statistics) = describe_statistics(veriexec)? {
        state.set(STATISTICS, statistics)?;
    }
    Ok(state)
}

/// What happened, if anything did.
fn describe_statistics(veriexec: &Veriexec) -> Result<Option<Dictionary>, SetError> {
    let mut statistics = None;
    for (kind, tally) in veriexec.statistics().filter(|(_, tally)| *tally != Tally::default()) {
        let mut counts = Dictionary::new();
        counts.set_unsigned(ALLOWED, tally.allowed)?;
        counts.set_unsigned(DENIED, tally.denied)?;
        statistics.get_or_insert_with(Dictionary::new).set(kind.word(), counts)?;
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
        entry.set(OTHER_NAMES, names)?;
    }
    entry.set_unsigned(MOUNT, file.mount)?;
    entry.set_unsigned(INODE, file.inode)?;
    entry.set_unsigned(GENERATION, file.generation)?;
    Ok(entry)
}

/// Reads a state element by element; nothing if it is no array, but one dictionary.
fn resume(opened: File) -> Result<Option<Veriexec>, StateProblem> {
    let mut elements = ArrayStream::new(opened, &ReadOptions::default());
    let header = match elements.next() {
        Some(Err(StreamError::Text(error)))
            if matches!(error.kind, ReadErrorKind::Root { found: Kind::Dictionary, .. }) =>
        {
            return Ok(None);
        }
        Some(header) => header.map_err(problem_of)?,
        None => return Err(StateProblem::Foreign),
    };
    let mut veriexec = resume_header(&header, CURRENT)?;
    for (index, entry) in elements.enumerate() {
        restore(&mut veriexec, &entry.map_err(problem_of)?)
            .map_err(|problem| StateProblem::Entry { number: index.saturating_add(1), problem })?;
    }
    Ok(Some(veriexec))
}

fn problem_of(error: StreamError) -> StateProblem {
    match error {
        StreamError::Read(error) => FileProblem::Read(error).into(),
        StreamError::Text(error) => FileProblem::Text(error).into(),
    }
}

/// Reads a state of version 1.
fn resume_whole(state: &Object) -> Result<Veriexec, StateProblem> {
    let mut veriexec = resume_header(state, WHOLE)?;
    let entries = state.as_dictionary().and_then(|state| state.get_array(ENTRIES));
    let entries = entries.ok_or(StateProblem::Key { key: ENTRIES, expected: "an array" })?;
    for (index, entry) in entries.iter().enumerate() {
        restore(&mut veriexec, entry)
            .map_err(|problem| StateProblem::Entry { number: index.saturating_add(1), problem })?;
    }
    Ok(veriexec)
}

/// Reads all but the entries.
fn resume_header(state: &Object, version: u64) -> Result<Veriexec, StateProblem> {
    let state = state.as_dictionary().ok_or(StateProblem::Foreign)?;
    let key = |key, expected| StateProblem::Key { key, expected };
    match state.get_u64(VERSION) {
        Some(found) if found == version => {}
        Some(found) => return Err(StateProblem::Version { found }),
        None => return Err(StateProblem::Foreign),
    }
    let strict = state
        .get_i64(STRICT)
        .and_then(|number| StrictLevel::from_number(number).ok())
        .ok_or(key(STRICT, "a number from 0 to 3"))?;
    let verbosity = state.get_i32(VERBOSE).ok_or(key(VERBOSE, "a number of 32 bits"))?;
    let loaded = state.get_bool(LOADED).ok_or(key(LOADED, "true or false"))?;
    let mut veriexec = Veriexec::resumed(strict, verbosity, loaded);
    if let Some(statistics) = state.get(STATISTICS) {
        resume_statistics(&mut veriexec, statistics)
            .ok_or(key(STATISTICS, "dictionaries of the numbers allowed and denied"))?;
    }
    Ok(veriexec)
}

fn resume_statistics(veriexec: &mut Veriexec, statistics: &Object) -> Option<()> {
    let statistics = statistics.as_dictionary()?;
    for kind in EventKind::ALL {
        let Some(counts) = statistics.get(kind.word()) else { continue };
        let counts = counts.as_dictionary()?;
        let number = |key: &str| counts.get_u64(key);
        veriexec.set_tally(kind, Tally { allowed: number(ALLOWED)?, denied: number(DENIED)? });
    }
    Some(())
}

fn restore(veriexec: &mut Veriexec, entry: &Object) -> Result<(), EntryProblem> {
    let entry = entry.as_dictionary().ok_or(EntryProblem::Kind)?;
    let number = |key: &'static str| entry.get_u64(key).ok_or(EntryProblem::Number { key });
    let file =
        FileId { mount: number(MOUNT)?, inode: number(INODE)?, generation: number(GENERATION)? };
    let LoadedEntry { file: kept_name, fingerprint, entry_type, status } =
        LoadedEntry::read(entry)?;
    let kept_name = kept_name.as_deref();
    veriexec.restore(KeptEntry { file, kept_name, entry_type, status, fingerprint })?;
    let Some(others) = entry.get(OTHER_NAMES) else { return Ok(()) };
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
