//! Names of one file, hard links: it is read under the first of them, once for all.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::sync::{Mutex, PoisonError};

use crate::file::FileError;
use crate::{Algorithm, Begun, Identity, Job, Outcome, Version};

/// What two jobs must have in common for one result to be true of both: the file, what it was when
/// it was found, and how it is hashed.
type Key = (Identity, Version, Algorithm);

/// The jobs that are of a file for which there is an earlier one.
#[derive(Debug)]
pub(crate) struct Twins {
    /// The algorithm of jobs that have none of their own.
    algorithm: Algorithm,
    /// Each of them, in order, with the first job of its file.
    later: Vec<(usize, usize)>,
    /// The files that were what they had been found to be, from before they were read until after.
    as_found: Mutex<HashSet<Key>>,
}

impl Twins {
    pub(crate) fn among<J: Job>(jobs: &[J], algorithm: Algorithm) -> Self {
        let mut twins = Self { algorithm, later: Vec::new(), as_found: Mutex::default() };
        let mut first = HashMap::new();
        for (index, job) in jobs.iter().enumerate() {
            let Some(key) = twins.key(job) else { continue };
            let earliest = *first.entry(key).or_insert(index);
            if earliest != index {
                twins.later.push((index, earliest));
            }
        }
        twins
    }

    /// Whether there is an earlier job of the same file.
    pub(crate) fn has(&self, index: usize) -> bool {
        self.later.binary_search_by_key(&index, |(later, _)| *later).is_ok()
    }

    /// Takes note of what a file is, of which the first bytes have been read: as long as it is the
    /// same when the last have been, its result is of what it is now.
    pub(crate) fn begun<J: Job>(&self, job: &J, begun: Begun<'_>) {
        let Some(key) = self.key(job).filter(|_| !self.later.is_empty()) else { return };
        let (_, found, _) = key;
        let is_found = begun.file.metadata().is_ok_and(|now| Version::of(&now) == found);
        let mut as_found = self.as_found.lock().unwrap_or_else(PoisonError::into_inner);
        if is_found {
            as_found.insert(key);
        } else {
            as_found.remove(&key);
        }
    }

    /// Gives each later job the result of the first, where that is true of it; says which are left.
    pub(crate) fn share<J: Job, T: Clone>(
        &self,
        jobs: &[J],
        results: &mut [Option<Result<Outcome<T>, FileError>>],
        progress: impl Fn(u64, u64),
    ) -> Vec<usize> {
        let as_found = self.as_found.lock().unwrap_or_else(PoisonError::into_inner);
        let mut left = Vec::new();
        for (later, first) in &self.later {
            let shared = jobs.get(*later).and_then(|job| {
                let key = self.key(job).filter(|key| as_found.contains(key))?;
                let Some(Some(Ok(outcome))) = results.get(*first) else { return None };
                // Its own name may lead elsewhere by now.
                let now = fs::metadata(job.path()).ok()?;
                let still = (Identity::of(&now), Version::of(&now)) == (key.0, key.1);
                still.then(|| Outcome { shared: true, ..outcome.clone() })
            });
            match (shared, results.get_mut(*later)) {
                (Some(outcome), Some(place)) => {
                    progress(1, outcome.bytes);
                    *place = Some(Ok(outcome));
                }
                _ => left.push(*later),
            }
        }
        left
    }

    fn key<J: Job>(&self, job: &J) -> Option<Key> {
        Some((job.linked()?, job.seen()?, job.algorithm().unwrap_or(self.algorithm)))
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io;
    use std::num::NonZeroUsize;
    use std::path::{Path, PathBuf};
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::{Batch, Hasher, Status};

    /// A file as it is when it is found.
    struct Seen(PathBuf, Status, Option<Algorithm>);

    impl Job for Seen {
        fn path(&self) -> &Path {
            &self.0
        }

        fn seen(&self) -> Option<Version> {
            Some(self.1.version)
        }

        fn algorithm(&self) -> Option<Algorithm> {
            self.2
        }

        fn linked(&self) -> Option<Identity> {
            self.1.linked.then_some(self.1.identity)
        }
    }

    fn seen(path: PathBuf) -> Seen {
        let status = Status::of(&fs::metadata(&path).unwrap());
        Seen(path, status, None)
    }

    /// The digests, how many files were read, and which results are shared.
    fn run(
        jobs: &[Seen],
        threads: usize,
        meanwhile: impl Fn(&Seen) + Sync,
    ) -> (Vec<String>, usize, Vec<bool>) {
        let batch = Batch::new(Algorithm::Md5, NonZeroUsize::new(threads)).unwrap();
        let read = AtomicUsize::new(0);
        let inspect = |job: &Seen, _: Begun<'_>| -> io::Result<()> {
            read.fetch_add(1, Ordering::Relaxed);
            meanwhile(job);
            Ok(())
        };
        let results = batch.run(jobs, inspect, |_, _| ());
        let shared = results.iter().map(|one| one.as_ref().is_ok_and(|one| one.shared)).collect();
        let digest = |result: Result<Outcome<()>, FileError>| match result {
            Ok(outcome) => outcome.digest.to_string(),
            Err(error) => error.to_string(),
        };
        (results.into_iter().map(digest).collect(), read.into_inner(), shared)
    }

    fn digest(bytes: &[u8]) -> String {
        Hasher::digest(Algorithm::Md5, bytes).to_string()
    }

    #[test]
    fn a_file_of_many_names_is_read_once_with_each_algorithm() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a"), "abc").unwrap();
        fs::write(dir.path().join("other"), "abc").unwrap();
        for name in ["b", "c", "d"] {
            fs::hard_link(dir.path().join("a"), dir.path().join(name)).unwrap();
        }
        let names = ["other", "a", "b", "c", "d"].map(|name| dir.path().join(name));
        let mut jobs: Vec<_> = names.into_iter().map(seen).collect();
        for threads in [1, 3] {
            let (digests, read, shared) = run(&jobs, threads, |_| ());
            assert_eq!((digests, read), (vec![digest(b"abc"); 5], 2));
            assert_eq!(shared, [false, false, true, true, true]);
        }
        jobs[3].2 = Some(Algorithm::Sha1);
        jobs[4].2 = Some(Algorithm::Sha1);
        let (digests, read, shared) = run(&jobs, 2, |_| ());
        let sha1 = Hasher::digest(Algorithm::Sha1, b"abc").to_string();
        assert_eq!((digests[2].clone(), digests[4].clone()), (digest(b"abc"), sha1));
        assert_eq!((read, shared), (3, vec![false, false, true, false, true]));
    }

    #[test]
    fn a_name_that_leads_elsewhere_by_now_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let [a, b, c] = ["a", "b", "c"].map(|name| dir.path().join(name));
        fs::write(&a, "old").unwrap();
        fs::hard_link(&a, &b).unwrap();
        fs::hard_link(&a, &c).unwrap();
        let jobs = [a, b.clone(), c].map(seen);
        let replace = |job: &Seen| {
            if job.0.ends_with("a") {
                fs::write(dir.path().join("new"), "new").unwrap();
                fs::rename(dir.path().join("new"), &b).unwrap();
            }
        };
        let (digests, ..) = run(&jobs, 1, replace);
        assert_eq!(digests, [digest(b"old"), digest(b"new"), digest(b"old")]);
    }

    #[test]
    fn a_first_name_that_leads_elsewhere_speaks_for_no_other() {
        let dir = tempfile::tempdir().unwrap();
        let [a, b] = ["a", "b"].map(|name| dir.path().join(name));
        fs::write(&a, "old").unwrap();
        fs::hard_link(&a, &b).unwrap();
        let jobs = [a.clone(), b].map(seen);
        fs::remove_file(&a).unwrap();
        fs::write(&a, "new").unwrap();
        let (digests, _, shared) = run(&jobs, 1, |_| ());
        assert_eq!(digests, [digest(b"new"), digest(b"old")]);
        assert_eq!(shared, [false; 2]);
    }

    #[test]
    fn what_was_written_to_since_it_was_found_is_read_for_each_name() {
        let dir = tempfile::tempdir().unwrap();
        let [a, b] = ["a", "b"].map(|name| dir.path().join(name));
        fs::write(&a, "old").unwrap();
        fs::hard_link(&a, &b).unwrap();
        let jobs = [a.clone(), b].map(seen);
        File::options().append(true).open(&a).and_then(|f| f.set_len(2)).unwrap();
        let (digests, _, shared) = run(&jobs, 1, |_| ());
        assert_eq!((digests, shared), (vec![digest(b"ol"); 2], vec![false; 2]));
    }

    #[test]
    fn an_error_is_each_name_s_own() {
        let dir = tempfile::tempdir().unwrap();
        let [a, b] = ["a", "b"].map(|name| dir.path().join(name));
        fs::write(&a, "abc").unwrap();
        fs::hard_link(&a, &b).unwrap();
        let jobs = [a.clone(), b].map(seen);
        fs::remove_file(&a).unwrap();
        let (digests, ..) = run(&jobs, 1, |_| ());
        assert!(digests[0].contains("No such file"), "{digests:?}");
        assert_eq!(digests[1], digest(b"abc"));
    }
}
