//! Batches, in which files share lanes and threads: none takes notice of another.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::fs::{self, File, OpenOptions};
use std::num::NonZeroUsize;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use fingerprint::{Algorithm, Batch, Begun, Engine, FileError, Hasher, Job, Outcome, Version};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use tempfile::TempDir;

/// More than any lane has at hand at once.
const LONG: usize = 400_000;

struct Listed {
    path: PathBuf,
    len: usize,
    algorithm: Algorithm,
}

impl Job for Listed {
    fn path(&self) -> &Path {
        &self.path
    }

    fn size(&self) -> u64 {
        self.len as u64
    }

    fn algorithm(&self) -> Option<Algorithm> {
        Some(self.algorithm)
    }
}

fn content(index: usize, len: usize) -> Vec<u8> {
    (0..len).map(|at| (at / 3 + index) as u8).collect()
}

/// Files of all sizes about those that blocks, buffers and small files have.
fn files(dir: &TempDir, algorithms: &[Algorithm]) -> Vec<Listed> {
    let mut lens: Vec<usize> = (0..300).collect();
    for edge in [4 << 10, 16 << 10, 32 << 10, 64 << 10, 128 << 10, 256 << 10] {
        lens.extend(edge - 1..=edge + 1);
    }
    lens.push(1_000_003);
    let files = lens.into_iter().zip(algorithms.iter().cycle()).enumerate();
    files
        .map(|(index, (len, algorithm))| {
            let path = dir.path().join(index.to_string());
            fs::write(&path, content(index, len)).unwrap();
            Listed { path, len, algorithm: *algorithm }
        })
        .collect()
}

fn batch(algorithm: Algorithm, threads: usize) -> Batch {
    Batch::new(algorithm, NonZeroUsize::new(threads)).unwrap()
}

fn check(files: &[Listed], results: Vec<Result<Outcome<()>, FileError>>, case: &str) {
    assert_eq!(results.len(), files.len());
    for (index, (file, result)) in files.iter().zip(results).enumerate() {
        let outcome = result.unwrap();
        let oracle = Hasher::digest(file.algorithm, &content(index, file.len));
        assert_eq!(outcome.digest, oracle, "{} bytes, {case}", file.len);
        assert_eq!(outcome.bytes, file.len as u64);
    }
}

#[test]
fn files_of_every_size_have_the_digests_of_the_oracle() {
    for algorithm in Algorithm::ALL {
        let dir = tempfile::tempdir().unwrap();
        let files = files(&dir, &[algorithm]);
        for threads in [1, 2, 7] {
            let results = batch(algorithm, threads).run(&files, |_, _| Ok(()), |_, _| ());
            check(&files, results, &format!("{threads} threads"));
        }
    }
}

#[test]
fn every_engine_serves_a_batch() {
    for algorithm in Algorithm::ALL {
        let dir = tempfile::tempdir().unwrap();
        let files = files(&dir, &[algorithm]);
        for engine in Engine::all(algorithm) {
            let case = engine.name();
            let batch = batch(Algorithm::Md5, 2).with_engine(engine);
            check(&files, batch.run(&files, |_, _| Ok(()), |_, _| ()), case);
        }
    }
}

#[test]
fn algorithms_may_be_mixed() {
    let dir = tempfile::tempdir().unwrap();
    let files = files(&dir, &Algorithm::ALL);
    for threads in [1, 3] {
        let results = batch(Algorithm::Sha256, threads).run(&files, |_, _| Ok(()), |_, _| ());
        check(&files, results, &format!("{threads} threads"));
    }
}

#[test]
fn a_size_that_is_not_true_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut files = files(&dir, &[Algorithm::Sha1]);
    let lens: Vec<_> = files.iter().map(|file| file.len).collect();
    for wrong in [0, usize::MAX] {
        files.iter_mut().for_each(|file| file.len = wrong);
        let results = batch(Algorithm::Sha1, 2).run(&files, |_, _| Ok(()), |_, _| ());
        for (index, (len, result)) in lens.iter().zip(results).enumerate() {
            let oracle = Hasher::digest(Algorithm::Sha1, &content(index, *len));
            assert_eq!(result.unwrap().digest, oracle);
        }
    }
}

#[test]
fn what_cannot_be_hashed_touches_no_other_file() {
    let dir = tempfile::tempdir().unwrap();
    let mut files = files(&dir, &[Algorithm::Sha256]);
    let bad = [3, 50, 51, 52, 53, 54, 200, 310];
    for (number, index) in bad.into_iter().enumerate() {
        let path = &files[index].path;
        fs::remove_file(path).unwrap();
        match number {
            0 => mknodat(CWD, path, FileType::Fifo, Mode::RWXU, 0).unwrap(),
            1 => fs::create_dir(path).unwrap(),
            2 => std::os::unix::fs::symlink("/dev/null", path).unwrap(),
            _ => {}
        }
    }
    let finished = AtomicU64::new(0);
    let progress = |files, _| {
        finished.fetch_add(files, Ordering::Relaxed);
    };
    let results = batch(Algorithm::Sha256, 2).run(&files, |_, _| Ok(()), progress);
    assert_eq!(finished.into_inner(), files.len() as u64);
    let (mut good, mut kept) = (Vec::new(), Vec::new());
    for (index, (file, result)) in files.drain(..).zip(results).enumerate() {
        match (bad.iter().position(|bad| *bad == index), &result) {
            (None, _) => good.push((index, file, result)),
            (Some(0..=2), Err(FileError::NotRegular(_))) | (Some(3..), Err(FileError::Open(_))) => {
                kept.push(index);
            }
            (Some(_), _) => assert!(result.is_err(), "{index}: {result:?}"),
        }
    }
    assert_eq!(kept, bad);
    for (index, file, result) in good {
        let oracle = Hasher::digest(file.algorithm, &content(index, file.len));
        assert_eq!(result.unwrap().digest, oracle);
    }
}

/// Hashes files that are all long, and lets `change` do something to one of them when each of
/// them has been read from; only that one may fail.
fn changed_while_hashed(change: impl Fn(&File) + Sync) {
    for algorithm in [Algorithm::Sha256, Algorithm::Md5] {
        for engine in Engine::all(algorithm) {
            let dir = tempfile::tempdir().unwrap();
            let jobs: Vec<_> = (0..40).map(|index| dir.path().join(index.to_string())).collect();
            for (index, path) in jobs.iter().enumerate() {
                fs::write(path, content(index, LONG)).unwrap();
            }
            // The first is begun first, since all are of one size.
            let victim = OpenOptions::new().write(true).open(&jobs[0]).unwrap();
            let done = AtomicBool::new(false);
            let progress = |_, bytes| {
                if bytes > 0 && !done.swap(true, Ordering::Relaxed) {
                    change(&victim);
                }
            };
            let batch = batch(algorithm, 1).with_engine(engine);
            let results = batch.run(&jobs, |_, _| Ok(()), progress);
            assert!(matches!(results[0], Err(FileError::Changed)), "{:?}", results[0]);
            for (index, result) in results.into_iter().enumerate().skip(1) {
                let oracle = Hasher::digest(algorithm, &content(index, LONG));
                assert_eq!(result.unwrap().digest, oracle);
            }
        }
    }
}

#[test]
fn a_file_cut_short_while_it_is_hashed_is_no_other_files_error() {
    changed_while_hashed(|file| file.set_len(LONG as u64 - 1).unwrap());
    changed_while_hashed(|file| file.set_len(0).unwrap());
}

#[test]
fn a_file_that_grows_while_it_is_hashed_is_no_other_files_error() {
    changed_while_hashed(|file| file.write_all_at(b"y", LONG as u64).unwrap());
    changed_while_hashed(|file| file.set_len(4 * LONG as u64).unwrap());
}

#[test]
#[cfg(target_os = "linux")]
fn a_file_that_holds_more_than_it_says_has_no_digest() {
    let jobs = [PathBuf::from("/proc/self/maps")];
    let results = batch(Algorithm::Sha256, 1).run(&jobs, |_, _| Ok(()), |_, _| ());
    assert!(matches!(results[..], [Err(FileError::Changed)]), "{results:?}");
}

struct Seen {
    path: PathBuf,
    version: Version,
}

impl Job for Seen {
    fn path(&self) -> &Path {
        &self.path
    }

    fn seen(&self) -> Option<Version> {
        Some(self.version)
    }
}

#[test]
fn a_file_is_what_it_is_when_it_is_hashed_not_what_it_was_when_it_was_seen() {
    let dir = tempfile::tempdir().unwrap();
    let jobs: Vec<Seen> = (0..60)
        .map(|index| {
            let path = dir.path().join(index.to_string());
            fs::write(&path, content(index, 1000 * index)).unwrap();
            let version = Version::of(&fs::metadata(&path).unwrap());
            Seen { path, version }
        })
        .collect();
    let path = |index: usize| &jobs[index].path;
    let mut expected: Vec<_> = (0..60).map(|index| Some(content(index, 1000 * index))).collect();
    // Another file of the same length, a longer one, a shorter one, nothing, something.
    for (index, len) in [(7, 7000), (20, 90_000), (21, 20_000), (30, 500_000), (31, 0), (0, 1)] {
        let new = content(index + 1, len);
        fs::write(dir.path().join("new"), &new).unwrap();
        fs::rename(dir.path().join("new"), path(index)).unwrap();
        expected[index] = Some(new);
    }
    for index in [40, 41, 42, 43] {
        fs::remove_file(path(index)).unwrap();
        expected[index] = None;
    }
    fs::create_dir(path(41)).unwrap();
    mknodat(CWD, path(42), FileType::Fifo, Mode::RWXU, 0).unwrap();
    std::os::unix::fs::symlink("/dev/zero", path(43)).unwrap();
    for threads in [1, 2] {
        for engine in Engine::all(Algorithm::Sha256) {
            let batch = batch(Algorithm::Sha256, threads).with_engine(engine);
            let inspect = |_: &Seen, begun: Begun<'_>| Ok((begun.bytes.to_vec(), begun.whole));
            let results = batch.run(&jobs, inspect, |_, _| ());
            for (index, (result, expected)) in results.into_iter().zip(&expected).enumerate() {
                match (expected, result) {
                    (Some(expected), Ok(outcome)) => {
                        let (beginning, whole) = &outcome.inspected;
                        assert!(expected.starts_with(beginning));
                        assert_eq!(*whole, beginning.len() == expected.len());
                        assert_eq!(outcome.bytes, expected.len() as u64);
                        assert_eq!(outcome.digest, Hasher::digest(Algorithm::Sha256, expected));
                    }
                    (None, Err(FileError::Open(_))) if index == 40 => {}
                    (None, Err(FileError::NotRegular(_))) if index > 40 => {}
                    (_, result) => panic!("{index}: {result:?}"),
                }
            }
        }
    }
}

#[test]
fn a_short_file_that_is_written_to_while_it_is_read_is_read_again() {
    for len in [999, 1001] {
        let dir = tempfile::tempdir().unwrap();
        let jobs: Vec<Seen> = (0..40)
            .map(|index| {
                let path = dir.path().join(index.to_string());
                fs::write(&path, content(index, 1000)).unwrap();
                let version = Version::of(&fs::metadata(&path).unwrap());
                Seen { path, version }
            })
            .collect();
        let new = content(50, len);
        let done = AtomicBool::new(false);
        let inspect = |job: &Seen, _: Begun<'_>| {
            if job.path == jobs[0].path && !done.swap(true, Ordering::Relaxed) {
                fs::write(&job.path, &new)?;
            }
            Ok(())
        };
        let results = batch(Algorithm::Sha1, 1).run(&jobs, inspect, |_, _| ());
        for (index, result) in results.into_iter().enumerate() {
            let old = content(index, 1000);
            let expected = if index == 0 { &new } else { &old };
            assert_eq!(result.unwrap().digest, Hasher::digest(Algorithm::Sha1, expected));
        }
    }
}
