//! What a path leads to, as the hooks of a driver see it.

use std::fs::Metadata;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

/// What of it decides what the policy is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A regular file, which can be listed.
    Regular,
    /// A file that the kernel makes up, as those of proc(5): nothing is asked about it.
    MadeUp,
    /// A directory: about its new name is asked, and about what is mounted over it.
    Directory,
    /// A disk: about writing to it is asked.
    Disk,
    /// The memory, or what stands for it: about writing to it is asked.
    Memory,
    /// A device that takes commands as they are.
    PassThrough,
    /// Anything else that has a name: only about that is asked.
    Other,
}

impl Kind {
    /// What is at a place of this machine.
    pub(crate) fn of(place: &Path, metadata: &Metadata) -> Self {
        let kind = metadata.file_type();
        if kind.is_block_device() {
            return Self::Disk;
        }
        if kind.is_char_device() {
            return Self::of_character_device(metadata.rdev());
        }
        if kind.is_dir() {
            return Self::Directory;
        }
        if fingerprint::is_made_up(place) {
            return Self::MadeUp;
        }
        if kind.is_file() { Self::Regular } else { Self::Other }
    }

    /// By the numbers of Linux's devices.
    fn of_character_device(number: u64) -> Self {
        match (rustix::fs::major(number), rustix::fs::minor(number)) {
            _ if !cfg!(target_os = "linux") => Self::Other,
            // mem, kmem and port; msr(4)
            (1, 1 | 2 | 4) | (202, _) => Self::Memory,
            (major, minor) if may_lead_to_a_disk(major, minor) => Self::PassThrough,
            _ => Self::Other,
        }
    }

    /// What it is called, after the name of it and a colon; `None` of a regular file.
    pub(crate) fn text(self) -> Option<&'static str> {
        Some(match self {
            Self::Regular => return None,
            Self::MadeUp => "made up by the kernel; Veriexec is not asked about it",
            Self::Directory => {
                "a directory; Veriexec is asked about its new names, and about what is mounted over it"
            }
            Self::Disk => "a disk; Veriexec is asked about writing to it, and about its names",
            Self::Memory => "memory; Veriexec is asked about writing to it, and about its names",
            Self::PassThrough => {
                "a device that takes any command; Veriexec is asked about writing to it, and about \
                 its names"
            }
            Self::Other => "no regular file; Veriexec is asked about its names alone",
        })
    }
}

/// Whether the module asks about opening such a character device for write: `kmod/linux/devices`. One
/// that got a free number leads nowhere but by commands.
const fn may_lead_to_a_disk(major: u32, minor: u32) -> bool {
    match major {
        1 | 4..=7 | 13 | 14 | 29 | 81 | 89 | 99 | 108 | 116 | 128..=143 | 166 | 167 | 180 => false,
        188 | 189 | 203 | 204 | 226 | 229 | 234..=254 | 384..=511 => false,
        10 => !matches!(
            minor,
            ..128
                | 130
                | 131
                | 135
                | 183
                | 200
                | 203
                | 223
                | 224
                | 227..=229
                | 232
                | 234..=242
                | 256..
        ),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_os = "linux")]
    use super::*;

    #[cfg(target_os = "linux")]
    fn kind(path: &str) -> Kind {
        let path = Path::new(path);
        Kind::of(path, &path.metadata().unwrap())
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn each_kind_is_told() {
        assert_eq!(kind("/proc/meminfo"), Kind::MadeUp);
        assert_eq!(kind("/proc"), Kind::Directory);
        assert_eq!(kind("/dev/null"), Kind::Other);
        assert_eq!(kind(std::env::current_exe().unwrap().to_str().unwrap()), Kind::Regular);
        let number = rustix::fs::makedev(1, 1);
        assert_eq!(Kind::of_character_device(number), Kind::Memory);
        let kind = |major, minor| Kind::of_character_device(rustix::fs::makedev(major, minor));
        for (major, minor) in [(9, 0), (21, 0), (90, 0), (10, 221), (10, 231)] {
            assert_eq!(kind(major, minor), Kind::PassThrough);
        }
        for (major, minor) in
            [(5, 0), (136, 0), (240, 0), (511, 0), (10, 126), (10, 236), (10, 300)]
        {
            assert_eq!(kind(major, minor), Kind::Other);
        }
    }
}
