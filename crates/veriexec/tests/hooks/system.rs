//! A system of a few files that many threads use, for the subsystem on hook points.

use std::collections::BTreeMap;
use std::sync::{Mutex, RwLock};

use fingerprint::{Algorithm, Digest};
use veriexec::hooks::subsystem::Tables;
use veriexec::{
    Errno, FileId, FileKind, LoadRequest, Located, Platform, Process, Report, Veriexec,
};

/// Two files on each of two mounts, by the names `/<mount>/<file>`.
pub(crate) const NAMES: [&str; 4] = ["/1/a", "/1/b", "/2/a", "/2/b"];

/// What the contents of files should be, and may be.
pub(crate) const GOOD: u8 = 1;
pub(crate) const EVIL: u8 = 2;

pub(crate) fn file(which: usize) -> Located {
    let which = which as u64;
    let id = FileId { mount: 1 + which / 2, inode: 10 + which % 2, generation: 0 };
    Located { id, kind: FileKind::Regular }
}

#[derive(Default)]
pub(crate) struct System {
    contents: Mutex<BTreeMap<FileId, u8>>,
    /// What hashing fails with, if it does.
    failure: Mutex<Option<Errno>>,
    reports: Mutex<Vec<String>>,
}

impl System {
    pub(crate) fn write(&self, which: usize, contents: u8) {
        self.contents.lock().unwrap().insert(file(which).id, contents);
    }

    pub(crate) fn fail(&self, failure: Option<Errno>) {
        *self.failure.lock().unwrap() = failure;
    }

    /// What was reported since this was last asked.
    pub(crate) fn reports(&self) -> Vec<String> {
        std::mem::take(&mut *self.reports.lock().unwrap())
    }

    /// Lists a file as one with good contents.
    pub(crate) fn list(&self, veriexec: &mut Veriexec, which: usize, entry_type: u8) {
        let request = LoadRequest {
            file: NAMES[which].as_bytes(),
            algorithm: Some(b"MD5"),
            fingerprint: Some(&[GOOD; 16]),
            entry_type,
            keep_filename: which == 0,
            eval_on_load: false,
        };
        // It may be refused: above level 0, or for another entry.
        let _ = veriexec.load(self, request);
    }
}

impl Platform for System {
    fn locate(&self, path: &[u8]) -> Result<Located, Errno> {
        let which = NAMES.iter().position(|name| name.as_bytes() == path);
        which.map(file).ok_or(Errno::NOENT)
    }

    fn supports(&self, _: Algorithm) -> bool {
        true
    }

    fn fingerprint(&self, _: &[u8], file: FileId, algorithm: Algorithm) -> Result<Digest, Errno> {
        if let Some(failure) = *self.failure.lock().unwrap() {
            return Err(failure);
        }
        let contents = self.contents.lock().unwrap().get(&file).copied().unwrap_or(GOOD);
        Digest::new(algorithm, &[contents; 16]).map_err(|_| Errno::IO)
    }

    fn fingerprint_for_writer(
        &self,
        path: &[u8],
        file: FileId,
        algorithm: Algorithm,
    ) -> Result<Digest, Errno> {
        match self.fingerprint(path, file, algorithm) {
            Err(Errno::TXTBSY) => Digest::new(algorithm, &[GOOD; 16]).map_err(|_| Errno::IO),
            other => other,
        }
    }

    fn report(&self, report: &Report<'_>) {
        self.reports.lock().unwrap().push(report.json().to_string());
    }

    fn process(&self) -> Option<Process<'_>> {
        Some(Process::new(b"sh", 17, 1000, 100))
    }
}

/// The subsystem behind a lock of the standard library's.
#[derive(Default)]
pub(crate) struct Kept(RwLock<Veriexec>);

impl Tables for Kept {
    fn look<R>(&self, look: impl FnOnce(&Veriexec) -> R) -> R {
        look(&self.0.read().unwrap())
    }

    fn change<R>(&self, change: impl FnOnce(&mut Veriexec) -> R) -> R {
        change(&mut self.0.write().unwrap())
    }
}
