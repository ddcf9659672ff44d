//! A signatures file of which some lines are changed, and every other byte stays what it was.

use std::ops::Range;

use fingerprint::Digest;

use crate::grammar::{self, Entries};
use crate::{Diagnostic, Entry, Line, write_entry};

/// An entry and the bytes that say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// What it says, and where.
    pub line: Line,
    /// Its lines, to the end of the last of them, with a comment there.
    lines: Range<usize>,
    /// The digits of its fingerprint.
    fingerprint: Range<usize>,
}

/// The entries of a signatures file, as [`entries`](crate::entries) finds them, and their places.
pub fn placed(file: &[u8]) -> impl Iterator<Item = Result<Placed, Diagnostic>> {
    let mut entries: Entries<'_> = grammar::entries(file);
    std::iter::from_fn(move || {
        let item = entries.next_item()?;
        Some(item.read.map(|line| {
            let before = file.get(..item.start).unwrap_or_default();
            let newline = before.iter().rposition(|byte| *byte == b'\n');
            let start = newline.map_or(0, |newline| newline.saturating_add(1));
            Placed { line, lines: start..item.next, fingerprint: item.fingerprint }
        }))
    })
}

/// Changes to a signatures file.
#[derive(Clone, Debug)]
pub struct Revision<'a> {
    file: &'a [u8],
    /// What stands in the place of which bytes. Nothing overlaps.
    splices: Vec<(Range<usize>, Vec<u8>)>,
}

impl<'a> Revision<'a> {
    /// None yet.
    #[must_use]
    pub const fn new(file: &'a [u8]) -> Self {
        Self { file, splices: Vec::new() }
    }

    /// Gives an entry another fingerprint of the same algorithm. All else of its line stays.
    pub fn fingerprint(&mut self, entry: &Placed, digest: &Digest) {
        self.splices.push((entry.fingerprint.clone(), digest.to_string().into_bytes()));
    }

    /// Removes an entry with its lines.
    pub fn remove(&mut self, entry: &Placed) {
        self.splices.push((entry.lines.clone(), Vec::new()));
    }

    /// Adds a line behind an entry; without one, before the first of `entries`, or at the end if
    /// there are none.
    pub fn add(&mut self, entry: &Entry, behind: Option<&Placed>, entries: &[Placed]) {
        let first = entries.iter().map(|entry| entry.lines.start).min();
        let place = match behind {
            Some(behind) => behind.lines.end,
            None => first.unwrap_or(self.file.len()),
        };
        let mut line = Vec::new();
        // Writing to memory does not fail, and an entry has a path that can be written.
        let _ = write_entry(&mut line, entry);
        self.splices.push((place..place, line));
    }

    /// The file with all changes. Lines that were added at one place stand in the order in which
    /// they were added.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        self.splices.sort_by_key(|(place, _)| (place.start, place.end));
        let mut revised = Vec::with_capacity(self.file.len());
        let mut done = 0;
        for (place, bytes) in &self.splices {
            revised.extend_from_slice(self.file.get(done..place.start).unwrap_or_default());
            // The last line of the file may have no end.
            if place.is_empty() && revised.last().is_some_and(|last| *last != b'\n') {
                revised.push(b'\n');
            }
            revised.extend_from_slice(bytes);
            done = done.max(place.end);
        }
        revised.extend_from_slice(self.file.get(done..).unwrap_or_default());
        revised
    }
}

#[cfg(test)]
mod tests {
    use fingerprint::Algorithm;

    use super::*;
    use crate::EntryType;

    fn digest(byte: u8) -> Digest {
        Digest::new(Algorithm::Md5, &[byte; 16]).unwrap()
    }

    fn entry(path: &str) -> Entry {
        Entry::new(path.into(), digest(9), EntryType::FILE).unwrap()
    }

    /// The file after these changes; `@` and a digit stand for an MD5 of such bytes.
    fn revised(file: &str, change: impl FnOnce(&mut Revision<'_>, &[Placed])) -> String {
        let digits = |text: &str| {
            (0..10).fold(text.to_owned(), |text, byte| {
                text.replace(&format!("@{byte}"), &format!("MD5 {}", digest(byte)))
            })
        };
        let short = |text: String| {
            (0..10).fold(text, |text, byte| {
                text.replace(&format!("MD5 {}", digest(byte)), &format!("@{byte}"))
            })
        };
        let file = digits(file);
        let entries: Vec<_> = placed(file.as_bytes()).map(Result::unwrap).collect();
        let mut revision = Revision::new(file.as_bytes());
        change(&mut revision, &entries);
        short(String::from_utf8(revision.finish()).unwrap())
    }

    const FILE: &str = "# top\n\n \t/a @1 \\\n  direct # why\n/b\\\nb @2\n# c\n/c @3 FILE\r\n# end";

    #[test]
    fn nothing_changed_is_the_same_file() {
        assert_eq!(revised(FILE, |_, _| ()), FILE);
    }

    #[test]
    fn a_fingerprint_is_changed_in_its_place() {
        let file = revised(FILE, |revision, entries| {
            revision.fingerprint(&entries[2], &digest(4));
            revision.fingerprint(&entries[0], &digest(5));
        });
        assert_eq!(file, FILE.replace("@1", "@5").replace("@3", "@4"));
    }

    #[test]
    fn an_entry_is_removed_with_its_lines() {
        let without = |index: usize| revised(FILE, |revision, all| revision.remove(&all[index]));
        assert_eq!(without(0), "# top\n\n/b\\\nb @2\n# c\n/c @3 FILE\r\n# end");
        assert_eq!(without(1), FILE.replace("/b\\\nb @2\n", ""));
        assert_eq!(without(2), FILE.replace("/c @3 FILE\r\n", ""));
        assert_eq!(revised("/a @1", |revision, all| revision.remove(&all[0])), "");
    }

    #[test]
    fn lines_are_added_where_they_are_wanted() {
        let file = revised(FILE, |revision, all| {
            revision.add(&entry("/0"), None, all);
            revision.add(&entry("/a1"), Some(&all[0]), all);
            revision.add(&entry("/a2"), Some(&all[0]), all);
            revision.remove(&all[1]);
            revision.add(&entry("/d"), Some(&all[2]), all);
        });
        let expected = "# top\n\n/0 @9 file\n \t/a @1 \\\n  direct # why\n/a1 @9 file\n\
                        /a2 @9 file\n# c\n/c @3 FILE\r\n/d @9 file\n# end";
        assert_eq!(file, expected);
    }

    #[test]
    fn a_last_line_without_an_end_gets_one_before_another_follows() {
        let add = |file: &str, remove: bool| {
            revised(file, |revision, all| {
                if remove {
                    all.iter().for_each(|entry| revision.remove(entry));
                }
                revision.add(&entry("/x"), all.last(), all);
                revision.add(&entry("/y"), all.last(), all);
            })
        };
        assert_eq!(add("/a @1", false), "/a @1\n/x @9 file\n/y @9 file\n");
        assert_eq!(add("# c\n/a @1", true), "# c\n/x @9 file\n/y @9 file\n");
        assert_eq!(add("# c", false), "# c\n/x @9 file\n/y @9 file\n");
        assert_eq!(add("", false), "/x @9 file\n/y @9 file\n");
    }
}
