//! Requests and checks, from the ioctl or the hook to the answer, with a shim that is made of std.
//!
//! The tables and the shim are one of a process, as they are one of a kernel: there is one test.
#![expect(unsafe_code, reason = "the other side of the boundary")]

mod stand_in;

use core::ffi::c_int;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::Ordering;

use fingerprint::{Algorithm, Digest};
use kmod_ioctl::{Request, Width};
use proplib::{Array, Dictionary, Object};
use veriexec::Errno;

use crate::check::{veriexec_core_check, veriexec_core_passes, veriexec_core_unmounted};
use crate::log::{veriexec_core_lost, veriexec_core_removal_refused, veriexec_core_tell};
use crate::operation::RawOperation;
use crate::request::{veriexec_core_request, veriexec_core_unload};
use crate::settings::{
    veriexec_core_algorithms, veriexec_core_raise, veriexec_core_set_verbosity,
    veriexec_core_strict, veriexec_core_table,
};
use crate::shim::{RawCaller, RawLocated};
use stand_in::{
    HAS_WRITERS, LISTED, LOCKED, LOG, MOVES, OPEN_FILES, Place, Program, RECORDS, REMOTE, SECONDS,
    TOLD_LATER, WANTS_RECORDS, identify,
};

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
    let identity = identify(&listed.metadata().unwrap());
    let identity = (identity.mount, identity.inode);
    assert!(LISTED.lock().unwrap().contains(&identity));
    assert_eq!(send(Request::Delete, Some(&about(listed))), Ok(None));
    assert_eq!(send(Request::Query, Some(&about(listed))), Err(Errno::NOENT));
    assert!(LISTED.lock().unwrap().is_empty());

    MOVES.store(true, Ordering::SeqCst);
    let another = send(Request::Load, Some(&load(listed, &contents, false)));
    assert_eq!(another, Err(Errno::STALE));
    MOVES.store(false, Ordering::SeqCst);
    assert_eq!(send(Request::Query, Some(&about(listed))), Err(Errno::NOENT));

    assert_eq!(send(Request::Load, Some(&load(listed, &contents, false))), Ok(None));
    assert!(LISTED.lock().unwrap().contains(&identity));
    assert_eq!(send(Request::Flush, None), Ok(None));
    assert!(LISTED.lock().unwrap().is_empty());
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

    checks_are_answered(listed, &contents);

    assert!(!LOCKED.load(Ordering::SeqCst));
}

/// An access of that kind: 0 to 3 as in `enum veriexec_access`, or a write.
fn access(place: &Place, access: Option<u32>) -> c_int {
    let located = identify(&place.0.metadata().unwrap());
    let action = u32::from(access.is_none());
    let passes = access.is_some_and(|access| veriexec_core_passes(&located, access));
    let answer = veriexec_core_check(&RawOperation {
        action,
        detail: access.unwrap_or_default(),
        file: &raw const located,
        path: (&raw const *place).cast(),
        writers: action,
        ..RawOperation::default()
    });
    assert!(!passes || answer == 0, "what passes is allowed");
    answer
}

fn status(path: &Path) -> Option<u8> {
    let reply = send(Request::Query, Some(&about(path))).unwrap().unwrap();
    Dictionary::internalize(reply.strip_suffix(b"\0").unwrap()).unwrap().get_u8(b"status")
}

fn logged() -> Vec<String> {
    LOG.lock().unwrap().drain(..).map(|(_, line)| line).collect()
}

fn checks_are_answered(listed: &Path, contents: &[u8]) {
    let place = Place(listed.into());
    let RawLocated { mount, .. } = identify(&listed.metadata().unwrap());
    let (mut number, mut entries) = (0, 0);
    assert!(!veriexec_core_table(mount, &mut number, &mut entries));

    assert_eq!(send(Request::Load, Some(&load(listed, contents, false))), Ok(None));
    assert!(veriexec_core_table(mount, &mut number, &mut entries));
    assert_eq!(entries, 1);
    assert_eq!(access(&place, Some(2)), 0);
    assert_eq!(status(listed), Some(1));
    assert_eq!(access(&place, None), 0, "a write, at level 0");
    assert_eq!(status(listed), Some(0), "which is not trusted after it");

    veriexec_core_unmounted(mount);
    // The shim knows by itself what is on it.
    LISTED.lock().unwrap().clear();
    assert_eq!(send(Request::Query, Some(&about(listed))), Err(Errno::NOENT));
    REMOTE.store(true, Ordering::SeqCst);
    assert_eq!(send(Request::Load, Some(&load(listed, &[b'y'; 32], false))), Ok(None));
    REMOTE.store(false, Ordering::SeqCst);
    let reply = send(Request::Query, Some(&about(listed))).unwrap().unwrap();
    let entry = Dictionary::internalize(reply.strip_suffix(b"\0").unwrap()).unwrap();
    assert_eq!(entry.get_u8(b"entry-type"), Some(0x14), "file, and untrusted");

    logged();
    assert_eq!(access(&place, Some(2)), 0, "a mismatch, at level 0");
    let shown = listed.display();
    assert_eq!(
        logged(),
        [format!(
            "Veriexec: Mismatch. [{shown}, prog=/bin/program pid=1, uid=2, gid=3] allowed: read, \
             level=0, parent=the parent ppid=4; ask: veriexecctl explain {shown}"
        )]
    );
    assert_eq!(
        RECORDS.lock().unwrap().drain(..).next_back(),
        Some(format!(
            "pid=1 uid=2 gid=3 ppid=4 op=file cause=mismatch verdict=allowed level=0 \
             comm=6120636F6D6D616E64206C6F6E676572 exe=\"/bin/program\" \
             parent=74686520706172656E74 name=\"{shown}\" res=1 errno=0"
        ))
    );
    WANTS_RECORDS.store(false, Ordering::SeqCst);
    veriexec_core_set_verbosity(0);
    assert_eq!(access(&place, Some(2)), 0);
    assert_eq!(logged().len(), 1);
    assert_eq!(RECORDS.lock().unwrap().len(), 0, "nobody wants a record");
    WANTS_RECORDS.store(true, Ordering::SeqCst);
    assert_eq!(veriexec_core_raise(1), 0);
    assert_eq!(veriexec_core_raise(0), -Errno::PERM.raw());
    assert!(
        logged()[0].starts_with("Veriexec: Preventing the lowering of the strict level. [prog=")
    );
    veriexec_core_removal_refused();
    let refused = logged().remove(0);
    assert!(refused.starts_with("Veriexec: Preventing the forced removal of a module. ["));
    assert!(refused.contains("] denied: remove a module, level=1, parent="), "{refused}");
    assert_eq!(veriexec_core_raise(4), -Errno::INVAL.raw());
    assert_eq!(veriexec_core_strict(), 1);
    assert_eq!(access(&place, Some(2)), -Errno::PERM.raw());
    HAS_WRITERS.store(true, Ordering::SeqCst);
    assert_eq!(access(&place, Some(2)), -Errno::PERM.raw(), "busy");
    HAS_WRITERS.store(false, Ordering::SeqCst);
    for _ in 0..20 {
        assert_eq!(access(&place, Some(3)), -Errno::PERM.raw(), "its own image");
    }
    let passed = logged().iter().filter(|line| line.contains("Mismatch")).count();
    assert_eq!(passed, 2, "one as a file, and one as a program's own image");
    assert!(TOLD_LATER.swap(false, Ordering::SeqCst));
    veriexec_core_tell();
    assert_eq!(logged(), [""; 0], "the interval is not over");
    assert!(TOLD_LATER.swap(false, Ordering::SeqCst), "so it is told later");
    SECONDS.store(1000, Ordering::SeqCst);
    veriexec_core_tell();
    let told = logged();
    // Each time it is also listed for something else.
    assert!(told[0].starts_with("Veriexec: 38 more reports suppressed: denied: "), "{told:?}");
    veriexec_core_tell();
    assert_eq!(logged(), [""; 0]);
    assert!(!TOLD_LATER.load(Ordering::SeqCst));
    assert_eq!(access(&place, Some(3)), -Errno::PERM.raw());
    assert_eq!(access(&place, Some(3)), -Errno::PERM.raw());
    assert_eq!(logged().len(), 2, "said again, once");
    veriexec_core_set_verbosity(0);
    assert_eq!(access(&place, Some(3)), -Errno::PERM.raw());
    let told = logged();
    assert!(told[0].starts_with("Veriexec: 2 more reports suppressed: "), "{told:?}");
    assert!(told[2].starts_with("Veriexec: Mismatch. ["), "who sets the verbosity begins anew");
    assert_eq!(OPEN_FILES.load(Ordering::SeqCst), 0);
    assert_eq!(
        veriexec_core_check(&RawOperation { action: 99, ..RawOperation::default() }),
        -Errno::INVAL.raw(),
    );

    let mut names = [0; 64];
    // SAFETY: the names have that much room.
    let len = unsafe { veriexec_core_algorithms(names.as_mut_ptr(), names.len()) };
    assert_eq!(names[..len], *b"SHA256");
    // SAFETY: as above.
    assert_eq!(unsafe { veriexec_core_algorithms(names.as_mut_ptr(), 5) }, 0);

    let mut line = [0; 128];
    let mut priority = 0;
    // SAFETY: the line has that much room.
    let len = unsafe { veriexec_core_lost(3, &mut priority, line.as_mut_ptr(), line.len()) };
    assert_eq!(
        line[..len],
        *b"Veriexec: 3 more reports lost: they came faster than the log takes them."
    );
    assert_eq!(priority, 4);
    // SAFETY: as above.
    assert_eq!(unsafe { veriexec_core_lost(3, &mut priority, line.as_mut_ptr(), 5) }, 5);

    assert_eq!(access(&place, Some(3)), -Errno::PERM.raw());
    logged();
    veriexec_core_unload();
    let told = logged();
    assert!(told[1].starts_with("Veriexec: 2 more reports suppressed: "), "{told:?}");
}
