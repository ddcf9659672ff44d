//! The disks of a guest: files that are gone when it is.

use std::process::Command;

use anyhow::Result;
use tempfile::NamedTempFile;

use crate::cache::Cache;
use crate::debian;
use crate::program::output;

/// A disk.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Disk {
    /// With nothing on it, of so many MiB.
    Empty(u64),
    /// With a Debian on it.
    Debian,
}

/// Makes disks.
pub(crate) fn images(cache: &Cache, disks: &[Disk]) -> Result<Vec<NamedTempFile>> {
    disks
        .iter()
        .map(|disk| {
            let image = NamedTempFile::new()?;
            match disk {
                Disk::Empty(size) => image.as_file().set_len(size << 20)?,
                Disk::Debian => {
                    let mut copy = Command::new("cp");
                    copy.arg("--sparse=always").arg(debian::image(cache)?).arg(image.path());
                    output(&mut copy)?;
                }
            }
            Ok(image)
        })
        .collect()
}
