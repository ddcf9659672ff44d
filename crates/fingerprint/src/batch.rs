//! Many files at once: the same results in the same order, however many threads there are.

use std::cmp::Reverse;
use std::fs::File;
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

use crate::file::{self, Buffer, FileError};
use crate::{Algorithm, Digest};

/// Hashes many files on several threads.
///
/// The largest files come first, so that none of them is left alone at the end. Each thread has
/// one read buffer; what else is held is the results.
#[derive(Debug)]
pub struct Batch {
    algorithm: Algorithm,
    pool: ThreadPool,
}

/// A file that a batch is to hash.
pub trait Job: Sync {
    /// Where it is; symbolic links are followed.
    fn path(&self) -> &Path;

    /// Its length in bytes as far as known. It orders the work and has no other effect.
    fn size(&self) -> u64 {
        0
    }

    /// The algorithm it is to be hashed with, if not with that of the batch.
    fn algorithm(&self) -> Option<Algorithm> {
        None
    }
}

/// What became of one file of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome<T> {
    /// The digest of the file.
    pub digest: Digest,
    /// How many bytes the file holds.
    pub bytes: u64,
    /// What the caller made of the file while it was open.
    pub inspected: T,
}

/// The threads cannot be started.
#[derive(Debug, thiserror::Error)]
#[error("cannot start threads: {0}; use fewer of them")]
pub struct BatchError(#[from] ThreadPoolBuildError);

impl Batch {
    /// A batch on that many threads; on as many as there are processors if `None`.
    ///
    /// # Errors
    /// [`BatchError`] if the system does not grant the threads.
    pub fn new(algorithm: Algorithm, threads: Option<NonZeroUsize>) -> Result<Self, BatchError> {
        let threads = threads.or_else(|| thread::available_parallelism().ok());
        let threads = threads.map_or(1, NonZeroUsize::get);
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|index| format!("fingerprint-{index}"))
            .build()?;
        Ok(Self { algorithm, pool })
    }

    /// Hashes every file; the results are in the order of the jobs.
    ///
    /// `inspect` sees each file that was hashed while it is still open, and what it returns is in
    /// the outcome. `progress` hears from every thread what was done since it was last called:
    /// files finished, with a digest or without, and bytes read.
    pub fn run<J: Job, T: Send>(
        &self,
        jobs: &[J],
        inspect: impl Fn(&J, &File) -> io::Result<T> + Sync,
        progress: impl Fn(u64, u64) + Sync,
    ) -> Vec<Result<Outcome<T>, FileError>> {
        let mut order: Vec<(usize, &J)> = jobs.iter().enumerate().collect();
        order.sort_by_key(|(_, job)| Reverse(job.size()));
        let next = AtomicUsize::new(0);
        let finished = self.pool.broadcast(|_| {
            let mut buffer = Buffer::new();
            let mut results = Vec::new();
            while let Some((index, job)) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
                results.push((*index, self.run_one(*job, &mut buffer, &inspect, &progress)));
                progress(1, 0);
            }
            results
        });
        let mut results = Vec::with_capacity(jobs.len());
        finished.into_iter().for_each(|mut of_thread| results.append(&mut of_thread));
        results.sort_unstable_by_key(|(index, _)| *index);
        results.into_iter().map(|(_, result)| result).collect()
    }

    fn run_one<J: Job, T>(
        &self,
        job: &J,
        buffer: &mut Buffer,
        inspect: impl Fn(&J, &File) -> io::Result<T>,
        progress: impl Fn(u64, u64),
    ) -> Result<Outcome<T>, FileError> {
        let (file, before) = file::open_regular(job.path())?;
        let algorithm = job.algorithm().unwrap_or(self.algorithm);
        let hashed = file::hash(&file, &before, algorithm, buffer, |bytes| progress(0, bytes));
        let (digest, bytes) = hashed?;
        let inspected = inspect(job, &file).map_err(FileError::Read)?;
        Ok(Outcome { digest, bytes, inspected })
    }
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
mod tests {
    use std::fs;
    use std::sync::Mutex;
    use std::sync::atomic::AtomicU64;

    use super::*;
    use crate::Hasher;

    struct Sized(PathBuf, u64);

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
            let inspect = |job: &Sized, file: &File| Ok((job.1, file.metadata()?.len()));
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
        let dir = tempfile::tempdir().unwrap();
        let jobs: Vec<Sized> = [3, 9, 1, 9, 5]
            .into_iter()
            .enumerate()
            .map(|(index, len)| {
                let path = dir.path().join(index.to_string());
                fs::write(&path, vec![0; len]).unwrap();
                Sized(path, len as u64)
            })
            .collect();
        let begun = Mutex::new(Vec::new());
        let inspect = |job: &Sized, _: &File| {
            begun.lock().unwrap().push(job.0.file_name().unwrap().to_owned());
            Ok(())
        };
        batch(1).run(&jobs, inspect, |_, _| ());
        assert_eq!(begun.into_inner().unwrap(), ["1", "3", "4", "0", "2"]);
    }

    #[test]
    fn what_inspection_cannot_read_is_an_error_of_that_file() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a"), "").unwrap();
        let jobs = [dir.path().join("a")];
        let inspect = |_: &PathBuf, _: &File| -> io::Result<()> { Err(io::Error::other("no")) };
        let results = batch(1).run(&jobs, inspect, |_, _| ());
        assert!(matches!(&results[..], [Err(FileError::Read(_))]));
    }

    #[test]
    fn nothing_to_do_is_done() {
        let none: [PathBuf; 0] = [];
        assert!(batch(2).run(&none, |_, _| Ok(()), |_, _| ()).is_empty());
    }
}
