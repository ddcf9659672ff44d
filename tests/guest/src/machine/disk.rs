//! The disks of a guest: files that are gone when it is.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use tempfile::NamedTempFile;

use crate::machine::debian::{self, Selection};
use crate::materials::cache::Cache;
use crate::materials::packages;
use crate::materials::program::{is_there, output, require};

/// A disk.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Disk {
    /// With nothing on it, of so many MiB.
    Empty(u64),
    /// With a Debian on it, as a server has it.
    Debian,
    /// With a Debian on it that has what administrators use from day to day.
    DailyDebian,
    /// With a Debian on it that has scanners of files.
    ScannersDebian,
    /// With a file system that can seal files.
    Ext4,
    /// With a file system that can share blocks between files.
    Xfs,
    /// With one that has subvolumes.
    Btrfs,
}

/// In MiB.
const EXT4_SIZE: u64 = 48;

/// The least that mkfs.xfs(8) makes, in MiB; nearly all of it is a hole.
const XFS_SIZE: u64 = 300;

/// In MiB; as above.
const BTRFS_SIZE: u64 = 128;

/// Makes disks.
pub(crate) fn images(cache: &Cache, disks: &[Disk]) -> Result<Vec<NamedTempFile>> {
    disks.iter().map(|disk| image(cache, *disk)).collect()
}

fn image(cache: &Cache, disk: Disk) -> Result<NamedTempFile> {
    let image = NamedTempFile::new()?;
    match disk {
        Disk::Empty(size) => image.as_file().set_len(size << 20)?,
        Disk::Debian => copy(&debian::image(cache, Selection::Server)?, image.path())?,
        Disk::DailyDebian => copy(&debian::image(cache, Selection::Daily)?, image.path())?,
        Disk::ScannersDebian => {
            copy(&debian::image(cache, Selection::Scanners)?, image.path())?;
        }
        Disk::Ext4 => {
            require(&[("mke2fs", "e2fsprogs")])?;
            image.as_file().set_len(EXT4_SIZE << 20)?;
            let mut mke2fs = Command::new("mke2fs");
            mke2fs.args(["-q", "-F", "-t", "ext4", "-b", "4096", "-O", "verity,encrypt"]);
            output(mke2fs.arg(image.path())).context("the disk with ext4")?;
        }
        Disk::Xfs => {
            image.as_file().set_len(XFS_SIZE << 20)?;
            let mut mkfs = program_of(cache, "xfsprogs", "mkfs.xfs")?;
            output(mkfs.arg("-q").arg(image.path())).context("the disk with xfs")?;
        }
        Disk::Btrfs => {
            image.as_file().set_len(BTRFS_SIZE << 20)?;
            let mut mkfs = program_of(cache, "btrfs-progs", "mkfs.btrfs")?;
            output(mkfs.arg("-q").arg(image.path())).context("the disk with btrfs")?;
        }
    }
    Ok(image)
}

fn copy(image: &Path, to: &Path) -> Result<()> {
    output(Command::new("cp").arg("--sparse=always").arg(image).arg(to))?;
    Ok(())
}

/// A program of a package, the machine's own or else unpacked into the cache.
fn program_of(cache: &Cache, package: &str, name: &str) -> Result<Command> {
    if is_there(name) {
        return Ok(Command::new(name));
    }
    let wanted = || packages::closure(&[package]);
    let unpacked = cache.directory(package, |place| packages::unpack(&wanted()?, place))?;
    let mut command = Command::new(unpacked.join("sbin").join(name));
    command.env("LD_LIBRARY_PATH", unpacked.join("usr/lib/x86_64-linux-gnu"));
    Ok(command)
}
