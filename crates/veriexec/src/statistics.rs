//! What was decided, counted, and what is known of the files of a table.

use core::sync::atomic::{AtomicU64, Ordering};

use crate::policy::{EventKind, Verdict};
use crate::{Status, Veriexec};

/// How many events of a kind there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many were allowed.
    pub allowed: u64,
    /// How many were denied.
    pub denied: u64,
}

/// How many files are how well known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatusCounts {
    /// So many were not hashed, or were purged since.
    pub not_evaluated: usize,
    /// So many had their fingerprint.
    pub valid: usize,
    /// So many had another.
    pub mismatch: usize,
}

impl StatusCounts {
    /// How many were hashed.
    #[must_use]
    pub const fn evaluated(self) -> usize {
        self.valid.saturating_add(self.mismatch)
    }
}

/// The tallies, counted by many at once.
#[derive(Debug)]
pub(crate) struct Counters([[AtomicU64; 2]; EventKind::ALL.len()]);

impl Counters {
    pub(crate) const fn new() -> Self {
        Self([const { [const { AtomicU64::new(0) }; 2] }; EventKind::ALL.len()])
    }

    pub(crate) fn count(&self, kind: EventKind, verdict: Verdict) {
        if let Some([allowed, denied]) = self.0.get(kind as usize) {
            let counter = if verdict.is_allowed() { allowed } else { denied };
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Veriexec {
    /// How many events of each kind were decided. What the bypass let through, before anything was
    /// loaded, is not among them.
    pub fn statistics(&self) -> impl Iterator<Item = (EventKind, Tally)> {
        EventKind::ALL.into_iter().map(|kind| (kind, self.tally(kind)))
    }

    /// How many events of a kind were decided.
    #[must_use]
    pub fn tally(&self, kind: EventKind) -> Tally {
        self.counters.0.get(kind as usize).map_or(Tally::default(), |[allowed, denied]| Tally {
            allowed: allowed.load(Ordering::Relaxed),
            denied: denied.load(Ordering::Relaxed),
        })
    }

    /// Goes on counting events of a kind from there: for drivers that keep their state.
    pub fn set_tally(&mut self, kind: EventKind, tally: Tally) {
        if let Some([allowed, denied]) = self.counters.0.get_mut(kind as usize) {
            *allowed.get_mut() = tally.allowed;
            *denied.get_mut() = tally.denied;
        }
    }

    /// What is known of the files in the table of a mounted file system. It takes time in
    /// proportion to all entries.
    #[must_use]
    pub fn status_counts(&self, mount: u64) -> StatusCounts {
        let mut counts = StatusCounts::default();
        for (_, view) in self.entries().filter(|(file, _)| file.mount == mount) {
            let count = match view.status {
                Status::NotEvaluated => &mut counts.not_evaluated,
                Status::Valid => &mut counts.valid,
                Status::Mismatch => &mut counts.mismatch,
            };
            *count = count.saturating_add(1);
        }
        counts
    }
}
