//! One thread: order, votes, counters, and handlers that come and go while handlers run.

use std::cell::{Cell, OnceCell, RefCell};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use veriexec::hooks::{
    Alone, Counters, Departure, Function, Guard, Handler, HookPoint, Host, RegisterError, Topic,
    Vote, function,
};
use veriexec::{Errno, Verdict};

use crate::threads::Threads;
use crate::topic::{Held, Point, Slot, Words, lasting, names, point};

/// Registers a handler that writes its name down, and defers.
fn writer<'a>(
    point: &'a Point,
    name: &'static str,
    priority: i32,
    heard: &Arc<Mutex<String>>,
) -> Held<'a> {
    let heard = Arc::clone(heard);
    let write = move |_: &str| {
        heard.lock().unwrap().push_str(name);
        Vote::Defer
    };
    point.register_function(name, priority, write).unwrap()
}

fn heard(point: &Point, heard: &Mutex<String>) -> String {
    assert_eq!(point.invoke("event"), Verdict::Allow);
    std::mem::take(&mut heard.lock().unwrap())
}

#[test]
fn priorities_order_handlers_and_registration_does_those_of_one_priority() {
    let (point, log) = (point(), Arc::default());
    let order = [("c", 0), ("g", i32::MAX), ("d", 0), ("a", i32::MIN), ("f", 9), ("b", -1)];
    let mut guards: Vec<_> =
        order.into_iter().map(|(name, priority)| writer(&point, name, priority, &log)).collect();
    guards.push(writer(&point, "e", 0, &log));
    assert_eq!(heard(&point, &log), "abcdefg");
    assert_eq!(names(&point), ["a", "b", "c", "d", "e", "f", "g"]);
    drop(guards.remove(2));
    drop(guards.remove(0));
    assert_eq!(heard(&point, &log), "abefg");
    guards.clear();
    assert_eq!(heard(&point, &log), "");
    assert!(point.is_empty());
    assert_eq!(names(&point), [""; 0]);
}

#[test]
fn the_first_denial_counts_and_all_hear_the_event() {
    let point = HookPoint::<Words, Function<fn(&str) -> Vote>, _>::new(
        Threads,
        Verdict::Deny(Errno::ACCES),
    );
    let register = |name, handler: fn(&str) -> Vote| {
        point.register(name, 0, function::<Words, _>(handler)).unwrap()
    };
    let deferring = register("deferring", |_| Vote::Defer);
    assert_eq!(point.invoke("anything"), Verdict::Deny(Errno::ACCES));
    let allowing = register("allowing", |_| Vote::Allow);
    assert_eq!(point.invoke("anything"), Verdict::Allow);
    let denying = register("denying", |event| match event {
        "write" => Vote::Deny(Errno::BUSY),
        "read" => Vote::Allow,
        _ => Vote::Defer,
    });
    let last = register("last", |_| Vote::Deny(Errno::PERM));
    for event in ["write", "write", "read", "seek", "write"] {
        let errno = if event == "write" { Errno::BUSY } else { Errno::PERM };
        assert_eq!(point.invoke(event), Verdict::Deny(errno));
    }

    let counted =
        |invocations, allows, denies, defers| Counters { invocations, allows, denies, defers };
    assert_eq!(deferring.counters(), counted(7, 0, 0, 7));
    assert_eq!(allowing.counters(), counted(6, 6, 0, 0));
    assert_eq!(denying.counters(), counted(5, 1, 3, 1));
    assert_eq!(last.counters(), counted(5, 0, 5, 0));
    let listed = point.handlers().unwrap();
    let listed: Vec<_> = listed.iter().map(|handler| (handler.name, handler.counters)).collect();
    let expected = [&deferring, &allowing, &denying, &last].map(|by| (by.name(), by.counters()));
    assert_eq!(listed, expected);
    assert_eq!(last.deregister(), Departure::Complete);
    assert_eq!(point.invoke("seek"), Verdict::Allow);
    assert_eq!(deferring.counters(), counted(8, 0, 0, 8));
}

#[test]
fn a_handler_that_deregisters_itself_is_not_invoked_again() {
    let (point, own, uses) = (lasting(), Slot::default(), Arc::new(AtomicUsize::new(0)));
    let once = {
        let (own, uses) = (Arc::downgrade(&own), Arc::clone(&uses));
        move |event: &str| {
            uses.fetch_add(1, Ordering::Relaxed);
            let guard = own.upgrade().unwrap().lock().unwrap().take();
            assert_eq!(guard.unwrap().deregister(), Departure::Deferred);
            // Neither now nor later.
            assert_eq!(point.invoke(event), Verdict::Allow);
            assert!(point.handlers().unwrap().is_empty());
            assert_eq!(point.quiesce(), Departure::Deferred);
            Vote::Deny(Errno::PERM)
        }
    };
    *own.lock().unwrap() = Some(point.register_function("once", 0, once).unwrap());
    assert_eq!(point.invoke("first"), Verdict::Deny(Errno::PERM));
    assert_eq!(point.invoke("second"), Verdict::Allow);
    // What the handler held is gone with the invocation.
    assert_eq!(Arc::strong_count(&uses), 1);
    assert_eq!(uses.load(Ordering::Relaxed), 1);
    assert_eq!(point.quiesce(), Departure::Complete);
    assert!(point.is_empty());
}

#[test]
fn a_handler_deregisters_others_before_and_after_it() {
    let (point, log) = (lasting(), Arc::default());
    let guards = Arc::new(Mutex::new(Vec::new()));
    let killer = {
        let guards = Arc::clone(&guards);
        move |_: &str| {
            guards.lock().unwrap().clear();
            Vote::Defer
        }
    };
    let _before = writer(point, "a", 0, &log);
    guards.lock().unwrap().push(writer(point, "b", 0, &log));
    let _killer = point.register_function("killer", 1, killer).unwrap();
    guards.lock().unwrap().push(writer(point, "c", 2, &log));
    let _after = writer(point, "d", 3, &log);
    assert_eq!(heard(point, &log), "abd");
    assert_eq!(heard(point, &log), "ad");
    assert_eq!(names(point), ["a", "killer", "d"]);
}

#[test]
fn a_handler_registered_by_a_handler_hears_of_the_next_event() {
    let (point, log) = (lasting(), Arc::default());
    let added = Arc::new(Mutex::new(Vec::new()));
    let adder = {
        let (added, log) = (Arc::clone(&added), Arc::clone(&log));
        move |event: &str| {
            if event == "add" {
                // Several at once, on both sides of this one.
                let new = [("b", 1), ("d", 3), ("e", 3)]
                    .map(|(name, priority)| writer(point, name, priority, &log));
                added.lock().unwrap().extend(new);
                assert_eq!(names(point), ["b", "adder", "d", "e"]);
                assert_eq!(*log.lock().unwrap(), "");
                // An invocation within this one is another.
                assert_eq!(point.invoke("nested"), Verdict::Allow);
                assert_eq!(*log.lock().unwrap(), "bde");
            }
            Vote::Defer
        }
    };
    let adder = point.register_function("adder", 2, adder).unwrap();
    assert_eq!(point.invoke("add"), Verdict::Allow);
    assert_eq!(*log.lock().unwrap(), "bde");
    assert_eq!(point.invoke("again"), Verdict::Allow);
    assert_eq!(*log.lock().unwrap(), "bdebde");
    assert_eq!(adder.counters().invocations, 3);
}

#[test]
fn a_handler_may_invoke_its_own_hook_point() {
    let point = lasting();
    let count = |event: &str| match event.split_at_checked(1) {
        Some((_, shorter)) => Vote::from(point.invoke(shorter)),
        None => Vote::Deny(Errno::PERM),
    };
    let guard = point.register_function("recursive", 0, count).unwrap();
    assert_eq!(point.invoke(&"x".repeat(100)), Verdict::Deny(Errno::PERM));
    assert_eq!(guard.counters().invocations, 101);
    assert_eq!(guard.counters().denies, 101);
}

#[test]
fn a_registration_fails_while_handlers_from_before_many_changes_run() {
    let point = lasting();
    let guards = Arc::new(Mutex::new(Vec::new()));
    let deeper = {
        let guards = Arc::clone(&guards);
        move |_: &str| {
            let guard = point.register_function("another", 1, |_: &str| Vote::Defer);
            let depth = guards.lock().unwrap().len();
            match guard {
                Ok(guard) => {
                    assert!(depth < 7, "{depth}");
                    guards.lock().unwrap().push(guard);
                    let _ = point.invoke("deeper");
                }
                Err(error) => {
                    assert_eq!((error, depth), (RegisterError::Busy, 7));
                    assert_eq!(Errno::from(error), Errno::BUSY);
                    // What is deregistered must go all the same.
                    let guard = guards.lock().unwrap().pop().unwrap();
                    assert_eq!(guard.deregister(), Departure::Deferred);
                    assert_eq!(names(point).len(), 7);
                }
            }
            Vote::Defer
        }
    };
    let deeper = point.register_function("deeper", 0, deeper).unwrap();
    assert_eq!(point.invoke("first"), Verdict::Allow);
    assert_eq!(deeper.counters().invocations, 8);
    drop(deeper);
    assert_eq!(names(point), ["another"; 6]);
    let _last = point.register_function("last", 0, |_: &str| Vote::Defer).unwrap();
    guards.lock().unwrap().clear();
    assert_eq!(names(point), ["last"]);
}

#[test]
fn what_a_handler_holds_may_deregister_when_it_goes() {
    let (point, log) = (lasting(), Arc::default());
    let other = writer(point, "other", 0, &log);
    let holder = point
        .register_function("holder", 0, move |_: &str| {
            let _ = &other;
            Vote::Defer
        })
        .unwrap();
    assert_eq!(names(point), ["other", "holder"]);
    drop(holder);
    assert_eq!(names(point), [""; 0]);

    // And so may what one holds that deregistered itself.
    let (own, other) = (Slot::default(), writer(point, "other", 0, &log));
    let inner = Arc::clone(&own);
    let holder = move |_: &str| {
        let _ = &other;
        drop(inner.lock().unwrap().take());
        Vote::Defer
    };
    *own.lock().unwrap() = Some(point.register_function("holder", 0, holder).unwrap());
    assert_eq!(heard(point, &log), "other");
    assert_eq!(names(point), [""; 0]);
    assert_eq!(Arc::strong_count(&log), 1);
}

#[test]
fn a_guard_that_is_forgotten_keeps_its_handler() {
    let (point, log) = (lasting(), Arc::default());
    std::mem::forget(writer(point, "a", 0, &log));
    drop(writer(point, "b", 0, &log));
    assert_eq!(heard(point, &log), "a");
}

#[test]
fn a_panic_ends_an_invocation() {
    let point = lasting();
    let guard = point
        .register_function("panics", 0, |event: &str| match event {
            "panic" => panic!("as asked"),
            _ => Vote::Deny(Errno::PERM),
        })
        .unwrap();
    assert!(std::panic::catch_unwind(|| point.invoke("panic")).is_err());
    assert_eq!(point.invoke("go on"), Verdict::Deny(Errno::PERM));
    assert_eq!(guard.deregister(), Departure::Complete);
}

/// A thread that is interrupted each time it enters an invocation.
#[derive(Default)]
struct Interrupted {
    by: OnceCell<Box<dyn Fn()>>,
    alone: Alone,
}

impl Host for Interrupted {
    type Shared<T> = RefCell<T>;

    fn enter(&self) {
        self.by.get().unwrap()();
        self.alone.enter();
    }

    fn leave(&self) {
        self.alone.leave();
    }

    fn is_inside(&self) -> bool {
        self.alone.is_inside()
    }

    fn relax(&self) {
        panic!("there is nobody to wait for");
    }
}

#[test]
fn who_looks_late_at_the_handlers_sees_those_of_now() {
    type Point = HookPoint<Words, Function<fn(&str) -> Vote>, &'static Interrupted>;
    let host: &_ = Box::leak(Box::<Interrupted>::default());
    let point: &_ = Box::leak(Box::new(Point::new(host, Verdict::Allow)));
    let register = |name, handler: fn(&str) -> Vote| {
        point.register(name, 0, function::<Words, _>(handler)).unwrap()
    };
    let guards: RefCell<Vec<Guard<'_, _, _, _>>> = RefCell::default();
    let changes = Cell::new(0);
    // Each interrupt makes one more change than the one before, so that the list that was the
    // active one is empty, or changed, or the active one again with other handlers.
    let interrupt = move || {
        changes.set(changes.get() + 1);
        for _ in 0..changes.get() {
            let mut guards = guards.borrow_mut();
            guards.push(register("denies", |_| Vote::Deny(Errno::PERM)));
            if guards.len() > 1 {
                drop(guards.remove(0));
            }
        }
    };
    let _allows = register("allows", |_| Vote::Allow);
    assert!(host.by.set(Box::new(interrupt)).is_ok());
    for _ in 0..40 {
        assert_eq!(point.invoke("event"), Verdict::Deny(Errno::PERM));
    }
}

/// Events that borrow, and handlers of several types, on a single thread that nothing is shared
/// with.
struct Request<'a> {
    path: &'a [u8],
    answers: &'a Cell<usize>,
}

enum Requests {}

impl Topic for Requests {
    type Event<'a> = Request<'a>;
}

enum Known<'a> {
    Root,
    Length(&'a Cell<usize>),
}

impl Handler<Requests> for Known<'_> {
    fn handle(&self, event: &Request<'_>) -> Vote {
        event.answers.set(event.answers.get() + 1);
        match self {
            Self::Root if event.path == b"/" => Vote::Deny(Errno::ISDIR),
            Self::Root => Vote::Defer,
            Self::Length(longest) => {
                longest.set(longest.get().max(event.path.len()));
                Vote::Allow
            }
        }
    }
}

#[test]
fn one_thread_needs_no_locks() {
    let longest = Cell::new(0);
    let host = Alone::default();
    let point = HookPoint::new(&host, Verdict::Deny(Errno::PERM));
    let root = point.register("root", 0, Known::Root).unwrap();
    let invoke = |path: &[u8]| {
        let answers = Cell::new(0);
        (point.invoke(&Request { path, answers: &answers }), answers.get())
    };
    assert_eq!(invoke(b"/"), (Verdict::Deny(Errno::ISDIR), 1));
    assert_eq!(invoke(b"/bin"), (Verdict::Deny(Errno::PERM), 1));
    let length = point.register("length", 0, Known::Length(&longest)).unwrap();
    assert_eq!(invoke(b"/bin"), (Verdict::Allow, 2));
    assert_eq!(root.deregister(), Departure::Complete);
    assert_eq!(invoke(b"/"), (Verdict::Allow, 1));
    assert_eq!(length.counters().invocations, 2);
    assert_eq!(longest.get(), 4);
}
