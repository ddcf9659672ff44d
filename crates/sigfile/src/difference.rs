//! What makes two signatures files differ.

use std::cmp::Ordering;
use std::fmt;

use crate::Entry;

/// How one list of entries differs from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference<'a> {
    /// What is not the same in both, in the order of the paths' bytes.
    pub changes: Vec<Change<'a>>,
    /// How many paths both list alike.
    pub unchanged: usize,
}

/// What became of one path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change<'a> {
    /// It is listed now and was not.
    Added(&'a Entry),
    /// It was listed and is not any more.
    Removed(&'a Entry),
    /// It is listed as something else.
    Changed {
        /// What it was listed as.
        before: &'a Entry,
        /// What it is listed as now.
        after: &'a Entry,
    },
}

impl<'a> Change<'a> {
    /// The entry as it is now, or as it was if it is gone.
    #[must_use]
    pub fn entry(&self) -> &'a Entry {
        match self {
            Self::Added(entry) | Self::Removed(entry) | Self::Changed { after: entry, .. } => entry,
        }
    }
}

/// A part of an entry that can differ while the path is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aspect {
    /// The algorithm, and the fingerprint with it.
    Algorithm,
    /// The fingerprint, made by the same algorithm.
    Fingerprint,
    /// The accesses.
    Flags,
}

impl Aspect {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Algorithm => "algorithm",
            Self::Fingerprint => "fingerprint",
            Self::Flags => "flags",
        }
    }
}

impl fmt::Display for Aspect {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.name())
    }
}

/// In what two entries differ, their paths apart. No flags are the same as `direct`.
pub fn aspects(before: &Entry, after: &Entry) -> impl Iterator<Item = Aspect> {
    let content = if before.algorithm() != after.algorithm() {
        Some(Aspect::Algorithm)
    } else {
        (before.fingerprint() != after.fingerprint()).then_some(Aspect::Fingerprint)
    };
    let differ = before.entry_type().or_direct() != after.entry_type().or_direct();
    content.into_iter().chain(differ.then_some(Aspect::Flags))
}

/// How `after` differs from `before`. Of several entries for one path the first counts, as it does
/// to a driver.
pub fn difference<'a>(
    before: impl IntoIterator<Item = &'a Entry>,
    after: impl IntoIterator<Item = &'a Entry>,
) -> Difference<'a> {
    let mut before = by_path(before).into_iter().peekable();
    let mut after = by_path(after).into_iter().peekable();
    let mut changes = Vec::new();
    let mut unchanged: usize = 0;
    loop {
        let order = match (before.peek(), after.peek()) {
            (None, None) => return Difference { changes, unchanged },
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(old), Some(new)) => old.path().cmp(new.path()),
        };
        let old = if order.is_le() { before.next() } else { None };
        let new = if order.is_ge() { after.next() } else { None };
        match (old, new) {
            (Some(before), Some(after)) if aspects(before, after).next().is_none() => {
                unchanged = unchanged.saturating_add(1);
            }
            (Some(before), Some(after)) => changes.push(Change::Changed { before, after }),
            (Some(old), None) => changes.push(Change::Removed(old)),
            (None, Some(new)) => changes.push(Change::Added(new)),
            (None, None) => {}
        }
    }
}

fn by_path<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Vec<&'a Entry> {
    let mut entries: Vec<&Entry> = entries.into_iter().collect();
    // Stable, so that the first of a path stays the first.
    entries.sort_by(|one, other| one.path().cmp(other.path()));
    entries.dedup_by(|later, first| later.path() == first.path());
    entries
}

#[cfg(test)]
mod tests {
    use fingerprint::{Algorithm, Digest};

    use super::*;
    use crate::EntryType;

    fn entry(path: &str, algorithm: Algorithm, byte: u8, entry_type: EntryType) -> Entry {
        let digest = Digest::new(algorithm, &vec![byte; algorithm.digest_len()]).unwrap();
        Entry::new(path.into(), digest, entry_type).unwrap()
    }

    fn md5(path: &str, byte: u8) -> Entry {
        entry(path, Algorithm::Md5, byte, EntryType::DIRECT)
    }

    #[test]
    fn what_was_added_removed_and_changed_is_found_in_the_order_of_paths() {
        let before = [md5("/c", 1), md5("/b", 1), md5("/a/b", 1), md5("/d", 1)];
        let after = [md5("/e", 1), md5("/d", 2), md5("/b", 1), md5("/a", 1), md5("/c", 1)];
        let found = difference(&before, &after);
        let changed = Change::Changed { before: &before[3], after: &after[1] };
        let expected = [
            Change::Added(&after[3]),
            Change::Removed(&before[2]),
            changed,
            Change::Added(&after[0]),
        ];
        assert_eq!(found.changes, expected);
        assert_eq!(found.unchanged, 2);
        assert_eq!(changed.entry(), &after[1]);
    }

    #[test]
    fn the_first_entry_of_a_path_counts() {
        let twice = [md5("/a", 1), md5("/a", 2)];
        assert_eq!(difference(&twice, &[md5("/a", 1)]).changes.len(), 0);
        assert_eq!(difference(&[md5("/a", 2)], &twice).changes.len(), 1);
    }

    #[test]
    fn what_differs_is_named() {
        let old = md5("/a", 1);
        let named = |new: &Entry| aspects(&old, new).map(Aspect::name).collect::<Vec<_>>();
        assert_eq!(named(&md5("/b", 1)), [] as [&str; 0]);
        assert_eq!(named(&entry("/a", Algorithm::Md5, 1, EntryType::EMPTY)), [] as [&str; 0]);
        assert_eq!(named(&md5("/a", 2)), ["fingerprint"]);
        assert_eq!(
            named(&entry("/a", Algorithm::Sha1, 1, EntryType::FILE)),
            ["algorithm", "flags"]
        );
        assert_eq!(
            named(&entry("/a", Algorithm::Md5, 2, EntryType::FILE)),
            ["fingerprint", "flags"]
        );
    }
}
