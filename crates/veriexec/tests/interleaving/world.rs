//! A kernel with a few files, the subsystem behind its lock, and somebody who watches.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

use fingerprint::{Algorithm, Digest};
use veriexec::{
    Errno, FileId, FileKind, Finding, LoadRequest, Located, Message, Platform, Report, Status,
    StrictLevel, Veriexec,
};

use crate::schedule::{Schedule, pause};

/// What the kernel does for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kernel {
    /// A file that somebody may be writing is not hashed.
    pub(crate) looks_for_writers: bool,
    /// Who opens for write counts as a writer before the subsystem is asked.
    pub(crate) counts_before_it_asks: bool,
    /// The subsystem is told when a file is gone.
    pub(crate) says_what_is_gone: bool,
}

impl Kernel {
    pub(crate) const SOUND: Self =
        Self { looks_for_writers: true, counts_before_it_asks: true, says_what_is_gone: true };
}

/// A file's contents are two pieces, so that a change can come between.
pub(crate) type Contents = [u8; 2];

pub(crate) const GOOD: Contents = *b"ok";
pub(crate) const EVIL: Contents = *b"no";

const MOUNT: u64 = 1;

/// A file, by its inode number: there are no generations here.
struct Inode {
    contents: Contents,
    /// How many have it open for write.
    writers: usize,
    /// How many names and users it has.
    held: usize,
}

pub(crate) struct World {
    pub(crate) veriexec: RefCell<Veriexec>,
    pub(crate) schedule: Schedule,
    pub(crate) kernel: Kernel,
    names: RefCell<BTreeMap<&'static str, u64>>,
    inodes: RefCell<BTreeMap<u64, Inode>>,
    raw_writers: Cell<usize>,
    /// Whose access is being decided.
    asked: Cell<Option<FileId>>,
    violation: RefCell<Option<String>>,
    this: RefCell<Weak<Self>>,
}

impl World {
    /// `/f`, listed and as it should be, and `/other`, which is not listed, at a level.
    pub(crate) fn new(kernel: Kernel, level: StrictLevel) -> Self {
        let world = Self {
            veriexec: RefCell::new(Veriexec::new()),
            schedule: Schedule::default(),
            kernel,
            names: RefCell::default(),
            inodes: RefCell::default(),
            raw_writers: Cell::new(0),
            asked: Cell::new(None),
            violation: RefCell::new(None),
            this: RefCell::default(),
        };
        world.make("/f", GOOD);
        world.make("/other", EVIL);
        let mut veriexec = Veriexec::new();
        veriexec.load(&world, request("/f", &fingerprint(GOOD), false)).unwrap();
        veriexec.set_verbosity(1);
        veriexec.raise(level).unwrap();
        world.veriexec.replace(veriexec);
        world
    }

    /// Makes it known to itself: whoever hashes for it lets others act meanwhile.
    pub(crate) fn know(self: &Rc<Self>) {
        self.this.replace(Rc::downgrade(self));
    }

    /// A new file, with the lowest inode number that is free.
    pub(crate) fn make(&self, name: &'static str, contents: Contents) -> FileId {
        let mut inodes = self.inodes.borrow_mut();
        let inode = (1..).find(|inode| !inodes.contains_key(inode)).unwrap();
        inodes.insert(inode, Inode { contents, writers: 0, held: 1 });
        self.names.borrow_mut().insert(name, inode);
        id(inode)
    }

    /// The file of a name, which stays as long as it is held.
    pub(crate) fn hold(&self, name: &str) -> Option<Located> {
        let inode = *self.names.borrow().get(name)?;
        self.inodes.borrow_mut().get_mut(&inode).unwrap().held += 1;
        Some(Located { id: id(inode), kind: FileKind::Regular })
    }

    /// Lets go of a file, which goes when nobody holds it.
    pub(crate) fn let_go(&self, file: FileId) {
        let mut inodes = self.inodes.borrow_mut();
        let inode = inodes.get_mut(&file.inode).unwrap();
        inode.held -= 1;
        if inode.held == 0 {
            inodes.remove(&file.inode);
            if self.kernel.says_what_is_gone {
                self.veriexec.borrow_mut().file_gone(file);
            }
        }
    }

    pub(crate) fn unlink(&self, name: &str) {
        let inode = self.names.borrow_mut().remove(name);
        if let Some(inode) = inode {
            self.let_go(id(inode));
        }
    }

    pub(crate) fn rename(&self, from: &str, to: &'static str) {
        let Some(inode) = self.names.borrow_mut().remove(from) else { return };
        let replaced = self.names.borrow_mut().insert(to, inode);
        if let Some(replaced) = replaced {
            self.let_go(id(replaced));
        }
    }

    pub(crate) fn add_writer(&self, file: FileId) {
        self.inodes.borrow_mut().get_mut(&file.inode).unwrap().writers += 1;
    }

    pub(crate) fn remove_writer(&self, file: FileId) {
        self.inodes.borrow_mut().get_mut(&file.inode).unwrap().writers -= 1;
    }

    pub(crate) fn raw_writers(&self) -> &Cell<usize> {
        &self.raw_writers
    }

    pub(crate) fn write(&self, file: FileId, at: usize, byte: u8) {
        if let Some(inode) = self.inodes.borrow_mut().get_mut(&file.inode) {
            inode.contents[at] = byte;
        }
    }

    fn read(&self, file: FileId, at: usize) -> u8 {
        self.inodes.borrow().get(&file.inode).map_or(0, |inode| inode.contents[at])
    }

    /// Whether others than so many may change it.
    fn may_change(&self, file: FileId, own: usize) -> bool {
        let writers = self.inodes.borrow().get(&file.inode).map_or(0, |inode| inode.writers);
        self.kernel.looks_for_writers && (writers > own || self.raw_writers.get() > 0)
    }

    /// Hashes a file in steps.
    pub(crate) async fn hash(&self, file: FileId, own_writers: usize) -> Result<Digest, Errno> {
        let own = if self.kernel.counts_before_it_asks { own_writers } else { 0 };
        if self.may_change(file, own) {
            return Err(Errno::TXTBSY);
        }
        pause().await;
        let first = self.read(file, 0);
        pause().await;
        let second = self.read(file, 1);
        pause().await;
        Ok(fingerprint([first, second]))
    }

    /// Says whose access is being decided.
    pub(crate) fn ask(&self, file: FileId) {
        self.asked.set(Some(file));
    }

    /// What is valid is what was listed: looked at after each step.
    pub(crate) fn check(&self) {
        for (file, view) in self.veriexec.borrow().entries() {
            let now = [self.read(file, 0), self.read(file, 1)];
            if view.status == Status::Valid && *view.fingerprint != fingerprint(now) {
                self.accuse(format!("inode {} holds {now:?} and is valid", file.inode));
            }
        }
    }

    fn accuse(&self, what: String) {
        self.violation.borrow_mut().get_or_insert(what);
    }

    pub(crate) fn violation(&self) -> Option<String> {
        self.violation.borrow().clone()
    }
}

impl Platform for World {
    fn locate(&self, path: &[u8]) -> Result<Located, Errno> {
        let name = str::from_utf8(path).unwrap();
        let inode = *self.names.borrow().get(name).ok_or(Errno::NOENT)?;
        Ok(Located { id: id(inode), kind: FileKind::Regular })
    }

    fn supports(&self, _: Algorithm) -> bool {
        true
    }

    /// Only a load hashes so: in one step of its own, which others come into the middle of.
    fn fingerprint(&self, path: &[u8], file: FileId, _: Algorithm) -> Result<Digest, Errno> {
        let this = self.this.borrow().upgrade();
        let others = || this.iter().for_each(|this| self.schedule.meanwhile(this));
        others();
        if self.locate(path)?.id != file {
            return Err(Errno::STALE);
        }
        if self.may_change(file, 0) {
            return Err(Errno::TXTBSY);
        }
        others();
        let first = self.read(file, 0);
        others();
        let second = self.read(file, 1);
        others();
        Ok(fingerprint([first, second]))
    }

    /// An access that matches is of a file that does.
    fn report(&self, report: &Report<'_>) {
        if report.message != Message::Finding(Finding::Match) {
            return;
        }
        let file = self.asked.get().unwrap();
        let now = [self.read(file, 0), self.read(file, 1)];
        if now != GOOD {
            self.accuse(format!("an access to {now:?} matched"));
        }
    }
}

/// A LOAD of a file that must be so.
pub(crate) fn request<'a>(file: &'a str, must_be: &'a Digest, now: bool) -> LoadRequest<'a> {
    LoadRequest {
        file: file.as_bytes(),
        algorithm: Some(b"MD5"),
        fingerprint: Some(must_be.as_bytes()),
        entry_type: 7,
        keep_filename: true,
        eval_on_load: now,
    }
}

pub(crate) fn fingerprint([first, second]: Contents) -> Digest {
    let mut bytes = [0; 16];
    bytes[0] = first;
    bytes[1] = second;
    Digest::new(Algorithm::Md5, &bytes).unwrap()
}

fn id(inode: u64) -> FileId {
    FileId { mount: MOUNT, inode, generation: 0 }
}
