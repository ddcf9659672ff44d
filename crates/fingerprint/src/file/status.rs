//! What the system says of a file, in few bytes: there may be millions of files.

use std::fs::Metadata;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::os::unix::fs::MetadataExt;

use rustix::fs::Stat;

/// What stat(2) says of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// Which file it is.
    pub identity: Identity,
    /// Its type and permissions.
    pub mode: u32,
    /// Whether it has more names than one: hard links.
    pub linked: bool,
    /// What it holds, as far as that can be told without reading it.
    pub version: Version,
}

/// What a file is told by, whatever its name, as long as it exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    device: u64,
    inode: u64,
}

/// What a file is at a moment: another file has another version, and so has the same file when
/// it was written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
        let (identity, version) = (Identity::of(metadata), Version::of(metadata));
        Self { identity, mode: metadata.mode(), linked: metadata.nlink() > 1, version }
    }

    pub(crate) fn of_stat(stat: &Stat) -> Self {
        let (identity, version) = (Identity::of_stat(stat), Version::of_stat(stat));
        Self { identity, mode: stat.st_mode, linked: stat.st_nlink > 1, version }
    }
}

impl Identity {
    /// The identity that metadata tell of.
    #[must_use]
    pub fn of(metadata: &Metadata) -> Self {
        Self { device: metadata.dev(), inode: metadata.ino() }
    }

    const fn of_stat(stat: &Stat) -> Self {
        Self { device: stat.st_dev, inode: stat.st_ino }
    }
}

impl Version {
    /// The version that metadata tell of.
    #[must_use]
    pub fn of(metadata: &Metadata) -> Self {
        let modified = (metadata.mtime(), metadata.mtime_nsec());
        let changed = (metadata.ctime(), metadata.ctime_nsec());
        Self::new(Identity::of(metadata), metadata.size(), modified, changed)
    }

    pub(crate) fn of_stat(stat: &Stat) -> Self {
        // Nanoseconds are of another type from machine to machine.
        let modified = (stat.st_mtime, stat.st_mtime_nsec as i64);
        let changed = (stat.st_ctime, stat.st_ctime_nsec as i64);
        let size = stat.st_size.cast_unsigned();
        Self::new(Identity::of_stat(stat), size, modified, changed)
    }

    fn new(file: Identity, size: u64, modified: (i64, i64), changed: (i64, i64)) -> Self {
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
