//! The immutable flag of a file: set with `-S`, and in the way of replacing it.

use std::io;
use std::path::Path;

#[cfg(target_os = "linux")]
mod flag {
    use std::fs::{self, File};

    use rustix::fs::{IFlags, ioctl_getflags, ioctl_setflags};

    use super::{Path, io};

    /// The command that takes the flag away.
    pub(super) const LIFT: &str = "chattr -i";

    pub(super) fn is_set(file: &Path) -> bool {
        // What is no regular file must not be opened to learn about it, and has no such flag.
        fs::symlink_metadata(file).is_ok_and(|metadata| metadata.is_file())
            && File::open(file)
                .and_then(|file| Ok(ioctl_getflags(file)?))
                .is_ok_and(|flags| flags.contains(IFlags::IMMUTABLE))
    }

    pub(super) fn set(file: &Path) -> io::Result<()> {
        let file = File::open(file)?;
        let flags = ioctl_getflags(&file)?;
        Ok(ioctl_setflags(&file, flags | IFlags::IMMUTABLE)?)
    }
}

#[cfg(target_os = "netbsd")]
mod flag {
    use std::fs;
    use std::os::netbsd::fs::MetadataExt;

    use nix::sys::stat::FileFlag;
    use nix::unistd::chflags;

    use super::{Path, io};

    /// The command that takes the flag away.
    pub(super) const LIFT: &str = "chflags noschg";

    pub(super) fn is_set(file: &Path) -> bool {
        fs::symlink_metadata(file)
            .is_ok_and(|metadata| flags_of(&metadata).contains(FileFlag::SF_IMMUTABLE))
    }

    pub(super) fn set(file: &Path) -> io::Result<()> {
        let flags = flags_of(&fs::metadata(file)?);
        Ok(chflags(file, flags | FileFlag::SF_IMMUTABLE)?)
    }

    fn flags_of(metadata: &fs::Metadata) -> FileFlag {
        FileFlag::from_bits_retain(metadata.st_flags().into())
    }
}

#[cfg(not(any(target_os = "linux", target_os = "netbsd")))]
mod flag {
    use super::{Path, io};

    /// The command that takes the flag away.
    pub(super) const LIFT: &str = "chflags noschg";

    pub(super) fn is_set(_: &Path) -> bool {
        false
    }

    pub(super) fn set(_: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// If the file is immutable, what to do about it.
pub(crate) fn advice(file: &Path) -> Option<String> {
    let shown = sigfile::printable(std::os::unix::ffi::OsStrExt::as_bytes(file.as_os_str()));
    flag::is_set(file).then(|| {
        format!("`{shown}' is immutable; make it replaceable with `{} {shown}'", flag::LIFT)
    })
}

/// Makes the file immutable.
pub(crate) fn set(file: &Path) -> io::Result<()> {
    flag::set(file)
}
