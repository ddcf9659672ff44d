//! What is left to do: threads take the largest first, and none more than its share.

use std::cmp::Reverse;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::{Engine, Job};

/// How many bytes can be hashed in the time that it takes to open and close a file.
const OPENING: u64 = 16 * 1024;

/// From so many bytes on a file can keep a thread busy when there is nothing left for the others.
const LARGE: u64 = 1024 * 1024;

/// The jobs of one algorithm, shared by all threads.
#[derive(Debug)]
pub(crate) struct Queue<'a, J> {
    engine: Engine,
    jobs: &'a [J],
    /// Which of them come first: those of large files, the largest before the others.
    large: Vec<usize>,
    /// Which of them come after those, in their order: neighbours are often of one directory.
    small: Vec<usize>,
    /// The place of the first that nobody has taken, among the large ones and then the small ones.
    next: AtomicUsize,
    /// The weight of the jobs that nobody has taken.
    waiting: AtomicU64,
    shares: Vec<Share>,
}

/// What a thread has taken, by itself in a line of the cache since it is written to so often.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Share {
    /// The weight of what of its jobs it has yet to do.
    load: AtomicU64,
    /// The places of those that it has yet to begin, from one and up to another. No other thread
    /// looks at them.
    from: AtomicUsize,
    to: AtomicUsize,
    /// How many it has begun.
    begun: AtomicUsize,
}

/// A job that a thread has begun.
#[derive(Debug)]
pub(crate) struct Taken<'a, J> {
    pub(crate) index: usize,
    pub(crate) job: &'a J,
    /// What is left of its weight.
    left: u64,
}

impl<'a, J: Job> Queue<'a, J> {
    /// A queue of those of the jobs that have these indices, which rise.
    pub(crate) fn new(
        engine: Engine,
        jobs: &'a [J],
        mut order: Vec<usize>,
        threads: usize,
    ) -> Self {
        let (mut large, mut sum) = (Vec::new(), 0_u64);
        order.retain(|index| {
            let job = &jobs[*index];
            sum = sum.saturating_add(weight(job));
            let is_large = job.size() >= LARGE;
            if is_large {
                large.push(*index);
            }
            !is_large
        });
        large.sort_unstable_by_key(|index| (Reverse(jobs[*index].size()), *index));
        Self {
            engine,
            jobs,
            large,
            small: order,
            next: AtomicUsize::new(0),
            waiting: AtomicU64::new(sum),
            shares: (0..threads.max(1)).map(|_| Share::default()).collect(),
        }
    }

    pub(crate) const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The next job, unless there is none, or it is better left to another thread.
    ///
    /// A thread that has nothing to do always gets one.
    pub(crate) fn take(&self, thread: usize) -> Option<Taken<'a, J>> {
        let share = &self.shares[thread];
        let mut place = share.from.load(Ordering::Relaxed);
        if place == share.to.load(Ordering::Relaxed) {
            place = self.take_several(thread)?;
        }
        share.from.store(place.saturating_add(1), Ordering::Relaxed);
        share.begun.fetch_add(1, Ordering::Relaxed);
        let (index, job) = self.job(place)?;
        Some(Taken { index, job, left: weight(job) })
    }

    /// Adds jobs to the share of a thread that has none left to begin: a large one, or as many
    /// small ones as other threads will not miss. Says the place of the first.
    fn take_several(&self, thread: usize) -> Option<usize> {
        /// So many that threads seldom meet, and that a directory is not strewn over them all.
        const MOST: usize = 64;
        let share = &self.shares[thread];
        let mut place = self.next.load(Ordering::Relaxed);
        loop {
            let mut sum = weight(self.job(place)?.1);
            if !self.is_for(thread, sum) {
                return None;
            }
            let mut end = place.saturating_add(1);
            if place >= self.large.len() {
                let threads = self.shares.len() as u64;
                let enough = self.waiting.load(Ordering::Relaxed) / threads.saturating_mul(4);
                while let Some((_, job)) = self.job(end)
                    && sum < enough
                    && end.saturating_sub(place) < MOST
                {
                    sum = sum.saturating_add(weight(job));
                    end = end.saturating_add(1);
                }
            }
            let relaxed = Ordering::Relaxed;
            match self.next.compare_exchange_weak(place, end, relaxed, relaxed) {
                Ok(_) => {
                    subtract(&self.waiting, sum);
                    share.load.fetch_add(sum, Ordering::Relaxed);
                    share.to.store(end, Ordering::Relaxed);
                    return Some(place);
                }
                Err(others) => place = others,
            }
        }
    }

    fn job(&self, place: usize) -> Option<(usize, &'a J)> {
        let small = || self.small.get(place.checked_sub(self.large.len())?);
        let index = *self.large.get(place).or_else(small)?;
        Some((index, self.jobs.get(index)?))
    }

    /// Takes note that so many bytes of the job are done.
    pub(crate) fn advance(&self, thread: usize, taken: &mut Taken<'_, J>, bytes: u64) {
        let done = bytes.min(taken.left);
        taken.left -= done;
        subtract(&self.shares[thread].load, done);
    }

    /// Takes note that nothing more will be done of the job.
    pub(crate) fn finish(&self, thread: usize, mut taken: Taken<'_, J>) {
        self.advance(thread, &mut taken, u64::MAX);
    }

    /// How many jobs a thread has begun.
    pub(crate) fn begun(&self, thread: usize) -> usize {
        self.shares[thread].begun.load(Ordering::Relaxed)
    }

    /// Takes note that a thread has lost what it had begun.
    pub(crate) fn give_up(&self, thread: usize) {
        let share = &self.shares[thread];
        let left = share.from.load(Ordering::Relaxed)..share.to.load(Ordering::Relaxed);
        let weights = left.filter_map(|place| self.job(place)).map(|(_, job)| weight(job));
        share.load.store(weights.fold(0, u64::saturating_add), Ordering::Relaxed);
    }

    /// Whether the thread should take a job of that weight: its share of all that is left has room
    /// for most of it, or no other thread has less to do.
    fn is_for(&self, thread: usize, weight: u64) -> bool {
        let load = self.shares[thread].load.load(Ordering::Relaxed);
        let waiting = self.waiting.load(Ordering::Relaxed);
        let threads = self.shares.len() as u64;
        let after = load.saturating_add(weight / 2);
        if load == 0 || after <= waiting / threads {
            return true;
        }
        let loads = self.shares.iter().map(|share| share.load.load(Ordering::Relaxed));
        let (sum, least) = loads.fold((waiting, load), |(sum, least), load| {
            (sum.saturating_add(load), least.min(load))
        });
        after <= sum / threads || load == least
    }
}

fn weight(job: &impl Job) -> u64 {
    job.size().saturating_add(OPENING)
}

/// Sizes are what somebody said: their sum may have been too large to be true.
fn subtract(from: &AtomicU64, number: u64) {
    let less = |value: u64| Some(value.saturating_sub(number));
    // The closure never gives up.
    let _ = from.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::Algorithm;

    struct Sized(u64);

    impl Job for Sized {
        fn path(&self) -> &Path {
            Path::new("")
        }

        fn size(&self) -> u64 {
            self.0
        }
    }

    const GIB: u64 = 1 << 30;

    /// What each of the threads takes while nothing is done, one thread after the other.
    fn shares(sizes: &[u64], threads: usize) -> Vec<Vec<u64>> {
        let jobs: Vec<_> = sizes.iter().copied().map(Sized).collect();
        let queue = queue(&jobs, threads);
        let mut shares = vec![Vec::new(); threads];
        loop {
            let before: usize = shares.iter().map(Vec::len).sum();
            for (thread, share) in shares.iter_mut().enumerate() {
                while let Some(taken) = queue.take(thread) {
                    share.push(taken.job.0);
                }
            }
            if before == shares.iter().map(Vec::len).sum() {
                return shares;
            }
        }
    }

    fn queue(jobs: &[Sized], threads: usize) -> Queue<'_, Sized> {
        Queue::new(Engine::auto(Algorithm::Sha256), jobs, (0..jobs.len()).collect(), threads)
    }

    #[test]
    fn few_large_files_are_for_all_threads() {
        assert_eq!(shares(&[GIB; 4], 2), [[GIB; 2]; 2]);
        assert_eq!(shares(&[0; 4], 4), [[0]; 4]);
        let lens = |shares: Vec<Vec<u64>>| shares.iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(lens(shares(&[GIB; 3], 2)), [2, 1]);
        assert_eq!(lens(shares(&[GIB; 4], 3)), [1, 1, 2]);
        assert_eq!(lens(shares(&[u64::MAX; 2], 2)), [1, 1]);
    }

    #[test]
    fn a_thread_with_a_huge_file_leaves_the_small_ones_to_others() {
        let mut sizes = [100; 1000];
        sizes[500] = GIB;
        let shares = shares(&sizes, 2);
        assert_eq!(shares[0], [GIB]);
        assert_eq!(shares[1], [100; 999]);
    }

    #[test]
    fn neighbours_are_for_one_thread_and_the_last_ones_for_all() {
        let jobs: Vec<_> = (0..1000).map(|_| Sized(100)).collect();
        let queue = queue(&jobs, 2);
        let mut taken = [Vec::new(), Vec::new()];
        let mut thread = 0;
        while let Some(next) = queue.take(thread) {
            taken[thread].push(next.index);
            queue.finish(thread, next);
            thread = 1 - thread;
        }
        let parts = |taken: &[usize]| taken.chunk_by(|one, next| *next == one + 1).count();
        assert!(taken.iter().all(|taken| (490..=510).contains(&taken.len())));
        assert!(taken.iter().all(|taken| (8..40).contains(&parts(taken))));
        let mut all = taken.concat();
        all.sort_unstable();
        assert_eq!(all, (0..1000).collect::<Vec<_>>());
    }

    #[test]
    fn what_a_thread_loses_is_what_it_had_begun() {
        let jobs: Vec<_> = (0..1000).map(|_| Sized(100)).collect();
        let queue = queue(&jobs, 1);
        let first = queue.take(0).unwrap();
        assert_eq!((first.index, queue.begun(0)), (0, 1));
        queue.give_up(0);
        let after: Vec<_> = std::iter::from_fn(|| queue.take(0)).map(|next| next.index).collect();
        assert_eq!(after, (1..1000).collect::<Vec<_>>());
    }

    #[test]
    fn whoever_has_nothing_to_do_gets_a_job() {
        let jobs = [Sized(GIB), Sized(GIB), Sized(GIB)];
        let queue = queue(&jobs, 2);
        let [first, second] = [0, 1].map(|thread| queue.take(thread).unwrap());
        queue.finish(0, first);
        assert_eq!(queue.take(0).unwrap().index, 2);
        assert!(queue.take(0).is_none());
        queue.finish(1, second);
        assert!(queue.take(1).is_none());
    }

    #[test]
    fn what_is_done_makes_room() {
        let jobs = [Sized(GIB), Sized(GIB / 4), Sized(GIB / 4)];
        let queue = queue(&jobs, 2);
        let mut large = queue.take(0).unwrap();
        let _small = queue.take(1).unwrap();
        assert!(queue.take(0).is_none());
        queue.advance(0, &mut large, GIB);
        assert_eq!(queue.take(0).unwrap().index, 2);
    }
}
