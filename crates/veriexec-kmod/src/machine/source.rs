//! A file that decides how the machine starts. It is opened once, and everything on the way to it is
//! looked at: what was found good is what is used.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{self, Path};

use nix::errno::Errno;
use nix::fcntl::{OFlag, openat, readlinkat};
use nix::sys::stat::{FileStat, Mode, SFlag, fstat};
use sigfile::printable;

/// The most bytes that are read: veriexecctl(8) takes no longer list.
const LIMIT: u64 = 1 << 30;

/// The most symbolic links that are followed, as in the kernel.
const LINKS: usize = 40;

/// A file that is open for reading.
#[derive(Debug)]
pub(crate) struct Source {
    /// Its path, without symbolic links.
    pub(crate) path: Vec<u8>,
    pub(crate) file: File,
    /// Who else can change it, or put another in its place, with what to do about it.
    pub(crate) objections: Vec<String>,
}

impl Source {
    /// Opens a regular file.
    ///
    /// # Errors
    /// It cannot be opened, or is no regular file.
    pub(crate) fn open(file: &Path) -> io::Result<Self> {
        Walk::begin(Path::new("/"), 0)?.to(&path::absolute(file)?)
    }

    /// All that it holds.
    ///
    /// # Errors
    /// It cannot be read, or has no end.
    pub(crate) fn text(&self) -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        (&self.file).rewind()?;
        let read = (&self.file).take(LIMIT.saturating_add(1)).read_to_end(&mut text)?;
        if read as u64 > LIMIT {
            return Err(io::Error::other(format!("more than {LIMIT} bytes; expected less")));
        }
        Ok(text)
    }
}

/// A way through directories, each of which is held open: what is looked at cannot be exchanged.
struct Walk {
    /// Whose everything must be.
    owner: u32,
    /// From the root to where it has come.
    directories: Vec<Directory>,
    /// What is still to be gone, the next name last.
    names: Vec<Vec<u8>>,
    links: usize,
    objections: Vec<String>,
}

struct Directory {
    name: Vec<u8>,
    opened: OwnedFd,
}

impl Walk {
    fn begin(root: &Path, owner: u32) -> io::Result<Self> {
        let opened: OwnedFd = File::open(root)?.into();
        let stat = fstat(&opened)?;
        let mut walk = Self {
            owner,
            directories: vec![Directory { name: Vec::new(), opened }],
            names: Vec::new(),
            links: 0,
            objections: Vec::new(),
        };
        walk.look_at(&[], &stat);
        Ok(walk)
    }

    /// Goes to the file, through all links that lead to it.
    fn to(mut self, file: &Path) -> io::Result<Source> {
        self.go_on(file.as_os_str().as_bytes());
        while let Some(name) = self.names.pop() {
            if name == b".." {
                // Above the root there is the root.
                if self.directories.len() > 1 {
                    self.directories.pop();
                }
                continue;
            }
            let looked = self.open(&name, OFlag::O_PATH)?;
            let stat = fstat(&looked)?;
            match kind(&stat) {
                SFlag::S_IFLNK => self.follow(&readlinkat(&looked, c"")?.into_vec())?,
                SFlag::S_IFDIR => {
                    self.look_at(&name, &stat);
                    self.directories.push(Directory { name, opened: looked });
                }
                _ if !self.names.is_empty() => return Err(Errno::ENOTDIR.into()),
                SFlag::S_IFREG => return self.arrive(&name),
                _ => break,
            }
        }
        Err(io::Error::other("not a regular file; expected one that holds text"))
    }

    fn arrive(mut self, name: &[u8]) -> io::Result<Source> {
        let file = File::from(self.open(name, OFlag::O_RDONLY | OFlag::O_NONBLOCK)?);
        let stat = fstat(&file)?;
        if kind(&stat) != SFlag::S_IFREG {
            return Err(io::Error::other("exchanged while it was opened; try again"));
        }
        self.look_at(name, &stat);
        Ok(Source { path: self.path_of(name), file, objections: self.objections })
    }

    fn open(&self, name: &[u8], how: OFlag) -> io::Result<OwnedFd> {
        let here = self.directories.last().ok_or(Errno::ENOENT)?;
        let flags = how | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC | OFlag::O_NOCTTY;
        Ok(openat(&here.opened, OsStr::from_bytes(name), flags, Mode::empty())?)
    }

    fn follow(&mut self, target: &[u8]) -> io::Result<()> {
        self.links = self.links.saturating_add(1);
        if self.links > LINKS {
            return Err(Errno::ELOOP.into());
        }
        if target.starts_with(b"/") {
            self.directories.truncate(1);
        }
        self.go_on(target);
        Ok(())
    }

    /// Goes to a path before all else.
    fn go_on(&mut self, path: &[u8]) {
        let names = path.split(|byte| *byte == b'/').rev();
        let names = names.filter(|name| !matches!(name, [] | [b'.']));
        self.names.extend(names.map(<[u8]>::to_vec));
    }

    fn path_of(&self, name: &[u8]) -> Vec<u8> {
        let directories = self.directories.iter().skip(1).map(|directory| &directory.name[..]);
        let mut path = Vec::new();
        for name in directories.chain([name]) {
            path.push(b'/');
            path.extend(name);
        }
        path
    }

    fn look_at(&mut self, name: &[u8], stat: &FileStat) {
        let path = self.path_of(name);
        for objection in objections(&path, stat, self.owner) {
            // More than one link may lead through it.
            if !self.objections.contains(&objection) {
                self.objections.push(objection);
            }
        }
    }
}

fn kind(stat: &FileStat) -> SFlag {
    SFlag::from_bits_truncate(stat.st_mode) & SFlag::S_IFMT
}

/// Who but the owner could write the file, or make one in the directory.
fn objections(path: &[u8], stat: &FileStat, owner: u32) -> Vec<String> {
    let path = printable(path);
    let mut found = Vec::new();
    if stat.st_uid != owner {
        found.push(format!("{path} is user {}'s, expected root's: chown root {path}", stat.st_uid));
    }
    let mode = stat.st_mode & 0o7777;
    let others = match (mode & 0o020 != 0, mode & 0o002 != 0) {
        (false, false) => return found,
        (true, false) => "its group",
        (_, true) => "others",
    };
    // A sticky directory is meant for everybody: what is in it belongs elsewhere.
    let what_to_do = match mode & 0o1000 == 0 {
        true => format!("chmod go-w {path}"),
        false => "keep the file elsewhere".to_owned(),
    };
    found.push(format!("{path} can be written by {others}, mode {mode:04o}: {what_to_do}"));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
    use tempfile::TempDir;

    /// A root of the tests' own, in which `/etc/conf` is a file.
    fn tree() -> TempDir {
        let tree = tempfile::tempdir().unwrap();
        for directory in ["", "etc", "srv", "srv/a"] {
            let directory = tree.path().join(directory);
            let _ = fs::create_dir(&directory);
            chmod(&directory, 0o755);
        }
        for file in ["etc/conf", "srv/a/conf"] {
            fs::write(tree.path().join(file), file).unwrap();
            chmod(&tree.path().join(file), 0o644);
        }
        tree
    }

    fn chmod(path: &Path, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    fn open(tree: &TempDir, file: &str) -> io::Result<Source> {
        let owner = tree.path().metadata()?.uid();
        Walk::begin(tree.path(), owner)?.to(Path::new(file))
    }

    fn objections(tree: &TempDir, file: &str) -> Vec<String> {
        open(tree, file).unwrap().objections
    }

    #[test]
    fn what_is_only_the_owners_is_read_without_an_objection() {
        let tree = tree();
        let source = open(&tree, "/etc/conf").unwrap();
        assert_eq!((&source.path[..], &source.objections[..]), (&b"/etc/conf"[..], &[][..]));
        for _ in 0..2 {
            assert_eq!(source.text().unwrap(), b"etc/conf");
        }
    }

    #[test]
    fn each_that_others_can_write_is_named_with_what_to_do() {
        let tree = tree();
        chmod(&tree.path().join("etc/conf"), 0o664);
        let expected = "/etc/conf can be written by its group, mode 0664: chmod go-w /etc/conf";
        assert_eq!(objections(&tree, "/etc/conf"), [expected]);
        chmod(&tree.path().join("etc"), 0o1777);
        chmod(tree.path(), 0o757);
        assert_eq!(
            objections(&tree, "/etc/conf"),
            [
                "/ can be written by others, mode 0757: chmod go-w /",
                "/etc can be written by others, mode 1777: keep the file elsewhere",
                expected,
            ]
        );
    }

    #[test]
    fn so_is_each_that_somebody_else_owns() {
        let tree = tree();
        let owner = tree.path().metadata().unwrap().uid();
        let source = Walk::begin(tree.path(), owner + 1).unwrap().to(Path::new("/etc/conf"));
        let objections = source.unwrap().objections;
        let expected = ["/", "/etc", "/etc/conf"]
            .map(|path| format!("{path} is user {owner}'s, expected root's: chown root {path}"));
        assert_eq!(objections, expected);
    }

    #[test]
    fn links_are_followed_and_both_ways_are_looked_at() {
        let tree = tree();
        symlink("../srv/./link/../a/conf", tree.path().join("etc/link")).unwrap();
        symlink("/../../srv/a", tree.path().join("srv/link")).unwrap();
        let source = open(&tree, "/etc/link").unwrap();
        assert_eq!(source.path, b"/srv/a/conf");
        assert_eq!(source.text().unwrap(), b"srv/a/conf");
        assert!(source.objections.is_empty());
        for directory in ["etc", "srv", "srv/a"] {
            chmod(&tree.path().join(directory), 0o775);
            let [objection] = &objections(&tree, "/etc/link")[..] else { panic!("{directory}") };
            assert!(objection.starts_with(&format!("/{directory} can be")), "{objection}");
            chmod(&tree.path().join(directory), 0o755);
        }
    }

    #[test]
    fn what_is_no_regular_file_is_refused() {
        let tree = tree();
        symlink("loop", tree.path().join("etc/loop")).unwrap();
        let error = |file: &str| open(&tree, file).unwrap_err();
        assert_eq!(error("/etc/loop").raw_os_error(), Some(Errno::ELOOP as i32));
        assert_eq!(error("/etc/none").kind(), io::ErrorKind::NotFound);
        assert_eq!(error("/none/conf").kind(), io::ErrorKind::NotFound);
        assert_eq!(error("/etc/conf/x").kind(), io::ErrorKind::NotADirectory);
        nix::unistd::mkfifo(&tree.path().join("etc/fifo"), Mode::S_IRWXU).unwrap();
        for file in ["/", "/etc", "/etc/..", "/etc/fifo"] {
            assert!(error(file).to_string().starts_with("not a regular file"), "{file}");
        }
    }

    #[test]
    fn a_name_is_shown_harmlessly() {
        let tree = tree();
        let file = tree.path().join("etc/\u{1b}");
        fs::write(&file, "").unwrap();
        chmod(&file, 0o666);
        let [objection] = &objections(&tree, "/etc/\u{1b}")[..] else { panic!() };
        assert!(objection.ends_with("chmod go-w /etc/\\x1b"), "{objection}");
    }
}
