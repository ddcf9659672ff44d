//! The entries of a signatures file, by the files that they belong to.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use anyhow::Result;
use fingerprint::Identity;
use sigfile::Line;

use crate::answer::complaints::Complaints;
use crate::list::signatures;
use crate::machine::tree::Tree;

/// What a signatures file lists. An entry is of a file, whatever name it is listed or reached by.
#[derive(Debug)]
pub(crate) struct Listing {
    lines: Vec<Line>,
    /// The first line of each file, which is the one that a driver keeps.
    first: HashMap<Identity, usize>,
    /// The paths, without symbolic links, of the listed files that are not there.
    missing: HashSet<Vec<u8>>,
    /// Where the listed files are that are there.
    places: Vec<PathBuf>,
}

impl Listing {
    pub(crate) fn read(file: &Path, tree: &Tree, complaints: &mut Complaints) -> Result<Self> {
        let lines = signatures::good_lines(file, complaints)?;
        let mut first = HashMap::with_capacity(lines.len());
        let mut missing = HashSet::new();
        let mut places = Vec::new();
        for (index, line) in lines.iter().enumerate() {
            let found = tree.place(line.entry.path()).and_then(|place| {
                let metadata = place.metadata()?;
                Ok((place, metadata))
            });
            match found {
                Ok((place, metadata)) if metadata.is_file() => {
                    places.push(place);
                    first.entry(Identity::of(&metadata)).or_insert(index);
                }
                Ok(_) => {}
                Err(_) => missing.extend(tree.path_of_missing(line.entry.path())),
            }
        }
        Ok(Self { lines, first, missing, places })
    }

    /// Whether it lists nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The paths, without symbolic links, of what is listed and not there.
    pub(crate) fn missing(&self) -> &HashSet<Vec<u8>> {
        &self.missing
    }

    /// Where the listed files are that are there.
    pub(crate) fn places(&self) -> impl Iterator<Item = &Path> {
        self.places.iter().map(PathBuf::as_path)
    }

    /// The line that lists a file.
    pub(crate) fn line(&self, file: Identity) -> Option<&Line> {
        self.lines.get(*self.first.get(&file)?)
    }
}
