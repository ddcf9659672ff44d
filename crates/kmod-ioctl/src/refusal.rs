//! What an error number of the driver means to the one who asked.

use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;

use sigfile::printable;
use veriexec::Errno;

use crate::request::{Access, Request};

/// A request that the driver refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    request: Request,
    path: Option<Vec<u8>>,
    errno: Errno,
    reason: Reason,
}

/// Why a request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The tables can be changed at strict level 0 alone.
    #[error("the strict level is above 0, and the tables stay as they are until the next boot")]
    StrictLevel,
    /// The device was opened for something else.
    #[error("the device was not opened for it; it must be opened for {}", access_word(*.0))]
    Descriptor(Request),
    /// The driver lets the caller do nothing.
    #[error("not permitted; only the superuser may")]
    NotPermitted,
    /// The file has an entry that is not the one to be loaded.
    #[error("the file has another entry already; delete that first")]
    Differs,
    /// The driver cannot make such fingerprints.
    #[error(
        "the driver does not know the fingerprint algorithm; expected one of sysctl \
         kern.veriexec.algorithms"
    )]
    Algorithm,
    /// There is no file of that name.
    #[error("no such file")]
    NoFile,
    /// The file has no entry.
    #[error("the driver has no entry for it")]
    NoEntry,
    /// It is a directory, and nothing was loaded below it.
    #[error("the driver has no entries for it; expected a listed file, or a mount point")]
    NoTable,
    /// It is a directory, a device, a FIFO or a socket.
    #[error("not a regular file; only those have fingerprints")]
    NotRegular,
    /// The driver does not take the entry.
    #[error("the driver does not take the length of the fingerprint, or a flag")]
    Invalid,
    /// The request is longer than a driver takes.
    #[error("the request is too long; expected less than 128 KiB")]
    TooLong,
    /// The driver had no memory for it.
    #[error("the driver is out of memory; nothing was changed")]
    NoMemory,
    /// The device is another driver's.
    #[error("not a device of veriexec(4)")]
    NotVeriexec,
    /// The driver had no answer, or the reply was empty.
    #[error("the driver did not understand the request, or sent an empty reply")]
    Garbled,
    /// Anything else, which the error number tells of.
    #[error("{0}")]
    Other(Errno),
}

impl Reason {
    /// Whether a request of the same kind about another file could fare better.
    #[must_use]
    pub const fn is_about_one_file(self) -> bool {
        match self {
            Self::Differs
            | Self::Algorithm
            | Self::NoFile
            | Self::NoEntry
            | Self::NoTable
            | Self::NotRegular
            | Self::Invalid
            | Self::TooLong
            | Self::Other(_) => true,
            Self::StrictLevel
            | Self::Descriptor(_)
            | Self::NotPermitted
            | Self::NoMemory
            | Self::NotVeriexec
            | Self::Garbled => false,
        }
    }
}

impl Refusal {
    /// Finds out the reason. The driver's `ENOENT` says neither whether the file is missing nor
    /// whether it has no entry; the file itself is asked.
    pub(crate) fn new(request: Request, path: Option<&[u8]>, held: Access, errno: Errno) -> Self {
        let reason = match errno {
            Errno::PERM if !held.covers(request.access()) => Reason::Descriptor(request),
            Errno::PERM if request.modifies() => Reason::StrictLevel,
            Errno::PERM => Reason::NotPermitted,
            // With a path, it is that which may not be looked at.
            Errno::ACCES if path.is_none() => Reason::NotPermitted,
            Errno::EXIST => Reason::Differs,
            Errno::OPNOTSUPP => Reason::Algorithm,
            Errno::NOENT => missing(request, path),
            Errno::BADF => Reason::NotRegular,
            Errno::INVAL => Reason::Invalid,
            Errno::BIG => Reason::TooLong,
            Errno::NOMEM => Reason::NoMemory,
            Errno::NODEV => Reason::NotVeriexec,
            Errno::IO if path.is_none() => Reason::Garbled,
            errno if errno.raw() == libc::ENOTTY => Reason::NotVeriexec,
            errno => Reason::Other(errno),
        };
        Self { request, path: path.map(<[u8]>::to_vec), errno, reason }
    }

    /// The request.
    #[must_use]
    pub fn request(&self) -> Request {
        self.request
    }

    /// The file it was about, if it was about one.
    #[must_use]
    pub fn path(&self) -> Option<&[u8]> {
        self.path.as_deref()
    }

    /// What the driver answered.
    #[must_use]
    pub fn errno(&self) -> Errno {
        self.errno
    }

    /// What that means here.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.reason
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = match self.request {
            Request::Load => "load",
            Request::TableSize => "size the table",
            Request::Delete => "delete",
            Request::Query => "query",
            Request::Dump => "dump the entries",
            Request::Flush => "flush the entries",
        };
        write!(out, "cannot {verb}")?;
        if let Some(path) = &self.path {
            write!(out, " {}", printable(path))?;
        }
        write!(out, ": {}", self.reason)
    }
}

impl std::error::Error for Refusal {}

fn missing(request: Request, path: Option<&[u8]>) -> Reason {
    let Some(path) = path else { return Reason::Other(Errno::NOENT) };
    match fs::metadata(OsStr::from_bytes(path)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Reason::NoFile,
        Ok(metadata) if metadata.is_dir() && request == Request::Delete => Reason::NoTable,
        _ => Reason::NoEntry,
    }
}

fn access_word(request: Request) -> &'static str {
    if request.modifies() { "writing" } else { "reading" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(request: Request, path: &str, errno: Errno) -> Reason {
        Refusal::new(request, Some(path.as_bytes()), Access::READ_WRITE, errno).reason()
    }

    #[test]
    fn a_missing_file_is_told_from_a_missing_entry() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "").unwrap();
        let file = file.to_str().unwrap();
        let none = format!("{file}.none");
        for request in [Request::Delete, Request::Query] {
            assert_eq!(reason(request, file, Errno::NOENT), Reason::NoEntry);
            assert_eq!(reason(request, &none, Errno::NOENT), Reason::NoFile);
        }
        let dir = dir.path().to_str().unwrap();
        assert_eq!(reason(Request::Delete, dir, Errno::NOENT), Reason::NoTable);
        assert_eq!(reason(Request::Query, dir, Errno::NOENT), Reason::NoEntry);
    }

    #[test]
    fn eperm_is_of_the_descriptor_or_of_the_level() {
        let of = |held| Refusal::new(Request::Flush, None, held, Errno::PERM).reason();
        assert_eq!(of(Access::READ), Reason::Descriptor(Request::Flush));
        assert_eq!(of(Access::READ_WRITE), Reason::StrictLevel);
        assert_eq!(reason(Request::Query, "/", Errno::PERM), Reason::NotPermitted);
        let unreadable = reason(Request::Load, "/", Errno::ACCES);
        assert_eq!(unreadable, Reason::Other(Errno::ACCES));
        assert!(unreadable.is_about_one_file());
    }

    #[test]
    fn the_text_names_the_file_harmlessly_and_says_what_to_do() {
        let path = b"/bin/\x1b[2J\xff";
        let refusal = Refusal::new(Request::Load, Some(path), Access::READ_WRITE, Errno::EXIST);
        assert_eq!(
            refusal.to_string(),
            "cannot load /bin/\\x1b[2J\\xff: the file has another entry already; delete \
             that first"
        );
        let unnamed = Refusal::new(Request::Dump, None, Access::WRITE, Errno::PERM);
        assert_eq!(
            unnamed.to_string(),
            "cannot dump the entries: the device was not opened for it; it must be opened for \
             reading"
        );
    }
}
