//! The tree whose files are listed: that of this machine, or one below another root.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sigfile::printable;

use crate::bytes;

/// As many symbolic links are followed: Linux follows no more.
const LINKS: usize = 40;

/// Where listed paths are looked up.
#[derive(Debug)]
pub(crate) struct Tree {
    /// The directory that will be the root, without symbolic links, if that is another.
    root: Option<PathBuf>,
}

impl Tree {
    pub(crate) fn new(root: Option<&Path>) -> Result<Self> {
        let Some(root) = root else { return Ok(Self { root: None }) };
        let name = || format!("`{}'", printable(bytes(root)));
        let real = fs::canonicalize(root).with_context(name)?;
        if !fs::metadata(&real).with_context(name)?.is_dir() {
            anyhow::bail!("{} is no directory", name());
        }
        Ok(Self { root: Some(real).filter(|real| real != Path::new("/")) })
    }

    /// Where the file that a path of the tree leads to is. Below another root no symbolic link
    /// leads out of it.
    pub(crate) fn place(&self, path: &[u8]) -> io::Result<PathBuf> {
        let path = Path::new(OsStr::from_bytes(path));
        match &self.root {
            None => Ok(path.to_owned()),
            Some(root) => fingerprint::resolve_in(root, path),
        }
    }

    /// The path, without symbolic links, of a name that nothing is there for; `None` if there is
    /// something, or it cannot be said.
    pub(crate) fn path_of_missing(&self, name: &[u8]) -> Option<Vec<u8>> {
        let mut name = name.to_vec();
        for _ in 0..LINKS {
            let at = name.iter().rposition(|byte| *byte == b'/')?;
            let (directory, last) = (name.get(..at)?, name.get(at + 1..)?);
            let above = if directory.is_empty() { b"/" } else { directory };
            let above = match self.place(above).and_then(fs::canonicalize) {
                Ok(above) => above,
                Err(error) if is_missing(&error) => {
                    return Some([&self.path_of_missing(directory)?, &b"/"[..], last].concat());
                }
                Err(_) => return None,
            };
            let place = above.join(OsStr::from_bytes(last));
            match fs::read_link(&place) {
                Ok(target) => {
                    let target = bytes(&target);
                    let relative = [&self.path(&above), &b"/"[..], target].concat();
                    name = if target.starts_with(b"/") { target.to_vec() } else { relative };
                }
                Err(error) if is_missing(&error) => return Some(self.path(&place).into_owned()),
                Err(_) => return None,
            }
        }
        None
    }

    /// The path that a file has in the tree.
    pub(crate) fn path<'a>(&self, place: &'a Path) -> Cow<'a, [u8]> {
        let below = self.root.as_ref().and_then(|root| place.strip_prefix(root).ok());
        match below {
            None => bytes(place).into(),
            Some(below) => [b"/", bytes(below)].concat().into(),
        }
    }
}

/// Whether the error says that nothing is there. No other says anything of what is.
pub(crate) fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn another_root_holds_its_links_in() {
        let dir = tempfile::tempdir().unwrap();
        let real = fs::canonicalize(dir.path()).unwrap();
        fs::create_dir_all(real.join("usr/bin")).unwrap();
        fs::write(real.join("usr/bin/env"), "").unwrap();
        symlink("/usr/bin", real.join("bin")).unwrap();
        let tree = Tree::new(Some(dir.path())).unwrap();
        let place = tree.place(b"/bin/env").unwrap();
        assert_eq!(place, real.join("usr/bin/env"));
        assert_eq!(tree.path(&place), &b"/usr/bin/env"[..]);
        assert!(tree.place(b"/bin/none").is_err());
    }

    #[test]
    fn what_is_not_there_has_one_path_by_whatever_name() {
        let dir = tempfile::tempdir().unwrap();
        let real = fs::canonicalize(dir.path()).unwrap();
        fs::create_dir_all(real.join("usr/bin")).unwrap();
        fs::write(real.join("usr/bin/env"), "").unwrap();
        symlink("usr/bin", real.join("bin")).unwrap();
        symlink("../bin/gone", real.join("usr/link")).unwrap();
        symlink("/bin/link", real.join("usr/bin/link")).unwrap();
        let tree = Tree::new(Some(dir.path())).unwrap();
        let missing = |name: &str| {
            let path = tree.path_of_missing(name.as_bytes())?;
            Some(String::from_utf8(path).unwrap())
        };
        for name in ["/usr/bin/gone", "/bin/gone", "/usr/link", "/bin/../bin/gone"] {
            assert_eq!(missing(name).as_deref(), Some("/usr/bin/gone"), "{name}");
        }
        assert_eq!(missing("/bin/no/such/file").as_deref(), Some("/usr/bin/no/such/file"));
        assert_eq!(missing("/no/file").as_deref(), Some("/no/file"));
        for name in ["/bin/env", "/usr", "/", "", "relative", "/bin/link"] {
            assert_eq!(missing(name), None, "{name}");
        }
    }

    #[test]
    fn the_root_itself_is_no_other() {
        let tree = Tree::new(Some(Path::new("/"))).unwrap();
        assert_eq!(tree.place(b"/a/../b").unwrap(), Path::new("/a/../b"));
        assert_eq!(tree.path(Path::new("/a")), &b"/a"[..]);
        assert!(Tree::new(Some(Path::new("/dev/null"))).is_err());
    }
}
