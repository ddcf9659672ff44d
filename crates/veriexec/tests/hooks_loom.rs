//! Hook points in every order that two or three threads can do things in, as far as loom tells:
//! `RUSTFLAGS="--cfg loom" cargo test -p veriexec --test hooks_loom --release`.
#![cfg(loom)]
#![allow(unsafe_code, reason = "a place that threads share cannot be written without")]
#![allow(clippy::unwrap_used, reason = "a test may fail so")]

use std::cell::Cell;

use loom::cell::UnsafeCell;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::sync::{Arc, Mutex};
use loom::thread;
use veriexec::hooks::{Departure, Dynamic, Guard, HookPoint, Host, Shared, Topic, Vote};
use veriexec::{Errno, Verdict};

/// The threads of an execution.
#[derive(Clone, Copy)]
struct Threads;

loom::thread_local! {
    static DEPTH: Cell<usize> = Cell::new(0);
}

impl Host for Threads {
    type Shared<T> = Place<T>;

    fn enter(&self) {
        DEPTH.with(|depth| depth.set(depth.get() + 1));
    }

    fn leave(&self) {
        DEPTH.with(|depth| depth.set(depth.get() - 1));
    }

    fn is_inside(&self) -> bool {
        DEPTH.with(|depth| depth.get() > 0)
    }

    fn relax(&self) {
        thread::yield_now();
    }
}

/// A place as a kernel might make it.
struct Place<T> {
    /// How many look at the value; from [`WRITER`](Self::WRITER) on, one changes it.
    users: AtomicUsize,
    value: UnsafeCell<T>,
}

impl<T> Place<T> {
    const WRITER: usize = 1 << 32;
}

// SAFETY: `users` keeps those who look at the value from those who change it.
unsafe impl<T: Send + Sync> Sync for Place<T> {}

impl<T> Shared<T> for Place<T> {
    fn new(value: T) -> Self {
        Self { users: AtomicUsize::new(0), value: UnsafeCell::new(value) }
    }

    fn try_read<R>(&self, look: impl FnOnce(&T) -> R) -> Option<R> {
        let result = if self.users.fetch_add(1, Ordering::Acquire) < Self::WRITER {
            // SAFETY: nobody changes the value while this thread counts as one that looks at it.
            Some(self.value.with(|value| look(unsafe { &*value })))
        } else {
            None
        };
        self.users.fetch_sub(1, Ordering::Release);
        if result.is_none() {
            thread::yield_now();
        }
        result
    }

    fn try_write<R>(&self, change: impl FnOnce(&mut T) -> R) -> Option<R> {
        let (acquire, relaxed) = (Ordering::Acquire, Ordering::Relaxed);
        self.users.compare_exchange(0, Self::WRITER, acquire, relaxed).ok()?;
        // SAFETY: nobody looked at the value, and who comes now sees that it is being changed.
        let result = self.value.with_mut(|value| change(unsafe { &mut *value }));
        self.users.fetch_sub(Self::WRITER, Ordering::Release);
        Some(result)
    }
}

enum Nothing {}

impl Topic for Nothing {
    type Event<'a> = ();
}

type Point = HookPoint<Nothing, Dynamic<Nothing>, Threads>;
type Held = Guard<'static, Nothing, Dynamic<Nothing>, Threads>;

const DENIED: Verdict = Verdict::Deny(Errno::PERM);

/// A hook point that guards can outlive: what loom explores is short.
fn point() -> &'static Point {
    Box::leak(Box::new(Point::new(Threads, Verdict::Allow)))
}

/// Something that a handler uses and whoever deregisters it destroys. Loom fails if the one was not
/// over before the other.
#[derive(Clone)]
struct Canary(Arc<UnsafeCell<()>>);

// SAFETY: that two threads use it at once is what loom is asked to find.
unsafe impl Send for Canary {}
// SAFETY: as above.
unsafe impl Sync for Canary {}

impl Canary {
    fn new() -> Self {
        Self(Arc::new(UnsafeCell::new(())))
    }

    fn use_it(&self) {
        self.0.with(|_| ());
    }

    fn destroy(self) {
        self.0.with_mut(|_| ());
    }
}

fn register(point: &'static Point, priority: i32, vote: Vote) -> Held {
    point.register_function("", priority, move |()| vote).unwrap()
}

fn register_user(point: &'static Point, canary: &Canary) -> Held {
    let canary = canary.clone();
    let use_it = move |(): &()| {
        canary.use_it();
        Vote::Defer
    };
    point.register_function("user", 0, use_it).unwrap()
}

#[test]
fn a_deregistration_is_after_every_invocation() {
    loom::model(|| {
        let (point, canary) = (point(), Canary::new());
        let guard = register_user(point, &canary);
        let invoking = thread::spawn(|| point.invoke(&()));
        assert_eq!(guard.deregister(), Departure::Complete);
        canary.destroy();
        assert_eq!(invoking.join().unwrap(), Verdict::Allow);
    });
}

#[test]
fn so_it_is_while_others_come_and_go() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(|| {
        let (point, canary) = (point(), Canary::new());
        let guard = register_user(point, &canary);
        let invoking = thread::spawn(|| point.invoke(&()));
        let changing = thread::spawn(|| drop(register(point, -1, Vote::Defer)));
        assert_eq!(guard.deregister(), Departure::Complete);
        canary.destroy();
        assert_eq!(invoking.join().unwrap(), Verdict::Allow);
        changing.join().unwrap();
        assert!(point.is_empty());
    });
}

#[test]
fn no_invocation_misses_a_handler() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(|| {
        let point = point();
        let denies = register(point, 0, Vote::Deny(Errno::PERM));
        let invoking = thread::spawn(|| {
            assert_eq!(point.invoke(&()), DENIED);
            assert_eq!(point.invoke(&()), DENIED);
        });
        // The list that was active becomes another's, and then the active one again.
        drop(register(point, -1, Vote::Allow));
        let _another = register(point, -1, Vote::Allow);
        invoking.join().unwrap();
        assert_eq!(denies.counters().invocations, 2);
        assert_eq!(denies.counters().denies, 2);
    });
}

#[test]
fn an_invocation_is_counted_once_while_lists_change() {
    loom::model(|| {
        let point = point();
        let denies = register(point, 0, Vote::Deny(Errno::PERM));
        assert_eq!(point.invoke(&()), DENIED);
        let changing = thread::spawn(|| drop(register(point, -1, Vote::Allow)));
        assert_eq!(denies.counters().invocations, 1);
        changing.join().unwrap();
        assert_eq!(denies.counters().denies, 1);
    });
}

#[test]
fn a_registration_is_heard_of_by_what_comes_after_it() {
    loom::model(|| {
        let point = point();
        let registering = thread::spawn(|| register(point, 0, Vote::Deny(Errno::PERM)));
        let first = point.invoke(&());
        let guard = registering.join().unwrap();
        assert!(first == Verdict::Allow || first == DENIED);
        assert_eq!(point.invoke(&()), DENIED);
        assert_eq!(guard.counters().invocations, 1 + u64::from(first == DENIED));
    });
}

#[test]
fn a_handler_that_deregisters_itself_goes_once_nobody_runs_it() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(|| {
        let (point, canary) = (point(), Canary::new());
        let slot = Arc::new(Mutex::new(None::<Held>));
        let is_gone = Arc::new(Mutex::new(false));
        let once = {
            let (canary, slot, is_gone) = (canary.clone(), slot.clone(), is_gone.clone());
            move |(): &()| {
                canary.use_it();
                let own = slot.lock().unwrap().take();
                if let Some(own) = own {
                    assert_eq!(own.deregister(), Departure::Deferred);
                    *is_gone.lock().unwrap() = true;
                }
                Vote::Defer
            }
        };
        *slot.lock().unwrap() = Some(point.register_function("once", 0, once).unwrap());
        let other = thread::spawn(|| point.invoke(&()));
        let _ = point.invoke(&());
        // The other thread may have taken its guard, and not done with it; or run it still.
        if *is_gone.lock().unwrap() {
            assert_eq!(point.quiesce(), Departure::Complete);
            assert_eq!(Arc::strong_count(&canary.0), 1);
            canary.destroy();
        }
        let _ = other.join().unwrap();
    });
}

#[test]
fn two_that_deregister_each_other_end() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(2);
    model.check(|| {
        let point = point();
        let slots = [(); 2].map(|()| Arc::new(Mutex::new(None::<Held>)));
        for which in [0, 1] {
            let other = slots[1 - which].clone();
            let handler = move |(): &()| {
                drop(other.lock().unwrap().take());
                Vote::Defer
            };
            *slots[which].lock().unwrap() = Some(point.register_function("", 0, handler).unwrap());
        }
        let invoking = thread::spawn(|| point.invoke(&()));
        let _ = point.invoke(&());
        let _ = invoking.join().unwrap();
        for slot in slots {
            let guard = slot.lock().unwrap().take();
            drop(guard);
        }
        assert_eq!(point.quiesce(), Departure::Complete);
        assert!(point.is_empty());
    });
}
