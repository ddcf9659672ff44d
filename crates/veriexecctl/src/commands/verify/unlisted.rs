//! Files that a signatures file should list and does not.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use fingerprint::{Attempt, Batch, Depth, FileError, Found, FoundFile, Identity, TreeError};
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
        let searched = Mutex::new((found, Vec::new(), Vec::new()));
        batch.walk(top, Depth::All, |files| {
            let looked_at: Vec<_> = files.into_iter().map(|file| self.look(file, top)).collect();
            let mut searched = searched.lock().unwrap_or_else(PoisonError::into_inner);
            let (found, untold, errors) = &mut *searched;
            for looked_at in looked_at {
                match looked_at {
                    Ok(Looked::Unlisted(path)) => found.push(path),
                    Ok(Looked::Untold(path, error)) => untold.push((path, error)),
                    Ok(Looked::OfNoInterest) => {}
                    Err(error) if error.attempt == Attempt::StatLink => {}
                    Err(error) => errors.push(error),
                }
            }
        });
        // Threads find things when they do; what is said has an order.
        let searched = searched.into_inner().unwrap_or_else(PoisonError::into_inner);
        let (_, mut untold, mut errors) = searched;
        untold.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        for (path, error) in untold {
            let path = self.tree.path(&path);
            complaints.add(format_args!(
                "`{}' is not listed, and cannot be looked into to tell whether it is a shared \
                 library: {error}",
                printable(&path)
            ));
        }
        errors.sort_unstable_by(|one, other| one.path.cmp(&other.path));
        for error in errors {
            let path = self.tree.path(&error.path);
            let path = printable(&path);
            complaints.add(format_args!("`{path}': {error}"));
        }
    }

    fn look(&self, found: Result<Found, TreeError>, top: &Path) -> Result<Looked, TreeError> {
        let Found::File(FoundFile { path, status }) = found? else {
            return Ok(Looked::OfNoInterest);
        };
        // What a symbolic link leads to is below the directory itself, or not of interest.
        if !path.starts_with(top) || self.known.contains(&status.identity) {
            return Ok(Looked::OfNoInterest);
        }
        let asked = if self.all { Ok(true) } else { is_program_or_library(&path, &status) };
        Ok(match asked {
            Ok(true) => Looked::Unlisted(path),
            Ok(false) => Looked::OfNoInterest,
            Err(error) => Looked::Untold(path, error),
        })
    }
}

/// What is made of a file.
enum Looked {
    Unlisted(PathBuf),
    /// It may be one that should be listed.
    Untold(PathBuf, FileError),
    OfNoInterest,
}
