//! Which functions of the kernel lead to the module, as was seen: `kern.veriexec.called`.

use anyhow::{Context, Result, bail};
use sigfile::printable;

/// What this system has no way to call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unreachable {
    /// System calls of 32-bit programs: the kernel takes none.
    NarrowCalls,
    /// Disks: there is none.
    Disks,
    /// A file system on a disk: the kernel knows of none.
    DiskFileSystems,
    /// Rings of io_uring(7): the kernel makes none.
    Rings,
}

impl Unreachable {
    /// Whether that function is called by such a way alone.
    fn covers(self, function: &str) -> bool {
        match self {
            Self::NarrowCalls => function.starts_with("__ia32_") || function.ends_with("_compat"),
            Self::Disks => {
                matches!(
                    function,
                    "blkdev_open"
                        | "blkdev_close"
                        | "blkdev_release"
                        | "blkdev_get_by_dev"
                        | "blkdev_put"
                        | "bdev_open"
                )
            }
            Self::DiskFileSystems => function == "blkdev_get_by_path",
            Self::Rings => function == "security_uring_cmd",
        }
    }
}

/// The functions that should lead to the module and did not, since it was loaded, though they were
/// called.
///
/// # Errors
/// The text is not what the module writes.
pub(crate) fn silent(called: &[u8], unreachable: &[Unreachable]) -> Result<Vec<String>> {
    let text = str::from_utf8(called).context("kern.veriexec.called")?;
    let mut silent = Vec::new();
    for line in text.lines() {
        let parsed = line.split_once(' ').map(|(name, calls)| (name, calls.parse::<u64>()));
        let Some((name, Ok(calls))) = parsed else {
            bail!(
                "kern.veriexec.called: expected a function and a number, found {}",
                printable(line.as_bytes())
            );
        };
        let is_excused = unreachable.iter().any(|way| way.covers(name));
        if calls == 0 && !is_excused {
            silent.push(name.to_owned());
        }
    }
    if text.is_empty() {
        bail!("kern.veriexec.called names no function");
    }
    Ok(silent)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALLED: &[u8] = b"security_file_open 812\nsecurity_file_ioctl_compat 0\nvfs_truncate 0\n\
                            blkdev_open 0\n__x64_sys_delete_module 3\n__ia32_sys_delete_module 0";

    #[test]
    fn what_was_not_called_is_named() {
        assert_eq!(
            silent(CALLED, &[]).unwrap(),
            [
                "security_file_ioctl_compat",
                "vfs_truncate",
                "blkdev_open",
                "__ia32_sys_delete_module",
            ]
        );
        assert_eq!(silent(b"security_file_open 1", &[]).unwrap(), [""; 0]);
    }

    #[test]
    fn what_cannot_be_called_here_is_excused_and_nothing_else() {
        let narrow = silent(CALLED, &[Unreachable::NarrowCalls]).unwrap();
        assert_eq!(narrow, ["vfs_truncate", "blkdev_open"]);
        let all = silent(CALLED, &[Unreachable::NarrowCalls, Unreachable::Disks]).unwrap();
        assert_eq!(all, ["vfs_truncate"]);
    }

    #[test]
    fn what_is_no_count_is_an_error() {
        for text in [&b""[..], b"vfs_truncate", b"vfs_truncate many", b"vfs_truncate -1", b"\xff"] {
            assert!(silent(text, &[]).is_err(), "{text:?}");
        }
    }
}
