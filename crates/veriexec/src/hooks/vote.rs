//! What handlers say, and what it comes to.

use crate::{Errno, Verdict};

/// What a handler says about an event: the results of a listener in kauth(9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "an event is denied only if somebody denies it"]
pub enum Vote {
    /// It may happen, unless another handler denies it.
    Allow,
    /// It may not, and this is what the process is told, unless a handler before said otherwise.
    Deny(Errno),
    /// Others decide.
    Defer,
}

impl From<Verdict> for Vote {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Allow => Self::Allow,
            Verdict::Deny(errno) => Self::Deny(errno),
        }
    }
}

/// The votes so far.
#[derive(Clone, Copy)]
pub(super) struct Tally {
    allowed: bool,
    denied: Option<Errno>,
}

impl Tally {
    pub(super) const NONE: Self = Self { allowed: false, denied: None };

    pub(super) fn add(&mut self, vote: Vote) {
        match vote {
            Vote::Allow => self.allowed = true,
            Vote::Deny(errno) => self.denied = self.denied.or(Some(errno)),
            Vote::Defer => {}
        }
    }

    pub(super) fn verdict(self, default: Verdict) -> Verdict {
        match self {
            Self { denied: Some(errno), .. } => Verdict::Deny(errno),
            Self { allowed: true, .. } => Verdict::Allow,
            _ => default,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn votes_combine_as_in_kauth() {
        use Vote::{Allow, Defer, Deny};
        let (perm, busy) = (Errno::PERM, Errno::BUSY);
        let verdict = |votes: &[Vote], default| {
            let mut tally = Tally::NONE;
            votes.iter().for_each(|vote| tally.add(*vote));
            tally.verdict(default)
        };
        for default in [Verdict::Allow, Verdict::Deny(Errno::ACCES)] {
            assert_eq!(verdict(&[], default), default);
            assert_eq!(verdict(&[Defer, Defer], default), default);
            assert_eq!(verdict(&[Defer, Allow], default), Verdict::Allow);
            assert_eq!(verdict(&[Allow, Defer], default), Verdict::Allow);
            assert_eq!(verdict(&[Allow, Deny(perm), Allow], default), Verdict::Deny(perm));
            assert_eq!(verdict(&[Deny(busy), Deny(perm)], default), Verdict::Deny(busy));
        }
    }
}
