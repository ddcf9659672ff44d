//! What would happen, asked of the mock device: the policy's answer without the deed.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

use veriexec::{
    Access, Action, Decision, Errno, Event, FileKind, Forecast, Image, Object, Operation, Platform,
    StrictLevel,
};

use super::MockDevice;
use super::platform::{self, LogLine};

/// What somebody might do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Simulated<'a> {
    /// Execute a file as a program.
    Exec(&'a [u8]),
    /// Map a file executable, or run it as the interpreter of a script.
    Mmap(&'a [u8]),
    /// Open a file for reading.
    Open(&'a [u8]),
    /// Open a file for writing, or empty it as it is opened.
    Write(&'a [u8]),
    /// Cut or stretch a file by path.
    Truncate(&'a [u8]),
    /// Make a regular file.
    Create(&'a [u8]),
    /// Remove a name, of anything but a directory.
    Remove(&'a [u8]),
    /// Change a name.
    Rename {
        /// The name there is.
        from: &'a [u8],
        /// The new one.
        to: &'a [u8],
    },
    /// Give a file a second name.
    Link(&'a [u8]),
    /// Set the mode, owner or times of a file.
    SetAttributes(&'a [u8]),
    /// Make a mapping of a file executable after it was made.
    Protect(&'a [u8]),
    /// Have the kernel take code from a file.
    KernelLoad(Image, &'a [u8]),
    /// Unmount what is mounted at a path.
    Unmount(&'a [u8]),
    /// Mount something over a directory or a file.
    MountOver(&'a [u8]),
    /// Open a disk for writing, or the memory: a block device, or the device of one of the names
    /// mem, kmem and port. Of a disk, that of the file system itself; a whole disk counts as one
    /// that nothing is mounted from.
    RawWrite(&'a [u8]),
    /// Pass a command through to a device.
    PassThrough(&'a [u8]),
}

/// What would be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Simulation {
    /// The level that was asked about.
    pub level: StrictLevel,
    /// What the policy was asked, and what it says: `forecast.decision.verdict`.
    pub forecast: Forecast,
    /// What would be logged about it, given enough verbosity. If it is denied, the last line says
    /// why.
    pub log: Vec<LogLine>,
}

impl MockDevice {
    /// What would be answered at a level, or at the present one. Nothing is changed by it: what is
    /// found out about a file's contents is not recorded, and nothing is counted.
    ///
    /// # Errors
    /// What the path leads to, if that is nothing it could be done to: [`Errno::EXIST`] for
    /// [`Simulated::Create`] of what there is, [`Errno::INVAL`] for [`Simulated::Unmount`] of what
    /// is no mount point, [`Errno::NODEV`] for [`Simulated::RawWrite`] to what is no such device.
    pub fn simulate(
        &self,
        simulated: Simulated<'_>,
        level: Option<StrictLevel>,
    ) -> Result<Simulation, Errno> {
        let level = level.unwrap_or(self.strict());
        let place;
        let mut path = simulated.path();
        if let Simulated::MountOver(_) = simulated {
            place = fs::canonicalize(os(path)).map_err(|error| platform::errno(&error))?;
            path = place.as_os_str().as_bytes();
        }
        let action = self.action(simulated)?;
        if is_not_asked(simulated) {
            let (event, object) = (Event::Link, Object::NotRegular);
            let decision = Decision::QUIETLY_ALLOWED;
            let forecast = Forecast { level, event, object, decision };
            return Ok(Simulation { level, forecast, log: Vec::new() });
        }
        let operation = Operation { path, action };
        let forecast = self.veriexec.forecast(&self.platform, operation, level);
        let reports = self.veriexec.reports(operation, forecast);
        let log = reports.map(|report| LogLine::from(&report)).collect();
        Ok(Simulation { level, forecast, log })
    }

    fn action<'a>(&self, simulated: Simulated<'a>) -> Result<Action<'a>, Errno> {
        let file = |path| self.platform.locate(path);
        let name = |path| self.platform.locate_name(path);
        Ok(match simulated {
            Simulated::Exec(path) => Action::Access(file(path)?, Access::Direct),
            Simulated::Mmap(path) => Action::Access(file(path)?, Access::Indirect),
            Simulated::Open(path) => Action::Access(file(path)?, Access::File),
            // Of a device, it is what is behind it that is written.
            Simulated::Write(path) => match raw_write(path) {
                Err(Errno::NODEV) => Action::Write(file(path)?),
                written => written?,
            },
            Simulated::Truncate(path) => Action::Truncate(file(path)?),
            Simulated::Create(path) => create(path)?,
            Simulated::Remove(path) => Action::Remove(name(path)?),
            Simulated::Rename { from, to } => {
                let target = match name(to) {
                    Err(Errno::NOENT) => None,
                    found => Some(found?),
                };
                Action::Rename { file: name(from)?, to, target }
            }
            Simulated::Link(path) => Action::Link(name(path)?),
            Simulated::SetAttributes(path) => Action::SetAttributes(file(path)?),
            Simulated::Protect(path) => Action::Protect(Some(file(path)?)),
            Simulated::KernelLoad(image, path) => Action::KernelLoad(image, Some(file(path)?)),
            Simulated::Unmount(path) => {
                let root = file(path)?;
                if root.kind != (FileKind::Directory { mount_root: true }) {
                    return Err(Errno::INVAL);
                }
                Action::Unmount(root.id.mount)
            }
            Simulated::MountOver(path) => Action::MountOver(file(path)?),
            Simulated::RawWrite(path) => raw_write(path)?,
            Simulated::PassThrough(path) => {
                file(path)?;
                Action::PassThrough
            }
        })
    }
}

impl<'a> Simulated<'a> {
    /// Executing, mapping or opening a file, by what it must be listed for.
    #[must_use]
    pub const fn access(access: Access, path: &'a [u8]) -> Self {
        match access {
            Access::Direct => Self::Exec(path),
            Access::Indirect => Self::Mmap(path),
            Access::File => Self::Open(path),
        }
    }

    /// What it is done to.
    #[must_use]
    pub const fn path(self) -> &'a [u8] {
        match self {
            Self::Exec(path)
            | Self::Mmap(path)
            | Self::Open(path)
            | Self::Write(path)
            | Self::Truncate(path)
            | Self::Create(path)
            | Self::Remove(path)
            | Self::Rename { from: path, .. }
            | Self::Link(path)
            | Self::SetAttributes(path)
            | Self::Protect(path)
            | Self::KernelLoad(_, path)
            | Self::Unmount(path)
            | Self::MountOver(path)
            | Self::RawWrite(path)
            | Self::PassThrough(path) => path,
        }
    }
}

/// Whether a driver is not asked about it at all, whatever the policy would say: about the names of
/// what a kernel makes up, and about removing a directory.
fn is_not_asked(simulated: Simulated<'_>) -> bool {
    let made_up = |path| {
        os(path).parent().is_some_and(|parent| {
            fingerprint::is_made_up(if parent.as_os_str().is_empty() {
                Path::new(".")
            } else {
                parent
            })
        })
    };
    match simulated {
        Simulated::Remove(path) => {
            made_up(path) || fs::symlink_metadata(os(path)).is_ok_and(|found| found.is_dir())
        }
        Simulated::Rename { from, .. } => made_up(from),
        _ => false,
    }
}

/// A file that is made where there is none, in a directory that there is.
fn create(path: &[u8]) -> Result<Action<'static>, Errno> {
    let path = os(path);
    match fs::symlink_metadata(path).map_err(|error| platform::errno(&error)) {
        Ok(_) => return Err(Errno::EXIST),
        Err(Errno::NOENT) => {}
        Err(errno) => return Err(errno),
    }
    let parent = path.parent().ok_or(Errno::NOENT)?;
    let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    let metadata = fs::metadata(parent).map_err(|error| platform::errno(&error))?;
    if !metadata.is_dir() {
        return Err(Errno::NOTDIR);
    }
    let made_up = fingerprint::is_made_up(parent);
    Ok(Action::Create(if made_up { FileKind::Other } else { FileKind::Regular }))
}

fn raw_write(path: &[u8]) -> Result<Action<'static>, Errno> {
    let path = os(path);
    let metadata = fs::metadata(path).map_err(|error| platform::errno(&error))?;
    let memory = ["mem", "kmem", "port"].map(OsStr::new);
    if metadata.file_type().is_block_device() {
        return Ok(Action::RawWrite(Some(metadata.rdev())));
    }
    let named = path.file_name().is_some_and(|name| memory.contains(&name));
    if metadata.file_type().is_char_device() && named {
        return Ok(Action::MemoryWrite);
    }
    Err(Errno::NODEV)
}

fn os(path: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(path))
}
