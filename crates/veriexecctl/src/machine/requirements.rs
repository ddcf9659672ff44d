//! What the parts of a system do with files, as its own configuration says.

use std::collections::HashSet;
use std::fs::{self, Metadata};
use std::io::{self, Read as _};
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use crate::machine::tree::{Tree, is_missing};

/// As much of a configuration file is read, in bytes. None that a person writes comes near.
const LONGEST: u64 = 16 << 20;

/// What is done with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Deed {
    /// It is executed.
    Execute,
    /// It is loaded by a program that runs, as a module.
    Load,
    /// It is read.
    Read,
    /// It is written to, and made if it is not there.
    Write,
}

/// A file that a part of the system does something with.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Requirement {
    pub(crate) deed: Deed,
    /// A path of the tree; for what is loaded it may be a library's name.
    pub(crate) path: Vec<u8>,
    /// What does it: a path, a unit, or a part of the system.
    pub(crate) by: Vec<u8>,
}

/// Something that had to be read to know more, and could not be.
#[derive(Debug)]
pub(crate) struct Unread {
    pub(crate) path: Vec<u8>,
    pub(crate) by: Vec<u8>,
    pub(crate) reason: String,
}

/// What a system requires, as it is found out. Whatever is read to find it out, the system reads
/// too, so that it is required itself.
#[derive(Debug)]
pub(crate) struct Requirements<'a> {
    tree: &'a Tree,
    /// What was there once, by its path without symbolic links: it is missed where it is named.
    missed: &'a HashSet<Vec<u8>>,
    pub(crate) list: Vec<Requirement>,
    pub(crate) unread: Vec<Unread>,
    /// What could not be looked at for another reason than that it was not readable.
    pub(crate) skipped: Vec<String>,
    known: HashSet<Requirement>,
}

impl<'a> Requirements<'a> {
    pub(crate) fn new(tree: &'a Tree, missed: &'a HashSet<Vec<u8>>) -> Self {
        Self {
            tree,
            missed,
            list: Vec::new(),
            unread: Vec::new(),
            skipped: Vec::new(),
            known: HashSet::new(),
        }
    }

    /// Adds a file, whether it is there or not.
    pub(crate) fn add(&mut self, deed: Deed, path: &[u8], by: &[u8]) {
        let requirement = Requirement { deed, path: path.to_vec(), by: by.to_vec() };
        if self.known.insert(requirement.clone()) {
            self.list.push(requirement);
        }
    }

    /// Adds a file if it is there, and says whether it is.
    pub(crate) fn add_present(&mut self, deed: Deed, path: &[u8], by: &[u8]) -> bool {
        let present = self.file(path, by).is_some();
        if present {
            self.add(deed, path, by);
        }
        present
    }

    /// Adds a file if it is there or was once, and says whether it is there. What is gone is of
    /// no use, and what depends on it needs it all the same.
    pub(crate) fn add_known(&mut self, deed: Deed, path: &[u8], by: &[u8]) -> bool {
        let present = self.add_present(deed, path, by);
        if !present && let Some(path) = self.missed(path) {
            self.add(deed, &path, by);
        }
        present
    }

    /// The path, without symbolic links, of a file that was there once and is not.
    pub(crate) fn missed(&self, path: &[u8]) -> Option<Vec<u8>> {
        self.tree.path_of_missing(path).filter(|path| self.missed.contains(path))
    }

    /// What a file holds, if it is there.
    pub(crate) fn text(&mut self, path: &[u8], by: &[u8]) -> Option<Vec<u8>> {
        let (place, _) = self.file(path, by)?;
        let mut text = Vec::new();
        let read = fs::File::open(place).and_then(|file| file.take(LONGEST).read_to_end(&mut text));
        self.add(Deed::Read, path, by);
        self.known(read, path, by)?;
        Some(text)
    }

    /// The paths of what is in a directory, in their order, if it is there.
    pub(crate) fn entries(&mut self, directory: &[u8], by: &[u8]) -> Vec<Vec<u8>> {
        let names = self.tree.place(directory).and_then(|place| {
            let entries = fs::read_dir(place)?;
            entries.map(|entry| Ok(entry?.file_name().into_vec())).collect::<io::Result<Vec<_>>>()
        });
        let mut names = self.known(names, directory, by).unwrap_or_default();
        names.sort_unstable();
        names.iter().map(|name| joined(directory, name)).collect()
    }

    /// What a symbolic link says, if it is one.
    pub(crate) fn link(&self, path: &[u8]) -> Option<Vec<u8>> {
        let at = path.iter().rposition(|byte| *byte == b'/')?;
        let (directory, name) = path.split_at_checked(at)?;
        let directory = if directory.is_empty() { b"/" } else { directory };
        let place = self.tree.place(directory).ok()?;
        let link = fs::read_link(place.join(crate::path(name.get(1..)?))).ok()?;
        Some(link.into_os_string().into_vec())
    }

    /// The regular file that a path leads to, if there is one.
    pub(crate) fn file(&mut self, path: &[u8], by: &[u8]) -> Option<(PathBuf, Metadata)> {
        let found = self.tree.place(path).and_then(|place| {
            let metadata = place.metadata()?;
            Ok((place, metadata))
        });
        self.known(found, path, by).filter(|(_, metadata)| metadata.is_file())
    }

    /// What was found; what could not be looked at is noted.
    fn known<T>(&mut self, found: io::Result<T>, path: &[u8], by: &[u8]) -> Option<T> {
        match found {
            Ok(found) => Some(found),
            Err(error) if is_missing(&error) => None,
            Err(error) => {
                let unread =
                    Unread { path: path.to_vec(), by: by.to_vec(), reason: error.to_string() };
                if !self.unread.iter().any(|known| known.path == unread.path) {
                    self.unread.push(unread);
                }
                None
            }
        }
    }
}

pub(crate) fn joined(directory: &[u8], name: &[u8]) -> Vec<u8> {
    [directory, b"/", name].concat()
}

/// What is behind the last slash.
pub(crate) fn base_name(path: &[u8]) -> &[u8] {
    path.rsplit(|byte| *byte == b'/').next().unwrap_or(path)
}

/// The words of a line, without blanks.
pub(crate) fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty())
}

/// The lines of a file, without what stands behind a `#`, and without empty ones.
pub(crate) fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let uncommented = |line: &'_ [u8]| line.iter().position(|byte| *byte == b'#');
    text.split(|byte| *byte == b'\n')
        .map(move |line| uncommented(line).and_then(|end| line.get(..end)).unwrap_or(line))
        .map(<[u8]>::trim_ascii)
        .filter(|line| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn what_is_read_is_required() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("known"), "text").unwrap();
        symlink("/etc/known", dir.path().join("link")).unwrap();
        let tree = Tree::new(Some(dir.path())).unwrap();
        let missed = HashSet::new();
        let mut requirements = Requirements::new(&tree, &missed);
        assert_eq!(requirements.text(b"/known", b"me").unwrap(), b"text");
        assert_eq!(requirements.text(b"/known", b"me").unwrap(), b"text");
        assert_eq!(requirements.text(b"/none", b"me"), None);
        assert_eq!(requirements.text(b"/known/none", b"me"), None);
        assert_eq!(requirements.link(b"/link").unwrap(), b"/etc/known");
        assert_eq!(requirements.entries(b"/", b"me"), [b"//known".to_vec(), b"//link".to_vec()]);
        let read = Requirement { deed: Deed::Read, path: b"/known".to_vec(), by: b"me".to_vec() };
        assert_eq!(requirements.list, [read]);
        assert!(requirements.unread.is_empty());
    }

    #[test]
    fn what_cannot_be_looked_at_is_not_taken_for_absent() {
        let dir = tempfile::tempdir().unwrap();
        symlink("loop", dir.path().join("loop")).unwrap();
        let tree = Tree::new(Some(dir.path())).unwrap();
        let missed = HashSet::new();
        let mut requirements = Requirements::new(&tree, &missed);
        assert_eq!(requirements.text(b"/loop", b"me"), None);
        assert_eq!(requirements.entries(b"/loop", b"me"), Vec::<Vec<u8>>::new());
        let [unread] = &requirements.unread[..] else { panic!("{requirements:?}") };
        assert_eq!((&unread.path[..], &unread.by[..]), (&b"/loop"[..], &b"me"[..]));
    }

    #[test]
    fn comments_and_blanks_are_no_lines() {
        let found: Vec<_> = lines(b"# all\n\n  one two # more\nthree").collect();
        assert_eq!(found, [&b"one two"[..], b"three"]);
        assert_eq!(words(b" one\ttwo ").collect::<Vec<_>>(), [&b"one"[..], b"two"]);
        assert_eq!(base_name(b"/a/b"), b"b");
    }
}
