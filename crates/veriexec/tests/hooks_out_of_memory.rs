//! Hook points without memory: a registration says so and changes nothing, and nothing else needs
//! any.
#![allow(unsafe_code, reason = "an allocator that fails on demand cannot be written without")]
#![allow(clippy::unwrap_used, reason = "a test may fail so")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, RefCell};
use std::ptr;
use std::sync::Arc;

use veriexec::hooks::{
    Alone, Departure, Guard, Handler, HookPoint, RegisterError, Registered, Topic, Vote,
};
use veriexec::{Errno, Verdict};

/// The system's allocator, but for those allocations that are to fail.
struct Failing;

thread_local! {
    /// How many more allocations of this thread succeed; `None` if all do.
    static LEFT: Cell<Option<usize>> = const { Cell::new(None) };
}

// SAFETY: an allocation is answered with null, which the trait allows for a failure, or is the
// system's allocator's, which keeps the contract. Blocks grow by the trait's own method: by an
// allocation.
unsafe impl GlobalAlloc for Failing {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let left = LEFT.get();
        LEFT.set(left.map(|left| left.saturating_sub(1)));
        // SAFETY: the caller keeps the contract of this same method.
        if left == Some(0) { ptr::null_mut() } else { unsafe { System.alloc(layout) } }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block is from the system's allocator, as every block here is.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Failing = Failing;

/// Runs with so many allocations that succeed before all fail.
fn with_allocations<T>(count: usize, run: impl FnOnce() -> T) -> T {
    LEFT.set(Some(count));
    let result = run();
    LEFT.set(None);
    result
}

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
const SHARED: usize = 1;

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
