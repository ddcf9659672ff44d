//! Prints how fast each engine of this machine makes digests, from memory and on one core.
//!
//! The engines of an algorithm take turns, many times, and of each the turn is shown that a quarter
//! of its turns were faster than: what else the machine does meanwhile matters little, and neither
//! does a clock that a virtual machine sets right in between.

use std::time::Duration;

use fingerprint::{Algorithm, Engine, Hasher, Lanes, Piece};
use rustix::time::{ClockId, clock_gettime};

/// Bytes of each stream: what a reader of files has at hand of each of them.
const LEN: usize = 32 * 1024;

/// From the beginning of one to that of the next: were it a power of two, all would want the same
/// places of the cache, which the buffers of files do not.
const STRIDE: usize = LEN + 256;

/// A block that lies across two lines of the cache is loaded twice.
const CACHE_LINE: usize = 64;

const TURNS: usize = 100;

fn main() {
    let memory: Vec<u8> = (0..64 * STRIDE).map(|at| (at / 7) as u8).collect();
    let memory = &memory[memory.as_ptr().align_offset(CACHE_LINE)..];
    println!(
        "{:<8} {:<12} {:>5} {:>8} {:>6} {:>8} {:>6}",
        "", "engine", "lanes", "GB/s", "ratio", "alone", "ratio"
    );
    let wanted: Vec<_> = std::env::args().skip(1).filter_map(|name| name.parse().ok()).collect();
    for algorithm in Algorithm::ALL {
        if !wanted.is_empty() && !wanted.contains(&algorithm) {
            continue;
        }
        let engines = Engine::all(algorithm);
        let mut times = vec![[const { Vec::new() }; 2]; engines.len()];
        let mut of_crate = Vec::new();
        let mut lanes: Vec<_> = engines.iter().cloned().map(Lanes::new).collect();
        for _ in 0..TURNS {
            of_crate.push(timed(|| {
                std::hint::black_box(Hasher::digest(algorithm, &memory[..LEN]));
            }));
            for (lanes, [all, alone]) in lanes.iter_mut().zip(&mut times) {
                all.push(timed(|| hash(lanes, lanes.count(), memory)));
                alone.push(timed(|| hash(lanes, 1, memory)));
            }
        }
        let crate_rate = rate(LEN, of_crate);
        println!("{:<8} {:<12} {:>5} {:>8.3}", algorithm.name(), "crate", 1, crate_rate);
        for (engine, [all, alone]) in engines.iter().zip(times) {
            let [all, alone] = [rate(engine.lanes() * LEN, all), rate(LEN, alone)];
            println!(
                "{:<8} {:<12} {:>5} {:>8.3} {:>6.2} {:>8.3} {:>6.2}",
                "",
                engine.name(),
                engine.lanes(),
                all,
                all / crate_rate,
                alone,
                alone / crate_rate
            );
        }
    }
}

/// Makes the digests of so many streams.
fn hash(lanes: &mut Lanes, streams: usize, memory: &[u8]) {
    let messages = memory.chunks(STRIDE).take(streams).map(|bytes| &bytes[..LEN]);
    let mut pieces: Vec<_> = messages.map(|bytes| Piece { bytes, last: true }).collect();
    while pieces.iter().any(|piece| piece.last) {
        lanes.run(&mut pieces);
    }
    for lane in 0..streams {
        std::hint::black_box(lanes.take(lane));
    }
}

/// The time of the processor that the work takes.
fn timed(mut work: impl FnMut()) -> Duration {
    let now = || {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        Duration::new(time.tv_sec.cast_unsigned(), time.tv_nsec as u32)
    };
    let before = now();
    work();
    now() - before
}

/// In GB/s, by the time that a quarter of the times are below.
fn rate(bytes: usize, mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    bytes as f64 / times[TURNS / 4].as_secs_f64() / 1e9
}
