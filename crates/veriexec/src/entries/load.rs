//! LOAD: how an entry gets into the tables.

use alloc::vec::Vec;

use fingerprint::{Algorithm, Digest};
use proplib::fallible;
use sigfile::EntryType;

use crate::Moment;
use crate::entries::Entry;
use crate::{
    Errno, FileId, FileKind, Loudness, Message, Platform, Priority, Report, Status, Veriexec,
};

/// What LOAD of veriexec(4) is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoadRequest<'a> {
    /// `file`: the path.
    pub file: &'a [u8],
    /// `fp-type`: the name of the algorithm, in any case.
    pub algorithm: Option<&'a [u8]>,
    /// `fp`: the fingerprint.
    pub fingerprint: Option<&'a [u8]>,
    /// `entry-type`: the accesses; 0 if absent, or no number of eight bits.
    pub entry_type: u8,
    /// `keep-filename`: whether DUMP shall know the name.
    pub keep_filename: bool,
    /// `eval-on-load`: whether the file is hashed now, and not when it is first accessed.
    pub eval_on_load: bool,
}

/// What LOAD did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loaded {
    /// The entry is in the tables now.
    Added,
    /// The file had the same entry already: type, algorithm and fingerprint. The old one stays,
    /// with its status and its names. If the name was to be kept and is not yet, as that of
    /// another hard link, it is kept after them now; if there are none, as the first. NetBSD
    /// keeps what the first LOAD said, one name or none.
    Identical,
}

/// An entry that is about to be loaded: checked, hashed if that was due, in no table yet.
#[derive(Debug)]
pub struct Candidate {
    file: FileId,
    entry: Entry,
    /// When its hashing began.
    begun: Moment,
}

impl Candidate {
    /// The file that it is for.
    #[must_use]
    pub fn file(&self) -> FileId {
        self.file
    }

    /// Does what can be done for a LOAD without the tables: it calls [`Platform::locate`], checks
    /// what it was given in NetBSD's order and, if that is due, calls [`Platform::fingerprint`].
    ///
    /// The moment must have been taken before: [`Veriexec::now`].
    ///
    /// # Errors
    /// In this order: what [`Platform::locate`] says; [`Errno::BADF`] if it is no regular file;
    /// [`Errno::OPNOTSUPP`] if the algorithm is missing, unknown or not supported;
    /// [`Errno::INVAL`] if the fingerprint is missing or has another length, or if the type has
    /// bits without a meaning; [`Errno::NOMEM`]; and what [`Platform::fingerprint`] says. That
    /// the file does not match, or is open for write, is no error.
    pub fn new(
        platform: &impl Platform,
        request: &LoadRequest<'_>,
        begun: Moment,
    ) -> Result<Self, Errno> {
        let path = request.file;
        let refuse = |priority, message, errno| {
            platform.report(&Report::new(priority, message, path));
            Err(errno)
        };

        let located = platform.locate(path)?;
        if located.kind != FileKind::Regular {
            return refuse(Priority::Error, Message::NotRegular, Errno::BADF);
        }
        let algorithm = request
            .algorithm
            .and_then(Algorithm::from_name)
            .filter(|algorithm| platform.supports(*algorithm));
        let Some(algorithm) = algorithm else {
            let message = Message::UnknownAlgorithm(request.algorithm);
            return refuse(Priority::Error, message, Errno::OPNOTSUPP);
        };
        let Ok(fingerprint) = Digest::new(algorithm, request.fingerprint.unwrap_or_default())
        else {
            return refuse(Priority::Error, Message::BadLength, Errno::INVAL);
        };
        let Some(entry_type) = EntryType::from_bits(request.entry_type) else {
            let message = Message::ContaminatedFlags(request.entry_type);
            return refuse(Priority::Notice, message, Errno::INVAL);
        };
        let entry_type = entry_type.or_direct();
        let status = Status::NotEvaluated;
        let mut entry = Entry { fingerprint, entry_type, status, kept_names: Vec::new(), stamp: 0 };
        if request.keep_filename {
            entry.keep_name(fallible::copy(path)?)?;
        }
        if request.eval_on_load || entry.is_untrusted() {
            entry.status = match platform.fingerprint(path, located.id, algorithm) {
                Ok(found) if found == fingerprint => Status::Valid,
                Ok(_) => Status::Mismatch,
                Err(Errno::TXTBSY) => Status::NotEvaluated,
                Err(errno) => return Err(errno),
            };
        }
        Ok(Self { file: located.id, entry, begun })
    }
}

impl Veriexec {
    /// Loads an entry: veriexec_file_add(9), LOAD of veriexec(4). The three steps of it in a row.
    ///
    /// # Errors
    /// [`Errno::PERM`] above level 0; what [`Candidate::new`] says; what [`add`](Self::add) says.
    /// Nothing has changed then.
    pub fn load(
        &mut self,
        platform: &impl Platform,
        request: LoadRequest<'_>,
    ) -> Result<Loaded, Errno> {
        self.modify_check(platform)?;
        let candidate = Candidate::new(platform, &request, self.now())?;
        self.add(platform, request.file, candidate)
    }

    /// Puts a candidate into the table of its mount, or its name to those of the same entry there:
    /// the part that needs the driver's lock.
    ///
    /// If any file was opened for write since its hashing began, it counts as not evaluated: it
    /// will be hashed again when it is accessed.
    ///
    /// # Errors
    /// [`Errno::PERM`] above level 0; [`Errno::EXIST`] if the file has another entry;
    /// [`Errno::NOMEM`]. Nothing has changed then.
    pub fn add(
        &mut self,
        platform: &impl Platform,
        path: &[u8],
        candidate: Candidate,
    ) -> Result<Loaded, Errno> {
        self.modify_check(platform)?;
        let Candidate { file, mut entry, begun, .. } = candidate;
        if let Some(present) = self.entry_mut(file) {
            let identical =
                present.entry_type == entry.entry_type && present.fingerprint == entry.fingerprint;
            if !identical {
                return Err(Errno::EXIST);
            }
            if let Some(name) = entry.kept_names.pop() {
                present.keep_name(name)?;
            }
            return Ok(Loaded::Identical);
        }
        if self.is_written_since(begun) {
            entry.status = Status::NotEvaluated;
        }
        self.insert(file, entry)?;
        platform.entry_added(file);
        self.settings.notify(platform, Loudness::Debug, Message::NewEntry, path);
        Ok(Loaded::Added)
    }
}
