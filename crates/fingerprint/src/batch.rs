//! Many files at once: the same results in the same order, however many threads there are.

pub(crate) mod ahead;
pub(crate) mod queue;
pub(crate) mod results;
pub(crate) mod twins;
pub(crate) mod worker;

use std::fs::File;
use std::io;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::thread;

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};
use rustix::process::{Resource, getrlimit};

use crate::batch::queue::Queue;
use crate::batch::results::{Results, lost};
use crate::batch::twins::Twins;
use crate::batch::worker::Worker;
use crate::file::FileError;
use crate::tree::{self, Depth, Found, TreeError, Walk};
use crate::{Algorithm, Digest, Engine, Identity, Version};

/// Hashes many files on several threads, and on each thread several files at once.
///
/// The largest files come first, so that none of them is left alone at the end; all others come in
/// the order of the jobs, for which those of a directory should stand together. Each thread has a
/// read buffer for each [lane](Engine::lanes); what else is held is the results. When a file is not
/// in memory, the system is asked for some of those after it before any of them is waited for.
#[derive(Debug)]
pub struct Batch {
    engine: Engine,
    pool: ThreadPool,
    /// On how many threads it walks.
    walkers: usize,
}

/// A file that a batch is to hash.
pub trait Job: Sync {
    /// Where it is; symbolic links are followed.
    fn path(&self) -> &Path;

    /// What it was when it was found, if anybody looked. A short file that still is that when it
    /// was read is not looked at before.
    fn seen(&self) -> Option<Version> {
        None
    }

    /// Its length in bytes as far as known. It orders and divides the work, and tells how much of
    /// it is asked for ahead; it has no other effect.
    fn size(&self) -> u64 {
        self.seen().map_or(0, Version::size)
    }

    /// The algorithm it is to be hashed with, if not with that of the batch.
    fn algorithm(&self) -> Option<Algorithm> {
        None
    }

    /// Which file it is, if that was [seen](Self::seen) to have other names as well, and they need
    /// not be told apart: of the jobs of one file only the first is read.
    fn linked(&self) -> Option<Identity> {
        None
    }
}

/// A file of a batch that has been read from for the first time.
#[derive(Clone, Copy, Debug)]
pub struct Begun<'a> {
    /// The open file.
    pub file: &'a File,
    /// Its first bytes.
    pub bytes: &'a [u8],
    /// Whether it holds no others.
    pub whole: bool,
}

/// What became of one file of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome<T> {
    /// The digest of the file.
    pub digest: Digest,
    /// How many bytes the file holds.
    pub bytes: u64,
    /// Whether they were read under another name of the file, not under this one.
    pub shared: bool,
    /// What the caller made of the file while it was open.
    pub inspected: T,
}

/// The threads cannot be started.
#[derive(Debug, thiserror::Error)]
#[error("cannot start threads: {0}; use fewer of them")]
pub struct BatchError(#[from] ThreadPoolBuildError);

impl Batch {
    /// A batch on that many threads; on as many as there are processors if `None`, and then it walks
    /// on more of them, most of which wait for a disk.
    ///
    /// # Errors
    /// [`BatchError`] if the system does not grant the threads.
    pub fn new(algorithm: Algorithm, threads: Option<NonZeroUsize>) -> Result<Self, BatchError> {
        /// So many that a disk is kept busy.
        const WALKERS: usize = 16;
        let processors = || thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let (threads, walkers) = match threads {
            Some(threads) => (threads.get(), threads.get()),
            None => (processors(), processors().max(WALKERS)),
        };
        Ok(Self { engine: Engine::auto(algorithm), pool: pool("fingerprint", threads)?, walkers })
    }

    /// The same with another engine, and with its algorithm. Jobs that have an algorithm of their
    /// own do not use it if that is another.
    #[must_use]
    pub fn with_engine(self, engine: Engine) -> Self {
        Self { engine, ..self }
    }

    /// The threads, for what else is to be done on all of them.
    #[must_use]
    pub const fn threads(&self) -> &ThreadPool {
        &self.pool
    }

    /// Finds the regular files of a directory, in no order that could be relied on: `found` hears
    /// from every thread of some at a time.
    ///
    /// A symbolic link stands for the regular file that it leads to, wherever that is, so that the
    /// same file may be found more than once; links to directories are not entered. Directories,
    /// devices, FIFOs and sockets are passed over and never opened, and so is what is in a file
    /// system in which the kernel shows what it knows, proc(5) for example. If the root is, or leads
    /// to, a regular file, that is what is found.
    pub fn walk(
        &self,
        root: &Path,
        depth: Depth,
        found: impl Fn(Vec<Result<Found, TreeError>>) + Sync,
    ) {
        self.walk_in(Walk { top: root, depth, root: None }, found);
    }

    /// The same, maybe below a directory that is taken for the root.
    pub fn walk_in(&self, walk: Walk<'_>, found: impl Fn(Vec<Result<Found, TreeError>>) + Sync) {
        let depth = walk.depth;
        let more = depth == Depth::All && self.walkers > self.pool.current_num_threads();
        // If there are no more to be had, these do.
        let walkers = more.then(|| pool("walk", self.walkers).ok()).flatten();
        tree::walk(walkers.as_ref().unwrap_or(&self.pool), walk, &found);
    }

    /// Hashes every file; the results are in the order of the jobs, one for each.
    ///
    /// If a call panics, those files have no digest that its thread had begun: for each of them,
    /// and no other, the result is an error.
    ///
    /// `inspect` sees each file when it has been read from for the first time, and what it returns
    /// is in the outcome; it may see a file again that was written to meanwhile. Of several jobs for
    /// one [linked](Job::linked) file it sees the first alone. `progress` hears from every thread
    /// what was done since it was last called: files finished, with a digest or without, and bytes
    /// read, or not to be read again.
    pub fn run<J: Job, T: Clone + Send>(
        &self,
        jobs: &[J],
        inspect: impl Fn(&J, Begun<'_>) -> io::Result<T> + Sync,
        progress: impl Fn(u64, u64) + Sync,
    ) -> Vec<Result<Outcome<T>, FileError>> {
        let twins = Twins::among(jobs, self.engine.algorithm());
        let inspect = |job: &J, begun: Begun<'_>| {
            twins.begun(job, begun);
            inspect(job, begun)
        };
        let first = (0..jobs.len()).filter(|index| !twins.has(*index));
        let mut results = self.run_some(jobs, first, &inspect, &progress);
        let left = twins.share(jobs, &mut results, &progress);
        if !left.is_empty() {
            let others = self.run_some(jobs, left.into_iter(), &inspect, &progress);
            for (place, other) in results.iter_mut().zip(others) {
                *place = place.take().or(other);
            }
        }
        results.into_iter().map(|result| result.unwrap_or_else(|| Err(lost()))).collect()
    }

    /// Hashes the files of these jobs, and leaves the places of the others empty.
    fn run_some<J: Job, T: Send>(
        &self,
        jobs: &[J],
        indices: impl Iterator<Item = usize>,
        inspect: &(impl Fn(&J, Begun<'_>) -> io::Result<T> + Sync),
        progress: &(impl Fn(u64, u64) + Sync),
    ) -> Vec<Option<Result<Outcome<T>, FileError>>> {
        let queues = self.queues(jobs, indices);
        let max_open = max_open() / self.pool.current_num_threads();
        let results = Results::new(jobs.len());
        self.pool.broadcast(|thread| {
            let number = thread.index();
            let results = &results;
            for queue in &queues {
                let worker = Worker { number, max_open, queue, inspect, progress, results };
                // A panic leaves nothing half done that others see: files without a result.
                let run = || catch_unwind(AssertUnwindSafe(|| worker.run()));
                let mut begun = queue.begun(number);
                while run().is_err() && queue.begun(number) > begun {
                    begun = queue.begun(number);
                    queue.give_up(number);
                }
            }
        });
        results.all()
    }

    /// These jobs by algorithm, as far as there are any of it.
    fn queues<'a, J: Job>(
        &self,
        jobs: &'a [J],
        indices: impl Iterator<Item = usize>,
    ) -> Vec<Queue<'a, J>> {
        let mut sorted = Algorithm::ALL.map(|algorithm| (algorithm, Vec::new()));
        for (index, job) in indices.filter_map(|index| Some((index, jobs.get(index)?))) {
            let algorithm = job.algorithm().unwrap_or(self.engine.algorithm());
            sorted[algorithm as usize].1.push(index);
        }
        let queues = sorted.into_iter().filter(|(_, order)| !order.is_empty());
        queues
            .map(|(algorithm, order)| {
                let own = algorithm == self.engine.algorithm();
                let engine = if own { self.engine.clone() } else { Engine::auto(algorithm) };
                Queue::new(engine, jobs, order, self.pool.current_num_threads())
            })
            .collect()
    }
}

fn pool(name: &'static str, threads: usize) -> Result<ThreadPool, ThreadPoolBuildError> {
    let named = ThreadPoolBuilder::new().thread_name(move |index| format!("{name}-{index}"));
    named.num_threads(threads).build()
}

/// How many files all threads together may hold open: what the system allows, less some for
/// whatever else the program has open.
fn max_open() -> usize {
    const OTHERS: usize = 64;
    let limit = getrlimit(Resource::Nofile).current.map_or(usize::MAX, |limit| limit as usize);
    limit.saturating_sub(OTHERS)
}

impl Job for PathBuf {
    fn path(&self) -> &Path {
        self
    }
}

impl Job for &Path {
    fn path(&self) -> &Path {
        self
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::fs;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use crate::Hasher;

    /// A file that is said to have that size.
    pub(crate) struct Sized(pub(crate) PathBuf, pub(crate) u64);

    impl Job for Sized {
        fn path(&self) -> &Path {
            &self.0
        }

        fn size(&self) -> u64 {
            self.1
        }
    }

    fn batch(threads: usize) -> Batch {
        Batch::new(Algorithm::Sha256, NonZeroUsize::new(threads)).unwrap()
    }

    fn content(index: usize) -> Vec<u8> {
        vec![index as u8; (index * 7919) % 5000]
    }

    #[test]
    fn results_have_the_order_of_the_jobs_for_any_number_of_threads() {
        let dir = tempfile::tempdir().unwrap();
        let mut jobs = Vec::new();
        for index in 0..200 {
            let path = dir.path().join(index.to_string());
            fs::write(&path, content(index)).unwrap();
            jobs.push(Sized(path, content(index).len() as u64));
        }
        jobs[70].0 = dir.path().join("none");
        for threads in [1, 2, 5] {
            let files = AtomicU64::new(0);
            let bytes = AtomicU64::new(0);
            let progress = |more_files, more_bytes| {
                files.fetch_add(more_files, Ordering::Relaxed);
                bytes.fetch_add(more_bytes, Ordering::Relaxed);
            };
            let inspect = |job: &Sized, begun: Begun<'_>| Ok((job.1, begun.file.metadata()?.len()));
            let results = batch(threads).run(&jobs, inspect, progress);
            assert_eq!(results.len(), jobs.len());
            let mut sum = 0;
            for (index, result) in results.into_iter().enumerate() {
                if index == 70 {
                    assert!(matches!(result, Err(FileError::Open(_))));
                    continue;
                }
                let len = content(index).len() as u64;
                let outcome = result.unwrap();
                assert_eq!(outcome.digest, Hasher::digest(Algorithm::Sha256, &content(index)));
                assert_eq!((outcome.bytes, outcome.inspected), (len, (len, len)));
                sum += len;
            }
            assert_eq!(files.into_inner(), 200);
            assert_eq!(bytes.into_inner(), sum);
        }
    }

    struct WithAlgorithm(PathBuf, Option<Algorithm>);

    impl Job for WithAlgorithm {
        fn path(&self) -> &Path {
            &self.0
        }

        fn algorithm(&self) -> Option<Algorithm> {
            self.1
        }
    }

    #[test]
    fn a_job_may_have_an_algorithm_of_its_own() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        fs::write(&path, "contents").unwrap();
        let of_its_own = Algorithm::ALL.into_iter().map(Some);
        let jobs: Vec<_> =
            of_its_own.chain([None]).map(|own| WithAlgorithm(path.clone(), own)).collect();
        let results = batch(2).run(&jobs, |_, _| Ok(()), |_, _| ());
        for (job, result) in jobs.iter().zip(results) {
            let algorithm = job.1.unwrap_or(Algorithm::Sha256);
            assert_eq!(result.unwrap().digest, Hasher::digest(algorithm, b"contents"));
        }
    }

    #[test]
    fn the_largest_file_is_begun_first() {
        const MIB: u64 = 1024 * 1024;
        let dir = tempfile::tempdir().unwrap();
        let jobs: Vec<Sized> = [3 * MIB, 9 * MIB, 1, 9 * MIB, 5]
            .into_iter()
            .enumerate()
            .map(|(index, len)| {
                let path = dir.path().join(index.to_string());
                fs::write(&path, "").unwrap();
                Sized(path, len)
            })
            .collect();
        let begun = Mutex::new(Vec::new());
        let inspect = |job: &Sized, _: Begun<'_>| {
            begun.lock().unwrap().push(job.0.file_name().unwrap().to_owned());
            Ok(())
        };
        batch(1).run(&jobs, inspect, |_, _| ());
        assert_eq!(begun.into_inner().unwrap(), ["1", "3", "0", "2", "4"]);
    }

    #[test]
    fn what_inspection_cannot_read_is_an_error_of_that_file() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a"), "").unwrap();
        let jobs = [dir.path().join("a")];
        let inspect = |_: &PathBuf, _: Begun<'_>| -> io::Result<()> { Err(io::Error::other("no")) };
        let results = batch(1).run(&jobs, inspect, |_, _| ());
        assert!(matches!(&results[..], [Err(FileError::Read(_))]));
    }

    #[test]
    fn a_panic_costs_the_files_of_its_thread_and_no_other() {
        let dir = tempfile::tempdir().unwrap();
        let jobs: Vec<_> = (0..200).map(|index| dir.path().join(index.to_string())).collect();
        for (index, path) in jobs.iter().enumerate() {
            fs::write(path, content(index)).unwrap();
        }
        let bad = [&jobs[0], &jobs[90], &jobs[199]];
        for engine in Engine::all(Algorithm::Sha256) {
            for threads in [1, 3] {
                let inspect = |job: &PathBuf, _: Begun<'_>| {
                    assert!(!bad.contains(&job), "meant to be seen");
                    Ok(())
                };
                let at_once = engine.lanes();
                let batch = batch(threads).with_engine(engine.clone());
                let results = batch.run(&jobs, inspect, |_, _| ());
                assert_eq!(results.len(), jobs.len());
                let lost = results.iter().filter(|result| result.is_err()).count();
                assert!((3..=3 * at_once).contains(&lost), "{lost} of {at_once} at once");
                for (index, result) in results.into_iter().enumerate() {
                    match result {
                        Err(error) => assert!(matches!(error, FileError::Read(_))),
                        Ok(outcome) => {
                            assert!(!bad.contains(&&jobs[index]));
                            let oracle = Hasher::digest(Algorithm::Sha256, &content(index));
                            assert_eq!(outcome.digest, oracle);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn nothing_to_do_is_done() {
        let none: [PathBuf; 0] = [];
        assert!(batch(2).run(&none, |_, _| Ok(()), |_, _| ()).is_empty());
    }
}
