//! What keeps a handler registered.

use alloc::sync::Arc;
use core::fmt;

use super::list::Entry;
use super::{Counters, HookPoint, Host, Topic};

/// Keeps a handler registered until it is dropped: the end of the module's documentation on
/// deregistration says when that waits. One that is forgotten keeps it registered for good.
#[must_use = "a handler is deregistered when its guard is dropped"]
pub struct Guard<'a, T: Topic, H, S: Host> {
    point: &'a HookPoint<T, H, S>,
    /// `None` only once it is deregistered.
    entry: Option<Arc<Entry<H>>>,
}

/// How a deregistration ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Departure {
    /// No thread runs the handler, and none will.
    Complete,
    /// No invocation begins the handler any more, but one may run it still: this thread was inside
    /// an invocation, and did not wait.
    Deferred,
}

impl<'a, T: Topic, H, S: Host> Guard<'a, T, H, S> {
    pub(super) fn new(point: &'a HookPoint<T, H, S>, entry: Arc<Entry<H>>) -> Self {
        Self { point, entry: Some(entry) }
    }

    /// What was registered has this name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.entry.as_ref().map_or("", |entry| entry.name)
    }

    /// What the handler has done.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.entry.as_ref().map(|entry| self.point.counters(entry)).unwrap_or_default()
    }

    /// Drops the guard, and says how that ended.
    pub fn deregister(mut self) -> Departure {
        self.take_leave()
    }

    fn take_leave(&mut self) -> Departure {
        match self.entry.take() {
            Some(entry) => self.point.deregister(entry),
            None => Departure::Complete,
        }
    }
}

impl<T: Topic, H, S: Host> Drop for Guard<'_, T, H, S> {
    fn drop(&mut self) {
        self.take_leave();
    }
}

impl<T: Topic, H, S: Host> fmt::Debug for Guard<'_, T, H, S> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Guard").field("name", &self.name()).finish_non_exhaustive()
    }
}
