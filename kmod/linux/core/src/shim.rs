//! What the C shim does for the core: the other half of `core.h`.
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

/// A file that is open to be read, `struct veriexec_reading`.
#[repr(C)]
pub(crate) struct RawReading {
    _opaque: [u8; 0],
}

/// Where a file is, `struct path`.
#[repr(C)]
pub(crate) struct RawPath {
    _opaque: [u8; 0],
}

/// `struct veriexec_located`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub(crate) struct RawLocated {
    /// The number of the volume; 0 if nothing on it is listed.
    pub(crate) mount: u64,
    /// The inode's number, or that of what holds it.
    pub(crate) inode: u64,
    /// Its generation.
    pub(crate) generation: u64,
    /// 0 a regular file, 1 a directory, 2 the root of a mount, 4 on the way to listed files, else
    /// something else.
    pub(crate) kind: u32,
    /// Whether it is in a file system of the kernel's own making.
    pub(crate) is_made_up: bool,
}

impl From<RawLocated> for Located {
    fn from(RawLocated { mount, inode, generation, kind, .. }: RawLocated) -> Self {
        Self { id: FileId { mount, inode, generation }, kind: file_kind(kind) }
    }
}

/// What `enum veriexec_kind` says.
pub(crate) fn file_kind(kind: u32) -> FileKind {
    match kind {
        0 => FileKind::Regular,
        1 => FileKind::Directory { mount_root: false },
        2 => FileKind::Directory { mount_root: true },
        4 => FileKind::Way,
        _ => FileKind::Other,
    }
}

/// `struct veriexec_process`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub(crate) struct RawProcess {
    /// The file that it was started from.
    pub(crate) program: RawLocated,
    /// Whether there is one.
    pub(crate) has_program: bool,
    pub(crate) command: [u8; COMMAND_LEN],
    pub(crate) pid: u32,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    /// The user that its reports are counted for.
    pub(crate) user: u32,
    pub(crate) parent: u32,
    pub(crate) parent_command: [u8; COMMAND_LEN],
}

/// `TASK_COMM_LEN`.
const COMMAND_LEN: usize = 16;

/// `struct veriexec_text`.
#[repr(C)]
pub(crate) struct RawText {
    bytes: *const u8,
    len: usize,
}

impl RawText {
    /// That text, which must stay for as long as this is used.
    pub(crate) fn of(text: &[u8]) -> Self {
        Self { bytes: text.as_ptr(), len: text.len() }
    }

    /// The text.
    ///
    /// # Safety
    /// It must still be there.
    #[cfg(test)]
    pub(crate) unsafe fn bytes(&self) -> &[u8] {
        // SAFETY: the caller promises it.
        unsafe { core::slice::from_raw_parts(self.bytes, self.len) }
    }
}

/// `struct veriexec_report`.
#[repr(C)]
pub(crate) struct RawReport {
    /// Of syslog(3).
    pub(crate) priority: c_int,
    /// Whether something was denied.
    pub(crate) is_denial: bool,
    /// A line of the log.
    pub(crate) line: RawText,
    /// One that comes after it, unless it is empty.
    pub(crate) question: RawText,
    /// The fields of an audit record; empty if none is to be made.
    pub(crate) record: RawText,
}

unsafe extern "C" {
    /// Takes the lock of the tables for itself, which may sleep, and returns what is to be given
    /// back.
    pub(crate) safe fn veriexec_shim_lock() -> u32;

    /// Gives it back to the next one.
    pub(crate) unsafe fn veriexec_shim_unlock(state: u32);

    /// Takes the lock of the tables beside others who only look at them.
    pub(crate) safe fn veriexec_shim_share() -> u32;

    /// Gives that back.
    pub(crate) unsafe fn veriexec_shim_unshare(state: u32);

    /// Takes the lock of the log, which may be taken while the tables are locked.
    pub(crate) safe fn veriexec_shim_lock_log();

    /// Gives it back to the next one.
    pub(crate) unsafe fn veriexec_shim_unlock_log();

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

    /// Takes down that the file system of what the path leads to gets a table, and keeps it from
    /// going until the request is done. The file may be one that can change without this kernel's
    /// knowledge.
    pub(crate) unsafe fn veriexec_shim_pin(
        caller: *const RawCaller,
        path: *const u8,
        len: usize,
        located: *mut RawLocated,
        is_remote: *mut bool,
    ) -> c_int;

    /// What a path leads to.
    pub(crate) unsafe fn veriexec_shim_locate(
        path: *const u8,
        len: usize,
        located: *mut RawLocated,
    ) -> c_int;

    /// A file has an entry from now on, or none any more. Neither waits nor allocates.
    pub(crate) safe fn veriexec_shim_listed(volume: u64, inode: u64, is_listed: bool);

    /// Opens what a path leads to, and keeps writers out of it.
    pub(crate) unsafe fn veriexec_shim_open(
        path: *const u8,
        len: usize,
        reading: *mut *mut RawReading,
        located: *mut RawLocated,
    ) -> c_int;

    /// Opens what is there. If it may have no writers, -1, they are kept out; else it is an error
    /// if it has more.
    pub(crate) unsafe fn veriexec_shim_reopen(
        path: *const RawPath,
        writers: c_int,
        reading: *mut *mut RawReading,
        located: *mut RawLocated,
    ) -> c_int;

    /// Lets writers in again, and closes.
    pub(crate) unsafe fn veriexec_shim_close(reading: *mut RawReading);

    /// Hashes the whole contents. The digest has `len` bytes, or it is an error.
    pub(crate) unsafe fn veriexec_shim_hash(
        reading: *mut RawReading,
        algorithm: *const c_char,
        digest: *mut u8,
        len: usize,
    ) -> c_int;

    /// Whether the kernel knows the algorithm.
    pub(crate) unsafe fn veriexec_shim_supports(algorithm: *const c_char) -> bool;

    /// Writes down what a file is called, and returns the length of that; 0 if nobody knows.
    pub(crate) unsafe fn veriexec_shim_name(
        path: *const RawPath,
        name: *mut u8,
        size: usize,
    ) -> usize;

    /// The level that the thread which asks wants to be treated at, for trial.
    pub(crate) safe fn veriexec_shim_trial() -> u32;

    /// The time in seconds, counted from anywhere.
    pub(crate) safe fn veriexec_shim_seconds() -> u64;

    /// Who asks.
    pub(crate) unsafe fn veriexec_shim_process(process: *mut RawProcess);

    /// Writes down the path of what the one who asks was started from, or its parent, and returns
    /// the length of that; 0 if nobody knows.
    pub(crate) unsafe fn veriexec_shim_program(
        of_parent: bool,
        name: *mut u8,
        size: usize,
    ) -> usize;

    /// Takes down what is to be printed soon: it prints nothing itself.
    pub(crate) unsafe fn veriexec_shim_report(report: *const RawReport);

    /// Whether anybody wants audit records.
    pub(crate) safe fn veriexec_shim_wants_records() -> bool;

    /// Has `veriexec_core_tell` called when that many seconds are over, or sooner.
    pub(crate) safe fn veriexec_shim_tell_later(seconds: u32);
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
