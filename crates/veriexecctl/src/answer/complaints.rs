//! Messages about many lines, bounded: a file that is no signatures file has thousands.

use std::fmt::Arguments;

use crate::answer::complain;
use crate::answer::counted::Counted;

/// How many messages are printed before they are only counted.
const MESSAGES: usize = 200;

/// Prints messages to standard error, and counts them.
#[derive(Debug)]
pub(crate) struct Complaints {
    count: usize,
    /// How many are printed before they are only counted.
    printed: usize,
    /// What those that are only counted are called.
    more: &'static str,
}

impl Default for Complaints {
    fn default() -> Self {
        Self { count: 0, printed: MESSAGES, more: "more error" }
    }
}

impl Complaints {
    /// Messages about files that are not there.
    pub(crate) fn of_missing_files() -> Self {
        Self { count: 0, printed: MESSAGES, more: "more missing file" }
    }

    /// Messages that are said elsewhere: these are only counted.
    pub(crate) fn of_what_is_known() -> Self {
        Self { printed: 0, ..Self::default() }
    }

    pub(crate) fn add(&mut self, message: Arguments<'_>) {
        self.count = self.count.saturating_add(1);
        if self.count <= self.printed {
            complain(message);
        }
    }

    /// How many there were so far.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Says how many were not printed, and returns how many there were.
    pub(crate) fn finish(self) -> usize {
        let unsaid = self.count.saturating_sub(self.printed);
        if unsaid > 0 && self.printed > 0 {
            complain(format_args!("{} like these", Counted(unsaid, self.more)));
        }
        self.count
    }
}
