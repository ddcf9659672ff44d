//! How often a handler was invoked, and what it voted.

use super::Vote;
use super::atomic::{AtomicU8, AtomicU64, Ordering};

/// What a handler has done since it was registered.
///
/// Those of events that handlers are hearing of now may be counted already, or not yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// How often it was invoked: the sum of the others.
    pub invocations: u64,
    /// How often it allowed.
    pub allows: u64,
    /// How often it denied.
    pub denies: u64,
    /// How often it deferred.
    pub defers: u64,
}

/// The votes of a handler that are not as expected.
#[derive(Debug)]
pub(super) struct Votes {
    /// The index of what it voted first, and is expected to vote.
    expected: AtomicU8,
    /// What else it voted, by index.
    others: [AtomicU64; 3],
}

impl Votes {
    const UNKNOWN: u8 = u8::MAX;

    pub(super) fn new() -> Self {
        let others = [AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0)];
        Self { expected: AtomicU8::new(Self::UNKNOWN), others }
    }

    #[inline]
    pub(super) fn count(&self, vote: Vote) {
        let index = match vote {
            Vote::Allow => 0,
            Vote::Deny(_) => 1,
            Vote::Defer => 2,
        };
        if self.expected.load(Ordering::Relaxed) != index {
            self.count_other(index);
        }
    }

    #[cold]
    fn count_other(&self, index: u8) {
        let (old, new) = (Self::UNKNOWN, index);
        match self.expected.compare_exchange(old, new, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => {}
            Err(expected) if expected == index => {}
            Err(_) => {
                if let Some(count) = self.others.get(usize::from(index)) {
                    count.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
    }

    /// The votes of a handler that was invoked so often.
    pub(super) fn counters(&self, invocations: u64) -> Counters {
        let mut counts = [0; 3];
        let mut expected = invocations;
        for (count, other) in counts.iter_mut().zip(&self.others) {
            *count = other.load(Ordering::Relaxed);
            // A vote may be seen before the invocation that it belongs to.
            expected = expected.saturating_sub(*count);
        }
        if let Some(count) = counts.get_mut(usize::from(self.expected.load(Ordering::Relaxed))) {
            *count = expected;
        }
        let [allows, denies, defers] = counts;
        let invocations = allows.saturating_add(denies).saturating_add(defers);
        Counters { invocations, allows, denies, defers }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::Errno;

    #[test]
    fn every_vote_is_counted_whatever_the_first_was() {
        let votes = [Vote::Allow, Vote::Deny(Errno::PERM), Vote::Defer];
        for first in votes {
            let counted = Votes::new();
            assert_eq!(counted.counters(0), Counters::default());
            counted.count(first);
            let mut invocations = 1;
            for (times, vote) in [5, 3, 2].into_iter().zip(votes) {
                for _ in 0..times {
                    counted.count(vote);
                    invocations += 1;
                }
            }
            let counters = counted.counters(invocations);
            assert_eq!(counters.invocations, 11);
            assert_eq!(counters.allows, 5 + u64::from(first == votes[0]));
            assert_eq!(counters.denies, 3 + u64::from(first == votes[1]));
            assert_eq!(counters.defers, 2 + u64::from(first == votes[2]));
        }
    }
}
