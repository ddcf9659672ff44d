//! A driver on a system of a few files, and what to send it.

use std::cell::RefCell;

use fingerprint::{Algorithm, Digest};
use kmod_ioctl::{Access, Call, LoadOptions, Reply, Request, Width, dispatch, message};
use proplib::{Dictionary, Object};
use sigfile::{Entry, EntryType};
use veriexec::{Errno, FileId, FileKind, Located, Platform, Report, StrictLevel, Veriexec};

/// A system of a few files: `/a`, `/b`, `/bad` and `/locked` (unreadable), `/dir/c` and [`DEEP`] on
/// one mount, `/mnt` with `/mnt/d` on another, `/link` to `/a`, a device and a name too long.
#[derive(Default)]
pub(crate) struct Files {
    pub(crate) reports: RefCell<Vec<String>>,
}

/// What every file hashes to.
pub(crate) const DIGEST: [u8; 32] = [7; 32];

/// A path longer than what property lists keep in one piece.
pub(crate) const DEEP: &str =
    "/dir/of-a-name-that-has-more-than-the-sixty-four-bytes-which-property-lists-keep-in-one-piece";

impl Platform for Files {
    fn locate(&self, path: &[u8]) -> Result<Located, Errno> {
        let regular = FileKind::Regular;
        let directory = |mount_root| FileKind::Directory { mount_root };
        let (mount, inode, kind) = match path {
            b"/a" | b"/link" | b"relative" => (1, 10, regular),
            b"/b" => (1, 11, regular),
            b"/bad" => (1, 12, regular),
            b"/locked" => (1, 15, regular),
            b"/dir/c" => (1, 13, regular),
            b"/" => (1, 1, directory(true)),
            b"/dir" => (1, 2, directory(false)),
            path if path == DEEP.as_bytes() => (1, 14, regular),
            b"/mnt" => (2, 1, directory(true)),
            b"/mnt/d" => (2, 10, regular),
            b"/dev/null" => (3, 1, FileKind::Other),
            b"/a/below" => return Err(Errno::NOTDIR),
            b"/long" => return Err(Errno::NAMETOOLONG),
            b"/knot" => return Err(Errno::LOOP),
            b"/secret" => return Err(Errno::ACCES),
            _ => return Err(Errno::NOENT),
        };
        Ok(Located { id: FileId { mount, inode, generation: 0 }, kind })
    }

    fn supports(&self, algorithm: Algorithm) -> bool {
        algorithm != Algorithm::Md5
    }

    fn fingerprint(&self, path: &[u8], _: FileId, algorithm: Algorithm) -> Result<Digest, Errno> {
        match path {
            b"/bad" => Err(Errno::IO),
            b"/locked" => Err(Errno::ACCES),
            _ => Ok(Digest::new(algorithm, &DIGEST).unwrap()),
        }
    }

    fn report(&self, report: &Report<'_>) {
        self.reports.borrow_mut().push(report.to_string());
    }
}

/// A driver, and the answers it gives.
pub(crate) struct Driver {
    pub(crate) veriexec: Veriexec,
    pub(crate) files: Files,
}

impl Driver {
    /// One in which `/a` is listed, at a level.
    pub(crate) fn at(level: StrictLevel) -> Self {
        let mut driver = Self { veriexec: Veriexec::new(), files: Files::default() };
        driver.ask(Request::Load, &load("/a")).unwrap();
        driver.veriexec.raise(level).unwrap();
        driver
    }

    pub(crate) fn learning() -> Self {
        Self::at(StrictLevel::Learning)
    }

    pub(crate) fn ask(&mut self, request: Request, message: &Dictionary) -> Result<Reply, Errno> {
        self.send(request, Access::READ_WRITE, Some(&text(&message.clone().into())))
    }

    pub(crate) fn send(
        &mut self,
        request: Request,
        access: Access,
        plist: Option<&[u8]>,
    ) -> Result<Reply, Errno> {
        self.call(Call { number: request.number(Width::NATIVE), access, plist })
    }

    /// Makes the call, and sees that it has changed nothing if it failed.
    pub(crate) fn call(&mut self, call: Call<'_>) -> Result<Reply, Errno> {
        let before = self.contents();
        let answer = dispatch(&mut self.veriexec, &self.files, call);
        if answer.is_err() {
            assert_eq!(self.contents(), before, "a request that failed has changed something");
        }
        answer
    }

    pub(crate) fn contents(&self) -> String {
        let entries: Vec<_> = self.veriexec.entries().collect();
        format!("{:?} {entries:?}", self.veriexec.strict())
    }

    pub(crate) fn count(&self) -> usize {
        self.veriexec.entries().count()
    }
}

/// The text with its NUL.
pub(crate) fn text(object: &Object) -> Vec<u8> {
    let mut text = object.externalize().unwrap();
    text.push(0);
    text
}

pub(crate) fn reply(answer: Result<Reply, Errno>) -> Object {
    let Reply::Plist(text) = answer.unwrap() else { panic!("no reply") };
    assert_eq!(text.iter().position(|byte| *byte == 0), Some(text.len() - 1));
    Object::internalize(&text).unwrap()
}

/// A good LOAD of a file.
pub(crate) fn load(path: &str) -> Dictionary {
    let digest = Digest::new(Algorithm::Sha256, &DIGEST).unwrap();
    let entry = Entry::new(path.into(), digest, EntryType::DIRECT).unwrap();
    message::load(&entry, LoadOptions { keep_filename: true, eval_on_load: false }).unwrap()
}

/// A LOAD of `/b` with a key set to something else.
pub(crate) fn load_with(key: &str, value: impl Into<Object>) -> Dictionary {
    with(load("/b"), key, value)
}

pub(crate) fn with(mut message: Dictionary, key: &str, value: impl Into<Object>) -> Dictionary {
    message.set(key.as_bytes(), value).unwrap();
    message
}

pub(crate) fn without(mut message: Dictionary, key: &str) -> Dictionary {
    message.remove(key.as_bytes()).unwrap().unwrap();
    message
}

pub(crate) fn string(text: &str) -> Object {
    proplib::PropString::new(text.as_bytes()).unwrap().into()
}

pub(crate) fn data(bytes: &[u8]) -> Object {
    proplib::Data::new(bytes).unwrap().into()
}

pub(crate) fn file(path: &str) -> Dictionary {
    message::file(path.as_bytes()).unwrap()
}

/// A property list with which the request succeeds.
pub(crate) fn good(request: Request) -> Option<Vec<u8>> {
    match request {
        Request::Load => Some(text(&load("/b").into())),
        Request::Delete | Request::Query => Some(text(&file("/a").into())),
        Request::TableSize | Request::Dump | Request::Flush => None,
    }
}
