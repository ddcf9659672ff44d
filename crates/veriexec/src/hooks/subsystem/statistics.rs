//! Who counts.

use core::sync::atomic::{AtomicU64, Ordering};

use super::{Decided, Decisions};
use crate::hooks::{Handler, Vote};
use crate::{EventKind, Tally};

/// Counts what was decided at the hook points, by whomever, by kind.
///
/// [`Veriexec::statistics`](crate::Veriexec::statistics) counts what the policy decided, and not
/// what its bypass let through.
#[derive(Debug)]
pub struct Statistics([[AtomicU64; 2]; EventKind::ALL.len()]);

impl Statistics {
    /// Nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self([const { [const { AtomicU64::new(0) }; 2] }; EventKind::ALL.len()])
    }

    /// How many operations of a kind were decided.
    #[must_use]
    pub fn tally(&self, kind: EventKind) -> Tally {
        self.0.get(kind as usize).map_or(Tally::default(), |[allowed, denied]| Tally {
            allowed: allowed.load(Ordering::Relaxed),
            denied: denied.load(Ordering::Relaxed),
        })
    }
}

impl Default for Statistics {
    fn default() -> Self {
        Self::new()
    }
}

impl Handler<Decisions> for Statistics {
    fn handle(&self, event: &Decided<'_>) -> Vote {
        if let Some([allowed, denied]) = self.0.get(event.kind as usize) {
            let counter = if event.verdict.is_allowed() { allowed } else { denied };
            counter.fetch_add(1, Ordering::Relaxed);
        }
        Vote::Defer
    }
}
