//! Does what must be done to every file of a tree, and nothing else: a bound on how fast a tree can
//! be fingerprinted on this machine.
//!
//! * `floor walk DIR` reads the directories of a tree;
//! * `floor read DIR` opens, reads and closes its files besides;
//! * `floor hash ALGORITHM [STREAMS]` makes digests of what is in memory already, on every processor,
//!   of no more streams at once than that.
//!
//! It prints the number of files, of their bytes, and of nanoseconds; of hashing, 0 files.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark may stop at once")]

use std::ffi::CString;
use std::hint::black_box;
use std::mem::MaybeUninit;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Instant;

use fingerprint::{Algorithm, Engine, Lanes, Piece};
use rustix::fd::OwnedFd;
use rustix::fs::{FileType, Mode, OFlags, RawDir, openat};
use rustix::io::read;

/// Bytes that are read at once.
const BUFFER: usize = 128 * 1024;

/// Bytes that each stream has in memory.
const PIECE: usize = 64 * 1024;

/// From the beginning of one to that of the next: were it a power of two, all would want the same
/// places of the cache.
const STRIDE: usize = PIECE + 256;

/// A block that lies across two lines of the cache is loaded twice.
const CACHE_LINE: usize = 64;

/// How many such pieces each processor hashes of each of its streams.
const PIECES: usize = 4096;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [task, what, streams @ ..] = arguments.as_slice() else {
        panic!("expected walk, read or hash, of what")
    };
    let streams = streams.first().map_or(usize::MAX, |streams| streams.parse().unwrap());
    let processors = thread::available_parallelism().unwrap().get();
    let start = Instant::now();
    let (files, bytes) = match task.as_str() {
        "walk" | "read" => tree(what, task == "read", processors),
        "hash" => (0, hash(what.parse().unwrap(), processors, streams)),
        _ => panic!("expected walk, read or hash, not {task}"),
    };
    println!("{files}\t{bytes}\t{}", start.elapsed().as_nanos());
}

/// Directories that nobody has read yet.
#[derive(Default)]
struct Directories {
    waiting: Vec<(Arc<OwnedFd>, CString)>,
    /// How many are being read, in which others may be found.
    read: usize,
}

fn tree(root: &str, reads: bool, processors: usize) -> (u64, u64) {
    let parent = openat(rustix::fs::CWD, ".", OFlags::DIRECTORY | OFlags::RDONLY, Mode::empty());
    let root = (Arc::new(parent.unwrap()), CString::new(root).unwrap());
    let directories = Mutex::new(Directories { waiting: vec![root], read: 0 });
    let changed = Condvar::new();
    thread::scope(|scope| {
        let worker = || {
            let (mut files, mut bytes) = (0, 0);
            let mut buffer = vec![0; BUFFER];
            while let Some((parent, name)) = next(&directories, &changed) {
                let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
                let directory = Arc::new(openat(&parent, name, flags, Mode::empty()).unwrap());
                let mut room = [const { MaybeUninit::uninit() }; 32 * 1024];
                let mut entries = RawDir::new(&*directory, &mut room);
                let mut found = Vec::new();
                while let Some(entry) = entries.next() {
                    let entry = entry.unwrap();
                    let name = entry.file_name();
                    match entry.file_type() {
                        FileType::Directory if ![c".", c".."].contains(&name) => {
                            found.push((Arc::clone(&directory), name.to_owned()));
                        }
                        FileType::RegularFile => {
                            files += 1;
                            if reads {
                                bytes += read_file(&directory, name, &mut buffer);
                            }
                        }
                        _ => {}
                    }
                }
                let mut directories = directories.lock().unwrap();
                directories.waiting.extend(found);
                directories.read -= 1;
                changed.notify_all();
            }
            (files, bytes)
        };
        let workers: Vec<_> = (0..processors).map(|_| scope.spawn(worker)).collect();
        let counts = workers.into_iter().map(|worker| worker.join().unwrap());
        counts.fold((0, 0), |(files, bytes), (more, longer)| (files + more, bytes + longer))
    })
}

/// The next directory, when there is one; none once all have been read.
fn next(directories: &Mutex<Directories>, changed: &Condvar) -> Option<(Arc<OwnedFd>, CString)> {
    let mut directories = directories.lock().unwrap();
    loop {
        if let Some(directory) = directories.waiting.pop() {
            directories.read += 1;
            return Some(directory);
        }
        if directories.read == 0 {
            return None;
        }
        directories = changed.wait(directories).unwrap();
    }
}

fn read_file(directory: &OwnedFd, name: &std::ffi::CStr, buffer: &mut [u8]) -> u64 {
    let file = openat(directory, name, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()).unwrap();
    let mut bytes = 0;
    loop {
        let got = read(&file, &mut *buffer).unwrap();
        bytes += got as u64;
        // What is shorter is the end, which need not be asked for again.
        if got < buffer.len() {
            return bytes;
        }
    }
}

/// Hashes with the fastest engine, and says how many bytes.
fn hash(algorithm: Algorithm, processors: usize, streams: usize) -> u64 {
    let engine = Engine::auto(algorithm);
    thread::scope(|scope| {
        let worker = || {
            let mut lanes = Lanes::new(engine.clone());
            let count = lanes.count().min(streams.div_ceil(processors));
            let memory = vec![7; (count + 1) * STRIDE];
            let memory = &memory[memory.as_ptr().align_offset(CACHE_LINE)..];
            for _ in 0..PIECES {
                let streams = memory.chunks_exact(STRIDE).take(count).map(|bytes| &bytes[..PIECE]);
                let mut pieces: Vec<_> = streams.map(|bytes| Piece { bytes, last: true }).collect();
                while pieces.iter().any(|piece| piece.last) {
                    lanes.run(&mut pieces);
                }
                for lane in 0..count {
                    black_box(lanes.take(lane));
                }
            }
            (count * PIECE * PIECES) as u64
        };
        let workers: Vec<_> = (0..processors).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).sum()
    })
}
