//! What a listed file holds now, held against its fingerprint.

use std::path::Path;

use fingerprint::{Digest, FileError};
use veriexec::{Errno, Evaluation};

/// How a file's contents compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Contents {
    /// They are what is listed.
    Same,
    /// They have this fingerprint instead.
    Other(Digest),
    /// They could not be hashed, and a driver would say so with this error.
    Unhashed { reason: String, errno: Errno },
}

impl Contents {
    /// Hashes a file now.
    pub(crate) fn compare(place: &Path, listed: &Digest) -> Self {
        let hashed = fingerprint::open(place)
            .and_then(|file| fingerprint::of_file(&file, listed.algorithm()));
        Self::of(hashed.map(|(digest, _)| digest), listed)
    }

    /// What hashing it gave.
    pub(crate) fn of(hashed: Result<Digest, FileError>, listed: &Digest) -> Self {
        match hashed {
            Ok(found) if found == *listed => Self::Same,
            Ok(found) => Self::Other(found),
            Err(error) => Self::Unhashed { reason: error.to_string(), errno: errno(&error) },
        }
    }

    /// What the policy is told of them.
    pub(crate) fn evaluation(&self) -> Evaluation {
        match self {
            Self::Same => Evaluation::Valid,
            Self::Other(_) => Evaluation::Mismatch,
            Self::Unhashed { errno, .. } => Evaluation::Failed(*errno),
        }
    }
}

fn errno(error: &FileError) -> Errno {
    match error {
        FileError::Open(error) | FileError::Read(error) => {
            error.raw_os_error().map_or(Errno::INVAL, Errno::from_raw)
        }
        FileError::NotRegular(_) => Errno::STALE,
        FileError::Changed => Errno::AGAIN,
    }
}
