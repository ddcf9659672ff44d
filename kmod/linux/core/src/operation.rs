//! What somebody is about to do, as the shim tells it.
#![expect(unsafe_code, reason = "the boundary to C")]

use core::{ptr, slice};

use sigfile::EntryType;
use veriexec::{Access, Action, Image, Located, Operation, Veriexec};

use crate::shim::{self, RawLocated, RawPath};

/// `struct veriexec_operation`.
#[repr(C)]
pub(crate) struct RawOperation {
    /// `enum veriexec_action`.
    pub(crate) action: u32,
    /// `enum veriexec_access`, `veriexec_image` or `veriexec_kind`.
    pub(crate) detail: u32,
    pub(crate) file: *const RawLocated,
    pub(crate) target: *const RawLocated,
    pub(crate) mount: *const u64,
    pub(crate) name: *const u8,
    pub(crate) name_len: usize,
    pub(crate) to: *const u8,
    pub(crate) to_len: usize,
    pub(crate) path: *const RawPath,
    /// As how many writers of the file the one who asks counts already.
    pub(crate) writers: u32,
}

impl RawOperation {
    /// The operation, if it is one. What a program's own image is mapped for depends on the tables.
    pub(crate) fn read(&self, tables: &Veriexec) -> Option<Operation<'_>> {
        let file = located(&self.file);
        let action = match self.action {
            0 => Action::Access(file?, self.access(file?, tables)?),
            1 => Action::Write(file?),
            2 => Action::Truncate(file?),
            3 => Action::Create(shim::file_kind(self.detail)),
            4 => Action::Remove(file?),
            5 => Action::Rename {
                file: file?,
                to: bytes(&self.to, self.to_len),
                target: located(&self.target),
            },
            6 => Action::Protect(file),
            7 => Action::KernelLoad(*Image::ALL.get(self.detail as usize)?, file),
            8 => Action::Unmount(self.mount()?),
            9 => Action::MountOver(file?),
            10 => Action::RawRead,
            11 => Action::RawWrite(self.mount()),
            12 => Action::MemoryWrite,
            13 => Action::PassThrough,
            14 => Action::RemoveVolume(self.mount()?),
            15 => Action::Resize(file?),
            16 => Action::Command(file?),
            _ => return None,
        };
        Some(Operation { path: bytes(&self.name, self.name_len), action })
    }

    /// Where the file is.
    pub(crate) fn path(&self) -> Option<&RawPath> {
        // SAFETY: the shim gives null, or a path that stays for the time of the check.
        unsafe { self.path.as_ref() }
    }

    fn access(&self, file: Located, tables: &Veriexec) -> Option<Access> {
        let listed = || tables.lookup(file.id).map(|entry| entry.entry_type);
        Some(RawAccess::read(self.detail)?.to(listed))
    }

    fn mount(&self) -> Option<u64> {
        // SAFETY: the shim gives null, or a number that stays for the time of the check.
        unsafe { self.mount.as_ref() }.copied()
    }
}

/// `enum veriexec_access`.
#[derive(Clone, Copy)]
pub(crate) enum RawAccess {
    Plain(Access),
    /// Of a program to what it was started from.
    OwnImage,
}

impl RawAccess {
    pub(crate) fn read(number: u32) -> Option<Self> {
        Some(match number {
            0 => Self::Plain(Access::Direct),
            1 => Self::Plain(Access::Indirect),
            2 => Self::Plain(Access::File),
            3 => Self::OwnImage,
            _ => return None,
        })
    }

    /// What it is to a file that is listed for that, or not at all. The own image of a program
    /// counts as it was executed: directly if it is listed for that.
    pub(crate) fn to(self, listed: impl FnOnce() -> Option<EntryType>) -> Access {
        let is_direct = |listed: EntryType| listed.contains(EntryType::DIRECT);
        match self {
            Self::Plain(access) => access,
            Self::OwnImage if listed().is_none_or(is_direct) => Access::Direct,
            Self::OwnImage => Access::Indirect,
        }
    }
}

fn located(raw: &*const RawLocated) -> Option<Located> {
    // SAFETY: the shim gives null, or what it located, for the time of the check.
    unsafe { raw.as_ref() }.map(|raw| (*raw).into())
}

fn bytes(start: &*const u8, len: usize) -> &[u8] {
    if start.is_null() {
        return &[];
    }
    // SAFETY: the shim gives so many bytes, for the time of the check.
    unsafe { slice::from_raw_parts(*start, len) }
}

impl Default for RawOperation {
    fn default() -> Self {
        Self {
            action: 0,
            detail: 0,
            file: ptr::null(),
            target: ptr::null(),
            mount: ptr::null(),
            name: ptr::null(),
            name_len: 0,
            to: ptr::null(),
            to_len: 0,
            path: ptr::null(),
            writers: 0,
        }
    }
}
