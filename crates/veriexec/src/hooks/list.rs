//! The handlers that an invocation runs, in order.

use alloc::sync::Arc;
use alloc::vec::Vec;

use proplib::fallible::{self, NoMemory};

use super::atomic::{AtomicBool, AtomicU64, Ordering};
use super::counters::Votes;
use super::vote::Tally;
use super::{Counters, Handler, Topic};

/// A handler as it is registered.
#[derive(Debug)]
pub(super) struct Entry<H> {
    pub(super) name: &'static str,
    pub(super) priority: i32,
    /// Whether it is deregistered: no invocation begins it any more.
    dead: AtomicBool,
    /// The invocations of it that are not counted by a list that it is on.
    invocations: AtomicU64,
    votes: Votes,
    handler: H,
}

impl<H> Entry<H> {
    pub(super) fn new(name: &'static str, priority: i32, handler: H) -> Self {
        let (dead, invocations) = (AtomicBool::new(false), AtomicU64::new(0));
        Self { name, priority, dead, invocations, votes: Votes::new(), handler }
    }

    pub(super) fn die(&self) {
        self.dead.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_dead(&self) -> bool {
        self.dead.load(Ordering::Relaxed)
    }

    /// What it has done, if the lists that it is on were run so often.
    pub(super) fn counters(&self, by_lists: u64) -> Counters {
        self.votes.counters(self.invocations.load(Ordering::Relaxed).wrapping_add(by_lists))
    }
}

/// Handlers in order of their priorities, those of the same priority in order of registration.
#[derive(Debug)]
pub(super) struct List<H> {
    entries: Vec<Arc<Entry<H>>>,
    /// How often it was run since it was last empty.
    invocations: AtomicU64,
}

impl<H> List<H> {
    pub(super) fn new() -> Self {
        Self { entries: Vec::new(), invocations: AtomicU64::new(0) }
    }

    /// Has each handler hear of an event.
    pub(super) fn run<T: Topic>(&self, event: &T::Event<'_>) -> Tally
    where
        H: Handler<T>,
    {
        self.invocations.fetch_add(1, Ordering::Relaxed);
        let mut tally = Tally::NONE;
        for entry in self.entries.iter().filter(|entry| !entry.is_dead()) {
            let vote = entry.handler.handle(event);
            entry.votes.count(vote);
            tally.add(vote);
        }
        tally
    }

    /// Those that are not dead.
    pub(super) fn live(&self) -> impl Iterator<Item = &Arc<Entry<H>>> {
        self.entries.iter().filter(|entry| !entry.is_dead())
    }

    pub(super) fn has_dead(&self) -> bool {
        self.entries.iter().any(|entry| entry.is_dead())
    }

    /// How often it was run with that handler on it.
    pub(super) fn invocations_of(&self, entry: &Arc<Entry<H>>) -> u64 {
        let is_on_it = self.entries.iter().any(|other| Arc::ptr_eq(other, entry));
        if is_on_it { self.invocations.load(Ordering::Relaxed) } else { 0 }
    }

    /// Takes all handlers off the list, and credits them with the invocations of it.
    pub(super) fn clear(&mut self) {
        let invocations = self.invocations.swap(0, Ordering::Relaxed);
        for entry in &self.entries {
            entry.invocations.fetch_add(invocations, Ordering::Relaxed);
        }
        self.entries.clear();
    }

    /// Becomes the list of those handlers that are alive on another, and of one more, if any, and
    /// says whether there are any.
    ///
    /// # Errors
    /// [`NoMemory`], if it has not the room already.
    pub(super) fn fill(
        &mut self,
        other: &Self,
        mut addition: Option<&Arc<Entry<H>>>,
    ) -> Result<bool, NoMemory> {
        self.clear();
        let count = other.live().count().saturating_add(usize::from(addition.is_some()));
        fallible::reserve(&mut self.entries, count)?;
        for entry in other.live() {
            if let Some(new) = addition.take_if(|new| new.priority < entry.priority) {
                fallible::push(&mut self.entries, Arc::clone(new))?;
            }
            fallible::push(&mut self.entries, Arc::clone(entry))?;
        }
        if let Some(new) = addition {
            fallible::push(&mut self.entries, Arc::clone(new))?;
        }
        Ok(!self.entries.is_empty())
    }
}
