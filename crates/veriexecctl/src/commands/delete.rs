//! `delete`: a file's entry, or the table of a mount.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use kmod_ioctl::Access;
use sigfile::printable;

use crate::bytes;
use crate::cli::Cli;
use crate::device::open;
use crate::exit::Exit;
use crate::machine::mount_point;

/// Deletes what the path names.
pub(crate) fn run(cli: &Cli, path: &Path) -> Result<Exit> {
    let name = printable(bytes(path));
    let kind = fs::metadata(path).with_context(|| format!("cannot stat `{name}'"))?;
    if kind.is_dir() {
        // NetBSD's driver takes any directory for its whole mount: the mount point is asked for.
        let mount_point = mount_point::of(path).with_context(|| format!("`{name}'"))?;
        if fs::canonicalize(path).ok().as_ref() != Some(&mount_point) {
            bail!(
                "`{name}' is no mount point; to delete all entries of its file system name `{}'",
                printable(bytes(&mount_point))
            );
        }
    } else if !kind.is_file() {
        bail!("`{name}' is not a regular file or directory");
    }
    let mut device = open(cli, Access::WRITE)?;
    device.delete(bytes(path))?;
    device.close()?;
    Ok(Exit::Done)
}
