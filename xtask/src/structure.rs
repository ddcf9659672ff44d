//! How many source files lie side by side: a folder that holds too many has more than one kind of
//! thing in it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use walkdir::{DirEntry, WalkDir};

use crate::command::root;

/// The most that a reader takes in at a glance.
const MOST: usize = 15;

const SOURCES: [&str; 5] = ["c", "h", "py", "rs", "sh"];

/// Folders of what is built or fetched, and not written.
const NOT_OURS: [&str; 3] = [".cache", ".git", "target"];

/// Checks that no folder of the repository holds more source files than one kind of thing is.
///
/// # Errors
/// Names each that does, with how many it holds.
pub(crate) fn check() -> Result<()> {
    let crowded = crowded(root())?;
    if crowded.is_empty() {
        return Ok(());
    }
    let lines = crowded.iter().map(|(folder, count)| format!("\n{}: {count}", folder.display()));
    bail!("expected at most {MOST} source files in a folder:{}", lines.collect::<String>());
}

fn crowded(tree: &Path) -> Result<BTreeMap<PathBuf, usize>> {
    let mut folders = BTreeMap::new();
    for entry in WalkDir::new(tree).into_iter().filter_entry(is_ours) {
        let entry = entry?;
        let path = entry.path();
        let is_source = path
            .extension()
            .is_some_and(|extension| SOURCES.iter().any(|source| extension == *source));
        if entry.file_type().is_file() && is_source {
            let folder = path.strip_prefix(tree)?.parent().unwrap_or(Path::new("")).to_owned();
            *folders.entry(folder).or_default() += 1;
        }
    }
    folders.retain(|_, count| *count > MOST);
    Ok(folders)
}

fn is_ours(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    let is_made = NOT_OURS.iter().any(|made| name == *made) || name.starts_with("target-");
    entry.depth() == 0 || !(entry.file_type().is_dir() && is_made)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_crowded_folder_is_found() {
        let tree = tempfile::tempdir().unwrap();
        for (folder, count) in [("src", MOST), ("src/more", MOST + 1), ("target/debug", 100)] {
            let folder = tree.path().join(folder);
            fs::create_dir_all(&folder).unwrap();
            for number in 0..count {
                fs::write(folder.join(format!("{number}.rs")), "").unwrap();
            }
            fs::write(folder.join("README.md"), "").unwrap();
        }
        let crowded = crowded(tree.path()).unwrap();
        assert_eq!(crowded, BTreeMap::from([(PathBuf::from("src/more"), MOST + 1)]));
    }
}
