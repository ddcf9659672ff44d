//! The dictionaries of veriexec(4): what is sent to the driver, and what it replies.

use alloc::vec::Vec;

use fingerprint::{Algorithm, Digest, DigestError};
use proplib::fallible::{self, NoMemory};
use proplib::{Dictionary, SetError};
use sigfile::{Entry, EntryType, PathError};
use veriexec::{EntryView, Errno, LoadRequest, Status};

/// string: the path of the file, or the name it was loaded by.
const FILE: &[u8] = b"file";
/// string: the name of the fingerprint's algorithm.
const FP_TYPE: &[u8] = b"fp-type";
/// data: the fingerprint.
const FP: &[u8] = b"fp";
/// number: the accesses, [`EntryType::bits`].
const ENTRY_TYPE: &[u8] = b"entry-type";
/// number: [`Status::number`].
const STATUS: &[u8] = b"status";
/// bool: whether the driver shall know the name.
const KEEP_FILENAME: &[u8] = b"keep-filename";
/// bool: whether the file is hashed when its entry is loaded.
const EVAL_ON_LOAD: &[u8] = b"eval-on-load";

/// What else is asked of the driver when an entry is loaded: `-k` and `-e` of veriexecctl(8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoadOptions {
    /// The driver keeps the name, so that a dump shows the entry.
    pub keep_filename: bool,
    /// The file is hashed at once, and not when it is first accessed.
    pub eval_on_load: bool,
}

/// The dictionary that loads an entry.
///
/// As NetBSD's veriexecctl(8) it leaves `entry-type` out for an entry without flags.
///
/// # Errors
/// [`SetError::NoMemory`].
pub fn load(entry: &Entry, options: LoadOptions) -> Result<Dictionary, SetError> {
    let mut message = file(entry.path())?;
    set_fingerprint(&mut message, entry.fingerprint())?;
    if !entry.entry_type().is_empty() {
        message.set_unsigned(ENTRY_TYPE, entry.entry_type().bits().into())?;
    }
    message.set_bool(KEEP_FILENAME, options.keep_filename)?;
    message.set_bool(EVAL_ON_LOAD, options.eval_on_load)?;
    Ok(message)
}

/// The dictionary that queries or deletes the entry of a file.
///
/// # Errors
/// [`SetError::String`] if the path holds a NUL; [`SetError::NoMemory`].
pub fn file(path: &[u8]) -> Result<Dictionary, SetError> {
    let mut message = Dictionary::new();
    message.set_string(FILE, path)?;
    Ok(message)
}

/// The path in a dictionary that any request sent.
///
/// # Errors
/// [`Errno::INVAL`] if there is none.
pub fn file_of(message: &Dictionary) -> Result<&[u8], Errno> {
    message.get_string(FILE).ok_or(Errno::INVAL)
}

/// What a dictionary asks to load, read as NetBSD's driver reads it: whatever is missing or of
/// another kind, apart from the path, counts as not said.
///
/// # Errors
/// [`Errno::INVAL`] if there is no path.
pub fn load_request(message: &Dictionary) -> Result<LoadRequest<'_>, Errno> {
    Ok(LoadRequest {
        file: file_of(message)?,
        algorithm: message.get_string(FP_TYPE),
        fingerprint: message.get_data(FP),
        entry_type: message.get_u8(ENTRY_TYPE).unwrap_or(0),
        keep_filename: message.get_bool(KEEP_FILENAME).unwrap_or(false),
        eval_on_load: message.get_bool(EVAL_ON_LOAD).unwrap_or(false),
    })
}

/// The dictionary that shows an entry, for a query and in a dump: by the name, if there is one.
///
/// # Errors
/// [`SetError::NoMemory`].
pub fn entry(view: &EntryView<'_>, name: Option<&[u8]>) -> Result<Dictionary, SetError> {
    let mut message = Dictionary::new();
    if let Some(name) = name {
        message.set_string(FILE, name)?;
    }
    set_fingerprint(&mut message, view.fingerprint)?;
    message.set_unsigned(ENTRY_TYPE, view.entry_type.bits().into())?;
    message.set_unsigned(STATUS, view.status.number().into())?;
    Ok(message)
}

fn set_fingerprint(message: &mut Dictionary, fingerprint: &Digest) -> Result<(), SetError> {
    message.set_string(FP_TYPE, fingerprint.algorithm().name().as_bytes())?;
    message.set_data(FP, fingerprint.as_bytes())
}

/// An entry, as the driver shows it.
#[derive(Debug, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(Clone))]
pub struct LoadedEntry {
    /// A name it was loaded by, the first one in the reply to a query, if any was to be kept. Any
    /// program may have loaded it: the name need not be an absolute path.
    pub file: Option<Vec<u8>>,
    /// What the file's contents must hash to.
    pub fingerprint: Digest,
    /// The accesses it permits.
    pub entry_type: EntryType,
    /// What the driver knows of the contents.
    pub status: Status,
}

impl LoadedEntry {
    /// Reads the dictionary that shows an entry.
    ///
    /// # Errors
    /// [`EntryError`] says what is missing or cannot be.
    pub fn read(message: &Dictionary) -> Result<Self, EntryError> {
        let file = match message.get(FILE) {
            None => None,
            Some(name) => {
                let name = name.as_string().ok_or(EntryError::File)?;
                Some(fallible::copy(name.as_bytes())?)
            }
        };
        let algorithm = message
            .get_string(FP_TYPE)
            .and_then(Algorithm::from_name)
            .ok_or(EntryError::Algorithm)?;
        let fingerprint =
            Digest::new(algorithm, message.get_data(FP).ok_or(EntryError::NoFingerprint)?)?;
        let entry_type = message
            .get_u8(ENTRY_TYPE)
            .and_then(EntryType::from_bits)
            .ok_or(EntryError::EntryType)?;
        let status = message
            .get_u64(STATUS)
            .and_then(|number| Status::from_number(number).ok())
            .ok_or(EntryError::Status)?;
        Ok(Self { file, fingerprint, entry_type, status })
    }

    /// The entry as a line of a signatures file has it, with its kept name.
    ///
    /// # Errors
    /// [`PathError`] if no name was kept, or if it is none that an entry can have.
    pub fn into_entry(self) -> Result<Entry, PathError> {
        Entry::new(self.file.unwrap_or_default(), self.fingerprint, self.entry_type)
    }
}

/// Why a dictionary shows no entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// `file` is there, but no string.
    #[error("key \"file\" has no string; expected the name of a file, or no such key")]
    File,
    /// `fp-type` is missing, or names no algorithm.
    #[error(
        "key \"fp-type\" names no algorithm; expected MD5, SHA1, RMD160, SHA256, SHA384 or SHA512"
    )]
    Algorithm,
    /// `fp` is missing, or no data.
    #[error("key \"fp\" has no data; expected a fingerprint")]
    NoFingerprint,
    /// `fp` has not the algorithm's length.
    #[error("key \"fp\": {0}")]
    Fingerprint(#[from] DigestError),
    /// `entry-type` is missing, or has flags without a meaning.
    #[error("key \"entry-type\" has no entry type; expected a number of bits 0x1, 0x2, 0x4, 0x10")]
    EntryType,
    /// `status` is missing, or none that there is.
    #[error("key \"status\" has no status; expected 0, 1 or 2")]
    Status,
    /// There is no memory for it.
    #[error(transparent)]
    NoMemory(#[from] NoMemory),
}
