//! Lanes take many open files: no more than the system allows. This is a program of its own,
//! because the limit is that of the process.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use fingerprint::{Algorithm, Batch, Hasher};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

#[test]
fn batches_keep_to_the_limit_of_open_files() {
    let dir = tempfile::tempdir().unwrap();
    let jobs: Vec<PathBuf> = (0..300).map(|index| dir.path().join(index.to_string())).collect();
    for path in &jobs {
        fs::write(path, vec![b'x'; 10_000]).unwrap();
    }
    let digest = Hasher::digest(Algorithm::Md5, &[b'x'; 10_000]);
    let limit = getrlimit(Resource::Nofile);
    for current in [100, 20] {
        setrlimit(Resource::Nofile, Rlimit { current: Some(current), ..limit }).unwrap();
        // Where MD5 has sixteen lanes, these would be 128 files.
        let batch = Batch::new(Algorithm::Md5, NonZeroUsize::new(8)).unwrap();
        for result in batch.run(&jobs, |_, _| Ok(()), |_, _| ()) {
            assert_eq!(result.unwrap().digest, digest);
        }
    }
}
