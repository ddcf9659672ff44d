//! The thing that flows through the house.

use alloc::vec::Vec;

use fingerprint::{Algorithm, Digest};

use crate::EntryType;

/// One line of a signatures file: a file, what it must be, and how it may be accessed.
#[derive(Debug, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(Clone))]
pub struct Entry {
    path: Vec<u8>,
    fingerprint: Digest,
    entry_type: EntryType,
}

impl Entry {
    /// An entry for the file of that name.
    ///
    /// # Errors
    /// [`PathError`] unless the path is absolute, names something below `/`, holds no NUL, and is
    /// not longer than a path can be.
    pub fn new(
        path: Vec<u8>,
        fingerprint: Digest,
        entry_type: EntryType,
    ) -> Result<Self, PathError> {
        PathError::check(&path)?;
        Ok(Self { path, fingerprint, entry_type })
    }

    /// The file's absolute path, as bytes.
    #[must_use]
    pub fn path(&self) -> &[u8] {
        &self.path
    }

    /// The algorithm of the fingerprint.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.fingerprint.algorithm()
    }

    /// What the file's contents must hash to.
    #[must_use]
    pub fn fingerprint(&self) -> &Digest {
        &self.fingerprint
    }

    /// The accesses that the file is listed for.
    #[must_use]
    pub fn entry_type(&self) -> EntryType {
        self.entry_type
    }

    /// The path, without the rest.
    #[must_use]
    pub fn into_path(self) -> Vec<u8> {
        self.path
    }
}

/// Why bytes are no path that an entry can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// It does not begin with `/`.
    #[error("path does not begin with \"/\"; expected an absolute path")]
    Relative,
    /// It is `/` and nothing else.
    #[error("path is \"/\" alone; expected the name of a file")]
    Root,
    /// It holds a NUL, which no file name can.
    #[error("path holds a NUL byte, which no file name can")]
    Nul,
    /// It is longer than any system takes, `PATH_MAX` of Linux. NetBSD's 1,023 bytes are what its
    /// driver insists on.
    #[error("path of {length} bytes; expected at most {LONGEST}")]
    TooLong {
        /// How many bytes it has.
        length: usize,
    },
}

/// The most bytes of a path that is given to a system call.
const LONGEST: usize = 4095;

impl PathError {
    /// Whether an entry can have that path.
    ///
    /// # Errors
    /// Why not.
    pub fn check(path: &[u8]) -> Result<(), Self> {
        match path {
            [b'/'] => Err(Self::Root),
            [b'/', ..] if path.len() > LONGEST => Err(Self::TooLong { length: path.len() }),
            [b'/', ..] if path.contains(&0) => Err(Self::Nul),
            [b'/', ..] => Ok(()),
            _ => Err(Self::Relative),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_absolute_paths_of_files_are_taken() {
        let digest = Digest::new(Algorithm::Md5, &[0; 16]).unwrap();
        let entry = |path: &[u8]| Entry::new(path.to_vec(), digest, EntryType::DIRECT);
        assert_eq!(entry(b"bin/ls"), Err(PathError::Relative));
        assert_eq!(entry(b""), Err(PathError::Relative));
        assert_eq!(entry(b"/"), Err(PathError::Root));
        assert_eq!(entry(b"/a\0b"), Err(PathError::Nul));
        assert_eq!(entry(b"/bin/\xff").unwrap().path(), b"/bin/\xff");
        assert!(entry(&[b'/'; 4095]).is_ok());
        let error = entry(&[b'/'; 4096]).unwrap_err();
        assert_eq!(error.to_string(), "path of 4096 bytes; expected at most 4095");
    }
}
