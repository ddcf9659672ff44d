//! What is left to do: threads take the largest first, and none more than its share.

use std::cmp::Reverse;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::{Engine, Job};

/// How many bytes can be hashed in the time that it takes to open and close a file.
const OPENING: u64 = 16 * 1024;

/// The jobs of one algorithm, shared by all threads.
#[derive(Debug)]
pub(crate) struct Queue<'a, J> {
    engine: Engine,
    jobs: &'a [J],
    /// Which of them are in the queue, the largest first.
    order: Vec<usize>,
    next: AtomicUsize,
    /// The weight of the jobs that nobody has taken.
    waiting: AtomicU64,
    /// What of its jobs each thread has yet to do.
    loads: Vec<AtomicU64>,
}

/// A job that a thread has taken.
#[derive(Debug)]
pub(crate) struct Taken<'a, J> {
    pub(crate) index: usize,
    pub(crate) job: &'a J,
    /// What is left of its weight.
    left: u64,
}

impl<'a, J: Job> Queue<'a, J> {
    /// A queue of those of the jobs that have these indices.
    pub(crate) fn new(
        engine: Engine,
        jobs: &'a [J],
        mut order: Vec<usize>,
        threads: usize,
    ) -> Self {
        order.sort_unstable_by_key(|index| (Reverse(jobs[*index].size()), *index));
        let weights = order.iter().map(|index| weight(&jobs[*index]));
        let sum = weights.fold(0, u64::saturating_add);
        Self {
            engine,
            jobs,
            order,
            next: AtomicUsize::new(0),
            waiting: AtomicU64::new(sum),
            loads: (0..threads.max(1)).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    pub(crate) const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The next job, unless there is none, or it is better left to another thread.
    ///
    /// A thread that has nothing to do always gets one.
    pub(crate) fn take(&self, thread: usize) -> Option<Taken<'a, J>> {
        let next = self.job(self.next.load(Ordering::Relaxed))?;
        if !self.is_for(thread, weight(next.1)) {
            return None;
        }
        // Another thread may have taken that one meanwhile; what comes after it is not larger.
        let (index, job) = self.job(self.next.fetch_add(1, Ordering::Relaxed))?;
        let left = weight(job);
        subtract(&self.waiting, left);
        self.loads[thread].fetch_add(left, Ordering::Relaxed);
        Some(Taken { index, job, left })
    }

    fn job(&self, place: usize) -> Option<(usize, &'a J)> {
        let index = *self.order.get(place)?;
        Some((index, self.jobs.get(index)?))
    }

    /// Takes note that so many bytes of the job are done.
    pub(crate) fn advance(&self, thread: usize, taken: &mut Taken<'_, J>, bytes: u64) {
        let done = bytes.min(taken.left);
        taken.left -= done;
        subtract(&self.loads[thread], done);
    }

    /// Takes note that nothing more will be done of the job.
    pub(crate) fn finish(&self, thread: usize, mut taken: Taken<'_, J>) {
        self.advance(thread, &mut taken, u64::MAX);
    }

    /// How many jobs were taken, or somewhat more when none is left.
    pub(crate) fn begun(&self) -> usize {
        self.next.load(Ordering::Relaxed)
    }

    /// Takes note that a thread has lost what it had taken.
    pub(crate) fn give_up(&self, thread: usize) {
        self.loads[thread].store(0, Ordering::Relaxed);
    }

    /// Whether the thread should take a job of that weight: its share of all that is left has room
    /// for most of it, or no other thread has less to do.
    fn is_for(&self, thread: usize, weight: u64) -> bool {
        let load = self.loads[thread].load(Ordering::Relaxed);
        let waiting = self.waiting.load(Ordering::Relaxed);
        let threads = self.loads.len() as u64;
        let after = load.saturating_add(weight / 2);
        if load == 0 || after <= waiting / threads {
            return true;
        }
        let loads = self.loads.iter().map(|load| load.load(Ordering::Relaxed));
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
