//! Files that a signatures file should list and does not.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use fingerprint::{Attempt, Depth};
use sigfile::{is_program_or_library, printable};

use crate::bytes;
use crate::complaints::Complaints;
use crate::identity::Identity;
use crate::tree::Tree;

/// A search for them.
pub(crate) struct Unlisted<'a> {
    tree: &'a Tree,
    /// The listed files, by whatever name: an entry is of a file.
    known: HashSet<Identity>,
    /// Whether files count that are neither programs nor shared libraries.
    all: bool,
}

impl<'a> Unlisted<'a> {
    /// The signatures file cannot list itself.
    pub(crate) fn new(
        tree: &'a Tree,
        known: impl Iterator<Item = Identity>,
        signatures: &Path,
        all: bool,
    ) -> Self {
        let itself = fs::metadata(signatures).ok().map(|metadata| Identity::of(&metadata));
        Self { tree, known: known.chain(itself).collect(), all }
    }

    /// The paths of unlisted regular files below these directories, in the order of their bytes.
    pub(crate) fn below(
        &self,
        directories: &[PathBuf],
        complaints: &mut Complaints,
    ) -> Vec<Vec<u8>> {
        let mut found = Vec::new();
        for directory in directories {
            let place = self.tree.place(bytes(directory)).and_then(fs::canonicalize);
            match place {
                Ok(place) => self.search(&place, &mut found, complaints),
                Err(error) => {
                    complaints.add(format_args!("`{}': {error}", printable(bytes(directory))));
                }
            }
        }
        let mut found: Vec<_> =
            found.iter().map(|place| self.tree.path(place).into_owned()).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    fn search(&self, top: &Path, found: &mut Vec<PathBuf>, complaints: &mut Complaints) {
        fingerprint::walk(top, Depth::All, &mut |file| match file {
            // What a symbolic link leads to is below the directory itself, or not of interest.
            Ok(file) if !file.path.starts_with(top) => {}
            Ok(file) => {
                let listed = self.known.contains(&Identity::of_found(&file.status));
                let wanted = || self.all || is_program_or_library(&file.path, file.status.mode);
                if !listed && wanted() {
                    found.push(file.path);
                }
            }
            Err(error) if error.attempt == Attempt::StatLink => {}
            Err(error) => {
                let path = self.tree.path(&error.path);
                let path = printable(&path);
                complaints.add(format_args!("`{path}': {error}"));
            }
        });
    }
}
