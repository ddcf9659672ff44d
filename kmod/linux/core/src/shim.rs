//! What the C shim does for the core: the other half of `veriexec.h`.
//!
//! A function that can fail returns 0 or a negative error number.
#![expect(unsafe_code, reason = "the boundary to C")]

use core::ffi::{c_char, c_int};

use fingerprint::Algorithm;
use veriexec::{Errno, FileId, FileKind, Located};

/// An ioctl(2) in progress: the shim knows what is in it.
#[repr(C)]
pub(crate) struct RawCaller {
    _opaque: [u8; 0],
}

/// An open file, `struct file`.
#[repr(C)]
pub(crate) struct RawFile {
    _opaque: [u8; 0],
}

/// `struct veriexec_located`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub(crate) struct RawLocated {
    /// The device of the superblock.
    pub(crate) mount: u64,
    /// The inode's number.
    pub(crate) inode: u64,
    /// Its generation.
    pub(crate) generation: u64,
    /// 0 a regular file, 1 a directory, 2 the root of a mount, else something else.
    pub(crate) kind: u32,
}

impl From<RawLocated> for Located {
    fn from(RawLocated { mount, inode, generation, kind }: RawLocated) -> Self {
        let kind = match kind {
            0 => FileKind::Regular,
            1 => FileKind::Directory { mount_root: false },
            2 => FileKind::Directory { mount_root: true },
            _ => FileKind::Other,
        };
        Self { id: FileId { mount, inode, generation }, kind }
    }
}

/// `struct veriexec_process`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub(crate) struct RawProcess {
    pub(crate) command: [u8; Self::COMMAND_LEN],
    pub(crate) pid: u32,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

impl RawProcess {
    /// `TASK_COMM_LEN`.
    const COMMAND_LEN: usize = 16;
}

unsafe extern "C" {
    /// Takes the lock of the tables, which may sleep.
    pub(crate) safe fn veriexec_shim_lock();

    /// Gives it back to the next one.
    pub(crate) unsafe fn veriexec_shim_unlock();

    /// Fills in the `struct plistref` that the caller's argument points to.
    pub(crate) unsafe fn veriexec_shim_plistref(
        caller: *const RawCaller,
        plist: *mut u64,
        len: *mut u64,
    ) -> c_int;

    /// Copies memory of the caller's.
    pub(crate) unsafe fn veriexec_shim_copy_in(
        caller: *const RawCaller,
        from: u64,
        to: *mut u8,
        len: usize,
    ) -> c_int;

    /// Maps a copy of the text into the caller, and points the caller's `struct plistref` to it.
    pub(crate) unsafe fn veriexec_shim_reply(
        caller: *const RawCaller,
        text: *const u8,
        len: usize,
    ) -> c_int;

    /// What a path leads to.
    pub(crate) unsafe fn veriexec_shim_locate(
        path: *const u8,
        len: usize,
        located: *mut RawLocated,
    ) -> c_int;

    /// Opens what a path leads to, and keeps writers out of it.
    pub(crate) unsafe fn veriexec_shim_open(
        path: *const u8,
        len: usize,
        file: *mut *mut RawFile,
        located: *mut RawLocated,
    ) -> c_int;

    /// Lets writers in again, and closes.
    pub(crate) unsafe fn veriexec_shim_close(file: *mut RawFile);

    /// Hashes the whole contents. The digest has `len` bytes, or it is an error.
    pub(crate) unsafe fn veriexec_shim_hash(
        file: *mut RawFile,
        algorithm: *const c_char,
        digest: *mut u8,
        len: usize,
    ) -> c_int;

    /// Whether the kernel knows the algorithm.
    pub(crate) unsafe fn veriexec_shim_supports(algorithm: *const c_char) -> bool;

    /// Who asks.
    pub(crate) unsafe fn veriexec_shim_process(process: *mut RawProcess);

    /// Logs a line at a priority of syslog(3).
    pub(crate) unsafe fn veriexec_shim_log(priority: c_int, line: *const u8, len: usize);
}

/// What a function of the shim's returned.
pub(crate) fn result(status: c_int) -> Result<(), Errno> {
    if status == 0 { Ok(()) } else { Err(Errno::from_raw(status.wrapping_neg())) }
}

/// The kernel's name of an algorithm.
pub(crate) fn name(algorithm: Algorithm) -> *const c_char {
    let name = match algorithm {
        Algorithm::Md5 => c"md5",
        Algorithm::Sha1 => c"sha1",
        Algorithm::Rmd160 => c"rmd160",
        Algorithm::Sha256 => c"sha256",
        Algorithm::Sha384 => c"sha384",
        Algorithm::Sha512 => c"sha512",
    };
    name.as_ptr()
}
