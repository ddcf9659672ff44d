//! One open file, one digest, or the news that it changed under the reader.

pub(crate) mod directory;
pub(crate) mod pseudo;
pub(crate) mod rooted;
pub(crate) mod status;

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::{FileType, OFlags, Stat, fstat};
use rustix::io::{Errno, pread, retry_on_intr};

use crate::{Algorithm, Digest, Hasher, Version};

/// How much is read of a file at once, in bytes: from there on the copy costs more than the call,
/// and less makes lanes stop more often.
pub(crate) const READ_LEN: usize = 128 * 1024;

/// Opens a regular file for hashing, through symbolic links as a driver would.
///
/// Nothing that may stand there in its place can make the call wait or become the terminal of
/// the process: not a FIFO without a writer, not a serial line.
///
/// # Errors
/// [`FileError::Open`], or [`FileError::NotRegular`] for anything that is no regular file.
pub fn open(path: &Path) -> Result<File, FileError> {
    let file = open_anything(path)?;
    stat_regular(&file)?;
    Ok(file)
}

/// The digest of an open regular file, from its first byte to its last, and their number.
///
/// Where the descriptor stands in the file does not matter, and is not changed.
///
/// # Errors
/// [`FileError::Changed`] if it was written to meanwhile, [`FileError::NotRegular`] or
/// [`FileError::Read`].
pub fn of_file(file: &File, algorithm: Algorithm) -> Result<(Digest, u64), FileError> {
    hash(file, algorithm, |_| ())
}

/// Why a file has no digest.
///
/// The texts leave the name of the file to the caller, who knows how it can be printed.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It cannot be opened.
    #[error("{0}")]
    Open(io::Error),
    /// It is a directory, a device, a FIFO or a socket.
    #[error("is {0}; expected a regular file")]
    NotRegular(&'static str),
    /// It cannot be read to its end.
    #[error("{0}")]
    Read(io::Error),
    /// It was changed between the first byte and the last, so that no digest is true of it.
    #[error("changed while it was read; run again when nothing writes to it")]
    Changed,
}

/// How far a file is read, and what it was when that began.
#[derive(Debug)]
pub(crate) struct Reading {
    version: Version,
    offset: u64,
}

impl Reading {
    /// Reads nothing yet.
    pub(crate) fn begin(file: &File) -> Result<Self, FileError> {
        Ok(Self::begin_seen(Version::of_stat(&stat_regular(file)?)))
    }

    /// The same of a file that was [seen](crate::Job::seen) to be that, maybe before it was opened:
    /// if it does not [finish](Self::finish), that may have been so since before.
    pub(crate) const fn begin_seen(version: Version) -> Self {
        Self { version, offset: 0 }
    }

    /// Reads what comes next, of a file that is not [at its end](Self::is_at_end) or that holds
    /// nothing; says how many bytes that is.
    pub(crate) fn read(&mut self, file: &File, buffer: &mut [u8]) -> Result<usize, FileError> {
        // More than what should be left is asked for, where there is room, so that it is seen if
        // there is more.
        let read = retry_on_intr(|| pread(file, &mut *buffer, self.offset));
        self.advance(read.map_err(|error| FileError::Read(error.into()))?)
    }

    /// Does the same, and calls `must_wait` first if it must be waited for and the system can tell.
    pub(crate) fn read_or_wait(
        &mut self,
        file: &File,
        buffer: &mut [u8],
        must_wait: impl FnOnce(),
    ) -> Result<usize, FileError> {
        let left = self.version.size().saturating_sub(self.offset);
        match pread_at_hand(file, buffer, self.offset) {
            Ok(len) if len as u64 >= left.min(buffer.len() as u64) => return self.advance(len),
            Ok(_) | Err(Errno::AGAIN) => must_wait(),
            // Whatever it is, reading it the usual way will tell.
            Err(_) => {}
        }
        self.read(file, buffer)
    }

    /// Takes note that so much was read.
    fn advance(&mut self, len: usize) -> Result<usize, FileError> {
        let offset = self.offset.saturating_add(len as u64);
        if offset > self.version.size() || (len == 0 && !self.is_at_end()) {
            return Err(FileError::Changed);
        }
        self.offset = offset;
        Ok(len)
    }

    /// Whether all was read that the file held when it was begun.
    pub(crate) const fn is_at_end(&self) -> bool {
        self.offset == self.version.size()
    }

    /// The length of the file, which is still what it was before the first byte was read.
    pub(crate) fn finish(&self, file: &File) -> Result<u64, FileError> {
        let after = stat(file)?;
        if self.is_at_end() && self.version == Version::of_stat(&after) {
            Ok(self.offset)
        } else {
            Err(FileError::Changed)
        }
    }
}

/// Reads what is in memory already.
#[cfg(target_os = "linux")]
fn pread_at_hand(file: &File, buffer: &mut [u8], offset: u64) -> rustix::io::Result<usize> {
    use rustix::io::{ReadWriteFlags, preadv2};
    preadv2(file, &mut [io::IoSliceMut::new(buffer)], offset, ReadWriteFlags::NOWAIT)
}

#[cfg(not(target_os = "linux"))]
const fn pread_at_hand(_: &File, _: &mut [u8], _: u64) -> rustix::io::Result<usize> {
    Err(Errno::OPNOTSUPP)
}

/// How a file is opened, whatever it may turn out to be.
pub(crate) const OPEN_FLAGS: OFlags =
    OFlags::RDONLY.union(OFlags::NONBLOCK).union(OFlags::NOCTTY).union(OFlags::CLOEXEC);

pub(crate) fn open_anything(path: &Path) -> Result<File, FileError> {
    let flags = OPEN_FLAGS.bits().cast_signed();
    OpenOptions::new().read(true).custom_flags(flags).open(path).map_err(FileError::Open)
}

/// Hashes a file, telling of each read how many bytes it gave.
fn hash(
    file: &File,
    algorithm: Algorithm,
    mut on_read: impl FnMut(u64),
) -> Result<(Digest, u64), FileError> {
    let mut hasher = Hasher::new(algorithm);
    let mut reading = Reading::begin(file)?;
    let mut buffer = vec![0; READ_LEN];
    loop {
        let len = reading.read(file, &mut buffer)?;
        hasher.update(buffer.get(..len).unwrap_or_default());
        on_read(len as u64);
        if reading.is_at_end() {
            break;
        }
    }
    let len = reading.finish(file)?;
    Ok((hasher.finish(), len))
}

fn stat(file: &File) -> Result<Stat, FileError> {
    fstat(file).map_err(|error| FileError::Read(error.into()))
}

fn stat_regular(file: &File) -> Result<Stat, FileError> {
    let stat = stat(file)?;
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Ok(stat),
        kind => Err(FileError::NotRegular(noun(kind))),
    }
}

const fn noun(kind: FileType) -> &'static str {
    match kind {
        FileType::Directory => "a directory",
        FileType::Fifo => "a FIFO",
        FileType::Socket => "a socket",
        FileType::BlockDevice | FileType::CharacterDevice => "a device",
        _ => "no file that holds data",
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{Read, Seek, SeekFrom, Write};
    use std::os::unix::fs::{FileExt, MetadataExt};

    use rustix::fs::{CWD, FileType as Kind, Mode, mknodat};

    use super::*;

    fn hashed(file: &File, on_read: impl FnMut(u64)) -> Result<(Digest, u64), FileError> {
        hash(file, Algorithm::Sha256, on_read)
    }

    #[test]
    fn a_file_has_the_digest_of_its_bytes_whatever_its_length() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        for len in [0, 1, READ_LEN - 1, READ_LEN, READ_LEN + 1, 3 * READ_LEN + 17] {
            let bytes: Vec<u8> = (0..len).map(|at| (at % 251) as u8).collect();
            fs::write(&path, &bytes).unwrap();
            for algorithm in Algorithm::ALL {
                let (digest, read) = of_file(&open(&path).unwrap(), algorithm).unwrap();
                assert_eq!(digest, Hasher::digest(algorithm, &bytes));
                assert_eq!(read, len as u64);
            }
        }
    }

    #[test]
    fn the_place_of_the_descriptor_is_neither_used_nor_moved() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"abc").unwrap();
        file.seek(SeekFrom::Start(1)).unwrap();
        let (digest, _) = of_file(&file, Algorithm::Md5).unwrap();
        assert_eq!(digest, Hasher::digest(Algorithm::Md5, b"abc"));
        let mut rest = String::new();
        file.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "bc");
    }

    #[test]
    fn every_way_of_changing_while_being_read_is_seen() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        let fresh = || {
            fs::write(&path, vec![b'x'; 2 * READ_LEN]).unwrap();
            OpenOptions::new().read(true).write(true).open(&path).unwrap()
        };

        let grown = fresh();
        let append = |_| grown.write_all_at(b"y", 2 * READ_LEN as u64).unwrap();
        assert!(matches!(hashed(&grown, append), Err(FileError::Changed)));

        let cut = fresh();
        assert!(matches!(hashed(&cut, |_| cut.set_len(9).unwrap()), Err(FileError::Changed)));

        // A writer that puts the time of modification back cannot put back the time of change.
        let rewritten = fresh();
        let times =
            fs::FileTimes::new().set_modified(rewritten.metadata().unwrap().modified().unwrap());
        let before = rewritten.metadata().unwrap();
        let rewrite = |_| {
            while rewritten.metadata().unwrap().ctime_nsec() == before.ctime_nsec() {
                rewritten.write_all_at(b"z", 0).unwrap();
                rewritten.set_times(times).unwrap();
            }
        };
        let result = hash(&rewritten, Algorithm::Md5, rewrite);
        assert!(matches!(result, Err(FileError::Changed)));

        let left_alone = fresh();
        assert!(hashed(&left_alone, |_| ()).is_ok());
    }

    #[test]
    fn only_what_is_not_at_hand_is_waited_for() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&[b'x'; 3000]).unwrap();
        let mut buffer = [0; 2000];
        let mut reading = Reading::begin(&file).unwrap();
        for expected in [2000, 1000] {
            let read = reading.read_or_wait(&file, &mut buffer, || panic!("it was just written"));
            assert_eq!(read.unwrap(), expected);
        }
        assert_eq!(reading.finish(&file).unwrap(), 3000);

        // What is not there can be waited for in vain.
        let mut reading = Reading::begin(&file).unwrap();
        file.set_len(500).unwrap();
        let mut waits = 0;
        let read = reading.read_or_wait(&file, &mut buffer, || waits += 1);
        assert_eq!((read.unwrap(), waits), (500, u32::from(cfg!(target_os = "linux"))));
        let read = reading.read_or_wait(&file, &mut buffer, || waits += 1);
        assert!(matches!(read, Err(FileError::Changed)));
    }

    #[test]
    fn what_is_no_regular_file_is_refused_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let fifo = dir.path().join("fifo");
        mknodat(CWD, &fifo, Kind::Fifo, Mode::RUSR, 0).unwrap();
        assert!(matches!(open(&fifo), Err(FileError::NotRegular("a FIFO"))));
        assert!(matches!(open(dir.path()), Err(FileError::NotRegular("a directory"))));
        let null = Path::new("/dev/null");
        assert!(matches!(open(null), Err(FileError::NotRegular("a device"))));
        assert!(matches!(open(&dir.path().join("none")), Err(FileError::Open(_))));
    }

    #[test]
    fn a_link_is_opened_as_what_it_leads_to() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("file"), "abc").unwrap();
        std::os::unix::fs::symlink("file", dir.path().join("link")).unwrap();
        let (digest, _) =
            of_file(&open(&dir.path().join("link")).unwrap(), Algorithm::Sha1).unwrap();
        assert_eq!(digest, Hasher::digest(Algorithm::Sha1, b"abc"));
    }
}
