//! What invoking a hook point costs: the best of several rounds, in nanoseconds.
#![allow(clippy::unwrap_used, reason = "a measurement may fail so")]

use std::hint::black_box;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use threads::Threads;
use veriexec::hooks::{Dynamic, Handler, HookPoint, Topic, Vote};
use veriexec::{Errno, Verdict};

#[path = "../tests/hooks/threads.rs"]
mod threads;

/// Short rounds, and many: a few of them are not disturbed by what else the machine does.
const TURNS: u32 = 10_000;
const ROUNDS: usize = 1000;

enum Number {}

impl Topic for Number {
    type Event<'a> = u64;
}

type Point<H> = HookPoint<Number, H, Threads>;

/// Handlers without an indirect call, as in a kernel.
enum Known {
    Observer,
    Allower,
    Denier,
}

impl Handler<Number> for Known {
    #[inline(never)]
    fn handle(&self, event: &u64) -> Vote {
        match self {
            Self::Allower => Vote::Allow,
            Self::Denier if *event == u64::MAX => Vote::Deny(Errno::PERM),
            Self::Observer | Self::Denier => Vote::Defer,
        }
    }
}

fn main() {
    report("empty", &Point::<Dynamic<Number>>::new(Threads, Verdict::Allow));
    for count in [1, 2, 4, 8, 16] {
        dynamic(&format!("{count} that defer"), count, |_| Vote::Defer);
    }
    dynamic("8 that allow", 8, |_| Vote::Allow);
    dynamic("8 that allow and deny in turn", 8, |event| match event % 2 {
        0 => Vote::Allow,
        _ => Vote::Deny(Errno::PERM),
    });

    let point = Point::new(Threads, Verdict::Allow);
    let handlers =
        [Known::Allower, Known::Denier].into_iter().chain((0..6).map(|_| Known::Observer));
    let guards: Vec<_> = handlers.map(|known| point.register("known", 0, known).unwrap()).collect();
    report("8 of an enum", &point);
    for threads in [2, 4] {
        println!(
            "{:>32} {:>8.2}",
            format!("8 of an enum, {threads} threads"),
            together(&point, threads)
        );
    }
    drop(guards);

    let register = time(|_| drop(black_box(point.register("known", 0, Known::Observer).unwrap())));
    println!("{:>32} {register:>8.2}", "register and deregister");
}

fn dynamic(name: &str, count: usize, vote: fn(&u64) -> Vote) {
    let point = Point::new(Threads, Verdict::Allow);
    let register = || point.register_function("bench", 0, move |event: &u64| vote(event)).unwrap();
    let guards: Vec<_> = (0..count).map(|_| register()).collect();
    report(name, &point);
    drop(guards);
}

fn report<H: Handler<Number>>(name: &str, point: &Point<H>) {
    println!("{name:>32} {:>8.2}", time(|turn| _ = black_box(point.invoke(&turn))));
}

/// One turn, in nanoseconds.
fn time(turn: impl Fn(u64)) -> f64 {
    let round = || {
        let start = Instant::now();
        (0..u64::from(TURNS)).for_each(|number| turn(black_box(number)));
        start.elapsed()
    };
    let best = (0..ROUNDS).map(|_| round()).min().unwrap();
    nanoseconds(best, TURNS)
}

/// One turn of one thread while as many others as said take turns, too.
fn together<H: Handler<Number> + Send + Sync>(point: &Point<H>, threads: usize) -> f64 {
    const TURNS_EACH: u32 = 1_000_000;
    let barrier = Barrier::new(threads);
    let turns = || {
        barrier.wait();
        let start = Instant::now();
        (0..u64::from(TURNS_EACH)).for_each(|number| _ = black_box(point.invoke(&number)));
        start.elapsed()
    };
    let total: Duration = thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(turns)).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    nanoseconds(total, TURNS_EACH) / threads as f64
}

fn nanoseconds(all: Duration, turns: u32) -> f64 {
    all.as_secs_f64() * 1e9 / f64::from(turns)
}
