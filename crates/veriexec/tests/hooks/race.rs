//! Many threads: nothing runs after its deregistration, nothing is lost, and nobody is stuck.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::thread;

use veriexec::hooks::{Departure, Vote};
use veriexec::{Errno, Verdict};

use crate::topic::{Point, Slot, lasting, names, point};

/// Invokes until told to stop.
fn invoke_until(point: &Point, stop: &AtomicBool) -> usize {
    let mut count = 0;
    while !stop.load(Ordering::Relaxed) {
        let _ = point.invoke("event");
        count += 1;
        if count % 64 == 0 {
            thread::yield_now();
        }
    }
    count
}

/// Tells other threads to stop, also if this one fails.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn no_handler_runs_once_its_deregistration_returned() {
    const ROUNDS: usize = 4000;
    let (point, stop) = (point(), AtomicBool::new(false));
    let (late, ran) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| invoke_until(&point, &stop));
        }
        // Another one changes the lists meanwhile.
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                let priority = ran.load(Ordering::Relaxed) as i32 % 3 - 1;
                drop(point.register_function("other", priority, |_: &str| Vote::Defer));
                thread::yield_now();
            }
        });
        let _stop = Stop(&stop);
        for round in 0..ROUNDS {
            let usable = Arc::new(AtomicBool::new(true));
            let canary = {
                let (usable, late, ran) = (usable.clone(), late.clone(), ran.clone());
                move |_: &str| {
                    for turn in 0..4 {
                        if !usable.load(Ordering::SeqCst) {
                            late.fetch_add(1, Ordering::Relaxed);
                        }
                        if turn == round % 8 {
                            thread::yield_now();
                        }
                    }
                    ran.fetch_add(1, Ordering::Relaxed);
                    Vote::Allow
                }
            };
            let before = ran.load(Ordering::Relaxed);
            let guard = point.register_function("canary", 0, canary).unwrap();
            while round % 4 == 0 && ran.load(Ordering::Relaxed) == before {
                thread::yield_now();
            }
            assert_eq!(guard.deregister(), Departure::Complete);
            usable.store(false, Ordering::SeqCst);
            // The handler is gone with all that it held.
            assert_eq!(Arc::strong_count(&usable), 1);
        }
    });
    assert_eq!(late.load(Ordering::Relaxed), 0);
    assert!(ran.load(Ordering::Relaxed) > ROUNDS / 4);
    assert!(point.is_empty());
}

#[test]
fn a_deregistration_waits_for_the_invocation_that_runs() {
    let point = lasting();
    let (entered, enters) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let released = Mutex::new(released);
    let handler = move |_: &str| {
        entered.send(()).unwrap();
        released.lock().unwrap().recv().unwrap();
        Vote::Deny(Errno::PERM)
    };
    let guard = point.register_function("waits", 0, handler).unwrap();
    let is_gone = AtomicBool::new(false);
    thread::scope(|scope| {
        let invocation = scope.spawn(|| point.invoke("event"));
        enters.recv().unwrap();
        let deregistration = scope.spawn(|| {
            let departure = guard.deregister();
            is_gone.store(true, Ordering::SeqCst);
            departure
        });
        while !names(point).is_empty() {
            thread::yield_now();
        }
        // It is off the list. Others do not hear of events, nor wait: not those that invoke, nor
        // those that register.
        assert_eq!(point.invoke("event"), Verdict::Allow);
        for _ in 0..100 {
            let guard = point.register_function("other", 0, |_: &str| Vote::Allow).unwrap();
            assert_eq!(point.invoke("event"), Verdict::Allow);
            assert_eq!(guard.deregister(), Departure::Complete);
            thread::yield_now();
        }
        assert!(!is_gone.load(Ordering::SeqCst), "it did not wait");
        release.send(()).unwrap();
        assert_eq!(deregistration.join().unwrap(), Departure::Complete);
        assert_eq!(invocation.join().unwrap(), Verdict::Deny(Errno::PERM));
    });
}

/// Two handlers run at once, and each deregisters the other.
fn deregister_each_other(points: [&'static Point; 2]) {
    for _ in 0..200 {
        let guards = [Slot::default(), Slot::default()];
        let barrier = Arc::new(Barrier::new(2));
        let departures = Arc::new(Mutex::new(Vec::new()));
        for (which, point) in points.into_iter().enumerate() {
            let other = Arc::clone(&guards[1 - which]);
            let (barrier, departures) = (Arc::clone(&barrier), Arc::clone(&departures));
            let name = ["first", "second"][which];
            let handler = move |event: &str| {
                if event == name {
                    barrier.wait();
                    let guard = other.lock().unwrap().take().unwrap();
                    let departure = guard.deregister();
                    departures.lock().unwrap().push(departure);
                }
                Vote::Allow
            };
            *guards[which].lock().unwrap() =
                Some(point.register_function(name, which as i32, handler).unwrap());
        }
        thread::scope(|scope| {
            scope.spawn(|| points[0].invoke("first"));
            scope.spawn(|| points[1].invoke("second"));
        });
        assert_eq!(departures.lock().unwrap().len(), 2);
        for point in points {
            assert_eq!(point.quiesce(), Departure::Complete);
            assert!(point.is_empty());
        }
        // Only this is left of what the handlers held.
        assert_eq!(Arc::strong_count(&barrier), 1);
    }
}

#[test]
fn handlers_that_deregister_each_other_do_not_wait_for_each_other() {
    let point = lasting();
    deregister_each_other([point, point]);
}

#[test]
fn nor_do_those_of_two_hook_points() {
    deregister_each_other([lasting(), lasting()]);
}

#[test]
fn waiting_later_waits_for_what_was_deregistered_inside() {
    let (point, other) = (lasting(), lasting());
    let (entered, enters) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let released = Mutex::new(released);
    let life = Arc::new(());
    let slow = {
        let life = Arc::clone(&life);
        move |_: &str| {
            let _life = &life;
            entered.send(()).unwrap();
            released.lock().unwrap().recv().unwrap();
            Vote::Defer
        }
    };
    let slow = Mutex::new(Some(point.register_function("slow", 0, slow).unwrap()));
    let deregister = move |_: &str| {
        let guard = slow.lock().unwrap().take().unwrap();
        assert_eq!(guard.deregister(), Departure::Deferred);
        Vote::Defer
    };
    let _deregister = other.register_function("deregisters", 0, deregister).unwrap();
    thread::scope(|scope| {
        scope.spawn(|| point.invoke("event"));
        enters.recv().unwrap();
        let _ = other.invoke("event");
        assert!(point.is_empty());
        assert_eq!(Arc::strong_count(&life), 2);
        let waiting = scope.spawn(|| {
            let departure = point.quiesce();
            (departure, Arc::strong_count(&life))
        });
        for _ in 0..100 {
            thread::yield_now();
        }
        assert!(!waiting.is_finished());
        release.send(()).unwrap();
        assert_eq!(waiting.join().unwrap(), (Departure::Complete, 1));
    });
}

#[test]
fn no_invocation_is_lost_or_counted_twice() {
    const THREADS: usize = 4;
    const TURNS: usize = 20_000;
    let (point, stop) = (point(), AtomicBool::new(false));
    let votes = [Vote::Allow, Vote::Deny(Errno::PERM), Vote::Defer];
    let turns = AtomicUsize::new(0);
    let heard = Arc::new([const { AtomicUsize::new(0) }; 3]);
    let counted = {
        let heard = Arc::clone(&heard);
        move |event: &str| {
            let which = event.len() % 3;
            heard[which].fetch_add(1, Ordering::Relaxed);
            votes[which]
        }
    };
    let guard = point.register_function("counted", 0, counted).unwrap();
    thread::scope(|scope| {
        let _stop = Stop(&stop);
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                drop(point.register_function("other", -1, |_: &str| Vote::Defer));
                drop(point.register_function("other", 1, |_: &str| Vote::Defer));
            }
        });
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                let counters = guard.counters();
                assert!(counters.invocations <= turns.load(Ordering::SeqCst) as u64);
            }
        });
        let invoking = [(); THREADS].map(|()| {
            scope.spawn(|| {
                for _ in 0..TURNS {
                    let turn = turns.fetch_add(1, Ordering::SeqCst);
                    let verdict = point.invoke(&"abc"[turn % 3..]);
                    let expected = votes[(3 - turn % 3) % 3];
                    assert_eq!(verdict == Verdict::Allow, !matches!(expected, Vote::Deny(_)));
                }
            })
        });
        invoking.into_iter().for_each(|thread| thread.join().unwrap());
    });
    let heard = heard.each_ref().map(|count| count.load(Ordering::Relaxed) as u64);
    let counters = guard.counters();
    assert_eq!(counters.invocations, (THREADS * TURNS) as u64);
    assert_eq!([counters.allows, counters.denies, counters.defers], heard);
}

#[test]
fn handlers_come_and_go_from_inside_and_outside_at_once() {
    const ROUNDS: usize = 1500;
    let (point, stop) = (lasting(), AtomicBool::new(false));
    let lives = Arc::new(());
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| invoke_until(point, &stop));
        }
        let once = |priority| {
            for _ in 0..ROUNDS {
                let (own, life) = (Slot::default(), Arc::clone(&lives));
                let slot = Arc::downgrade(&own);
                // Deregisters itself, and tells that it was invoked by that.
                let handler = move |_: &str| {
                    let _life = &life;
                    let own = slot.upgrade().and_then(|own| own.lock().unwrap().take());
                    let inner = point.register_function("inner", 1, |_: &str| Vote::Allow);
                    drop((own, inner));
                    Vote::Defer
                };
                let registered = loop {
                    // The lock makes the handler wait until its guard is in its place.
                    let mut own = own.lock().unwrap();
                    match point.register_function("once", priority, handler.clone()) {
                        Ok(guard) => break own.insert(guard).name(),
                        Err(_) => thread::yield_now(),
                    }
                };
                assert_eq!(registered, "once");
                if priority == 0 {
                    while own.lock().unwrap().is_some() {
                        thread::yield_now();
                    }
                } else {
                    let own = own.lock().unwrap().take();
                    drop(own);
                }
            }
        };
        let changing = [0, 1].map(|priority| scope.spawn(move || once(priority)));
        let results = changing.map(|thread| thread.join());
        stop.store(true, Ordering::Relaxed);
        assert!(results.iter().all(Result::is_ok));
    });
    assert_eq!(point.quiesce(), Departure::Complete);
    assert!(point.is_empty());
    assert_eq!(Arc::strong_count(&lives), 1);
}
