//! What was found and is not listed, by what it is.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use fingerprint::Other;

/// Why something is not listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reason {
    /// It is no regular file, or none that keeps anything.
    Is(Other),
    /// It can have no digest that will be true when the run is over.
    Replaced,
    /// It is not there, and not listed either.
    Gone,
}

impl Reason {
    /// What it is, as one says it of one.
    pub(crate) const fn noun(self) -> &'static str {
        match self {
            Self::Is(Other::Directory) => "a directory",
            Self::Is(Other::LinkToDirectory) => "a symbolic link to a directory",
            Self::Is(Other::Socket) => "a socket",
            Self::Is(Other::Fifo) => "a FIFO",
            Self::Is(Other::Device) => "a device",
            Self::Is(Other::ShownByKernel) => "shown by the kernel, not kept",
            Self::Is(Other::Unknown) => "no file that holds data",
            Self::Replaced => "about to be replaced",
            Self::Gone => "not there, and not listed",
        }
    }

    /// What they are, as one says it of this many.
    const fn nouns(self, one: bool) -> &'static str {
        match (self, one) {
            (Self::Is(Other::Directory), true) => "directory",
            (Self::Is(Other::Directory), false) => "directories",
            (Self::Is(Other::LinkToDirectory), true) => "symbolic link to a directory",
            (Self::Is(Other::LinkToDirectory), false) => "symbolic links to directories",
            (Self::Is(Other::Socket), true) => "socket",
            (Self::Is(Other::Socket), false) => "sockets",
            (Self::Is(Other::Fifo), true) => "FIFO",
            (Self::Is(Other::Fifo), false) => "FIFOs",
            (Self::Is(Other::Device), true) => "device",
            (Self::Is(Other::Device), false) => "devices",
            (Self::Is(Other::ShownByKernel), _) => "shown by the kernel",
            (Self::Is(Other::Unknown), _) => "that hold no data",
            (Self::Replaced, _) => "about to be replaced",
            (Self::Gone, _) => "not there",
        }
    }

    /// The word for it in the output for programs.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Is(Other::Directory) => "directory",
            Self::Is(Other::LinkToDirectory) => "link_to_directory",
            Self::Is(Other::Socket) => "socket",
            Self::Is(Other::Fifo) => "fifo",
            Self::Is(Other::Device) => "device",
            Self::Is(Other::ShownByKernel) => "shown_by_kernel",
            Self::Is(Other::Unknown) => "unknown",
            Self::Replaced => "output",
            Self::Gone => "gone",
        }
    }
}

/// What was found and is not listed.
#[derive(Debug, Default)]
pub(crate) struct PassedOver {
    found: Vec<(PathBuf, Reason)>,
    /// How many files are neither programs nor shared libraries, where only those were asked for.
    not_asked: u64,
}

impl PassedOver {
    pub(crate) fn add(&mut self, path: PathBuf, reason: Reason) {
        self.found.push((path, reason));
    }

    /// Takes note of so many files that were not asked for.
    pub(crate) fn add_not_asked(&mut self, files: u64) {
        self.not_asked = self.not_asked.saturating_add(files);
    }

    pub(crate) const fn not_asked(&self) -> u64 {
        self.not_asked
    }

    /// Each of them that is no file of another kind than was asked for.
    pub(crate) fn found(&self) -> impl Iterator<Item = (&Path, Reason)> {
        self.found.iter().map(|(path, reason)| (&**path, *reason))
    }

    /// How many there are of each kind.
    pub(crate) fn counts(&self) -> BTreeMap<Reason, usize> {
        let mut counts = BTreeMap::new();
        for (_, reason) in &self.found {
            let count: &mut usize = counts.entry(*reason).or_default();
            *count = count.saturating_add(1);
        }
        counts
    }
}

/// The counts, as a person reads them: `2 symbolic links to directories, 1 socket`.
impl fmt::Display for PassedOver {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (reason, count) in self.counts() {
            write!(out, "{separator}{count} {}", reason.nouns(count == 1))?;
            separator = ", ";
        }
        if self.not_asked > 0 {
            let other = self.not_asked;
            write!(out, "{separator}{other} neither programs nor shared libraries")?;
            separator = ", ";
        }
        if separator.is_empty() { out.write_str("nothing") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_counted_by_what_they_are() {
        let mut passed_over = PassedOver::default();
        assert_eq!(passed_over.to_string(), "nothing");
        let link = Reason::Is(Other::LinkToDirectory);
        for reason in [Reason::Is(Other::Socket), link, link, Reason::Replaced] {
            passed_over.add("/x".into(), reason);
        }
        passed_over.add_not_asked(7);
        let expected = "2 symbolic links to directories, 1 socket, 1 about to be replaced, \
                        7 neither programs nor shared libraries";
        assert_eq!(passed_over.to_string(), expected);
    }
}
