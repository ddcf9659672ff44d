//! What a file is told by, whatever its name.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;

use fingerprint::Status;

/// A file on this machine, as long as it exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Identity {
    device: u64,
    inode: u64,
}

impl Identity {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        Self { device: metadata.dev(), inode: metadata.ino() }
    }

    pub(crate) fn of_found(status: &Status) -> Self {
        Self { device: status.device, inode: status.inode }
    }
}
