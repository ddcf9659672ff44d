//! Hook points without memory: a registration says so and changes nothing, and nothing else needs
//! any.
#![allow(clippy::unwrap_used, reason = "a test may fail so")]

mod allocator;

use std::cell::RefCell;
use std::sync::Arc;

use veriexec::hooks::{
    Alone, Departure, Guard, Handler, HookPoint, RegisterError, Registered, Topic, Vote,
};
use veriexec::{Errno, Verdict};

use allocator::with_allocations;

enum Nothing {}

impl Topic for Nothing {
    type Event<'a> = ();
}

type Point = HookPoint<Nothing, Known, Alone>;
type Held = Guard<'static, Nothing, Known, Alone>;

enum Known {
    Votes { vote: Vote, _life: Arc<()> },
    Deregisters(&'static RefCell<Vec<Held>>),
}

impl Handler<Nothing> for Known {
    fn handle(&self, (): &()) -> Vote {
        match self {
            Self::Votes { vote, .. } => *vote,
            Self::Deregisters(guards) => {
                let guard = guards.borrow_mut().pop();
                if let Some(guard) = guard {
                    assert_eq!(guard.deregister(), Departure::Deferred);
                }
                Vote::Allow
            }
        }
    }
}

/// Where a registration asks for memory, the handler is shared first: a standard `alloc` has no
/// stable way to say that this fails. In a kernel there is one.
const SHARED: usize = if cfg!(no_global_oom_handling) { 0 } else { 1 };

const DENIAL: Vote = Vote::Deny(Errno::PERM);

fn listed(point: &Point) -> Vec<Registered> {
    point.handlers().unwrap()
}

#[test]
fn a_registration_without_memory_changes_nothing() {
    let point = Point::new(Alone::default(), Verdict::Allow);
    let (life, mut guards) = (Arc::new(()), Vec::new());
    let mut failures = 0;
    for count in 0..100 {
        let before = listed(&point);
        for allocations in SHARED.. {
            let handler = Known::Votes { vote: DENIAL, _life: Arc::clone(&life) };
            let priority = 7 * count % 10;
            let result =
                with_allocations(allocations, || point.register("handler", priority, handler));
            match result {
                Ok(guard) => {
                    guards.push(guard);
                    break;
                }
                Err(error) => assert_eq!(error, RegisterError::NoMemory),
            }
            failures += 1;
            assert_eq!(listed(&point), before);
            assert_eq!(Arc::strong_count(&life), before.len() + 1);
        }
        assert_eq!(listed(&point).len(), before.len() + 1);
        assert_eq!(point.invoke(&()), Verdict::Deny(Errno::PERM));
    }
    // Room for it among the dead and on two lists, by doubling.
    println!("{failures} allocations failed");
    assert!(failures >= 12, "only {failures} allocations failed");
    assert_eq!(Errno::from(RegisterError::NoMemory), Errno::NOMEM);
    assert_eq!(with_allocations(0, || point.handlers()), Err(proplib::NoMemory));
}

#[test]
fn whatever_else_happens_needs_no_memory() {
    const COUNT: i32 = 50;
    let point: &_ = Box::leak(Box::new(Point::new(Alone::default(), Verdict::Allow)));
    let guards: &_ = Box::leak(Box::new(RefCell::new(Vec::new())));
    let life = Arc::new(());
    let register = |priority, handler| point.register("", priority, handler).unwrap();
    let voter = || Known::Votes { vote: DENIAL, _life: Arc::clone(&life) };
    guards.borrow_mut().extend((0..COUNT).map(|count| register(7 * count % 10, voter())));
    let mut guard = Some(register(5, Known::Deregisters(guards)));
    let mut left = COUNT as usize;
    while left > 0 {
        with_allocations(0, || {
            // From inside an invocation, and from outside.
            assert_eq!(point.invoke(&()), Verdict::Deny(Errno::PERM));
            let outside = guards.borrow_mut().pop();
            assert_eq!(outside.map(Guard::deregister), Some(Departure::Complete));
        });
        left -= 2;
        assert_eq!(listed(point).len(), left + 1);
        assert_eq!(Arc::strong_count(&life), left + 1);
    }
    assert_eq!(with_allocations(0, || point.invoke(&())), Verdict::Allow);
    with_allocations(0, || drop(guard.take()));
    assert!(point.is_empty());
}
