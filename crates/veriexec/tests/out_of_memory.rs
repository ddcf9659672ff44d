//! Each allocation fails in turn: the request says so, and nothing has changed.
#![allow(clippy::unwrap_used, reason = "a test may fail so")]

mod allocator;

use fingerprint::{Algorithm, Digest};
use sigfile::EntryType;
use veriexec::{
    Access, Errno, FileId, FileKind, KeptEntry, LoadRequest, Loaded, Located, Opening, Platform,
    Report, RestoreError, Status, StrictLevel, Veriexec,
};

use allocator::{blocks, with_allocations};

/// A system in which every path of one byte is a file, the even ones on another mount. File 7 has
/// two more names.
struct Bytes;

impl Platform for Bytes {
    fn locate(&self, path: &[u8]) -> Result<Located, Errno> {
        let byte = match path {
            b"/7" | b"/seven" => 7,
            &[byte] => byte,
            _ => return Err(Errno::NOENT),
        };
        let id = FileId { mount: u64::from(byte % 2), inode: u64::from(byte), generation: 0 };
        Ok(Located { id, kind: FileKind::Regular })
    }

    fn supports(&self, _: Algorithm) -> bool {
        true
    }

    fn fingerprint(&self, _: &[u8], _: FileId, algorithm: Algorithm) -> Result<Digest, Errno> {
        Digest::new(algorithm, &[0; 64][..algorithm.digest_len()]).map_err(|_| Errno::IO)
    }

    fn report(&self, _: &Report<'_>) {}
}

fn request<'a>(file: &'a [u8], keep_filename: bool) -> LoadRequest<'a> {
    LoadRequest {
        file,
        algorithm: Some(b"SHA512"),
        fingerprint: Some(&[0; 64]),
        entry_type: 1,
        keep_filename,
        eval_on_load: false,
    }
}

/// Everything that can be seen of a subsystem.
fn seen(veriexec: &Veriexec) -> String {
    let entries: Vec<_> = veriexec.entries().collect();
    let tables: Vec<_> = veriexec.tables().collect();
    format!("{entries:?} {tables:?} {}", veriexec.is_bypassed())
}

#[test]
fn a_load_without_memory_changes_nothing() {
    let owed = blocks();
    let mut veriexec = Veriexec::new();
    let mut failures = 0;
    for byte in 0..=u8::MAX {
        let before = seen(&veriexec);
        for allocations in 0.. {
            let loaded = with_allocations(allocations, || {
                veriexec.load(&Bytes, request(&[byte], byte % 3 != 0))
            });
            if loaded == Ok(Loaded::Added) {
                break;
            }
            assert_eq!(loaded, Err(Errno::NOMEM));
            assert_eq!(seen(&veriexec), before);
            failures += 1;
        }
    }
    assert_eq!(veriexec.entries().count(), 256);
    drop(veriexec);
    assert_eq!(blocks(), owed, "a failure has leaked memory");
    // A copy of the name and a list for it in two of three loads; the rest is growth, by doubling.
    println!("{failures} allocations failed");
    assert!(failures > 340, "only {failures} allocations failed");
}

#[test]
fn another_name_without_memory_changes_nothing() {
    for named in [true, false] {
        let mut veriexec = Veriexec::new();
        veriexec.load(&Bytes, request(&[7], named)).unwrap();
        for link in [&b"/7"[..], b"/seven"] {
            let before = seen(&veriexec);
            for allocations in 0..3 {
                let loaded =
                    with_allocations(allocations, || veriexec.load(&Bytes, request(link, true)));
                assert_eq!(loaded, Err(Errno::NOMEM));
                assert_eq!(seen(&veriexec), before);
            }
            // A copy of the name, a list for it, and room in the list of the entry.
            let loaded = with_allocations(3, || veriexec.load(&Bytes, request(link, true)));
            assert_eq!(loaded, Ok(Loaded::Identical));
        }
        assert_eq!(veriexec.dump().count(), 2 + usize::from(named));
    }
}

#[test]
fn a_restore_without_memory_changes_nothing() {
    let mut veriexec = Veriexec::new();
    for inode in 0..100 {
        let kept = KeptEntry {
            file: FileId { mount: inode % 3, inode, generation: 0 },
            kept_name: Some(b"/f"),
            entry_type: EntryType::DIRECT,
            status: Status::Valid,
            fingerprint: Digest::new(Algorithm::Md5, &[0; 16]).unwrap(),
        };
        let before = seen(&veriexec);
        for allocations in 0..2 {
            let restored = with_allocations(allocations, || veriexec.restore(kept));
            assert_eq!(restored, Err(RestoreError::NoMemory));
            assert_eq!(seen(&veriexec), before);
        }
        veriexec.restore(kept).unwrap();
        let before = seen(&veriexec);
        for allocations in 0..2 {
            let kept = with_allocations(allocations, || veriexec.keep_name(kept.file, b"/g"));
            assert_eq!(kept, Err(RestoreError::NoMemory));
            assert_eq!(seen(&veriexec), before);
        }
        veriexec.keep_name(kept.file, b"/g").unwrap();
    }
}

#[test]
fn everything_but_a_load_needs_no_memory() {
    let mut veriexec = Veriexec::new();
    for byte in 0..=99 {
        veriexec.load(&Bytes, request(&[byte], true)).unwrap();
    }
    veriexec.set_verbosity(2);
    with_allocations(0, || {
        assert_eq!(veriexec.load(&Bytes, request(&[7], false)), Ok(Loaded::Identical));
        for byte in 0..=199 {
            let located = Bytes.locate(&[byte]).unwrap();
            for access in Access::ALL {
                assert!(veriexec.verify(&Bytes, &[byte], located, access).is_allowed());
                let level = StrictLevel::Lockdown;
                let _ = veriexec.would(&Bytes, &[byte], located, access, level);
            }
            let opening = Opening::WRITE;
            assert!(veriexec.open_check(&Bytes, &[byte], Some(located), opening).is_allowed());
            assert!(veriexec.truncate_check(&Bytes, &[byte], located).is_allowed());
            assert!(veriexec.protect_check(&Bytes, &[byte], Some(located)).is_allowed());
            assert!(veriexec.mount_check(&Bytes, &[byte], located).is_allowed());
            veriexec.purge(located.id);
            assert_eq!(veriexec.query(&Bytes, &[byte]).is_ok(), byte < 100);
        }
        assert!(veriexec.raw_device_check(&Bytes, b"d", Some(0), true).is_allowed());
        assert!(veriexec.unmount_check(&Bytes, b"m", 0).is_allowed());
        for byte in 50..=99 {
            let located = Bytes.locate(&[byte]).unwrap();
            let unlisted = Bytes.locate(&[byte + 100]).unwrap();
            let (from, to) = ((&[byte + 100][..], unlisted), (&[byte][..], Some(located)));
            assert!(veriexec.rename_check(&Bytes, from, to).is_allowed());
            let back = ((&[byte - 50][..], Bytes.locate(&[byte - 50]).unwrap()), (&b"x"[..], None));
            assert!(veriexec.rename_check(&Bytes, back.0, back.1).is_allowed());
        }
        assert_eq!(veriexec.dump().count(), 0);
        for byte in 0..=39 {
            assert_eq!(veriexec.delete(&Bytes, &[byte]), Ok(()));
        }
        let located = Bytes.locate(&[40]).unwrap();
        assert!(veriexec.remove_check(&Bytes, &[40], located).is_allowed());
        veriexec.file_gone(Bytes.locate(&[41]).unwrap().id);
        veriexec.unmounted(1);
        assert_eq!(veriexec.entries().count(), 4, "42, 44, 46 and 48");
        assert_eq!(veriexec.flush(&Bytes), Ok(()));
        assert_eq!(veriexec.raise(StrictLevel::Ids), Ok(()));
    });
    assert_eq!(veriexec.entries().count(), 0);
}
