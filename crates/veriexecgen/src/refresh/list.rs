//! The list of which some entries are brought up to date.

use std::ops::Range;
use std::path::Path;

use anyhow::{Result, bail};
use fingerprint::Algorithm;
use sigfile::{Entry, Placed, foreign, placed};

use crate::answer::faults::Faults;

/// A signatures file without a fault.
pub(super) struct List {
    /// Its entries, in its order.
    pub(super) entries: Vec<Placed>,
    /// The same in the order of the bytes of their paths.
    by_path: Vec<usize>,
}

impl List {
    /// Reads a file that holds these bytes.
    ///
    /// # Errors
    /// When it is a list of another program, or a line is wrong: what it was meant to list cannot be
    /// known. All such lines are reported.
    pub(super) fn read(file: &Path, bytes: &[u8], faults: &mut Faults) -> Result<Self> {
        if let Some(foreign) = foreign(bytes) {
            faults.add(foreign.in_file(file));
            bail!("nothing was written; name the list that is to be refreshed, or write a new one");
        }
        let mut entries = Vec::new();
        let mut wrong: usize = 0;
        for entry in placed(bytes) {
            match entry {
                Ok(entry) => entries.push(entry),
                Err(diagnostic) => {
                    faults.add(diagnostic.in_file(file));
                    wrong = wrong.saturating_add(1);
                }
            }
        }
        if wrong > 0 {
            bail!("nothing was written; correct the list first, or write a new one");
        }
        let mut by_path: Vec<_> = (0..entries.len()).collect();
        by_path.sort_by(|one, other| path(&entries, *one).cmp(path(&entries, *other)));
        Ok(Self { entries, by_path })
    }

    /// The algorithm of its first entry.
    pub(super) fn algorithm(&self) -> Option<Algorithm> {
        self.entries.first().map(|entry| entry.line.entry.algorithm())
    }

    /// What it says.
    pub(super) fn entry(&self, index: usize) -> Option<&Entry> {
        self.entries.get(index).map(|entry| &entry.line.entry)
    }

    /// The entries for that path.
    pub(super) fn at(&self, path: &[u8]) -> &[usize] {
        self.range(|listed| listed < path, |listed| listed <= path)
    }

    /// The entries for paths below that one.
    pub(super) fn below(&self, directory: &[u8]) -> &[usize] {
        let directory = directory.strip_suffix(b"/").unwrap_or(directory);
        let first = [directory, b"/"].concat();
        // The byte after the slash.
        let behind = [directory, b"0"].concat();
        self.range(|listed| listed < &*first, |listed| listed < &*behind)
    }

    /// The last entry of those whose path comes before that one.
    pub(super) fn before(&self, path: &[u8]) -> Option<&Placed> {
        let place = self.by_path.partition_point(|index| self.path(*index) < path);
        let index = self.by_path.get(place.checked_sub(1)?)?;
        self.entries.get(*index)
    }

    fn range(
        &self,
        before: impl Fn(&[u8]) -> bool,
        not_behind: impl Fn(&[u8]) -> bool,
    ) -> &[usize] {
        let start = self.by_path.partition_point(|index| before(self.path(*index)));
        let end = self.by_path.partition_point(|index| not_behind(self.path(*index)));
        self.by_path.get(Range { start, end }).unwrap_or_default()
    }

    fn path(&self, index: usize) -> &[u8] {
        path(&self.entries, index)
    }
}

fn path(entries: &[Placed], index: usize) -> &[u8] {
    entries.get(index).map_or(&[], |entry| entry.line.entry.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(paths: &[&str]) -> List {
        let line = |path: &&str| format!("{path} MD5 {}\n", "00".repeat(16));
        let text: String = paths.iter().map(line).collect();
        List::read(Path::new("S"), text.as_bytes(), &mut Faults::new(false)).unwrap()
    }

    #[test]
    fn entries_are_found_by_their_paths() {
        let list = list(&["/b/x", "/b", "/a", "/b/x/y", "/b.c", "/b", "/b0"]);
        assert_eq!(list.at(b"/b"), [1, 5]);
        assert!(list.at(b"/c").is_empty());
        assert_eq!(list.below(b"/b"), [0, 3]);
        assert_eq!(list.below(b"/b/"), [0, 3]);
        assert_eq!(list.below(b"/").len(), 7);
        assert!(list.below(b"/b/x/y").is_empty());
    }

    #[test]
    fn a_new_path_has_one_before_it_or_none() {
        let list = list(&["/b", "/d", "/a/x"]);
        let before = |path: &[u8]| list.before(path).map(|entry| entry.line.number);
        assert_eq!(
            [before(b"/a"), before(b"/a/y"), before(b"/c"), before(b"/e")],
            [None, Some(3), Some(1), Some(2)]
        );
    }

    #[test]
    fn every_line_must_be_right_and_of_our_format() {
        let mut faults = Faults::new(true);
        assert!(List::read(Path::new("S"), b"/a MD5 00\n/b\n", &mut faults).is_err());
        assert_eq!(faults.texts().len(), 2);

        let mut faults = Faults::new(true);
        let other = format!("{}  /bin/ls\n", "00".repeat(32)).repeat(3);
        assert!(List::read(Path::new("S"), other.as_bytes(), &mut faults).is_err());
        assert_eq!(faults.texts().len(), 1);
    }
}
