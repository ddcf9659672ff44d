//! A hook point: its handlers, and how they come and go while it is invoked.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;
use core::mem;

use proplib::fallible::{self, NoMemory};

use super::atomic::{AtomicUsize, Ordering};
use super::handler::dynamic;
use super::host::Inside;
use super::list::{Entry, List};
use super::{Counters, Departure, Dynamic, Guard, Handler, Host, Shared, Topic, Vote};
use crate::{Errno, Verdict};

/// How many lists of handlers there are: the active one, and those that invocations from before
/// the last changes may still run. Three show everything that there is to show to loom.
const LISTS: usize = if cfg!(loom) { 3 } else { 8 };

/// A place where handlers of type `H` are told of the events of a topic.
///
/// It is used by many threads at once, as far as its handlers and its host can be.
pub struct HookPoint<T, H, S: Host> {
    host: S,
    default: Verdict,
    /// The number of the list that invocations run, from 1 on; 0 while there are no handlers.
    active: AtomicUsize,
    lists: [S::Shared<List<H>>; LISTS],
    /// Whoever changes anything holds this, and never while a handler runs or is dropped.
    registry: S::Shared<Registry<H>>,
    /// How many handlers were deregistered, not waited for, and not dropped yet.
    unswept: AtomicUsize,
    topic: PhantomData<fn(T)>,
}

/// What only changes look at.
struct Registry<H> {
    /// How many guards there are.
    guards: usize,
    /// Handlers that were deregistered and not waited for; there is room for all guards' ones.
    dead: Vec<Arc<Entry<H>>>,
}

/// Why a handler was not registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum RegisterError {
    /// There is not enough memory.
    #[error("not enough memory for another handler")]
    NoMemory,
    /// Handlers that began before the last few changes are still running.
    #[error(
        "handlers from before the last changes are still running; try again when they are done"
    )]
    Busy,
}

impl From<NoMemory> for RegisterError {
    fn from(_: NoMemory) -> Self {
        Self::NoMemory
    }
}

impl From<RegisterError> for Errno {
    fn from(error: RegisterError) -> Self {
        match error {
            RegisterError::NoMemory => Self::NOMEM,
            RegisterError::Busy => Self::BUSY,
        }
    }
}

/// A handler, as [`HookPoint::handlers`] lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registered {
    /// The name it was registered by.
    pub name: &'static str,
    /// Its priority.
    pub priority: i32,
    /// What it has done.
    pub counters: Counters,
}

impl<T: Topic, H, S: Host> HookPoint<T, H, S> {
    /// A hook point without handlers, and what holds when none allows or denies.
    pub fn new(host: S, default: Verdict) -> Self {
        Self {
            host,
            default,
            active: AtomicUsize::new(0),
            lists: core::array::from_fn(|_| S::Shared::new(List::new())),
            registry: S::Shared::new(Registry { guards: 0, dead: Vec::new() }),
            unswept: AtomicUsize::new(0),
            topic: PhantomData,
        }
    }

    /// Has every handler hear of an event, and combines their votes. It allocates nothing, and
    /// waits for nobody: neither for other invocations nor for changes.
    #[inline]
    pub fn invoke(&self, event: &T::Event<'_>) -> Verdict
    where
        H: Handler<T>,
    {
        match self.active.load(Ordering::Acquire) {
            0 => self.default,
            active => self.run(active, event),
        }
    }

    /// Registers a handler. Handlers of lower priorities hear of an event before it, and those of
    /// the same priority that were registered before; invocations that have begun do without it.
    ///
    /// It may be called from a handler. It never waits for handlers.
    ///
    /// # Errors
    /// [`RegisterError`]; the handler is dropped then, and nothing has changed.
    pub fn register(
        &self,
        name: &'static str,
        priority: i32,
        handler: H,
    ) -> Result<Guard<'_, T, H, S>, RegisterError> {
        let entry = fallible::share(Entry::new(name, priority, handler))?;
        self.sweep();
        self.change(|registry| {
            let guards = registry.guards.saturating_add(1);
            fallible::reserve(&mut registry.dead, guards)?;
            self.publish(Some(&entry))?;
            registry.guards = guards;
            Ok(Guard::new(self, Arc::clone(&entry)))
        })
    }

    /// Waits until no handler runs that was deregistered from inside an invocation, and drops
    /// those handlers. Inside an invocation it drops what it can, and does not wait. It is not for
    /// what a handler does when it is dropped.
    pub fn quiesce(&self) -> Departure {
        loop {
            self.sweep();
            if self.unswept.load(Ordering::Acquire) == 0 {
                return Departure::Complete;
            }
            if self.host.is_inside() {
                return Departure::Deferred;
            }
            self.host.relax();
        }
    }

    /// Whether there are no handlers, as far as that can be said while they come and go.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.active.load(Ordering::Acquire) == 0
    }

    /// The handlers, in the order in which they hear of events.
    ///
    /// # Errors
    /// [`NoMemory`].
    pub fn handlers(&self) -> Result<Vec<Registered>, NoMemory> {
        self.change(|_| self.read_active(|list| self.describe(list)).unwrap_or(Ok(Vec::new())))
    }

    /// What a handler has done.
    pub(super) fn counters(&self, entry: &Arc<Entry<H>>) -> Counters {
        self.change(|_| entry.counters(self.invocations_of(entry)))
    }

    /// Ends the registration of a handler whose guard is gone.
    pub(super) fn deregister(&self, entry: Arc<Entry<H>>) -> Departure {
        entry.die();
        let is_inside = self.host.is_inside();
        loop {
            let departure = self.change(|registry| {
                self.retire();
                let departure = if is_unused(&entry) {
                    Departure::Complete
                } else if is_inside {
                    // There is room. Were there none, the lists that it is on would drop it.
                    let _ = fallible::push(&mut registry.dead, Arc::clone(&entry));
                    self.unswept.fetch_add(1, Ordering::Relaxed);
                    Departure::Deferred
                } else {
                    return None;
                };
                registry.guards = registry.guards.saturating_sub(1);
                Some(departure)
            });
            match departure {
                Some(departure) => return departure,
                None => self.host.relax(),
            }
        }
    }

    #[inline(never)]
    fn run(&self, mut active: usize, event: &T::Event<'_>) -> Verdict
    where
        H: Handler<T>,
    {
        let inside = Inside::enter(&self.host);
        let verdict = loop {
            let Some(list) = self.list(active) else { break self.default };
            let tally = list.try_read(|list| {
                // While it is looked at it cannot change: if it is active now, it is up to date.
                let is_active = self.active.load(Ordering::Acquire) == active;
                is_active.then(|| list.run(event))
            });
            match tally.flatten() {
                Some(tally) => break tally.verdict(self.default),
                None => active = self.active.load(Ordering::Acquire),
            }
        };
        drop(inside);
        if self.unswept.load(Ordering::Relaxed) > 0 && !self.host.is_inside() {
            self.sweep();
        }
        verdict
    }

    fn list(&self, number: usize) -> Option<&S::Shared<List<H>>> {
        self.lists.get(number.checked_sub(1)?)
    }

    /// Changes something, alone.
    fn change<R>(&self, mut change: impl FnMut(&mut Registry<H>) -> R) -> R {
        loop {
            match self.registry.try_write(&mut change) {
                Some(result) => return result,
                None => self.host.relax(),
            }
        }
    }

    /// Looks at the active list, while no other thread changes anything; `None` if none is.
    fn read_active<R>(&self, look: impl FnOnce(&List<H>) -> R) -> Option<R> {
        self.list(self.active.load(Ordering::Relaxed))?.try_read(look)
    }

    fn describe(&self, list: &List<H>) -> Result<Vec<Registered>, NoMemory> {
        let mut handlers = Vec::new();
        fallible::reserve_exact(&mut handlers, list.live().count())?;
        for entry in list.live() {
            let counters = entry.counters(self.invocations_of(entry));
            let (name, priority) = (entry.name, entry.priority);
            fallible::push(&mut handlers, Registered { name, priority, counters })?;
        }
        Ok(handlers)
    }

    /// How often the lists were run that a handler is on.
    fn invocations_of(&self, entry: &Arc<Entry<H>>) -> u64 {
        let by_list =
            self.lists.iter().filter_map(|list| list.try_read(|list| list.invocations_of(entry)));
        by_list.fold(0, u64::wrapping_add)
    }

    /// Makes a list of the handlers that are alive, and of one more, the active one. Only under
    /// [`change`](Self::change).
    fn publish(&self, addition: Option<&Arc<Entry<H>>>) -> Result<(), RegisterError> {
        let active = self.active.load(Ordering::Relaxed);
        let is_last = |list: &List<H>| addition.is_none() && list.live().next().is_none();
        if self.read_active(is_last).unwrap_or(false) {
            self.active.store(0, Ordering::Release);
            return Ok(());
        }
        let mut refusal = RegisterError::Busy;
        for (number, list) in (1..).zip(&self.lists).filter(|(number, _)| *number != active) {
            let filled = list.try_write(|list| match self.list(active) {
                Some(old) => old.try_read(|old| list.fill(old, addition)),
                None => Some(list.fill(&List::new(), addition)),
            });
            match filled.flatten() {
                Some(Ok(filled)) => {
                    // Others may have died while it was filled.
                    self.active.store(if filled { number } else { 0 }, Ordering::Release);
                    return Ok(());
                }
                Some(Err(NoMemory)) => refusal = RegisterError::NoMemory,
                None => {}
            }
        }
        Err(refusal)
    }

    /// Takes dead handlers off the active list, if that can be done now, and all handlers off
    /// those lists that are done with. Only under [`change`](Self::change).
    fn retire(&self) {
        if self.read_active(List::has_dead).unwrap_or(false) {
            // If every list is in use, or there is no memory, later.
            let _ = self.publish(None);
        }
        let active = self.active.load(Ordering::Relaxed);
        for (_, list) in (1..).zip(&self.lists).filter(|(number, _)| *number != active) {
            list.try_write(List::clear);
        }
    }

    /// Drops those dead handlers that no invocation can run any more, unless another thread is
    /// changing something.
    #[cold]
    fn sweep(&self) {
        while self.unswept.load(Ordering::Relaxed) > 0 {
            let unused = self.registry.try_write(|registry| {
                self.retire();
                take_unused(&mut registry.dead)
            });
            let Some(unused) = unused.flatten() else { return };
            // What it holds may have handlers here, too: it goes when nothing is held.
            drop(unused);
            self.unswept.fetch_sub(1, Ordering::Release);
        }
    }
}

impl<T: Topic + 'static, S: Host> HookPoint<T, Dynamic<T>, S> {
    /// [`register`](Self::register) of a function.
    ///
    /// # Errors
    /// As there.
    pub fn register_function<F>(
        &self,
        name: &'static str,
        priority: i32,
        function: F,
    ) -> Result<Guard<'_, T, Dynamic<T>, S>, RegisterError>
    where
        F: Fn(&T::Event<'_>) -> Vote + Send + Sync + 'static,
    {
        self.register(name, priority, dynamic(function)?)
    }
}

/// Whether a handler is on no list any more. Only under [`HookPoint::change`], by who alone holds
/// it otherwise.
fn is_unused<H>(entry: &Arc<Entry<H>>) -> bool {
    Arc::strong_count(entry) == 1
}

fn take_unused<H>(dead: &mut Vec<Arc<Entry<H>>>) -> Option<Arc<Entry<H>>> {
    let last = dead.pop()?;
    if is_unused(&last) {
        return Some(last);
    }
    if let Some(unused) = dead.iter_mut().find(|entry| is_unused(entry)) {
        return Some(mem::replace(unused, last));
    }
    // There is room: it was there before.
    let _ = fallible::push(dead, last);
    None
}

impl<T, H, S: Host> fmt::Debug for HookPoint<T, H, S> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("HookPoint").field("default", &self.default).finish_non_exhaustive()
    }
}
