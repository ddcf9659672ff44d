//! The trees that are fingerprinted. Those that are made have the same bytes each time.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::ValueEnum;
use walkdir::WalkDir;

/// Bytes that are written at once.
const CHUNK: usize = 1 << 20;

/// As many files as a directory has.
const IN_DIRECTORY: u64 = 200;

/// A kind of tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Corpus {
    /// 200,000 files of up to 8 KiB
    Small,
    /// 20,000 files of 512 bytes to 1 MiB, as many of each order of magnitude
    Mixed,
    /// Four files of 1 GiB
    Large,
    /// The machine's own /usr
    Usr,
}

impl Corpus {
    pub(crate) const ALL: [Self; 4] = [Self::Mixed, Self::Small, Self::Large, Self::Usr];

    /// Makes it, unless it is there.
    pub(crate) fn make(self, place: &Path) -> Result<Tree> {
        let (name, what) = match self {
            Self::Small => ("small", "many small files"),
            Self::Mixed => ("mixed", "files of all sizes"),
            Self::Large => ("large", "few large files"),
            Self::Usr => return Tree::count("/usr".into(), "the machine's own /usr"),
        };
        let path = place.join(name);
        if !path.exists() {
            eprintln!("making {}", path.display());
            let making = tempfile::tempdir_in(place)?;
            self.fill(making.path())?;
            fs::rename(making.path(), &path).with_context(|| path.display().to_string())?;
        }
        Tree::count(path, what)
    }

    fn fill(self, place: &Path) -> Result<()> {
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        let count = match self {
            Self::Small => 200_000,
            Self::Mixed => 20_000,
            Self::Large | Self::Usr => 4,
        };
        for number in 0..count {
            let directory = place.join((number / IN_DIRECTORY).to_string());
            if number % IN_DIRECTORY == 0 {
                fs::create_dir(&directory)?;
            }
            let size = match self {
                Self::Small => random.next() % (8 << 10),
                // 512 bytes, doubled up to eleven times, and what is between.
                Self::Mixed => {
                    let least = 512 << (random.next() % 11);
                    least + random.next() % least
                }
                Self::Large | Self::Usr => 1 << 30,
            };
            random.write(&directory.join(number.to_string()), size)?;
        }
        Ok(())
    }
}

/// A tree, and what is in it.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(crate) path: PathBuf,
    /// In a few words.
    pub(crate) what: &'static str,
    pub(crate) files: u64,
    pub(crate) bytes: u64,
}

impl Tree {
    fn count(path: PathBuf, what: &'static str) -> Result<Self> {
        let mut tree = Self { path, what, files: 0, bytes: 0 };
        for entry in WalkDir::new(&tree.path) {
            let entry = entry?;
            if entry.file_type().is_file() {
                tree.files += 1;
                tree.bytes += entry.metadata()?.len();
            }
        }
        Ok(tree)
    }
}

/// Numbers that look random, by Marsaglia's xorshift (Journal of Statistical Software 8, 2003).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn write(&mut self, path: &Path, size: u64) -> Result<()> {
        let mut file = File::create(path).with_context(|| path.display().to_string())?;
        let mut left = usize::try_from(size)?;
        while left > 0 {
            let length = left.min(CHUNK);
            let words = length.div_ceil(8);
            let chunk: Vec<u8> = (0..words).flat_map(|_| self.next().to_le_bytes()).collect();
            file.write_all(chunk.get(..length).unwrap_or_default())?;
            left -= length;
        }
        Ok(())
    }
}
