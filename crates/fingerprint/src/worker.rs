//! One thread of a batch: as many open files as there are lanes, all of which advance at once.

use std::fs::File;
use std::io;
use std::ops::Range;

use crate::directory::Directory;
use crate::file::{FileError, Reading};
use crate::kernel::WIDEST;
use crate::queue::{Queue, Taken};
use crate::results::{Gathered, Results};
use crate::{Begun, Digest, Job, Lanes, Outcome, Piece};

/// Hashes what a queue holds until it is empty.
pub(crate) struct Worker<'a, J, T, I, P> {
    /// Its place among the threads.
    pub(crate) number: usize,
    /// How many files it may hold open, with the directory that they are in.
    pub(crate) max_open: usize,
    pub(crate) queue: &'a Queue<'a, J>,
    pub(crate) inspect: &'a I,
    pub(crate) progress: &'a P,
    pub(crate) results: &'a Results<T>,
}

/// A file that is being hashed in a lane, or room for one.
struct Stream<'a, J, T> {
    work: Option<Work<'a, J, T>>,
    buffer: Box<[u8]>,
    /// What of the buffer has been read and not yet hashed.
    ready: Range<usize>,
    /// The file ends there.
    last: bool,
}

struct Work<'a, J, T> {
    taken: Taken<'a, J>,
    file: File,
    reading: Reading,
    /// What the caller made of it, once it has been read from.
    inspected: Option<T>,
}

impl<J, T> Work<'_, J, T> {
    /// Forgets what was heard of the file, and looks at it.
    fn begin_again(&mut self) -> Result<(), FileError> {
        self.reading = Reading::begin(&self.file)?;
        self.inspected = None;
        Ok(())
    }
}

impl<'a, J, T, I, P> Worker<'a, J, T, I, P>
where
    J: Job,
    I: Fn(&J, Begun<'_>) -> io::Result<T>,
    P: Fn(u64, u64),
{
    pub(crate) fn run(&self) {
        let mut results = Gathered::new(self.results);
        let mut lanes = Lanes::new(self.queue.engine().clone());
        let mut directory = Directory::new(self.max_open > 1);
        let count = lanes.count().min(self.max_open.saturating_sub(1)).max(1);
        let mut streams: Vec<_> = (0..count).map(|_| Stream::new(read_len(count))).collect();
        loop {
            for (lane, stream) in streams.iter_mut().enumerate() {
                if stream.is_used_up() {
                    self.refill(lane, stream, &mut lanes, &mut directory, &mut results);
                }
            }
            if streams.iter().all(|stream| stream.work.is_none()) {
                return;
            }
            advance(&mut lanes, &mut streams);
        }
    }

    /// Gives the lane what comes next: of its file, or of the next file that can be read.
    fn refill(
        &self,
        lane: usize,
        stream: &mut Stream<'a, J, T>,
        lanes: &mut Lanes,
        directory: &mut Directory,
        results: &mut Gathered<'_, T>,
    ) {
        if let Some(digest) = lanes.take(lane)
            && let Some(work) = stream.work.take()
        {
            stream.work = self.conclude(work, digest, results);
        }
        loop {
            let begin = || self.begin(stream.buffer.len(), directory, results);
            let Some(mut work) = stream.work.take().or_else(begin) else { return };
            let mut read = self.read(&mut work, &mut stream.buffer);
            if read.is_err() {
                lanes.abandon(lane);
                if work.reading.is_hearsay() {
                    let again = work.begin_again();
                    read = again.and_then(|()| self.read(&mut work, &mut stream.buffer));
                }
            }
            match read {
                Ok(len) => {
                    (self.progress)(0, len as u64);
                    self.queue.advance(self.number, &mut work.taken, len as u64);
                    stream.ready = 0..len;
                    stream.last = work.reading.is_at_end();
                    stream.work = Some(work);
                    return;
                }
                Err(error) => self.report(work.taken, Err(error), results),
            }
        }
    }

    /// The next file that can be opened, unless there is none for this thread.
    fn begin(
        &self,
        room: usize,
        directory: &mut Directory,
        results: &mut Gathered<'_, T>,
    ) -> Option<Work<'a, J, T>> {
        loop {
            let taken = self.queue.take(self.number)?;
            let job = taken.job;
            let opened = directory.open(job.path()).and_then(|file| {
                let reading = Reading::begin_seen(&file, job.seen(), room)?;
                Ok((file, reading))
            });
            match opened {
                Ok((file, reading)) => return Some(Work { taken, file, reading, inspected: None }),
                Err(error) => self.report(taken, Err(error), results),
            }
        }
    }

    /// Reads what comes next; what comes first is inspected.
    fn read(&self, work: &mut Work<'a, J, T>, buffer: &mut [u8]) -> Result<usize, FileError> {
        let len = work.reading.read(&work.file, buffer)?;
        if work.inspected.is_none() {
            let begun = Begun {
                file: &work.file,
                bytes: buffer.get(..len).unwrap_or_default(),
                whole: work.reading.is_at_end(),
            };
            let inspected = (self.inspect)(work.taken.job, begun).map_err(FileError::Read)?;
            work.inspected = Some(inspected);
        }
        Ok(len)
    }

    /// Reports a file that was hashed to its end, unless it must be read again.
    fn conclude(
        &self,
        mut work: Work<'a, J, T>,
        digest: Digest,
        results: &mut Gathered<'_, T>,
    ) -> Option<Work<'a, J, T>> {
        let result = match (work.reading.finish(&work.file), work.inspected.take()) {
            (Ok(bytes), Some(inspected)) => Ok(Outcome { digest, bytes, inspected }),
            // It was looked at before it was opened, and has been written to since.
            (Err(_), _) if work.reading.is_hearsay() => match work.begin_again() {
                Ok(()) => return Some(work),
                Err(error) => Err(error),
            },
            (Err(error), _) => Err(error),
            (Ok(_), None) => Err(FileError::Changed),
        };
        self.report(work.taken, result, results);
        None
    }

    fn report(
        &self,
        taken: Taken<'a, J>,
        result: Result<Outcome<T>, FileError>,
        results: &mut Gathered<'_, T>,
    ) {
        results.add(taken.index, result);
        (self.progress)(1, 0);
        self.queue.finish(self.number, taken);
    }
}

/// How much is read at once, in bytes, if so many files are read in turn.
///
/// What is read should still be in the second level cache when it is hashed.
fn read_len(files: usize) -> usize {
    if files > 8 { 32 * 1024 } else { 64 * 1024 }
}

/// Hashes until one of the streams is used up.
fn advance<J, T>(lanes: &mut Lanes, streams: &mut [Stream<'_, J, T>]) {
    let mut pieces = [Piece::default(); WIDEST];
    for (piece, stream) in pieces.iter_mut().zip(&*streams) {
        let bytes = stream.buffer.get(stream.ready.clone()).unwrap_or_default();
        *piece = Piece { bytes, last: stream.last };
    }
    lanes.run(&mut pieces);
    let left = pieces.map(|piece| (piece.bytes.len(), piece.last));
    for (stream, (len, last)) in streams.iter_mut().zip(left) {
        stream.ready.start = stream.ready.end.saturating_sub(len);
        stream.last = last;
    }
}

impl<J, T> Stream<'_, J, T> {
    fn new(read_len: usize) -> Self {
        Self { work: None, buffer: vec![0; read_len].into_boxed_slice(), ready: 0..0, last: false }
    }

    fn is_used_up(&self) -> bool {
        self.ready.is_empty() && !self.last
    }
}
