//! A shim that is made of std. It is one of a process, as the shim is one of a kernel.

use core::ffi::{CStr, c_char, c_int};
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use veriexec::Errno;

use crate::shim::{RawLocated, RawProcess, RawReading, RawReport};

pub(super) static LOCKED: AtomicBool = AtomicBool::new(false);
static LOGGING: AtomicBool = AtomicBool::new(false);

/// Whether files can change without this kernel's knowledge.
pub(super) static REMOTE: AtomicBool = AtomicBool::new(false);

/// Whether a path leads to one file, and to another when it is followed again.
pub(super) static MOVES: AtomicBool = AtomicBool::new(false);

/// Whether every file has a writer.
pub(super) static HAS_WRITERS: AtomicBool = AtomicBool::new(false);

/// The time.
pub(super) static SECONDS: AtomicU64 = AtomicU64::new(0);

pub(super) static OPEN_FILES: AtomicUsize = AtomicUsize::new(0);
pub(super) static LOG: Mutex<Vec<(c_int, String)>> = Mutex::new(Vec::new());

/// What the opaque `struct veriexec_caller` is here.
pub(super) struct Program {
    pub(super) sent: Vec<u8>,
    /// What it says the length is.
    pub(super) len: u64,
    pub(super) reply: Mutex<Option<Vec<u8>>>,
}

fn outside_the_lock() {
    assert!(!LOCKED.load(Ordering::SeqCst), "this may take long, and the tables are locked");
}

/// What a lock of the tables gives its holder, to be given back.
const STATE: u32 = 7;

#[unsafe(no_mangle)]
extern "C" fn veriexec_shim_lock() -> u32 {
    assert!(!LOCKED.swap(true, Ordering::SeqCst), "locked twice");
    STATE
}

#[unsafe(no_mangle)]
extern "C" fn veriexec_shim_unlock(state: u32) {
    assert_eq!(state, STATE);
    assert!(LOCKED.swap(false, Ordering::SeqCst), "not locked");
}

#[unsafe(no_mangle)]
extern "C" fn veriexec_shim_share() -> u32 {
    veriexec_shim_lock()
}

#[unsafe(no_mangle)]
extern "C" fn veriexec_shim_unshare(state: u32) {
    veriexec_shim_unlock(state);
}

#[unsafe(no_mangle)]
extern "C" fn veriexec_shim_lock_log() {
    assert!(!LOGGING.swap(true, Ordering::SeqCst), "locked twice");
}

#[unsafe(no_mangle)]
extern "C" fn veriexec_shim_unlock_log() {
    assert!(LOGGING.swap(false, Ordering::SeqCst), "not locked");
}

#[unsafe(no_mangle)]
extern "C" fn veriexec_shim_seconds() -> u64 {
    SECONDS.load(Ordering::SeqCst)
}

#[unsafe(no_mangle)]
extern "C" fn veriexec_shim_trial() -> u32 {
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn veriexec_shim_pin(
    _: &Program,
    name: *const u8,
    len: usize,
    located: &mut RawLocated,
    is_remote: &mut bool,
) -> c_int {
    // SAFETY: as the core promises.
    let status = unsafe { veriexec_shim_locate(name, len, located) };
    *is_remote = REMOTE.load(Ordering::SeqCst);
    located.inode += u64::from(MOVES.load(Ordering::SeqCst));
    status
}

/// What the opaque `struct path` is here.
pub(super) struct Place(pub(super) PathBuf);

#[unsafe(no_mangle)]
unsafe extern "C" fn veriexec_shim_name(place: &Place, name: *mut u8, size: usize) -> usize {
    let found = place.0.as_os_str().as_bytes();
    // SAFETY: the core gives a place of that many bytes.
    let name = unsafe { core::slice::from_raw_parts_mut(name, size) };
    name[..found.len()].copy_from_slice(found);
    found.len()
}

#[unsafe(no_mangle)]
extern "C" fn veriexec_shim_reopen(
    place: &Place,
    writers: c_int,
    reading: &mut *mut RawReading,
    located: &mut RawLocated,
) -> c_int {
    if HAS_WRITERS.load(Ordering::SeqCst) && writers < 1 {
        return -Errno::TXTBSY.raw();
    }
    let name = place.0.as_os_str().as_bytes();
    // SAFETY: the name has that many bytes.
    unsafe { veriexec_shim_open(name.as_ptr(), name.len(), reading, located) }
}

#[unsafe(no_mangle)]
extern "C" fn veriexec_shim_plistref(caller: &Program, plist: &mut u64, len: &mut u64) -> c_int {
    outside_the_lock();
    *plist = 0x1000;
    *len = caller.len;
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn veriexec_shim_copy_in(
    caller: &Program,
    from: u64,
    to: *mut u8,
    len: usize,
) -> c_int {
    outside_the_lock();
    assert_eq!(from, 0x1000);
    if caller.sent.len() < len {
        return -Errno::FAULT.raw();
    }
    // SAFETY: the core gives a place of that many bytes.
    unsafe { core::slice::from_raw_parts_mut(to, len) }.copy_from_slice(&caller.sent[..len]);
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn veriexec_shim_reply(caller: &Program, text: *const u8, len: usize) -> c_int {
    outside_the_lock();
    // SAFETY: the core gives a text of that many bytes.
    let text = unsafe { core::slice::from_raw_parts(text, len) };
    *caller.reply.lock().unwrap() = Some(text.to_vec());
    0
}

unsafe fn path<'a>(path: *const u8, len: usize) -> &'a Path {
    // SAFETY: the core gives a path of that many bytes.
    OsStr::from_bytes(unsafe { core::slice::from_raw_parts(path, len) }).as_ref()
}

pub(super) fn identify(file: &std::fs::Metadata) -> RawLocated {
    let kind = if file.is_file() {
        0
    } else if file.is_dir() {
        1
    } else {
        3
    };
    RawLocated { mount: file.dev(), inode: file.ino(), kind, ..RawLocated::default() }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn veriexec_shim_locate(
    name: *const u8,
    len: usize,
    located: &mut RawLocated,
) -> c_int {
    outside_the_lock();
    // SAFETY: as the core promises.
    match unsafe { path(name, len) }.metadata() {
        Ok(file) => *located = identify(&file),
        Err(error) => return -error.raw_os_error().unwrap(),
    }
    0
}

/// The files that have entries, as the core told.
pub(super) static LISTED: Mutex<BTreeSet<(u64, u64)>> = Mutex::new(BTreeSet::new());

#[unsafe(no_mangle)]
extern "C" fn veriexec_shim_listed(volume: u64, inode: u64, is_listed: bool) {
    assert!(LOCKED.load(Ordering::SeqCst), "who asks meanwhile would find something else");
    let mut listed = LISTED.lock().unwrap();
    let is_news =
        if is_listed { listed.insert((volume, inode)) } else { listed.remove(&(volume, inode)) };
    assert!(is_news, "{inode} of {volume} is {is_listed} already");
}

#[unsafe(no_mangle)]
unsafe extern "C" fn veriexec_shim_open(
    name: *const u8,
    len: usize,
    reading: &mut *mut RawReading,
    located: &mut RawLocated,
) -> c_int {
    outside_the_lock();
    // SAFETY: as the core promises.
    let opened = Box::new(File::open(unsafe { path(name, len) }).unwrap());
    *located = identify(&opened.metadata().unwrap());
    *reading = Box::into_raw(opened).cast();
    OPEN_FILES.fetch_add(1, Ordering::SeqCst);
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn veriexec_shim_close(reading: *mut RawReading) {
    OPEN_FILES.fetch_sub(1, Ordering::SeqCst);
    // SAFETY: it came from `veriexec_shim_open`.
    drop(unsafe { Box::from_raw(reading.cast::<File>()) });
}

/// The "digest" of a file is its first bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn veriexec_shim_hash(
    reading: *mut RawReading,
    algorithm: *const c_char,
    digest: *mut u8,
    len: usize,
) -> c_int {
    outside_the_lock();
    // SAFETY: the name ends in a NUL, the file is open, and the digest has that many bytes.
    let (name, file, digest) = unsafe {
        let digest = core::slice::from_raw_parts_mut(digest, len);
        (CStr::from_ptr(algorithm), &mut *reading.cast::<File>(), digest)
    };
    assert_eq!(name, c"sha256");
    std::io::Read::read_exact(file, digest).unwrap();
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn veriexec_shim_supports(algorithm: *const c_char) -> bool {
    // SAFETY: the name ends in a NUL.
    unsafe { CStr::from_ptr(algorithm) == c"sha256" }
}

#[unsafe(no_mangle)]
extern "C" fn veriexec_shim_process(process: &mut RawProcess) {
    let parent_command = *b"the parent\0\0\0\0\0\0";
    let program = RawLocated { inode: 99, ..RawLocated::default() };
    *process = RawProcess {
        program,
        has_program: true,
        command: *b"a command longer",
        pid: 1,
        uid: 2,
        gid: 3,
        user: 2,
        parent: 4,
        parent_command,
    };
}

#[unsafe(no_mangle)]
unsafe extern "C" fn veriexec_shim_program(of_parent: bool, name: *mut u8, size: usize) -> usize {
    let found: &[u8] = if of_parent { b"" } else { b"/bin/program" };
    // SAFETY: the core gives a place of that many bytes.
    let name = unsafe { core::slice::from_raw_parts_mut(name, size) };
    name[..found.len()].copy_from_slice(found);
    found.len()
}

#[unsafe(no_mangle)]
unsafe extern "C" fn veriexec_shim_report(report: &RawReport) {
    assert!(!LOGGING.load(Ordering::SeqCst), "copying takes a while, and the log is locked");
    // SAFETY: the core gives texts of that many bytes.
    let [line, question, record] = [&report.line, &report.question, &report.record]
        .map(|text| String::from_utf8(unsafe { text.bytes() }.to_vec()).unwrap());
    let is_said =
        ["] denied: ", "] denied in a self-test: "].iter().any(|said| line.contains(said));
    assert_eq!(report.is_denial, is_said, "{line}");
    assert_eq!(line.ends_with("ask: see the next line"), !question.is_empty(), "{line}");
    LOG.lock().unwrap().push((report.priority, line));
    if !record.is_empty() {
        RECORDS.lock().unwrap().push(record);
    }
}

#[unsafe(no_mangle)]
extern "C" fn veriexec_shim_wants_records() -> bool {
    WANTS_RECORDS.load(Ordering::SeqCst)
}

/// Whether somebody wants to be told what was left out.
pub(super) static TOLD_LATER: AtomicBool = AtomicBool::new(false);

#[unsafe(no_mangle)]
extern "C" fn veriexec_shim_tell_later(seconds: u32) {
    assert!(seconds > 0);
    TOLD_LATER.store(true, Ordering::SeqCst);
}

/// Whether audit records are wanted.
pub(super) static WANTS_RECORDS: AtomicBool = AtomicBool::new(true);

/// The fields of the audit records.
pub(super) static RECORDS: Mutex<Vec<String>> = Mutex::new(Vec::new());
