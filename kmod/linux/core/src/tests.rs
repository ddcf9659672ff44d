//! Requests, from the ioctl to the reply, with a shim that is made of std.
//!
//! The tables and the shim are one of a process, as they are one of a kernel: there is one test.
#![expect(unsafe_code, reason = "the other side of the boundary")]

use core::ffi::{CStr, c_char, c_int};
use std::ffi::OsStr;
use std::fs::File;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use fingerprint::{Algorithm, Digest};
use kmod_ioctl::{Request, Width};
use proplib::{Array, Dictionary, Object};
use veriexec::Errno;

use crate::request::{veriexec_core_request, veriexec_core_unload};
use crate::shim::{RawCaller, RawFile, RawLocated, RawProcess};

static LOCKED: AtomicBool = AtomicBool::new(false);
static OPEN_FILES: AtomicUsize = AtomicUsize::new(0);
static LOG: Mutex<Vec<(c_int, String)>> = Mutex::new(Vec::new());

/// What the opaque `struct veriexec_caller` is here.
struct Program {
    sent: Vec<u8>,
    /// What it says the length is.
    len: u64,
    reply: Mutex<Option<Vec<u8>>>,
}

fn outside_the_lock() {
    assert!(!LOCKED.load(Ordering::SeqCst), "this may take long, and the tables are locked");
}

#[unsafe(no_mangle)]
extern "C" fn veriexec_shim_lock() {
    assert!(!LOCKED.swap(true, Ordering::SeqCst), "locked twice");
}

#[unsafe(no_mangle)]
extern "C" fn veriexec_shim_unlock() {
    assert!(LOCKED.swap(false, Ordering::SeqCst), "not locked");
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

fn identify(file: &std::fs::Metadata) -> RawLocated {
    let kind = if file.is_file() {
        0
    } else if file.is_dir() {
        1
    } else {
        3
    };
    RawLocated { mount: file.dev(), inode: file.ino(), generation: 0, kind }
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

#[unsafe(no_mangle)]
unsafe extern "C" fn veriexec_shim_open(
    name: *const u8,
    len: usize,
    file: &mut *mut RawFile,
    located: &mut RawLocated,
) -> c_int {
    outside_the_lock();
    // SAFETY: as the core promises.
    let opened = Box::new(File::open(unsafe { path(name, len) }).unwrap());
    *located = identify(&opened.metadata().unwrap());
    *file = Box::into_raw(opened).cast();
    OPEN_FILES.fetch_add(1, Ordering::SeqCst);
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn veriexec_shim_close(file: *mut RawFile) {
    OPEN_FILES.fetch_sub(1, Ordering::SeqCst);
    // SAFETY: it came from `veriexec_shim_open`.
    drop(unsafe { Box::from_raw(file.cast::<File>()) });
}

/// The "digest" of a file is its first bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn veriexec_shim_hash(
    file: *mut RawFile,
    algorithm: *const c_char,
    digest: *mut u8,
    len: usize,
) -> c_int {
    outside_the_lock();
    // SAFETY: the name ends in a NUL, the file is open, and the digest has that many bytes.
    let (name, file, digest) = unsafe {
        let digest = core::slice::from_raw_parts_mut(digest, len);
        (CStr::from_ptr(algorithm), &mut *file.cast::<File>(), digest)
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
    *process = RawProcess { command: *b"a command longer", pid: 1, uid: 2, gid: 3 };
}

#[unsafe(no_mangle)]
unsafe extern "C" fn veriexec_shim_log(priority: c_int, line: *const u8, len: usize) {
    // SAFETY: the core gives a line of that many bytes.
    let line = unsafe { core::slice::from_raw_parts(line, len) };
    LOG.lock().unwrap().push((priority, String::from_utf8(line.to_vec()).unwrap()));
}

/// Sends a request on a descriptor that is open for everything.
fn send(request: Request, message: Option<&Dictionary>) -> Result<Option<Vec<u8>>, Errno> {
    let sent = message.map_or_else(Vec::new, |message| message.externalize().unwrap());
    let program = Program { len: sent.len() as u64, sent, reply: Mutex::default() };
    call(&program, request.number(Width::Lp64), true, true)?;
    Ok(program.reply.into_inner().unwrap())
}

fn call(program: &Program, number: u32, readable: bool, writable: bool) -> Result<(), Errno> {
    // SAFETY: the core hands the caller back to the functions above, and does nothing else.
    let raw = unsafe { &*(&raw const *program).cast::<RawCaller>() };
    match veriexec_core_request(raw, number, readable, writable, true) {
        0 => Ok(()),
        error => Err(Errno::from_raw(-error)),
    }
}

fn load(path: &Path, contents: &[u8], evaluate: bool) -> Dictionary {
    let fingerprint = Digest::new(Algorithm::Sha256, contents).unwrap();
    let bytes = path.as_os_str().as_bytes().to_vec();
    let entry = sigfile::Entry::new(bytes, fingerprint, sigfile::EntryType::FILE).unwrap();
    let options = kmod_ioctl::LoadOptions { keep_filename: true, eval_on_load: evaluate };
    kmod_ioctl::message::load(&entry, options).unwrap()
}

fn about(path: &Path) -> Dictionary {
    kmod_ioctl::message::file(path.as_os_str().as_bytes()).unwrap()
}

#[test]
fn requests_reach_the_tables_and_replies_the_caller() {
    let contents = [b'x'; 32];
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&contents).unwrap();
    let listed = file.path();

    let empty = send(Request::Dump, None).unwrap().unwrap();
    assert_eq!(Array::internalize(empty.strip_suffix(b"\0").unwrap()).unwrap(), Array::new());
    assert_eq!(send(Request::Query, Some(&about(listed))), Err(Errno::NOENT));
    assert_eq!(send(Request::TableSize, None), Ok(None));

    assert_eq!(send(Request::Load, Some(&load(listed, &contents, true))), Ok(None));
    assert_eq!(OPEN_FILES.load(Ordering::SeqCst), 0);
    let reply = send(Request::Query, Some(&about(listed))).unwrap().unwrap();
    let entry = Dictionary::internalize(reply.strip_suffix(b"\0").unwrap()).unwrap();
    assert_eq!(entry.get_string(b"file"), Some(listed.as_os_str().as_bytes()));
    assert_eq!(entry.get_u8(b"status"), Some(1));
    let dump = send(Request::Dump, None).unwrap().unwrap();
    let dump = Array::internalize(dump.strip_suffix(b"\0").unwrap()).unwrap();
    assert_eq!(dump.iter().collect::<Vec<_>>(), [&Object::from(entry)]);

    let other = load(listed, &[b'y'; 32], false);
    assert_eq!(send(Request::Load, Some(&other)), Err(Errno::EXIST));
    let directory = listed.parent().unwrap();
    assert_eq!(send(Request::Load, Some(&load(directory, &contents, false))), Err(Errno::BADF));
    let logged = format!("Veriexec: Not adding `{}': Not a regular file.", directory.display());
    assert_eq!(LOG.lock().unwrap().drain(..).collect::<Vec<_>>(), [(3, logged)]);

    assert_eq!(send(Request::Delete, Some(&about(Path::new("/nowhere")))), Err(Errno::NOENT));
    assert_eq!(send(Request::Delete, Some(&about(listed))), Ok(None));
    assert_eq!(send(Request::Query, Some(&about(listed))), Err(Errno::NOENT));

    assert_eq!(send(Request::Load, Some(&load(listed, &contents, false))), Ok(None));
    assert_eq!(send(Request::Flush, None), Ok(None));
    assert_eq!(send(Request::Query, Some(&about(listed))), Err(Errno::NOENT));

    let program = |len| Program { sent: b"<".to_vec(), len, reply: Mutex::default() };
    let query = Request::Query.number(Width::Lp64);
    assert_eq!(call(&program(1), query, true, false), Err(Errno::IO));
    assert_eq!(call(&program(2), query, true, false), Err(Errno::FAULT));
    assert_eq!(call(&program(128 * 1024), query, true, false), Err(Errno::BIG));
    assert_eq!(call(&program(u64::MAX), query, true, false), Err(Errno::BIG));
    assert_eq!(call(&program(1), query, false, true), Err(Errno::PERM));
    let narrow = Request::Query.number(Width::Ilp32);
    assert_eq!(call(&program(1), narrow, true, true), Err(Errno::NODEV));
    assert_eq!(call(&program(1), 0x5801, true, true), Err(Errno::NODEV));

    assert_eq!(send(Request::Load, Some(&load(listed, &contents, false))), Ok(None));
    veriexec_core_unload();
    assert_eq!(send(Request::Query, Some(&about(listed))), Err(Errno::NOENT));
    assert!(!LOCKED.load(Ordering::SeqCst));
}
