//! What veriexecgen takes for ever more files: memory, and time.

use std::fs::{self, File};
use std::path::Path;

use anyhow::{Context, Result};

use super::corpus::Tree;
use super::peer::{self, Surroundings};
use super::run::Cost;

/// As many files as there are, each time.
const COUNTS: [u64; 3] = [10_000, 100_000, 1_000_000];

/// As many files as a directory has.
const IN_DIRECTORY: u64 = 1000;

/// What so many files take.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) files: u64,
    pub(crate) cost: Cost,
}

/// Measures trees of empty files.
pub(crate) fn measure(place: &Path, surroundings: &Surroundings) -> Result<Vec<Taken>> {
    let tree = tempfile::tempdir_in(place)?;
    let ours = peer::ALL.first().context("there is no tool")?;
    let mut made = 0;
    let mut taken = Vec::new();
    for files in COUNTS {
        for number in made..files {
            let directory = tree.path().join((number / IN_DIRECTORY).to_string());
            if number % IN_DIRECTORY == 0 {
                fs::create_dir(&directory)?;
            }
            File::create(directory.join(format!("{number:07}")))?;
        }
        made = files;
        let path = tree.path().to_owned();
        let corpus = Tree { path, what: "empty files", files, bytes: 0 };
        let costs = (0..3).map(|_| ours.run(&corpus, surroundings)).collect::<Result<Vec<_>>>()?;
        taken.push(Taken { files, cost: Cost::median(&costs)? });
    }
    Ok(taken)
}
