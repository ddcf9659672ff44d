//! The directory that a thread is in: files that follow one another are often of one.

use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fd::OwnedFd;
use rustix::fs::{CWD, Mode, OFlags, openat};
use rustix::io::retry_on_intr;

use crate::file::{self, FileError, OPEN_FLAGS};

/// How a directory is opened to be held: where the system can tell, without the right to list it.
const HOLD_FLAGS: OFlags = OFlags::DIRECTORY.union(OFlags::CLOEXEC).union(WITHOUT_LISTING);
#[cfg(target_os = "linux")]
const WITHOUT_LISTING: OFlags = OFlags::PATH;
#[cfg(not(target_os = "linux"))]
const WITHOUT_LISTING: OFlags = OFlags::RDONLY;

/// Opens one file after another, and not all the way from the top if it is in the same directory
/// as the one before.
#[derive(Debug)]
pub(crate) struct Directory {
    /// Where the last file was: its path up to the last slash.
    path: Vec<u8>,
    /// What is there, since the second file that was.
    held: Option<OwnedFd>,
    may_hold: bool,
}

impl Directory {
    /// None yet. If it may not hold a directory open, every file is opened by its path.
    pub(crate) const fn new(may_hold: bool) -> Self {
        Self { path: Vec::new(), held: None, may_hold }
    }

    /// Opens what is at that path, as [`file::open_anything`] does.
    pub(crate) fn open(&mut self, path: &Path) -> Result<File, FileError> {
        let bytes = path.as_os_str().as_bytes();
        let slash = bytes.iter().rposition(|byte| *byte == b'/');
        let (directory, name) = bytes.split_at(slash.map_or(0, |slash| slash.saturating_add(1)));
        if directory.is_empty() || name.is_empty() || !self.may_hold {
            return file::open_anything(path);
        }
        if self.path != directory {
            self.held = None;
            self.path.clear();
            self.path.extend_from_slice(directory);
            return file::open_anything(path);
        }
        let hold = || retry_on_intr(|| openat(CWD, directory, HOLD_FLAGS, Mode::empty())).ok();
        self.held = self.held.take().or_else(hold);
        let open = |held| retry_on_intr(|| openat(held, name, OPEN_FLAGS, Mode::empty()));
        if let Some(held) = &self.held
            && let Ok(file) = open(held)
        {
            return Ok(file.into());
        }
        let file = file::open_anything(path)?;
        // What is held is no longer what is there.
        self.held = None;
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{self, ErrorKind};
    use std::os::unix::fs::{MetadataExt, symlink};

    use super::*;

    fn held(directory: &Directory) -> Option<u64> {
        let held = directory.held.as_ref()?;
        Some(File::from(held.try_clone().unwrap()).metadata().unwrap().ino())
    }

    fn contents(directory: &mut Directory, path: &Path) -> String {
        io::read_to_string(directory.open(path).unwrap()).unwrap()
    }

    fn inode(path: &Path) -> Option<u64> {
        Some(fs::metadata(path).unwrap().ino())
    }

    #[test]
    fn a_directory_is_held_from_its_second_file_to_its_last() {
        let dir = tempfile::tempdir().unwrap();
        let [a, b, c] = ["one/a", "one/b", "two/c"].map(|name| dir.path().join(name));
        for path in [&a, &b, &c] {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, path.file_name().unwrap().as_bytes()).unwrap();
        }
        symlink("../two/c", dir.path().join("one/link")).unwrap();
        let mut directory = Directory::new(true);
        assert_eq!((contents(&mut directory, &a), held(&directory)), ("a".into(), None));
        let one = inode(&dir.path().join("one"));
        assert_eq!((contents(&mut directory, &b), held(&directory)), ("b".into(), one));
        let link = dir.path().join("one/link");
        assert_eq!((contents(&mut directory, &link), held(&directory)), ("c".into(), one));
        assert_eq!((contents(&mut directory, &c), held(&directory)), ("c".into(), None));
        assert_eq!((contents(&mut directory, &b), held(&directory)), ("b".into(), None));
        let mut forbidden = Directory::new(false);
        for _ in 0..3 {
            assert_eq!((contents(&mut forbidden, &a), held(&forbidden)), ("a".into(), None));
        }
    }

    #[test]
    fn a_directory_that_is_replaced_is_left() {
        let dir = tempfile::tempdir().unwrap();
        let [old, new] = ["directory", "new"].map(|name| dir.path().join(name));
        fs::create_dir(&old).unwrap();
        fs::create_dir(&new).unwrap();
        for name in ["a", "b"] {
            fs::write(old.join(name), "old").unwrap();
        }
        fs::write(new.join("c"), "new").unwrap();
        let mut directory = Directory::new(true);
        directory.open(&old.join("a")).unwrap();
        directory.open(&old.join("b")).unwrap();
        assert_eq!(held(&directory), inode(&old));
        fs::rename(&old, dir.path().join("aside")).unwrap();
        fs::rename(&new, &old).unwrap();
        assert_eq!(contents(&mut directory, &old.join("c")), "new");
        assert_eq!(held(&directory), None);
        assert_eq!(contents(&mut directory, &old.join("c")), "new");
        assert_eq!(held(&directory), inode(&old));
        fs::remove_dir_all(&old).unwrap();
        let error = directory.open(&old.join("c")).unwrap_err();
        assert!(matches!(error, FileError::Open(error) if error.kind() == ErrorKind::NotFound));
    }

    #[test]
    fn a_file_that_cannot_be_opened_costs_the_others_nothing() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["a", "b"] {
            fs::write(dir.path().join(name), name).unwrap();
        }
        symlink("loop", dir.path().join("loop")).unwrap();
        let mut directory = Directory::new(true);
        contents(&mut directory, &dir.path().join("a"));
        contents(&mut directory, &dir.path().join("b"));
        let by_its_path = file::open_anything(&dir.path().join("loop")).unwrap_err();
        let error = directory.open(&dir.path().join("loop")).unwrap_err();
        assert_eq!(error.to_string(), by_its_path.to_string());
        assert_eq!(held(&directory), inode(dir.path()));
    }
}
