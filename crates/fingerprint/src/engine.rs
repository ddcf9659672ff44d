//! Which kernel takes how many streams.

pub(crate) mod hasher;
pub(crate) mod kernel;
pub(crate) mod lanes;
pub(crate) mod message;

use std::fmt;
use std::hint::black_box;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crate::Algorithm;
use crate::engine::kernel::{Kernel, States, Streams, WIDEST};

/// A way of making digests of an algorithm on this machine.
///
/// It has the name of the one kernel that it uses (`sha-ni x4`, `avx512 x16`, `portable`), or
/// `auto` if it chooses among all of them by how many streams there are.
#[derive(Clone)]
pub struct Engine {
    algorithm: Algorithm,
    name: &'static str,
    lanes: usize,
    /// The kernel to begin with, by the number of streams less one.
    kernels: [&'static Kernel; WIDEST],
}

impl Engine {
    /// The name of the engine that chooses.
    pub const AUTO: &'static str = "auto";

    /// The engine that is fastest here for any number of streams.
    ///
    /// The first call for an algorithm times the kernels, in less than a millisecond, if there is
    /// more than one.
    #[must_use]
    pub fn auto(algorithm: Algorithm) -> Self {
        static KNOWN: [OnceLock<Engine>; Algorithm::ALL.len()] =
            [const { OnceLock::new() }; Algorithm::ALL.len()];
        KNOWN[algorithm as usize].get_or_init(|| Self::timed(algorithm)).clone()
    }

    /// Every engine that this machine has for the algorithm, the one that chooses first.
    #[must_use]
    pub fn all(algorithm: Algorithm) -> Vec<Self> {
        let forced = Kernel::all(algorithm).map(|kernel| Self {
            algorithm,
            name: kernel.name,
            lanes: kernel.width,
            kernels: [kernel; WIDEST],
        });
        std::iter::once(Self::auto(algorithm)).chain(forced).collect()
    }

    /// The engine of that name, if this machine has it for the algorithm.
    #[must_use]
    pub fn named(algorithm: Algorithm, name: &str) -> Option<Self> {
        Self::all(algorithm).into_iter().find(|engine| engine.name == name)
    }

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What it makes digests of.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// With how many streams at once it is fastest.
    #[must_use]
    pub const fn lanes(&self) -> usize {
        self.lanes
    }

    /// The kernel to begin with for that many streams, at least one; those that it does not take
    /// are for the next one.
    pub(crate) fn kernel(&self, streams: usize) -> &'static Kernel {
        self.kernels[streams.clamp(1, WIDEST) - 1]
    }

    fn timed(algorithm: Algorithm) -> Self {
        let kernels: Vec<_> = Kernel::all(algorithm).collect();
        match kernels[..] {
            [only] => Self { algorithm, name: Self::AUTO, lanes: 1, kernels: [only; WIDEST] },
            _ => Self::planned(algorithm, &time(algorithm, &kernels)),
        }
    }

    /// The engine that is best if each kernel takes that long, however many of its streams are
    /// in use.
    fn planned(algorithm: Algorithm, timed: &[(&'static Kernel, Duration)]) -> Self {
        let mut kernels = [timed[0].0; WIDEST];
        let mut least = [Duration::ZERO; WIDEST + 1];
        for streams in 1..=WIDEST {
            let with = |(kernel, time): &(&'static Kernel, Duration)| {
                (*kernel, *time + least[streams.saturating_sub(kernel.width)])
            };
            let best = timed.iter().map(with).min_by_key(|(_, time)| *time);
            if let Some((kernel, time)) = best {
                kernels[streams - 1] = kernel;
                least[streams] = time;
            }
        }
        // Lanes cost memory: a tenth more speed is the least that twice as many must bring.
        let rate = |streams: usize| streams as f64 / least[streams].as_secs_f64().max(1e-9);
        let mut lanes = 1;
        for streams in 2..=WIDEST {
            let wanted = 1.0 + 0.1 * (streams as f64 / lanes as f64).log2();
            if rate(streams) > rate(lanes) * wanted {
                lanes = streams;
            }
        }
        Self { algorithm, name: Self::AUTO, lanes, kernels }
    }
}

/// How long each kernel takes for some blocks of each of its streams.
///
/// They take turns: the first rounds wake the upper halves of the vector units, and what else the
/// machine does meanwhile should not decide between them.
fn time(algorithm: Algorithm, kernels: &[&'static Kernel]) -> Vec<(&'static Kernel, Duration)> {
    const ROUNDS: usize = 10;
    // So many that what a call costs besides does not count for much.
    const BLOCKS: usize = 32;
    let input = [0; BLOCKS * message::MAX_BLOCK_LEN];
    let input = &black_box(&input)[..BLOCKS * message::block_len(algorithm)];
    let mut states = States::new(message::initial(algorithm));
    let mut streams = Streams { states: &mut states, inputs: [input; WIDEST] };
    let mut timed: Vec<_> = kernels.iter().map(|kernel| (*kernel, Duration::MAX)).collect();
    for _ in 0..ROUNDS {
        for (kernel, best) in &mut timed {
            let start = Instant::now();
            kernel.compress(&mut streams, BLOCKS);
            *best = start.elapsed().min(*best);
        }
    }
    timed
}

impl fmt::Debug for Engine {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {} ({} lanes)", self.algorithm, self.name, self.lanes)
    }
}
