//! Requests to the driver.

use fingerprint::{Algorithm, Digest};
use kmod_ioctl::{Access, Call, Request, Width};
use veriexec::{Errno, FileId, FileKind, Located, Platform, Report, Veriexec};

/// A machine on which the name decides: `/d` a directory, `/o` a device, `/none` nothing, any
/// other a file whose every byte in every digest is the length of its name.
struct Machine;

impl Platform for Machine {
    fn locate(&self, path: &[u8]) -> Result<Located, Errno> {
        let inode = path
            .iter()
            .fold(7, |hash: u64, byte| hash.wrapping_mul(31).wrapping_add(u64::from(*byte)));
        let kind = match path {
            b"/none" => return Err(Errno::NOENT),
            b"/" => FileKind::Directory { mount_root: true },
            b"/d" => FileKind::Directory { mount_root: false },
            b"/o" => FileKind::Other,
            _ => FileKind::Regular,
        };
        Ok(Located { id: FileId { mount: 1, inode, generation: 0 }, kind })
    }

    fn supports(&self, algorithm: Algorithm) -> bool {
        algorithm != Algorithm::Md5
    }

    fn fingerprint(&self, path: &[u8], _: FileId, algorithm: Algorithm) -> Result<Digest, Errno> {
        let byte = u8::try_from(path.len()).map_err(|_| Errno::NAMETOOLONG)?;
        Digest::new(algorithm, &[byte; 64][..algorithm.digest_len()]).map_err(|_| Errno::INVAL)
    }

    fn report(&self, report: &Report<'_>) {
        assert!(!report.to_string().is_empty());
    }
}

/// Requests in a row, each of a byte that says which and a plist up to a NUL: a request that fails
/// changes nothing, and what is dumped can be loaded again.
pub fn dispatch(data: &[u8]) {
    let mut veriexec = Veriexec::new();
    for call in data.split(|byte| *byte == 0) {
        let Some((first, plist)) = call.split_first() else { continue };
        let request = Request::ALL[usize::from(*first) % Request::ALL.len()];
        let access = if first & 0x40 == 0 { Access::READ_WRITE } else { Access::READ };
        let before = dump(&mut veriexec);
        let call = Call { number: request.number(Width::NATIVE), access, plist: Some(plist) };
        if kmod_ioctl::dispatch(&mut veriexec, &Machine, call).is_err() {
            assert_eq!(dump(&mut veriexec), before);
        }
    }
}

fn dump(veriexec: &mut Veriexec) -> Vec<u8> {
    let number = Request::Dump.number(Width::NATIVE);
    let call = Call { number, access: Access::READ, plist: None };
    match kmod_ioctl::dispatch(veriexec, &Machine, call) {
        Ok(kmod_ioctl::Reply::Plist(text)) => {
            proplib::Array::internalize(&text).expect("a dump can be read");
            text
        }
        other => panic!("a dump answered {other:?}"),
    }
}
