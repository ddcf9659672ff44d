//! The regular files of a tree, under the names that are truly theirs.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

/// How far down a walk goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// What a directory itself holds, and not what its directories hold.
    Children,
    /// Everything below.
    All,
}

/// A regular file.
#[derive(Clone, Debug)]
pub struct FoundFile {
    /// Its absolute path, without symbolic links.
    pub path: PathBuf,
    /// What lstat(2) says of that path.
    pub metadata: Metadata,
}

/// Finds the regular files of a directory, in no order that could be relied on.
///
/// A symbolic link stands for the regular file that it leads to, wherever that is, so that the
/// same file may be found more than once; links to directories are not entered. Directories,
/// devices, FIFOs and sockets are passed over and never opened. If the root is, or leads to, a
/// regular file, that is what is found.
pub fn walk(root: &Path, depth: Depth, found: &mut dyn FnMut(Result<FoundFile, TreeError>)) {
    let real = match fs::canonicalize(root) {
        Ok(real) => real,
        Err(reason) => return found(Err(unresolved(root, reason))),
    };
    let max_depth = match depth {
        Depth::Children => 1,
        Depth::All => usize::MAX,
    };
    for entry in WalkDir::new(real).max_depth(max_depth) {
        let file = match entry {
            Ok(entry) => of_entry(entry),
            Err(error) => Err(unread(root, error)),
        };
        if let Some(result) = file.transpose() {
            found(result);
        }
    }
}

/// The regular file that a path leads to; `None` if something else is there.
///
/// # Errors
/// [`TreeError`] if nothing is there, or nothing that could be looked at.
pub fn locate(path: &Path) -> Result<Option<FoundFile>, TreeError> {
    let metadata = fs::metadata(path).map_err(|reason| unresolved(path, reason))?;
    resolve(path, metadata)
}

/// Why something below a directory could not be looked at.
///
/// The text leaves the path to the caller, who knows how it can be printed.
#[derive(Debug, thiserror::Error)]
#[error("{reason}")]
pub struct TreeError {
    /// Where it is.
    pub path: PathBuf,
    /// What was tried.
    pub attempt: Attempt,
    /// Why it failed.
    pub reason: io::Error,
}

/// What was tried of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// To read a directory.
    ReadDirectory,
    /// To look at a file.
    StatFile,
    /// To look at what a symbolic link leads to.
    StatLink,
    /// To find the path without symbolic links.
    RealPath,
}

fn of_entry(entry: DirEntry) -> Result<Option<FoundFile>, TreeError> {
    let kind = entry.file_type();
    if kind.is_file() {
        // The root is a real path and no link was followed below it, so this is one too.
        let metadata = entry.metadata();
        let path = entry.into_path();
        match metadata {
            Ok(metadata) => Ok(Some(FoundFile { path, metadata })),
            Err(error) => {
                Err(TreeError { path, attempt: Attempt::StatFile, reason: reason_of(error) })
            }
        }
    } else if kind.is_symlink() {
        locate(entry.path())
    } else {
        Ok(None)
    }
}

/// Finds the real path of what was seen to be there.
fn resolve(path: &Path, metadata: Metadata) -> Result<Option<FoundFile>, TreeError> {
    if !metadata.is_file() {
        return Ok(None);
    }
    match fs::canonicalize(path) {
        Ok(path) => Ok(Some(FoundFile { path, metadata })),
        Err(reason) => Err(TreeError { path: path.to_owned(), attempt: Attempt::RealPath, reason }),
    }
}

fn unresolved(path: &Path, reason: io::Error) -> TreeError {
    let attempt = match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_symlink() => Attempt::StatLink,
        _ => Attempt::StatFile,
    };
    TreeError { path: path.to_owned(), attempt, reason }
}

fn unread(root: &Path, error: walkdir::Error) -> TreeError {
    let path = error.path().unwrap_or(root).to_owned();
    TreeError { path, attempt: Attempt::ReadDirectory, reason: reason_of(error) }
}

/// The bare reason: walkdir's own text has the path in it as it is.
fn reason_of(error: walkdir::Error) -> io::Error {
    error.into_io_error().unwrap_or_else(|| io::Error::other("directories form a loop"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::os::unix::fs::symlink;

    use rustix::fs::{CWD, FileType, Mode, mknodat};
    use tempfile::TempDir;

    use super::*;

    /// The paths found below `dir`, relative to it, and the errors.
    fn walked(dir: &TempDir, root: &str, depth: Depth) -> (Vec<String>, Vec<TreeError>) {
        let real = fs::canonicalize(dir.path()).unwrap();
        let mut paths = Vec::new();
        let mut errors = Vec::new();
        walk(&dir.path().join(root), depth, &mut |found| match found {
            Ok(file) => {
                assert!(file.metadata.is_file());
                assert_eq!(fs::canonicalize(&file.path).unwrap(), file.path);
                let below = file.path.strip_prefix(&real).unwrap();
                paths.push(below.to_str().unwrap().to_owned());
            }
            Err(error) => errors.push(error),
        });
        paths.sort();
        (paths, errors)
    }

    fn tree() -> TempDir {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("top/sub/deep")).unwrap();
        for file in ["top/a", "top/sub/b", "top/sub/deep/c", "outside"] {
            fs::write(dir.path().join(file), file).unwrap();
        }
        dir
    }

    #[test]
    fn the_depth_is_kept() {
        let dir = tree();
        assert_eq!(walked(&dir, "top", Depth::Children).0, ["top/a"]);
        let all = ["top/a", "top/sub/b", "top/sub/deep/c"];
        assert_eq!(walked(&dir, "top", Depth::All).0, all);
    }

    #[test]
    fn a_root_may_be_a_file_or_a_link() {
        let dir = tree();
        symlink("top/sub", dir.path().join("to-dir")).unwrap();
        symlink("top/a", dir.path().join("to-file")).unwrap();
        assert_eq!(walked(&dir, "outside", Depth::Children).0, ["outside"]);
        assert_eq!(walked(&dir, "to-dir", Depth::Children).0, ["top/sub/b"]);
        assert_eq!(walked(&dir, "to-file", Depth::All).0, ["top/a"]);
    }

    #[test]
    fn a_link_stands_for_a_regular_file_and_for_nothing_else() {
        let dir = tree();
        symlink("../outside", dir.path().join("top/link")).unwrap();
        symlink("sub/deep", dir.path().join("top/dir-link")).unwrap();
        symlink("..", dir.path().join("top/sub/loop")).unwrap();
        symlink("/dev/null", dir.path().join("top/device-link")).unwrap();
        let (paths, errors) = walked(&dir, "top", Depth::All);
        assert_eq!(paths, ["outside", "top/a", "top/sub/b", "top/sub/deep/c"]);
        assert!(errors.is_empty(), "{errors:?}");
    }

    #[test]
    fn what_is_no_file_is_passed_over() {
        let dir = tempfile::tempdir().unwrap();
        mknodat(CWD, dir.path().join("fifo"), FileType::Fifo, Mode::RWXU, 0).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(dir.path().join("socket")).unwrap();
        let (paths, errors) = walked(&dir, "", Depth::All);
        assert!(paths.is_empty() && errors.is_empty(), "{paths:?} {errors:?}");
        assert!(locate(&dir.path().join("fifo")).unwrap().is_none());
        assert!(locate(dir.path()).unwrap().is_none());
    }

    #[test]
    fn broken_links_are_errors_and_do_not_end_the_walk() {
        let dir = tree();
        symlink("nowhere", dir.path().join("top/dangling")).unwrap();
        symlink("self", dir.path().join("top/self")).unwrap();
        let (paths, errors) = walked(&dir, "top", Depth::Children);
        assert_eq!(paths, ["top/a"]);
        assert!(errors.iter().all(|error| error.attempt == Attempt::StatLink));
        let at: BTreeSet<_> = errors.iter().map(|error| error.path.file_name().unwrap()).collect();
        assert_eq!(at.into_iter().collect::<Vec<_>>(), ["dangling", "self"]);
    }

    #[test]
    fn a_missing_root_is_named() {
        let dir = tree();
        let (_, errors) = walked(&dir, "none", Depth::All);
        assert_eq!(errors[0].path, dir.path().join("none"));
        assert_eq!(errors[0].attempt, Attempt::StatFile);
        symlink("nowhere", dir.path().join("dangling")).unwrap();
        let error = locate(&dir.path().join("dangling")).unwrap_err();
        assert_eq!(error.attempt, Attempt::StatLink);
    }
}
