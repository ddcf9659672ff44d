//! A mock device and the files that it is told of.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use fingerprint::{Algorithm, Hasher};
use kmod_ioctl::{Access, Device, DeviceError, DeviceSpec, DumpedEntry, LoadOptions, Reason};
use sigfile::{Entry, EntryType};
use tempfile::TempDir;
use veriexec::Status;

pub(crate) const KEEP: LoadOptions = LoadOptions { keep_filename: true, eval_on_load: false };
pub(crate) const EVALUATE: LoadOptions = LoadOptions { keep_filename: true, eval_on_load: true };

/// A directory of files, and the state of a mock device beside them.
pub(crate) struct Place(pub(crate) TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &[u8]) -> PathBuf {
        self.0.path().join(OsString::from_vec(name.to_vec()))
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.path(b"state")
    }

    pub(crate) fn spec(&self) -> DeviceSpec {
        DeviceSpec::Mock(self.state())
    }

    pub(crate) fn open(&self, access: Access) -> Device {
        Device::open(&self.spec(), access).unwrap()
    }

    /// Makes a file, and the entry that is true of it.
    pub(crate) fn file(&self, name: &str, contents: &str) -> Entry {
        self.listed(name.as_bytes(), contents, EntryType::DIRECT)
    }

    pub(crate) fn listed(&self, name: &[u8], contents: &str, entry_type: EntryType) -> Entry {
        let path = self.path(name);
        fs::write(&path, contents).unwrap();
        self.entry(name, contents, entry_type)
    }

    pub(crate) fn entry(&self, name: &[u8], contents: &str, entry_type: EntryType) -> Entry {
        let digest = Hasher::digest(Algorithm::Sha256, contents.as_bytes());
        Entry::new(bytes(&self.path(name)).to_vec(), digest, entry_type).unwrap()
    }

    pub(crate) fn load(&self, entry: &Entry, options: LoadOptions) -> Result<(), Reason> {
        let mut device = self.open(Access::READ_WRITE);
        let answer = device.load(entry, options).map_err(|error| reason(&error));
        device.close().unwrap();
        answer
    }

    pub(crate) fn status(&self, entry: &Entry) -> Result<Status, Reason> {
        let reply = self.open(Access::READ).query(entry.path());
        reply.map(|shown| shown.status).map_err(|error| reason(&error))
    }

    pub(crate) fn dump(&self) -> Vec<Entry> {
        let entries = self.open(Access::READ).dump().unwrap();
        entries.into_iter().map(|DumpedEntry { entry, .. }| entry).collect()
    }
}

pub(crate) fn bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_bytes()
}

pub(crate) fn reason(error: &DeviceError) -> Reason {
    error.refusal().unwrap_or_else(|| panic!("{error}")).reason()
}
