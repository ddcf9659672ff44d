//! One thread of a batch: as many open files as there are lanes, all of which advance at once.

use std::fs::File;
use std::io;
use std::ops::Range;

use crate::batch::ahead::{Ahead, Opened};
use crate::batch::queue::{Queue, Taken};
use crate::batch::results::{Gathered, Results};
use crate::engine::kernel::WIDEST;
use crate::engine::message::MAX_BLOCK_LEN;
use crate::file::directory::Directory;
use crate::file::{FileError, READ_LEN, Reading};
use crate::{Begun, Job, Lanes, Outcome, Piece};

/// From the beginning of one buffer to that of the next: room for the padding after what is read,
/// and not a power of two, so that not all buffers want the same places of the cache.
const STRIDE: usize = READ_LEN + 2 * MAX_BLOCK_LEN;

/// Where a buffer should begin: a block that lies across two lines of the cache is loaded twice.
const CACHE_LINE: usize = 64;

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
struct Stream<'a, 'b, J, T> {
    work: Option<Work<'a, J, T>>,
    /// Room for what is read at once, and for the padding after it.
    buffer: &'b mut [u8],
    /// What of the buffer has yet to be hashed.
    ready: Range<usize>,
    /// The message ends there.
    last: bool,
}

struct Work<'a, J, T> {
    taken: Taken<'a, J>,
    file: Source,
    /// What the caller made of it.
    inspected: T,
}

/// A file of which the first bytes have been read.
enum Source {
    /// All of it has been, so many bytes, and it did not change meanwhile.
    Whole(u64),
    Part(File, Reading),
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
        let directory = Directory::new(self.max_open > 1);
        let count = lanes.count().min(self.max_open.saturating_sub(1)).max(1);
        // Beside the files of the lanes and their directory.
        let most = self.max_open.saturating_sub(count + 1);
        let mut ahead = Ahead::new(self.queue, self.number, directory, most);
        let mut room = vec![0; (count + 1) * STRIDE];
        let aligned = room.as_ptr().align_offset(CACHE_LINE).min(STRIDE);
        let buffers = room[aligned..].chunks_exact_mut(STRIDE);
        let mut streams: Vec<_> = buffers.take(count).map(Stream::new).collect();
        loop {
            let mut all_idle = true;
            for (lane, stream) in streams.iter_mut().enumerate() {
                if stream.is_used_up() {
                    self.refill(lane, stream, &mut lanes, &mut ahead, &mut results);
                }
                all_idle &= stream.work.is_none();
            }
            if all_idle {
                return;
            }
            advance(&mut lanes, &mut streams);
        }
    }

    /// Gives the lane what comes next: of its file, or of the next file that can be read.
    fn refill(
        &self,
        lane: usize,
        stream: &mut Stream<'a, '_, J, T>,
        lanes: &mut Lanes,
        ahead: &mut Ahead<'a, J>,
        results: &mut Gathered<'_, T>,
    ) {
        if let Some(digest) = lanes.take(lane)
            && let Some(Work { taken, file: Source::Whole(bytes), inspected }) = stream.work.take()
        {
            self.report(taken, Ok(Outcome { digest, bytes, shared: false, inspected }), results);
        }
        loop {
            let (buffer, _) = stream.buffer.split_at_mut(READ_LEN);
            let (taken, read) = match stream.work.take() {
                Some(work) => (work.taken, read_on(work.file, work.inspected, buffer)),
                None => {
                    let Some(Opened { taken, file, .. }) = ahead.take() else { return };
                    let read = file.and_then(|file| self.begin(taken.job, file, buffer, ahead));
                    (taken, read)
                }
            };
            match read {
                Ok(Read { file, inspected, len }) => {
                    stream.last = matches!(file, Source::Whole(_));
                    let end = if stream.last { lanes.seal(lane, stream.buffer, len) } else { len };
                    stream.ready = 0..end;
                    (self.progress)(0, len as u64);
                    let mut work = Work { taken, file, inspected };
                    self.queue.advance(self.number, &mut work.taken, len as u64);
                    stream.work = Some(work);
                    return;
                }
                Err(error) => {
                    lanes.abandon(lane);
                    self.report(taken, Err(error), results);
                }
            }
        }
    }

    /// Reads what comes first of a file, which is inspected.
    fn begin(
        &self,
        job: &J,
        file: File,
        buffer: &mut [u8],
        ahead: &mut Ahead<'a, J>,
    ) -> Result<Read<T>, FileError> {
        // If one read will show that it is at its end, it need not be looked at before.
        if let Some(seen) = job.seen().filter(|seen| seen.size() < buffer.len() as u64) {
            let mut reading = Reading::begin_seen(seen);
            let read = self.read_first(job, &file, &mut reading, buffer, ahead);
            if let Ok((len, inspected)) = read
                && let Ok(bytes) = reading.finish(&file)
            {
                return Ok(Read { file: Source::Whole(bytes), inspected, len });
            }
        }
        let mut reading = Reading::begin(&file)?;
        let (len, inspected) = self.read_first(job, &file, &mut reading, buffer, ahead)?;
        Ok(Read { file: Source::after(file, reading)?, inspected, len })
    }

    fn read_first(
        &self,
        job: &J,
        file: &File,
        reading: &mut Reading,
        buffer: &mut [u8],
        ahead: &mut Ahead<'a, J>,
    ) -> Result<(usize, T), FileError> {
        let len = reading.read_or_wait(file, buffer, || ahead.ask())?;
        let bytes = buffer.get(..len).unwrap_or_default();
        let begun = Begun { file, bytes, whole: reading.is_at_end() };
        Ok((len, (self.inspect)(job, begun).map_err(FileError::Read)?))
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

impl Source {
    /// What a file is when something was read of it.
    fn after(file: File, reading: Reading) -> Result<Self, FileError> {
        Ok(if reading.is_at_end() {
            Self::Whole(reading.finish(&file)?)
        } else {
            Self::Part(file, reading)
        })
    }
}

/// What was read of a file.
struct Read<T> {
    file: Source,
    inspected: T,
    /// How many bytes.
    len: usize,
}

/// Reads what comes next.
fn read_on<T>(source: Source, inspected: T, buffer: &mut [u8]) -> Result<Read<T>, FileError> {
    match source {
        Source::Part(file, mut reading) => {
            let len = reading.read(&file, buffer)?;
            Ok(Read { file: Source::after(file, reading)?, inspected, len })
        }
        // There is no more.
        Source::Whole(_) => Ok(Read { file: source, inspected, len: 0 }),
    }
}

/// Hashes until one of the streams is used up.
fn advance<J, T>(lanes: &mut Lanes, streams: &mut [Stream<'_, '_, J, T>]) {
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

impl<'b, J, T> Stream<'_, 'b, J, T> {
    fn new(buffer: &'b mut [u8]) -> Self {
        Self { work: None, buffer, ready: 0..0, last: false }
    }

    fn is_used_up(&self) -> bool {
        self.ready.is_empty() && !self.last
    }
}
