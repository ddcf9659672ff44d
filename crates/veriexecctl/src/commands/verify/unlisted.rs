//! Files that a signatures file should list and does not.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use fingerprint::{Attempt, Batch, Depth, Found, FoundFile, Identity};
use sigfile::{is_program_or_library, printable};

use crate::answer::complaints::Complaints;
use crate::bytes;
use crate::machine::tree::Tree;

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
        batch: &Batch,
        complaints: &mut Complaints,
    ) -> Vec<Vec<u8>> {
        let mut found = Vec::new();
        for directory in directories {
            let place = self.tree.place(bytes(directory)).and_then(fs::canonicalize);
            match place {
                Ok(place) => self.search(&place, batch, &mut found, complaints),
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

    fn search(
        &self,
        top: &Path,
        batch: &Batch,
        found: &mut Vec<PathBuf>,
        complaints: &mut Complaints,
    ) {
        let searched = Mutex::new((found, Vec::new()));
        batch.walk(top, Depth::All, |files| {
            let mut searched = searched.lock().unwrap_or_else(PoisonError::into_inner);
            for file in files {
                match file {
                    Ok(Found::File(file)) if self.is_unlisted(&file, top) => {
                        searched.0.push(file.path);
                    }
                    Ok(_) => {}
                    Err(error) if error.attempt == Attempt::StatLink => {}
                    Err(error) => searched.1.push(error),
                }
            }
        });
        // Threads find things when they do; what is said has an order.
        let (_, mut errors) = searched.into_inner().unwrap_or_else(PoisonError::into_inner);
        errors.sort_unstable_by(|one, other| one.path.cmp(&other.path));
        for error in errors {
            let path = self.tree.path(&error.path);
            let path = printable(&path);
            complaints.add(format_args!("`{path}': {error}"));
        }
    }

    fn is_unlisted(&self, file: &FoundFile, top: &Path) -> bool {
        // What a symbolic link leads to is below the directory itself, or not of interest.
        file.path.starts_with(top)
            && !self.known.contains(&file.status.identity)
            && (self.all || is_program_or_library(&file.path, file.status.mode))
    }
}
