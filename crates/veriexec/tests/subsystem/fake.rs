//! A system with a handful of files, in memory.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use fingerprint::{Algorithm, Digest};
use veriexec::{
    Errno, EventKind, FileId, FileKind, LoadRequest, Located, Message, Platform, Priority, Process,
    Report, StrictLevel,
};

/// Its state is in cells, so that it can change while the subsystem holds it.
#[derive(Default)]
pub(crate) struct Fake {
    names: RefCell<BTreeMap<Vec<u8>, Located>>,
    contents: RefCell<BTreeMap<FileId, Vec<u8>>>,
    unsupported: RefCell<BTreeSet<Algorithm>>,
    unreadable: Cell<Option<Errno>>,
    /// Whether one who opens for write finds himself among the writers.
    written: Cell<bool>,
    hashed: Cell<usize>,
    reports: RefCell<Vec<(Priority, String)>>,
    json: RefCell<Vec<String>>,
    trial: Cell<StrictLevel>,
}

impl Fake {
    /// A regular file on a mount, under a name of its own.
    pub(crate) fn file(&self, mount: u64, inode: u64, name: &str, contents: &[u8]) -> Located {
        let id = FileId { mount, inode, generation: 1 };
        let located = Located { id, kind: FileKind::Regular };
        self.names.borrow_mut().insert(name.into(), located);
        self.contents.borrow_mut().insert(id, contents.to_vec());
        located
    }

    /// Anything that is no regular file.
    pub(crate) fn other(&self, mount: u64, inode: u64, name: &str, kind: FileKind) -> Located {
        let located = Located { id: FileId { mount, inode, generation: 1 }, kind };
        self.names.borrow_mut().insert(name.into(), located);
        located
    }

    /// A second name for what has a first.
    pub(crate) fn link(&self, name: &str, target: &str) {
        let located = self.locate(target.as_bytes()).unwrap();
        self.names.borrow_mut().insert(name.into(), located);
    }

    /// Takes a name away.
    pub(crate) fn unname(&self, name: &str) {
        self.names.borrow_mut().remove(name.as_bytes()).unwrap();
    }

    /// Takes away every name on a mount.
    pub(crate) fn unname_mount(&self, mount: u64) {
        self.names.borrow_mut().retain(|_, located| located.id.mount != mount);
    }

    pub(crate) fn has_name(&self, file: FileId) -> bool {
        self.names.borrow().values().any(|located| located.id == file)
    }

    /// Other contents for a file.
    pub(crate) fn write(&self, file: FileId, contents: &[u8]) {
        self.contents.borrow_mut().insert(file, contents.to_vec());
    }

    /// Makes hashing fail from now on, or not any more.
    pub(crate) fn fail_hashing(&self, errno: Option<Errno>) {
        self.unreadable.set(errno);
    }

    /// Says from now on that somebody has every file open for write: he that asks for himself has.
    pub(crate) fn be_written(&self) {
        self.written.set(true);
    }

    /// Leaves an algorithm out of those that are supported.
    pub(crate) fn forget(&self, algorithm: Algorithm) {
        self.unsupported.borrow_mut().insert(algorithm);
    }

    fn hash(&self, file: FileId, algorithm: Algorithm) -> Result<Digest, Errno> {
        self.hashed.set(self.hashed.get() + 1);
        match self.unreadable.get() {
            Some(errno) => Err(errno),
            None => Ok(digest(algorithm, &self.contents.borrow()[&file])),
        }
    }

    /// How many times a file was hashed.
    pub(crate) fn hashed(&self) -> usize {
        self.hashed.get()
    }

    /// What was reported since this was last asked, as JSON.
    pub(crate) fn json(&self) -> Vec<String> {
        self.json.take()
    }

    /// Who asks is treated at that level, for trial.
    pub(crate) fn be_tried(&self, level: StrictLevel) {
        self.trial.set(level);
    }

    /// What was reported since this was last asked.
    pub(crate) fn reports(&self) -> Vec<(Priority, String)> {
        self.reports.take()
    }
}

impl Platform for Fake {
    fn locate(&self, path: &[u8]) -> Result<Located, Errno> {
        self.names.borrow().get(path).copied().ok_or(Errno::NOENT)
    }

    fn supports(&self, algorithm: Algorithm) -> bool {
        !self.unsupported.borrow().contains(&algorithm)
    }

    fn fingerprint(&self, _: &[u8], file: FileId, algorithm: Algorithm) -> Result<Digest, Errno> {
        if self.written.get() {
            return Err(Errno::TXTBSY);
        }
        self.hash(file, algorithm)
    }

    fn fingerprint_for_writer(
        &self,
        _: &[u8],
        file: FileId,
        algorithm: Algorithm,
    ) -> Result<Digest, Errno> {
        self.hash(file, algorithm)
    }

    fn report(&self, report: &Report<'_>) {
        self.reports.borrow_mut().push((report.priority, judged(report)));
        self.json.borrow_mut().push(report.json().to_string());
    }

    fn trial(&self) -> StrictLevel {
        self.trial.get()
    }

    fn process(&self) -> Option<Process<'_>> {
        Some(Process::new(b"sh", 17, 1000, 100))
    }
}

/// What a report says up to the verdict, after which it must say the rest of what is known.
fn judged(report: &Report<'_>) -> String {
    let text = report.to_string();
    let Some(occasion) = report.occasion else { return text };
    let attempt = occasion.event.map_or("change the tables", EventKind::attempt);
    // What is the cause is asked about, by a name that it still has.
    let name = match report.message {
        Message::Rename { to, .. } if occasion.verdict.is_allowed() => to,
        Message::Rename { to, listed: false, target_listed: true, .. } => to,
        _ => report.name,
    };
    let name = str::from_utf8(name).unwrap();
    let ask = if name.starts_with('/') && !occasion.is_trial {
        format!("; ask: veriexecctl explain {name}")
    } else {
        String::new()
    };
    let rest = format!(": {attempt}, level={}{ask}", occasion.level.number());
    let said = text.strip_suffix(&rest).unwrap_or_else(|| panic!("{text} does not end in {rest}"));
    let verdict = match (occasion.is_trial, occasion.verdict.is_allowed()) {
        (false, true) => "] allowed",
        (false, false) => "] denied",
        (true, true) => "] allowed in a self-test",
        (true, false) => "] denied in a self-test",
    };
    assert!(said.ends_with(verdict), "{said}");
    said.to_owned()
}

/// A digest that differs for all contents that these tests have: it need not be the real one.
pub(crate) fn digest(algorithm: Algorithm, contents: &[u8]) -> Digest {
    let mut state = algorithm.digest_len() as u64;
    let mut stir = |byte: u8| {
        state = (state ^ u64::from(byte)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        state ^= state >> 29;
        state as u8
    };
    for byte in contents {
        stir(*byte);
    }
    let bytes: Vec<u8> = (0..algorithm.digest_len()).map(|_| stir(0xff)).collect();
    Digest::new(algorithm, &bytes).unwrap()
}

/// A request that lists a file, with nothing unusual.
pub(crate) fn request<'a>(
    file: &'a str,
    fingerprint: &'a Digest,
    entry_type: u8,
) -> LoadRequest<'a> {
    LoadRequest {
        file: file.as_bytes(),
        algorithm: Some(fingerprint.algorithm().name().as_bytes()),
        fingerprint: Some(fingerprint.as_bytes()),
        entry_type,
        keep_filename: false,
        eval_on_load: false,
    }
}

/// The SHA256 of contents.
pub(crate) fn sha256(contents: &[u8]) -> Digest {
    digest(Algorithm::Sha256, contents)
}
