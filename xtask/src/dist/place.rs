//! The place that a tree is laid out in: nothing is there, or a tree that was laid out before.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;
use walkdir::WalkDir;

/// The directories that a tree has files in; a name that ends with `*` begins one.
const DIRECTORIES: [&str; 6] = [
    "usr/sbin/veriexec*",
    "usr/src/veriexec-*",
    "usr/share/man/man*",
    "usr/share/doc/veriexec/*",
    "usr/share/veriexec/*",
    "usr/lib/systemd/system/veriexec*",
];

/// A directory that may be replaced by a tree.
#[derive(Debug)]
pub(super) struct Place {
    directory: PathBuf,
    /// The directory beside it, in which the new tree grows.
    next: TempDir,
}

impl Place {
    /// Looks at what is there.
    ///
    /// # Errors
    /// When that is anything but a tree that was laid out before, or another's, who could change what
    /// is then copied over a system.
    pub(super) fn new(directory: &Path) -> Result<Self> {
        let directory = std::path::absolute(directory)?;
        let above =
            directory.parent().context("expected a directory to lay files out in, not /")?;
        fs::create_dir_all(above).with_context(|| above.display().to_string())?;
        let next = tempfile::Builder::new().prefix(".dist-").tempdir_in(above);
        let next = next.with_context(|| above.display().to_string())?;
        match fs::symlink_metadata(&directory) {
            Err(error) if error.kind() == ErrorKind::NotFound => (),
            found => {
                let found = found.with_context(|| directory.display().to_string())?;
                let ours = fs::metadata(next.path())?.uid();
                ensure!(
                    found.uid() == ours,
                    "{} belongs to user {}; expected one of user {ours}, or none",
                    directory.display(),
                    found.uid()
                );
                ensure!(
                    found.is_dir(),
                    "{} is no directory; expected one to lay files out in, or none",
                    directory.display()
                );
                only_a_tree(&directory)?;
            }
        }
        Ok(Self { directory, next })
    }

    /// Where the new tree grows.
    pub(super) fn next(&self) -> PathBuf {
        self.next.path().join("tree")
    }

    /// Puts the new tree where the old one was, if there was one.
    pub(super) fn replace(self) -> Result<PathBuf> {
        let failed = || self.directory.display().to_string();
        let old = self.next.path().join("old");
        match fs::rename(&self.directory, &old) {
            Err(error) if error.kind() == ErrorKind::NotFound => (),
            renamed => {
                renamed.with_context(failed)?;
                if let Err(error) = only_a_tree(&old) {
                    fs::rename(&old, &self.directory).with_context(failed)?;
                    return Err(error);
                }
            }
        }
        fs::rename(self.next(), &self.directory).with_context(failed)?;
        Ok(self.directory)
    }
}

/// Whether all that is in a directory is what a tree has.
fn only_a_tree(directory: &Path) -> Result<()> {
    for entry in WalkDir::new(directory).min_depth(1) {
        let entry = entry?;
        let name = entry.path().strip_prefix(directory)?;
        let known = name.to_str().is_some_and(|name| {
            DIRECTORIES.iter().any(|pattern| {
                let start = pattern.trim_end_matches('*');
                match entry.file_type().is_dir() {
                    true => name.starts_with(start) || start.starts_with(&format!("{name}/")),
                    false => entry.file_type().is_file() && name.starts_with(start),
                }
            })
        });
        if !known {
            bail!(
                "{} is not empty, and {} is nothing that was laid out there; expected a directory \
                 with nothing else in it, or none",
                directory.display(),
                name.display()
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// Lays out a file with a text, in a place.
    fn lay_out(directory: &Path, text: &str) -> Result<()> {
        let place = Place::new(directory)?;
        let file = place.next().join("usr/sbin/veriexecgen");
        fs::create_dir_all(file.parent().unwrap())?;
        fs::write(&file, text)?;
        assert_eq!(place.replace()?, directory);
        Ok(())
    }

    #[test]
    fn a_tree_replaces_an_older_one_and_nothing_of_that_stays() {
        let above = tempfile::tempdir().unwrap();
        let directory = above.path().join("target/dist");
        lay_out(&directory, "old").unwrap();
        let stale = directory.join("usr/src/veriexec-0.0.9/kmod.c");
        fs::create_dir_all(stale.parent().unwrap()).unwrap();
        fs::write(&stale, "").unwrap();
        lay_out(&directory, "new").unwrap();
        assert_eq!(fs::read(directory.join("usr/sbin/veriexecgen")).unwrap(), b"new");
        assert!(!stale.exists());
        assert_eq!(fs::read_dir(above.path().join("target")).unwrap().count(), 1);
        fs::remove_dir_all(directory.join("usr")).unwrap();
        lay_out(&directory, "newer").unwrap();
    }

    #[test]
    fn what_was_not_laid_out_stays() {
        for name in ["file", "usr/sbin/other", "usr/share/veriexec", "usr/share/man/whatis", "etc"]
        {
            let above = tempfile::tempdir().unwrap();
            let directory = above.path().join("dist");
            let file = directory.join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, "kept").unwrap();
            let text = Place::new(&directory).unwrap_err().to_string();
            assert!(text.contains(&format!("and {name} is nothing")), "{text}");
            assert_eq!(fs::read(&file).unwrap(), b"kept");
            assert_eq!(fs::read_dir(above.path()).unwrap().count(), 1, "{name}");
        }
    }

    #[test]
    fn what_comes_while_it_grows_stays_as_well() {
        let above = tempfile::tempdir().unwrap();
        let directory = above.path().join("dist");
        let place = Place::new(&directory).unwrap();
        fs::create_dir_all(place.next()).unwrap();
        fs::create_dir_all(directory.join("home")).unwrap();
        assert!(place.replace().is_err());
        assert!(directory.join("home").is_dir());
    }

    #[test]
    fn neither_links_nor_files_are_places() {
        let above = tempfile::tempdir().unwrap();
        let real = above.path().join("real");
        lay_out(&real, "").unwrap();
        symlink(&real, above.path().join("link")).unwrap();
        fs::write(above.path().join("file"), "").unwrap();
        for name in ["link", "file"] {
            let text = Place::new(&above.path().join(name)).unwrap_err().to_string();
            assert!(text.contains("is no directory"), "{text}");
        }
        symlink("/bin/sh", real.join("usr/sbin/veriexecctl")).unwrap();
        assert!(Place::new(&real).is_err());
        assert!(Place::new(Path::new("/")).is_err());
    }
}
