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
    fn the_root_itself_is_no_other() {
        let tree = Tree::new(Some(Path::new("/"))).unwrap();
        assert_eq!(tree.place(b"/a/../b").unwrap(), Path::new("/a/../b"));
        assert_eq!(tree.path(Path::new("/a")), &b"/a"[..]);
        assert!(Tree::new(Some(Path::new("/dev/null"))).is_err());
    }
}
