//! The kernel, as the subsystem sees it.
#![expect(unsafe_code, reason = "the boundary to C")]

use core::cell::Cell;
use core::fmt::Write;

use fingerprint::{Algorithm, Digest};
use veriexec::{Errno, FileId, Located, Platform, Process, Report};

use crate::line::Line;
use crate::open_file::OpenFile;
use crate::shim::{self, RawLocated, RawProcess};

/// The kernel, for the time of one request or one check.
#[derive(Default)]
pub(crate) struct Kernel {
    /// The file that was hashed last: its writers are kept out until what came of it is recorded.
    hashed: Cell<Option<OpenFile>>,
}

impl Platform for Kernel {
    fn locate(&self, path: &[u8]) -> Result<Located, Errno> {
        let path = whole(path)?;
        let mut located = RawLocated::default();
        // SAFETY: the path has that many bytes, and the place is ours.
        shim::result(unsafe {
            shim::veriexec_shim_locate(path.as_ptr(), path.len(), &mut located)
        })?;
        Ok(located.into())
    }

    fn supports(&self, algorithm: Algorithm) -> bool {
        // SAFETY: the name ends in a NUL.
        unsafe { shim::veriexec_shim_supports(shim::name(algorithm)) }
    }

    fn fingerprint(
        &self,
        path: &[u8],
        file: FileId,
        algorithm: Algorithm,
    ) -> Result<Digest, Errno> {
        let opened = OpenFile::open(whole(path)?)?;
        if opened.located().id != file {
            return Err(Errno::STALE);
        }
        let digest = opened.digest(algorithm)?;
        self.hashed.set(Some(opened));
        Ok(digest)
    }

    // Reports are rare, and a line is long: only those who report shall have it on their stack.
    #[cold]
    #[inline(never)]
    fn report(&self, report: &Report<'_>) {
        let mut line = Line::default();
        // What does not fit is left out, and the line says so.
        let _ = write!(line, "{report}");
        let text = line.text();
        // SAFETY: the text has that many bytes, and the shim only reads them.
        unsafe { shim::veriexec_shim_log(report.priority as i32, text.as_ptr(), text.len()) }
    }

    fn process(&self) -> Option<Process> {
        let mut raw = RawProcess::default();
        // SAFETY: the place is ours.
        unsafe { shim::veriexec_shim_process(&mut raw) }
        Some(Process::new(&raw.command, raw.pid, raw.uid, raw.gid))
    }
}

/// The path, unless it has a NUL in it, which the kernel would take for its end.
fn whole(path: &[u8]) -> Result<&[u8], Errno> {
    if path.contains(&0) { Err(Errno::NOENT) } else { Ok(path) }
}
