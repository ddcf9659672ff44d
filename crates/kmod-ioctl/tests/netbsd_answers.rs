//! What NetBSD's own kernel answered before it came to the subsystem: descriptors, requests that
//! are none, and messages that are no dictionary. The other rows are asked in veriexec's tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use fingerprint::{Algorithm, Digest};
use kmod_ioctl::{Access, Call, Request, Width, dispatch, message};
use proplib::Array;
use veriexec::{Errno, FileId, FileKind, Located, Platform, Report, StrictLevel, Veriexec};

const ANSWERS: &str = include_str!("../../veriexec/tests/data/netbsd-kernel-answers.tsv");

/// A system on which every path leads to the same file.
struct OneFile;

impl Platform for OneFile {
    fn locate(&self, _: &[u8]) -> Result<Located, Errno> {
        let id = FileId { mount: 1, inode: 1, generation: 0 };
        Ok(Located { id, kind: FileKind::Regular })
    }

    fn supports(&self, _: Algorithm) -> bool {
        true
    }

    fn fingerprint(&self, _: &[u8], _: FileId, algorithm: Algorithm) -> Result<Digest, Errno> {
        Ok(Digest::new(algorithm, &[0; 64][..algorithm.digest_len()]).unwrap())
    }

    fn report(&self, _: &Report<'_>) {}
}

/// What is answered to an operation at a level; `None` if it is not the dispatch that answers.
fn ask(operation: &str, level: i64) -> Option<&'static str> {
    let number = |request: Request| request.number(Width::NATIVE);
    let file = message::file(b"/listed").unwrap().externalize().unwrap();
    let array = Array::new().externalize().unwrap();
    let (number, access, plist) = match operation {
        "unknown-ioctl" => (0x2000_5863, Access::READ_WRITE, &file),
        "load-readonly-fd" => (number(Request::Load), Access::READ, &file),
        "query-writeonly-fd" => (number(Request::Query), Access::WRITE, &file),
        "load-array" => (number(Request::Load), Access::READ_WRITE, &array),
        _ => return None,
    };
    let mut veriexec = Veriexec::new();
    veriexec.raise(StrictLevel::from_number(level).unwrap()).unwrap();
    let answer = dispatch(&mut veriexec, &OneFile, Call { number, access, plist: Some(plist) });
    Some(answer.map_or_else(|errno| errno.name().unwrap(), |_| "ok"))
}

#[test]
fn every_row_of_the_dispatch_agrees() {
    let mut agreed = 0;
    for line in ANSWERS.lines().filter(|line| !line.starts_with('#')) {
        let [level, operation, _, _, expected, "-", "-"] = line.split('\t').collect::<Vec<_>>()[..]
        else {
            continue;
        };
        if let Some(answer) = ask(operation, level.parse().unwrap()) {
            assert_eq!(answer, expected, "level {level} {operation}");
            agreed += 1;
        }
    }
    println!("{agreed} rows agreed, none differs");
    assert_eq!(agreed, 4 * 4);
}
