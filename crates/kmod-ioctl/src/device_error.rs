//! What can go wrong with a device.

use proplib::{ReadError, SetError, WriteError};
use veriexec::Errno;

use crate::device_spec::DeviceSpec;
use crate::message::EntryError;
use crate::mock::StateError;
use crate::refusal::Refusal;
use crate::request::Request;

/// Why a device gave no answer, or not the one that was hoped for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeviceError {
    /// The device cannot be opened.
    #[error("{device}: {}", cannot_open(*errno))]
    Open {
        /// The device.
        device: DeviceSpec,
        /// What open(2) said.
        errno: Errno,
    },
    /// The driver refused the request.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The request cannot be put into a dictionary.
    #[error("cannot make the request {request}: {source}")]
    Message {
        /// The request.
        request: Request,
        /// Why.
        source: SetError,
    },
    /// The request cannot be put into text.
    #[error("cannot make the request {request}: {source}")]
    Text {
        /// The request.
        request: Request,
        /// Why.
        source: WriteError,
    },
    /// The reply is no property list.
    #[error("cannot understand the reply to {request}: {source}")]
    Reply {
        /// The request.
        request: Request,
        /// Where it is none.
        source: ReadError,
    },
    /// The reply has no entry where one is due.
    #[error("cannot understand the reply to {request}: {}{problem}", position(*number))]
    Entry {
        /// The request.
        request: Request,
        /// Which entry of a dump, from 1.
        number: Option<usize>,
        /// What is wrong with it.
        problem: ReplyProblem,
    },
    /// The state of a mock device cannot be read, or not be saved.
    #[error(transparent)]
    State(#[from] StateError),
}

/// What is wrong with an entry in a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplyProblem {
    /// It is no dictionary.
    #[error("not a dictionary")]
    Kind,
    /// Its dictionary shows no entry.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// Its name is none that a signatures file can have.
    #[error("key \"file\": {0}")]
    Path(#[from] sigfile::PathError),
}

impl DeviceError {
    /// Why the driver refused the request, if that is what happened.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// Whether a request of the same kind about another file could fare better.
    #[must_use]
    pub fn is_about_one_file(&self) -> bool {
        match self {
            Self::Refused(refusal) => refusal.reason().is_about_one_file(),
            Self::Message { source: SetError::String(_), .. } => true,
            _ => false,
        }
    }
}

fn position(number: Option<usize>) -> String {
    number.map_or_else(String::new, |number| format!("entry {number}: "))
}

fn cannot_open(errno: Errno) -> String {
    let text = match errno {
        Errno::NOENT if cfg!(target_os = "linux") => {
            "no such device; load the driver, veriexec-kmod load, or name another device"
        }
        Errno::NOENT => "no such device; load the driver, veriexec(4), or name another device",
        Errno::BUSY => "in use by another program; try again when that is done",
        Errno::PERM | Errno::ACCES => "not permitted; only the superuser may use the device",
        Errno::NODEV => "no driver behind this device; load it, veriexec(4)",
        _ if errno.raw() == libc::ENXIO => "no driver behind this device; load it, veriexec(4)",
        _ if errno.raw() == libc::ENOTTY => "not a device; expected that of veriexec(4)",
        _ => return format!("cannot open: {errno}"),
    };
    text.into()
}
