//! Who logs reports.

use core::fmt;
use core::marker::PhantomData;

use crate::hooks::{Handler, Host, Shared, Topic, Vote};
use crate::{Limiter, Platform, Report};

/// What there is to report. Votes do not count.
#[derive(Debug)]
pub struct Reports<P>(PhantomData<fn(P)>);

/// A report, and the system as it is for who gave cause for it.
#[derive(Debug)]
pub struct Reported<'a, P> {
    /// What there is to tell.
    pub report: Report<'a>,
    /// The system: where it is logged, [`Platform::report`].
    pub platform: &'a P,
}

impl<P: Platform + 'static> Topic for Reports<P> {
    type Event<'a> = Reported<'a, P>;
}

/// Logs reports, but no flood of them; what it leaves out it counts, and tells later.
pub struct Reporter<S: Host, C> {
    host: S,
    limiter: S::Shared<Limiter>,
    clock: C,
}

impl<S: Host, C: Fn() -> u64> Reporter<S, C> {
    /// Logs what a limiter lets through, by a clock that counts in the limiter's unit.
    pub fn new(host: S, limiter: Limiter, clock: C) -> Self {
        Self { host, limiter: S::Shared::new(limiter), clock }
    }

    /// Uses the limiter, alone: by its [`Limiter::overdue`] and [`Limiter::rest`] counts are told
    /// that no further report brings along.
    pub fn limiter<R>(&self, mut change: impl FnMut(&mut Limiter) -> R) -> R {
        loop {
            match self.limiter.try_write(&mut change) {
                Some(result) => return result,
                None => self.host.relax(),
            }
        }
    }
}

impl<P: Platform + 'static, S: Host, C: Fn() -> u64> Handler<Reports<P>> for Reporter<S, C> {
    fn handle(&self, event: &Reported<'_, P>) -> Vote {
        let now = (self.clock)();
        while let Some(left) = self.limiter(|limiter| limiter.overdue(now)) {
            event.platform.report(&left.report());
        }
        if self.limiter(|limiter| limiter.admit(now, &event.report)) {
            event.platform.report(&event.report);
        }
        Vote::Defer
    }
}

impl<S: Host, C> fmt::Debug for Reporter<S, C> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Reporter")
    }
}
