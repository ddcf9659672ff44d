//! Event handlers: hook points that anything can be attached to.
//!
//! A [`HookPoint`] stands where something is about to happen. Whoever has a say in it, or wants to
//! know of it, registers a [`Handler`]: each is given a reference to the event, in the order of
//! their priorities, and votes. The votes combine as those of listeners do in kauth(9): one that
//! denies denies, else one that allows allows, else the default of the hook point holds. Every
//! handler hears of every event, also of one that was denied before its turn.
//!
//! # Deregistration
//! A [`Guard`] keeps its handler registered. When it is dropped no invocation begins the handler
//! any more, and the drop returns when none runs it, so that whatever the handler uses can go
//! next. It waits for every invocation that had the handler on its list, hence not with a lock
//! held that another handler takes.
//!
//! A thread that is inside an invocation, of any hook point of its [`Host`], cannot wait so: it
//! might wait for itself, or for a thread that waits for it. Then the drop marks the handler dead
//! and returns. Nobody waits for it; its memory goes with the first invocation that ends, or the
//! first change to the hook point, after the last invocation that could still run it.
//! [`Guard::deregister`] says which of the two it was, and [`HookPoint::quiesce`] waits later.
//!
//! # Design
//! Without unsafe code and without a standard library, threads share numbers and nothing else: a
//! handler can be put where others find it only with something of the system's, [`Shared`], which
//! many can look at or one can change, and which never waits. Two designs were weighed:
//!
//! * A snapshot of the handlers is shared, and an invocation clones the reference to it: four
//!   atomic additions (19 ns where this was measured), and memory is freed by whoever lets go
//!   last.
//! * A few lists stand in the hook point, one of them active, and an invocation looks at that one
//!   while it runs: two atomic additions (10 ns). A change fills a list that nobody looks at and
//!   makes it the active one; the list that was active is done with when it can be written.
//!
//! The second was taken. An invocation that got hold of a list checks that the list is still the
//! active one, so none is late; a list that is in use is not written, so none waits. Its limit is
//! that changes fail with [`RegisterError::Busy`] while handlers that began before the last
//! few changes run. A deregistration that finds no memory waits for the list that was active before
//! the last registration, which has room for what is left.
//!
//! What a handler voted first is expected of it: an invocation is counted once for the whole list,
//! and a handler only when it votes otherwise.

pub mod subsystem;

mod counters;
mod guard;
mod handler;
mod host;
mod list;
mod point;
mod vote;

/// The numbers that threads share; loom's where it explores their orders.
mod atomic {
    #[cfg(not(loom))]
    pub(super) use core::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering};
    #[cfg(loom)]
    pub(super) use loom::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering};
}

pub use counters::Counters;
pub use guard::{Departure, Guard};
pub use handler::{Dynamic, Function, Handler, Topic, dynamic, function};
pub use host::{Alone, Host, Shared};
pub use point::{HookPoint, RegisterError, Registered};
pub use vote::Vote;
