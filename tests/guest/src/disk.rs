//! The disks of a guest: files that are gone when it is.

use anyhow::Result;
use tempfile::NamedTempFile;

/// A disk.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Disk {
    /// With nothing on it, of so many MiB.
    Empty(u64),
}

/// Makes disks.
pub(crate) fn images(disks: &[Disk]) -> Result<Vec<NamedTempFile>> {
    disks
        .iter()
        .map(|disk| {
            let image = NamedTempFile::new()?;
            let Disk::Empty(size) = disk;
            image.as_file().set_len(size << 20)?;
            Ok(image)
        })
        .collect()
}
