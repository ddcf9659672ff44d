//! The system as a program sees it: what the subsystem asks, answered with std.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::UNIX_EPOCH;

use fingerprint::{Algorithm, Digest, FileError};
use veriexec::{Errno, FileId, FileKind, Located, Platform, Priority, Report};

/// What the driver said, for its log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// How urgent it is.
    pub priority: Priority,
    /// What a kernel would log, fit for a terminal.
    pub text: String,
    /// The same as JSON, [`Report::json`].
    pub json: String,
}

impl From<&Report<'_>> for LogLine {
    fn from(report: &Report<'_>) -> Self {
        let (text, json) = (report.to_string(), report.json().to_string());
        Self { priority: report.priority, text, json }
    }
}

/// The platform of the mock device.
#[derive(Debug, Default)]
pub(super) struct MockPlatform {
    log: RefCell<VecDeque<LogLine>>,
}

impl MockPlatform {
    /// How many lines the log keeps; older ones make room.
    const LOG_LINES: usize = 1000;

    /// Empties the log.
    pub(super) fn take_log(&self) -> Vec<LogLine> {
        self.log.take().into()
    }

    /// What has a name, even if that is a symbolic link.
    pub(super) fn locate_name(&self, path: &[u8]) -> Result<Located, Errno> {
        let path = Path::new(OsStr::from_bytes(path));
        let metadata = fs::symlink_metadata(path).map_err(|error| errno(&error))?;
        Ok(located(path, &metadata))
    }
}

impl Platform for MockPlatform {
    fn locate(&self, path: &[u8]) -> Result<Located, Errno> {
        let path = Path::new(OsStr::from_bytes(path));
        let metadata = fs::metadata(path).map_err(|error| errno(&error))?;
        Ok(located(path, &metadata))
    }

    fn supports(&self, _: Algorithm) -> bool {
        true
    }

    fn fingerprint(
        &self,
        path: &[u8],
        file: FileId,
        algorithm: Algorithm,
    ) -> Result<Digest, Errno> {
        let opened = fingerprint::open(Path::new(OsStr::from_bytes(path)))
            .map_err(|error| reading(&error))?;
        let metadata = opened.metadata().map_err(|error| errno(&error))?;
        if identity(&metadata) != file {
            return Err(Errno::STALE);
        }
        let (digest, _) =
            fingerprint::of_file(&opened, algorithm).map_err(|error| reading(&error))?;
        Ok(digest)
    }

    fn report(&self, report: &Report<'_>) {
        let mut log = self.log.borrow_mut();
        if log.len() == Self::LOG_LINES {
            log.pop_front();
        }
        log.push_back(report.into());
    }
}

fn located(path: &Path, metadata: &Metadata) -> Located {
    // As the Linux module has it, what a kernel makes up is nothing that could be listed.
    let kind = if metadata.is_file() {
        if fingerprint::is_made_up(path) { FileKind::Other } else { FileKind::Regular }
    } else if metadata.is_dir() {
        FileKind::Directory { mount_root: is_mount_root(path, metadata) }
    } else {
        FileKind::Other
    };
    Located { id: identity(metadata), kind }
}

/// Which file it is. An inode number is used again when its file is gone, and then the time of
/// birth is another; where the file system has none, it counts as 0.
fn identity(metadata: &Metadata) -> FileId {
    let born = metadata.created().ok().and_then(|born| born.duration_since(UNIX_EPOCH).ok());
    let generation = born.and_then(|born| u64::try_from(born.as_nanos()).ok()).unwrap_or(0);
    FileId { mount: metadata.dev(), inode: metadata.ino(), generation }
}

/// Whether what is above it is on another file system, or is itself.
fn is_mount_root(path: &Path, metadata: &Metadata) -> bool {
    fs::metadata(path.join(".."))
        .is_ok_and(|above| above.dev() != metadata.dev() || above.ino() == metadata.ino())
}

fn reading(error: &FileError) -> Errno {
    match error {
        FileError::Open(error) | FileError::Read(error) => errno(error),
        FileError::NotRegular(_) => Errno::STALE,
        FileError::Changed => Errno::AGAIN,
    }
}

/// An error that has no number is of a path that no system call takes.
pub(super) fn errno(error: &io::Error) -> Errno {
    error.raw_os_error().map_or(Errno::INVAL, Errno::from_raw)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;
    use veriexec::Message;

    fn locate(path: &Path) -> Result<Located, Errno> {
        MockPlatform::default().locate(path.as_os_str().as_bytes())
    }

    fn hashed(path: &Path, file: FileId) -> Result<Digest, Errno> {
        let platform = MockPlatform::default();
        platform.fingerprint(path.as_os_str().as_bytes(), file, Algorithm::Sha256)
    }

    #[test]
    fn a_file_is_the_same_by_all_its_names() {
        let dir = tempfile::tempdir().unwrap();
        let [file, hard, soft] = ["file", "hard", "soft"].map(|name| dir.path().join(name));
        fs::write(&file, "abc").unwrap();
        fs::hard_link(&file, &hard).unwrap();
        symlink("file", &soft).unwrap();
        let found = locate(&file).unwrap();
        assert_eq!(found.kind, FileKind::Regular);
        assert_eq!(locate(&hard), Ok(found));
        assert_eq!(locate(&soft), Ok(found));
        assert_eq!(
            hashed(&hard, found.id),
            Ok(fingerprint::Hasher::digest(Algorithm::Sha256, b"abc"))
        );
    }

    #[test]
    fn another_file_under_the_name_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let [file, other] = ["file", "other"].map(|name| dir.path().join(name));
        fs::write(&file, "abc").unwrap();
        let before = locate(&file).unwrap();
        fs::write(&other, "abc").unwrap();
        fs::rename(&other, &file).unwrap();
        assert_ne!(locate(&file).unwrap().id, before.id);
        assert_eq!(hashed(&file, before.id), Err(Errno::STALE));
    }

    #[test]
    fn the_time_of_birth_tells_files_with_one_inode_number_apart() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let metadata = file.as_file().metadata().unwrap();
        let born = metadata.created().map(|born| born.duration_since(UNIX_EPOCH).unwrap());
        let generation = locate(file.path()).unwrap().id.generation;
        assert_eq!(u128::from(generation), born.map_or(0, |born| born.as_nanos()));
    }

    #[test]
    fn kinds_and_mount_points_are_told_apart() {
        let dir = tempfile::tempdir().unwrap();
        let kind = |path: &str| locate(Path::new(path)).unwrap().kind;
        assert_eq!(kind("/"), FileKind::Directory { mount_root: true });
        assert_eq!(kind(dir.path().to_str().unwrap()), FileKind::Directory { mount_root: false });
        assert_eq!(kind("/dev/null"), FileKind::Other);
    }

    #[test]
    fn errors_are_those_of_the_system() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "").unwrap();
        assert_eq!(locate(&dir.path().join("none")), Err(Errno::NOENT));
        assert_eq!(locate(&file.join("below")), Err(Errno::NOTDIR));
        assert_eq!(locate(&dir.path().join("x".repeat(300))), Err(Errno::NAMETOOLONG));
        assert_eq!(locate(Path::new("")), Err(Errno::NOENT));
        let knot = dir.path().join("knot");
        symlink("knot", &knot).unwrap();
        assert_eq!(locate(&knot), Err(Errno::LOOP));
    }

    #[test]
    fn the_log_is_bounded_and_keeps_what_is_new() {
        let platform = MockPlatform::default();
        let report = |name: String| {
            platform.report(&Report::new(Priority::Notice, Message::NewEntry, name.as_bytes()));
        };
        (0..=MockPlatform::LOG_LINES).for_each(|index| report(format!("/{index}")));
        let log = platform.take_log();
        assert_eq!(log.len(), MockPlatform::LOG_LINES);
        assert_eq!(log[0].text, "Veriexec: New entry. [/1]");
        assert!(platform.take_log().is_empty());
    }
}
