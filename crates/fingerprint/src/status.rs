//! What the system says of a file, in few bytes: there may be millions of files.

use std::fs::Metadata;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::os::unix::fs::MetadataExt;

use rustix::fs::Stat;

/// What stat(2) says of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// The device that it is on.
    pub device: u64,
    /// Its number there.
    pub inode: u64,
    /// Its type and permissions.
    pub mode: u32,
    /// What it holds, as far as that can be told without reading it.
    pub version: Version,
}

/// What a file is at a moment: another file has another version, and so has the same file when
/// it was written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    size: u64,
    /// Which file it is, and when it was modified and changed, in as many bits as are needed for
    /// no two moments to look the same.
    stamp: u64,
}

impl Status {
    /// The status that metadata tell of.
    #[must_use]
    pub fn of(metadata: &Metadata) -> Self {
        let (device, inode, mode) = (metadata.dev(), metadata.ino(), metadata.mode());
        Self { device, inode, mode, version: Version::of(metadata) }
    }

    pub(crate) fn of_stat(stat: &Stat) -> Self {
        let (device, inode, mode) = (stat.st_dev, stat.st_ino, stat.st_mode);
        Self { device, inode, mode, version: Version::of_stat(stat) }
    }
}

impl Version {
    /// The version that metadata tell of.
    #[must_use]
    pub fn of(metadata: &Metadata) -> Self {
        let modified = (metadata.mtime(), metadata.mtime_nsec());
        let changed = (metadata.ctime(), metadata.ctime_nsec());
        Self::new((metadata.dev(), metadata.ino()), metadata.size(), modified, changed)
    }

    pub(crate) fn of_stat(stat: &Stat) -> Self {
        // Nanoseconds are of another type from machine to machine.
        let modified = (stat.st_mtime, stat.st_mtime_nsec as i64);
        let changed = (stat.st_ctime, stat.st_ctime_nsec as i64);
        let size = stat.st_size.cast_unsigned();
        Self::new((stat.st_dev, stat.st_ino), size, modified, changed)
    }

    fn new(file: (u64, u64), size: u64, modified: (i64, i64), changed: (i64, i64)) -> Self {
        let mut stamp = DefaultHasher::new();
        (file, modified, changed).hash(&mut stamp);
        Self { size, stamp: stamp.finish() }
    }

    /// How many bytes the file holds.
    #[must_use]
    pub const fn size(self) -> u64 {
        self.size
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn it_does_not_matter_who_asked() {
        for path in ["/", "/dev/null", "/proc/self/exe", "/etc/passwd"] {
            let stat = rustix::fs::stat(path).unwrap();
            assert_eq!(Status::of(&fs::metadata(path).unwrap()), Status::of_stat(&stat));
        }
    }
}
