//! Files that are opened before their turn: a disk that is asked for many at once is faster than
//! one that is asked for each when the one before is there.

use std::collections::VecDeque;
use std::fs::File;

use crate::Job;
use crate::batch::queue::{Queue, Taken};
use crate::file::directory::Directory;
use crate::file::{FileError, READ_LEN};

/// The jobs that a thread has taken and not begun to read: none, as long as no file has to be waited
/// for.
#[derive(Debug)]
pub(crate) struct Ahead<'a, J> {
    queue: &'a Queue<'a, J>,
    /// The place of the thread among the others.
    thread: usize,
    directory: Directory,
    opened: VecDeque<Opened<'a, J>>,
    /// How many bytes of them the system was asked for.
    asked: u64,
    max_opened: usize,
}

/// A job whose turn it is, or will be.
#[derive(Debug)]
pub(crate) struct Opened<'a, J> {
    pub(crate) taken: Taken<'a, J>,
    pub(crate) file: Result<File, FileError>,
    /// How many of its bytes the system was asked for.
    asked: u64,
}

/// How many files may be open before their turn: enough to keep a disk busy.
const MAX_OPENED: usize = 128;

/// How many bytes of them may be asked for, so that they are still in memory when their turn comes.
const MAX_ASKED: u64 = 32 * 1024 * 1024;

/// How many bytes are asked for of one file: at least as many as are read at once, and of a long one
/// as many as it takes until the system sees that all of it is read.
const ASKED: [u64; 2] = [READ_LEN as u64, 2 * 1024 * 1024];

impl<'a, J: Job> Ahead<'a, J> {
    /// None yet; and never more open files than so many.
    pub(crate) fn new(
        queue: &'a Queue<'a, J>,
        thread: usize,
        directory: Directory,
        max_open: usize,
    ) -> Self {
        let max_opened = max_open.min(MAX_OPENED);
        Self { queue, thread, directory, opened: VecDeque::new(), asked: 0, max_opened }
    }

    /// The next job of the thread, if there is one for it.
    pub(crate) fn take(&mut self) -> Option<Opened<'a, J>> {
        let Some(opened) = self.opened.pop_front() else { return self.open() };
        self.asked = self.asked.saturating_sub(opened.asked);
        Some(opened)
    }

    /// Asks the system for the files that come next, since one had to be waited for.
    pub(crate) fn ask(&mut self) {
        while self.opened.len() < self.max_opened
            && self.asked < MAX_ASKED
            && let Some(mut opened) = self.open()
        {
            let [least, most] = ASKED;
            if let Ok(file) = &opened.file {
                opened.asked = opened.taken.job.size().clamp(least, most);
                ask_for(file, opened.asked);
            }
            self.asked = self.asked.saturating_add(opened.asked);
            self.opened.push_back(opened);
        }
    }

    fn open(&mut self) -> Option<Opened<'a, J>> {
        let taken = self.queue.take(self.thread)?;
        let file = self.directory.open(taken.job.path());
        Some(Opened { taken, file, asked: 0 })
    }
}

/// Asks the system for the beginning of a file. If it will not, the file is waited for.
#[cfg(target_os = "linux")]
fn ask_for(file: &File, len: u64) {
    let len = std::num::NonZeroU64::new(len);
    let _ = rustix::fs::fadvise(file, 0, len, rustix::fs::Advice::WillNeed);
}

#[cfg(not(target_os = "linux"))]
const fn ask_for(_: &File, _: u64) {}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;
    use crate::batch::tests::Sized;
    use crate::{Algorithm, Engine};

    /// Files that are said to have that size, the third of which is not there.
    fn jobs(dir: &TempDir, count: usize, size: u64) -> Vec<Sized> {
        let path = |index: usize| dir.path().join(index.to_string());
        (0..count)
            .filter(|index| *index != 2)
            .for_each(|index| fs::write(path(index), "").unwrap());
        (0..count).map(|index| Sized(path(index), size)).collect()
    }

    fn queue(jobs: &[Sized]) -> Queue<'_, Sized> {
        Queue::new(Engine::auto(Algorithm::Md5), jobs, (0..jobs.len()).collect(), 1)
    }

    #[test]
    fn every_job_has_its_turn_whether_it_was_opened_before_or_not() {
        let dir = tempfile::tempdir().unwrap();
        let jobs = jobs(&dir, 1000, 1);
        for max_open in [0, 1, 5, usize::MAX] {
            let queue = queue(&jobs);
            let mut ahead = Ahead::new(&queue, 0, Directory::new(true), max_open);
            for index in 0..jobs.len() {
                if index % 10 == 1 {
                    ahead.ask();
                }
                let opened = ahead.take().unwrap();
                assert_eq!(opened.taken.index, index);
                assert_eq!(opened.file.is_err(), index == 2);
            }
            assert!(ahead.take().is_none());
            assert_eq!(ahead.asked, 0);
        }
    }

    #[test]
    fn nothing_is_opened_before_a_file_had_to_be_waited_for_and_not_too_much_then() {
        let dir = tempfile::tempdir().unwrap();
        let long = jobs(&dir, 200, u64::MAX / 1000);
        let short = jobs(&dir, 200, 1);
        for (jobs, max_open, expected) in
            [(&short, 9, 9), (&short, usize::MAX, 128), (&long, usize::MAX, 16 + 1)]
        {
            let queue = queue(jobs);
            let mut ahead = Ahead::new(&queue, 0, Directory::new(true), max_open);
            ahead.take().unwrap();
            ahead.take().unwrap();
            assert_eq!(queue.begun(0), 2);
            for taken in 2..5 {
                ahead.ask();
                ahead.ask();
                // Of the one that is not there nothing was asked for.
                let missing = usize::from(jobs[0].1 > 1 && taken > 2);
                assert_eq!(queue.begun(0), taken + expected - missing, "{max_open}");
                ahead.take().unwrap();
            }
        }
    }
}
