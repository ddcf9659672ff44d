//! The regular files of a tree, under the names that are truly theirs.

use std::ffi::{CStr, OsStr};
use std::fs::{self, Metadata};
use std::io;
use std::mem;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rayon::{Scope, ThreadPool};
use rustix::fd::BorrowedFd;
use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, openat, statat};
use rustix::io::{Errno, retry_on_intr};

use crate::file::pseudo;
use crate::{Status, resolve_in};

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
    pub status: Status,
}

/// What a walk comes upon.
#[derive(Clone, Debug)]
pub enum Found {
    /// A regular file.
    File(FoundFile),
    /// What has no fingerprint, under the name by which it was come upon. A directory is one only
    /// where it is not entered.
    PassedOver(PathBuf, Other),
}

/// What is no regular file, or none that could have a fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Other {
    /// A directory.
    Directory,
    /// A symbolic link to a directory.
    LinkToDirectory,
    /// A socket, or a symbolic link to one.
    Socket,
    /// A FIFO, or a symbolic link to one.
    Fifo,
    /// A device, or a symbolic link to one.
    Device,
    /// A directory, or a symbolic link to a file, where the kernel shows what it knows: nothing is
    /// kept there.
    ShownByKernel,
    /// Something that this system has besides, or a symbolic link to it.
    Unknown,
}

impl Other {
    /// What something is that is no regular file.
    const fn of(kind: FileType) -> Self {
        match kind {
            FileType::Directory => Self::Directory,
            FileType::Socket => Self::Socket,
            FileType::Fifo => Self::Fifo,
            FileType::BlockDevice | FileType::CharacterDevice => Self::Device,
            _ => Self::Unknown,
        }
    }
}

/// Where to look for files.
#[derive(Clone, Copy, Debug)]
pub struct Walk<'a> {
    /// The directory, or a file.
    pub top: &'a Path,
    /// How far down to go.
    pub depth: Depth,
    /// The real path of a directory that is taken for the root: the top is in it, and symbolic links
    /// lead to where they would after chroot(2). Without it they lead to where they do.
    pub root: Option<&'a Path>,
}

/// Finds the regular files of a directory on the threads of a pool, some at a time; see
/// [`Batch::walk`](crate::Batch::walk).
pub(crate) fn walk(
    pool: &ThreadPool,
    walk: Walk<'_>,
    found: &(dyn Fn(Vec<Result<Found, TreeError>>) + Sync),
) {
    let mut walked = Gathered::new(found);
    let directory = enter(walk, &mut |file| walked.add(file));
    drop(walked);
    if let Some(directory) = directory {
        pool.scope(|scope| spread(scope, directory, walk, found));
    }
}

/// Reads a directory, and leaves those below it to whichever thread is free.
fn spread<'a>(
    scope: &Scope<'a>,
    directory: PathBuf,
    walk: Walk<'a>,
    found: &'a (dyn Fn(Vec<Result<Found, TreeError>>) + Sync),
) {
    let mut gathered = Gathered::new(found);
    read(&directory, walk.root, &mut |entry| match entry {
        Ok(Found::PassedOver(below, Other::Directory)) if walk.depth == Depth::All => {
            scope.spawn(move |scope| spread(scope, below, walk, found));
        }
        entry => gathered.add(entry),
    });
}

/// Some files that were found; those left over are told of when it is dropped.
struct Gathered<'a> {
    found: &'a (dyn Fn(Vec<Result<Found, TreeError>>) + Sync),
    files: Vec<Result<Found, TreeError>>,
}

impl<'a> Gathered<'a> {
    /// So many that threads seldom meet when they tell of them.
    const MOST: usize = 128;

    fn new(found: &'a (dyn Fn(Vec<Result<Found, TreeError>>) + Sync)) -> Self {
        Self { found, files: Vec::new() }
    }

    fn add(&mut self, file: Result<Found, TreeError>) {
        self.files.push(file);
        if self.files.len() >= Self::MOST {
            (self.found)(mem::take(&mut self.files));
        }
    }
}

impl Drop for Gathered<'_> {
    fn drop(&mut self) {
        if !self.files.is_empty() {
            (self.found)(mem::take(&mut self.files));
        }
    }
}

/// The regular file that a path leads to, or what else is there.
///
/// # Errors
/// [`TreeError`] if nothing is there, or nothing that could be looked at.
pub fn locate(path: &Path) -> Result<Found, TreeError> {
    let metadata = fs::metadata(path).map_err(|reason| unresolved(path, reason))?;
    resolve(path, &metadata)
}

/// The same of a path below a directory that is taken for the root, of which the real path is
/// given: symbolic links lead to where they would after chroot(2).
///
/// # Errors
/// As those of [`locate`]; their path is the whole path.
pub fn locate_in(root: &Path, path: &Path) -> Result<Found, TreeError> {
    let whole = || below(root, path);
    let found = resolve_in(root, path).and_then(|real| Ok((fs::symlink_metadata(&real)?, real)));
    let (metadata, path) = found.map_err(|reason| unresolved(&whole(), reason))?;
    if !metadata.is_file() {
        return Ok(Found::PassedOver(whole(), other(&metadata)));
    }
    Ok(Found::File(FoundFile { path, status: Status::of(&metadata) }))
}

/// A path below a root, seen from outside.
fn below(root: &Path, path: &Path) -> PathBuf {
    root.join(path.strip_prefix("/").unwrap_or(path))
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

/// The real path of a top, if that is a directory.
fn enter(walk: Walk<'_>, found: &mut dyn FnMut(Result<Found, TreeError>)) -> Option<PathBuf> {
    let Walk { top, root, .. } = walk;
    let real = match root {
        None => fs::canonicalize(top),
        Some(root) => resolve_in(root, top),
    };
    match real.and_then(|real| Ok((fs::metadata(&real)?, real))) {
        Err(reason) => {
            let top = root.map_or_else(|| top.to_owned(), |root| below(root, top));
            found(Err(unresolved(&top, reason)));
        }
        Ok((metadata, path)) if metadata.is_file() => {
            found(Ok(Found::File(FoundFile { path, status: Status::of(&metadata) })));
        }
        Ok((metadata, path)) if metadata.is_dir() => {
            if !pseudo::leads_into(&path) {
                return Some(path);
            }
            // Somebody named it, and must hear that nothing comes of it.
            let reason = "no files are kept there; the kernel shows what it knows";
            let reason = io::Error::new(io::ErrorKind::Unsupported, reason);
            found(Err(TreeError { path, attempt: Attempt::ReadDirectory, reason }));
        }
        Ok((metadata, path)) => found(Ok(Found::PassedOver(path, other(&metadata)))),
    }
    None
}

/// Finds what one directory holds, of which the real path is given.
fn read(directory: &Path, root: Option<&Path>, found: &mut dyn FnMut(Result<Found, TreeError>)) {
    let unread = |reason: Errno| {
        let path = directory.to_owned();
        Err(TreeError { path, attempt: Attempt::ReadDirectory, reason: reason.into() })
    };
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let opened = retry_on_intr(|| openat(CWD, directory, flags, Mode::empty()));
    let mut entries = match opened.and_then(Dir::new) {
        Ok(entries) => entries,
        Err(reason) => return found(unread(reason)),
    };
    if entries.fd().is_ok_and(pseudo::holds) {
        return found(Ok(Found::PassedOver(directory.to_owned(), Other::ShownByKernel)));
    }
    while let Some(entry) = entries.read() {
        let (entry, opened) = match entry.and_then(|entry| Ok((entry, entries.fd()?))) {
            Ok(both) => both,
            // It was removed meanwhile, and so it is empty.
            Err(Errno::NOENT) => return,
            // What cannot be read once will not be read the next time.
            Err(reason) => return found(unread(reason)),
        };
        let name = entry.file_name();
        if name == c"." || name == c".." {
            continue;
        }
        let kind = kind_of(opened, name, entry.file_type());
        found(of_entry(Place { directory, opened, root }, name, kind));
    }
}

/// What an entry is, also in a file system that does not say so in the directory.
fn kind_of(opened: BorrowedFd<'_>, name: &CStr, said: FileType) -> Result<FileType, Errno> {
    match said {
        FileType::Unknown => statat(opened, name, AtFlags::SYMLINK_NOFOLLOW)
            .map(|stat| FileType::from_raw_mode(stat.st_mode)),
        known => Ok(known),
    }
}

/// A directory that is being read.
#[derive(Clone, Copy)]
struct Place<'a> {
    directory: &'a Path,
    opened: BorrowedFd<'a>,
    /// What is taken for the root.
    root: Option<&'a Path>,
}

fn of_entry(
    place: Place<'_>,
    name: &CStr,
    kind: Result<FileType, Errno>,
) -> Result<Found, TreeError> {
    let Place { directory, opened, root } = place;
    let path = path_of(directory, name);
    // The root is a real path and no link was followed below it, so this is one too. It is looked
    // at from its directory, not all the way from the top.
    let looked_at = match kind {
        Ok(FileType::RegularFile) => statat(opened, name, AtFlags::SYMLINK_NOFOLLOW),
        Ok(FileType::Symlink) => {
            let inside = root.and_then(|root| Some((root, path.strip_prefix(root).ok()?)));
            let located = match inside {
                None => locate(&path),
                Some((root, inside)) => locate_in(root, inside),
            };
            return Ok(match located? {
                Found::File(file) if pseudo::leads_into(&file.path) => {
                    Found::PassedOver(path, Other::ShownByKernel)
                }
                Found::PassedOver(_, Other::Directory) => {
                    Found::PassedOver(path, Other::LinkToDirectory)
                }
                found => found,
            });
        }
        Ok(kind) => return Ok(Found::PassedOver(path, Other::of(kind))),
        Err(reason) => Err(reason),
    };
    match looked_at.map(|stat| (FileType::from_raw_mode(stat.st_mode), stat)) {
        Ok((FileType::RegularFile, stat)) => {
            Ok(Found::File(FoundFile { path, status: Status::of_stat(&stat) }))
        }
        // It is no longer what the directory said.
        Ok((kind, _)) => Ok(Found::PassedOver(path, Other::of(kind))),
        Err(reason) => Err(TreeError { path, attempt: Attempt::StatFile, reason: reason.into() }),
    }
}

/// The path of an entry in no more memory than it needs, since it may be one of millions.
fn path_of(directory: &Path, name: &CStr) -> PathBuf {
    let name = OsStr::from_bytes(name.to_bytes());
    let len = directory.as_os_str().len().saturating_add(name.len()).saturating_add(1);
    let mut path = PathBuf::with_capacity(len);
    path.push(directory);
    path.push(name);
    path
}

/// Finds the real path of what was seen to be there.
fn resolve(path: &Path, metadata: &Metadata) -> Result<Found, TreeError> {
    if !metadata.is_file() {
        return Ok(Found::PassedOver(path.to_owned(), other(metadata)));
    }
    match fs::canonicalize(path) {
        Ok(path) => Ok(Found::File(FoundFile { path, status: Status::of(metadata) })),
        Err(reason) => Err(TreeError { path: path.to_owned(), attempt: Attempt::RealPath, reason }),
    }
}

fn other(metadata: &Metadata) -> Other {
    Other::of(FileType::from_raw_mode(metadata.mode()))
}

fn unresolved(path: &Path, reason: io::Error) -> TreeError {
    let attempt = match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_symlink() => Attempt::StatLink,
        _ => Attempt::StatFile,
    };
    TreeError { path: path.to_owned(), attempt, reason }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::os::unix::fs::symlink;
    use std::sync::Mutex;

    use rustix::fs::mknodat;
    use tempfile::TempDir;

    use super::*;

    /// The paths found below `dir`, relative to it, and the errors.
    fn walked(dir: &TempDir, root: &str, depth: Depth) -> (Vec<String>, Vec<TreeError>) {
        let real = fs::canonicalize(dir.path()).unwrap();
        let root = dir.path().join(root);
        let walked = [1, 3].map(|threads| {
            let walked = Mutex::new((Vec::new(), Vec::new()));
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            walk(&pool, Walk { top: &root, depth, root: None }, &|found| {
                let mut walked = walked.lock().unwrap();
                for file in found {
                    match file {
                        Ok(Found::PassedOver(path, other)) => {
                            let name = path.strip_prefix(&real).unwrap_or(&path);
                            walked.0.push(format!("{other:?}: {}", name.display()));
                        }
                        Ok(Found::File(file)) => {
                            let metadata = fs::symlink_metadata(&file.path).unwrap();
                            assert_eq!(file.status, Status::of(&metadata));
                            assert_eq!(fs::canonicalize(&file.path).unwrap(), file.path);
                            let below = file.path.strip_prefix(&real).unwrap();
                            walked.0.push(below.to_str().unwrap().to_owned());
                        }
                        Err(error) => walked.1.push(error),
                    }
                }
            });
            let mut walked = walked.into_inner().unwrap();
            walked.0.sort();
            walked.1.sort_by(|one: &TreeError, other| one.path.cmp(&other.path));
            walked
        });
        let [alone, together] = walked;
        assert_eq!(together.0, alone.0);
        let texts = |errors: &[TreeError]| errors.iter().map(|e| format!("{e:?}")).collect();
        let [one, other]: [Vec<_>; 2] = [texts(&alone.1), texts(&together.1)];
        assert_eq!(one, other);
        alone
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
        assert_eq!(walked(&dir, "top", Depth::Children).0, ["Directory: top/sub", "top/a"]);
        let all = ["top/a", "top/sub/b", "top/sub/deep/c"];
        assert_eq!(walked(&dir, "top", Depth::All).0, all);
    }

    #[test]
    fn a_root_may_be_a_file_or_a_link() {
        let dir = tree();
        symlink("top/sub", dir.path().join("to-dir")).unwrap();
        symlink("top/a", dir.path().join("to-file")).unwrap();
        assert_eq!(walked(&dir, "outside", Depth::Children).0, ["outside"]);
        let to_dir = ["Directory: top/sub/deep", "top/sub/b"];
        assert_eq!(walked(&dir, "to-dir", Depth::Children).0, to_dir);
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
        let (files, others) = (&paths[3..], &paths[..3]);
        assert_eq!(files, ["outside", "top/a", "top/sub/b", "top/sub/deep/c"]);
        let links = ["LinkToDirectory: top/dir-link", "LinkToDirectory: top/sub/loop"];
        assert_eq!(others, ["Device: top/device-link", links[0], links[1]]);
        assert!(errors.is_empty(), "{errors:?}");
    }

    #[test]
    fn links_below_another_root_lead_to_where_they_would() {
        let dir = tree();
        let root = fs::canonicalize(dir.path()).unwrap().join("top");
        symlink("/sub/deep/c", root.join("absolute")).unwrap();
        symlink("../../../../a", root.join("sub/out")).unwrap();
        symlink("/outside", root.join("dangling")).unwrap();
        symlink("/sub/deep", root.join("to-dir")).unwrap();
        symlink("loop", root.join("loop")).unwrap();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        let walked = |top: &str| {
            let walked = Mutex::new((BTreeSet::new(), BTreeSet::new()));
            let top = Walk { top: Path::new(top), depth: Depth::All, root: Some(&root) };
            walk(&pool, top, &|found| {
                let mut walked = walked.lock().unwrap();
                for file in found {
                    match file {
                        Ok(Found::File(FoundFile { path, .. })) => walked.0.insert(path),
                        Ok(Found::PassedOver(path, other)) => {
                            assert_eq!(other, Other::LinkToDirectory, "{path:?}");
                            true
                        }
                        Err(TreeError { path, .. }) => walked.1.insert(path),
                    };
                }
            });
            walked.into_inner().unwrap()
        };
        let paths = |paths: &[&str]| paths.iter().map(|path| root.join(path)).collect();
        let all = (paths(&["a", "sub/b", "sub/deep/c"]), paths(&["dangling", "loop"]));
        assert_eq!(walked("/"), all);
        assert_eq!(walked("/to-dir"), (paths(&["sub/deep/c"]), paths(&[])));
        assert_eq!(walked("/sub"), (paths(&["a", "sub/b", "sub/deep/c"]), paths(&[])));
        assert_eq!(walked("/none"), (paths(&[]), paths(&["none"])));
        let located = |path: &str| match locate_in(&root, Path::new(path)).unwrap() {
            Found::File(file) => file.path,
            Found::PassedOver(path, other) => panic!("{path:?} is {other:?}"),
        };
        assert_eq!(located("/sub/out"), root.join("a"));
        assert_eq!(located("absolute"), root.join("sub/deep/c"));
        let directory = locate_in(&root, Path::new("/to-dir")).unwrap();
        assert!(
            matches!(directory, Found::PassedOver(path, Other::Directory) if path == root.join("to-dir"))
        );
        let error = locate_in(&root, Path::new("/dangling")).unwrap_err();
        assert_eq!((error.path, error.attempt), (root.join("dangling"), Attempt::StatLink));
    }

    #[test]
    fn nothing_is_lost_in_large_directories_and_many() {
        let dir = tempfile::tempdir().unwrap();
        let mut expected = Vec::new();
        for directory in 0..20 {
            let name = format!("d{directory:02}/e/f");
            fs::create_dir_all(dir.path().join(&name)).unwrap();
            for file in 0..directory * directory {
                expected.push(format!("{name}/{file:03}"));
                fs::write(dir.path().join(&expected[expected.len() - 1]), "").unwrap();
            }
        }
        let (paths, errors) = walked(&dir, "", Depth::All);
        assert_eq!(paths, expected);
        assert!(errors.is_empty(), "{errors:?}");
    }

    #[test]
    fn what_is_no_file_is_passed_over() {
        let dir = tempfile::tempdir().unwrap();
        mknodat(CWD, dir.path().join("fifo"), FileType::Fifo, Mode::RWXU, 0).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(dir.path().join("socket")).unwrap();
        let (paths, errors) = walked(&dir, "", Depth::All);
        assert_eq!(paths, ["Fifo: fifo", "Socket: socket"]);
        assert!(errors.is_empty(), "{errors:?}");
        assert_eq!(walked(&dir, "fifo", Depth::All).0, ["Fifo: fifo"]);
        let there = |name: &str| match locate(&dir.path().join(name)).unwrap() {
            Found::PassedOver(_, other) => Some(other),
            Found::File(_) => None,
        };
        assert_eq!(there("fifo"), Some(Other::Fifo));
        assert_eq!(there(""), Some(Other::Directory));
        fs::write(dir.path().join("file"), "").unwrap();
        assert_eq!(there("file"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_only_the_kernel_shows_is_passed_over() {
        let dir = tree();
        symlink("/proc/self/mounts", dir.path().join("top/mtab")).unwrap();
        symlink("/sys", dir.path().join("top/sys")).unwrap();
        let (paths, errors) = walked(&dir, "top", Depth::Children);
        let passed_over =
            ["Directory: top/sub", "LinkToDirectory: top/sys", "ShownByKernel: top/mtab"];
        assert_eq!((&paths[..3], &*paths[3]), (&passed_over.map(String::from)[..], "top/a"));
        assert!(errors.is_empty(), "{errors:?}");
        symlink("/sys", dir.path().join("root")).unwrap();
        let (paths, errors) = walked(&dir, "root", Depth::All);
        assert!(paths.is_empty(), "{paths:?}");
        assert_eq!((&*errors[0].path, errors.len()), (Path::new("/sys"), 1));
    }

    #[test]
    fn broken_links_are_errors_and_do_not_end_the_walk() {
        let dir = tree();
        symlink("nowhere", dir.path().join("top/dangling")).unwrap();
        symlink("self", dir.path().join("top/self")).unwrap();
        let (paths, errors) = walked(&dir, "top", Depth::Children);
        assert_eq!(paths, ["Directory: top/sub", "top/a"]);
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
