//! Lanes take many open files: no more than the system allows. This is a program of its own,
//! because the limit is that of the process.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use fingerprint::{Algorithm, Batch, Hasher, Job, Version};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// A file that was longer when it was seen, so that there seems to be something to wait for.
struct Longer {
    path: PathBuf,
    version: Version,
}

impl Job for Longer {
    fn path(&self) -> &Path {
        &self.path
    }

    fn seen(&self) -> Option<Version> {
        Some(self.version)
    }
}

#[test]
fn batches_keep_to_the_limit_of_open_files() {
    let dir = tempfile::tempdir().unwrap();
    let longer = dir.path().join("longer");
    fs::write(&longer, vec![b'x'; 10_001]).unwrap();
    let version = Version::of(&fs::metadata(longer).unwrap());
    let paths = (0..1500).map(|index| dir.path().join(index.to_string()));
    let jobs: Vec<Longer> = paths.map(|path| Longer { path, version }).collect();
    for job in &jobs {
        fs::write(&job.path, vec![b'x'; 10_000]).unwrap();
    }
    let digest = Hasher::digest(Algorithm::Md5, &[b'x'; 10_000]);
    let limit = getrlimit(Resource::Nofile);
    for current in [500, 100, 20] {
        setrlimit(Resource::Nofile, Rlimit { current: Some(current), ..limit }).unwrap();
        // Where MD5 has sixteen lanes, these would be 128 files, and more that are asked for.
        let batch = Batch::new(Algorithm::Md5, NonZeroUsize::new(8)).unwrap();
        for result in batch.run(&jobs, |_, _| Ok(()), |_, _| ()) {
            assert_eq!(result.unwrap().digest, digest);
        }
    }
}
