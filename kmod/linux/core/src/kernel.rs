//! The kernel, as the subsystem sees it.
#![expect(unsafe_code, reason = "the boundary to C")]

use core::cell::Cell;

use fingerprint::{Algorithm, Digest};
use veriexec::{Errno, FileId, Located, Parent, Platform, Process, Program, Report, StrictLevel};

use crate::log;
use crate::open_file::OpenFile;
use crate::operation::RawOperation;
use crate::shim::{self, RawLocated, RawProcess};

/// The kernel, for the time of one request or one check.
#[derive(Default)]
pub(crate) struct Kernel<'a> {
    /// What is asked about, if it is a check.
    operation: Option<&'a RawOperation>,
    /// The file that was hashed last: its writers are kept out until what came of it is recorded.
    hashed: Cell<Option<OpenFile>>,
}

impl<'a> Kernel<'a> {
    /// The kernel, for the time of a check of that operation.
    pub(crate) fn checking(operation: &'a RawOperation) -> Self {
        Self { operation: Some(operation), hashed: Cell::default() }
    }

    /// What came of the file that was hashed last is recorded.
    pub(crate) fn let_writers_in(&self) {
        self.hashed.set(None);
    }

    /// Opens the file: by where it was found, or by its path if it was not found by a hook.
    fn open(&self, path: &[u8], writers: Option<u32>) -> Result<OpenFile, Errno> {
        match self.operation.and_then(RawOperation::path) {
            Some(found) => OpenFile::reopen(found, writers),
            None => OpenFile::open(whole(path)?),
        }
    }

    fn hash(&self, opened: OpenFile, file: FileId, algorithm: Algorithm) -> Result<Digest, Errno> {
        if opened.located().id != file {
            return Err(Errno::STALE);
        }
        let digest = opened.digest(algorithm)?;
        self.hashed.set(Some(opened));
        Ok(digest)
    }
}

impl Platform for Kernel<'_> {
    fn locate(&self, path: &[u8]) -> Result<Located, Errno> {
        let path = whole(path)?;
        let mut located = RawLocated::default();
        // SAFETY: the path has that many bytes, and the place is ours.
        shim::result(unsafe {
            shim::veriexec_shim_locate(path.as_ptr(), path.len(), &mut located)
        })?;
        Ok(located.into())
    }

    fn supports(&self, algorithm: Algorithm) -> bool {
        // SAFETY: the name ends in a NUL.
        unsafe { shim::veriexec_shim_supports(shim::name(algorithm)) }
    }

    fn fingerprint(
        &self,
        path: &[u8],
        file: FileId,
        algorithm: Algorithm,
    ) -> Result<Digest, Errno> {
        self.hash(self.open(path, None)?, file, algorithm)
    }

    fn fingerprint_for_writer(
        &self,
        path: &[u8],
        file: FileId,
        algorithm: Algorithm,
    ) -> Result<Digest, Errno> {
        let writers = self.operation.map(|operation| operation.writers);
        self.hash(self.open(path, writers)?, file, algorithm)
    }

    fn trial(&self) -> StrictLevel {
        let level = shim::veriexec_shim_trial();
        StrictLevel::from_number(level.into()).unwrap_or_default()
    }

    fn entry_added(&self, file: FileId) {
        shim::veriexec_shim_listed(file.mount, file.inode, true);
    }

    fn entry_removed(&self, file: FileId) {
        shim::veriexec_shim_listed(file.mount, file.inode, false);
    }

    fn report(&self, report: &Report<'_>) {
        log::log(report, self.operation.and_then(RawOperation::path));
    }

    fn process(&self) -> Option<Process<'_>> {
        let mut raw = RawProcess::default();
        // SAFETY: the place is ours.
        unsafe { shim::veriexec_shim_process(&mut raw) }
        let parent = Parent { program: Program::new(&raw.parent_command), pid: raw.parent };
        let mut process = Process::new(&raw.command, raw.pid, raw.uid, raw.gid);
        process.program.file = raw.has_program.then(|| Located::from(raw.program).id);
        Some(Process { user: raw.user, parent: (raw.parent != 0).then_some(parent), ..process })
    }
}

/// The path, unless it has a NUL in it, which the kernel would take for its end.
pub(crate) fn whole(path: &[u8]) -> Result<&[u8], Errno> {
    if path.contains(&0) { Err(Errno::NOENT) } else { Ok(path) }
}
