//! What these tests' hook points are about.

use std::sync::{Arc, Mutex};

use veriexec::Verdict;
use veriexec::hooks::{Dynamic, Guard, HookPoint, Topic};

use crate::threads::Threads;

/// Words, in memory of whoever says them.
pub(crate) enum Words {}

impl Topic for Words {
    type Event<'a> = str;
}

pub(crate) type Point = HookPoint<Words, Dynamic<Words>, Threads>;

pub(crate) type Held<'a> = Guard<'a, Words, Dynamic<Words>, Threads>;

/// Where a handler finds a guard, its own for example.
pub(crate) type Slot = Arc<Mutex<Option<Held<'static>>>>;

pub(crate) fn point() -> Point {
    HookPoint::new(Threads, Verdict::Allow)
}

/// A hook point that handlers can hold guards of.
pub(crate) fn lasting() -> &'static Point {
    Box::leak(Box::new(point()))
}

/// The names of the handlers, in order.
pub(crate) fn names(point: &Point) -> Vec<&'static str> {
    point.handlers().unwrap().iter().map(|handler| handler.name).collect()
}
