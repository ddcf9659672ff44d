//! One writer at a time, or several readers: as an exclusive device keeps others out.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};

/// The lock of a state file, held until it is dropped.
///
/// It is beside the state, `FILE.lock`: the state itself is replaced at each change, and a lock on
/// it would be left on the old one. The lock file stays when the lock goes; removing it would let
/// two hold it.
#[derive(Debug)]
pub(super) struct Lock {
    _held: Option<Flock<File>>,
}

impl Lock {
    /// Locks the state at once or not at all: `EBUSY` if another program is in the way.
    ///
    /// A reader makes no lock file: where there is none, nobody ever wrote. If it may not open the
    /// one there is, it goes without: the state is replaced as a whole, so that what is read is one
    /// state or the other.
    pub(super) fn take(state: &Path, exclusive: bool) -> io::Result<Self> {
        let file = match open(&path(state), exclusive) {
            Ok(file) => file,
            Err(error) if !exclusive && is_harmless(&error, state) => {
                return Ok(Self { _held: None });
            }
            Err(error) => return Err(error),
        };
        let kind =
            if exclusive { FlockArg::LockExclusiveNonblock } else { FlockArg::LockSharedNonblock };
        match Flock::lock(file, kind) {
            Ok(held) => Ok(Self { _held: Some(held) }),
            Err((_, Errno::EWOULDBLOCK)) => Err(Errno::EBUSY.into()),
            Err((_, errno)) => Err(errno.into()),
        }
    }
}

/// Where the lock of a state is.
pub(super) fn path(state: &Path) -> PathBuf {
    let mut name = OsString::from(state);
    name.push(".lock");
    name.into()
}

fn open(path: &Path, create: bool) -> io::Result<File> {
    let create = if create { libc::O_CREAT } else { 0 };
    OpenOptions::new()
        .read(true)
        // Reading is enough to lock it, and whoever made it may let others do no more. A link put
        // there by someone else must not have us create its target.
        .custom_flags(create | libc::O_NOFOLLOW | libc::O_NONBLOCK)
        .open(path)
}

/// Whether a reader can do without the lock that it did not get.
fn is_harmless(error: &io::Error, state: &Path) -> bool {
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => true,
        io::ErrorKind::NotFound => {
            let directory = state.parent().filter(|parent| !parent.as_os_str().is_empty());
            directory.unwrap_or(Path::new(".")).is_dir()
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_writer_is_alone_and_readers_share() {
        let dir = tempfile::tempdir().unwrap();
        let state = dir.path().join("state");
        let take = |exclusive| Lock::take(&state, exclusive);
        let busy = |result: io::Result<Lock>| {
            assert_eq!(result.unwrap_err().raw_os_error(), Some(libc::EBUSY));
        };

        let writer = take(true).unwrap();
        busy(take(true));
        busy(take(false));
        drop(writer);

        let readers = [take(false).unwrap(), take(false).unwrap()];
        busy(take(true));
        drop(readers);
        take(true).unwrap();
    }

    #[test]
    fn a_reader_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        let state = dir.path().join("state");
        let reader = Lock::take(&state, false).unwrap();
        assert!(!path(&state).exists());
        drop(reader);
        assert!(Lock::take(&state.join("below"), false).is_err(), "there is no such directory");
    }

    #[test]
    fn a_link_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let state = dir.path().join("state");
        let target = dir.path().join("target");
        std::os::unix::fs::symlink(&target, path(&state)).unwrap();
        assert!(Lock::take(&state, true).is_err());
        assert!(!target.exists());
    }
}
