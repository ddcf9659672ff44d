//! What the subsystem needs of the system it runs on.

use fingerprint::{Algorithm, Digest};

use crate::{Errno, FileId, Located, Process, Report};

/// A kernel, or what stands for one.
///
/// [`locate`](Self::locate) and [`fingerprint`](Self::fingerprint) may take long. They are called
/// by [`Candidate::new`](crate::Candidate::new) and by those methods of
/// [`Veriexec`](crate::Veriexec) that do several steps in a row: a kernel, which must hold no lock
/// meanwhile, calls the steps.
pub trait Platform {
    /// What the path leads to, following symbolic links; of a mount point, the root of what is
    /// mounted there. An empty path, or one with a NUL in it, leads nowhere.
    ///
    /// # Errors
    /// What path resolution says: [`Errno::NOENT`], [`Errno::NOTDIR`], [`Errno::NAMETOOLONG`],
    /// [`Errno::LOOP`] and the like.
    fn locate(&self, path: &[u8]) -> Result<Located, Errno>;

    /// Whether files can be hashed with the algorithm: those of `kern.veriexec.algorithms`.
    fn supports(&self, algorithm: Algorithm) -> bool;

    /// The digest of the file's contents. The file is the one of that identity; the path is how
    /// it was reached.
    ///
    /// Where somebody may hold the file open for write, the platform keeps writers out from before
    /// it reads until the result is recorded: the subsystem notices who opens it meanwhile, not
    /// who has had it open.
    ///
    /// # Errors
    /// What reading says. [`Errno::STALE`] if the path leads to another file by now.
    fn fingerprint(&self, path: &[u8], file: FileId, algorithm: Algorithm)
    -> Result<Digest, Errno>;

    /// Takes a report, to log it. May be called with a kernel's locks held.
    fn report(&self, report: &Report<'_>);

    /// The process that asks, for reports at [`Priority::Alert`](crate::Priority::Alert).
    fn process(&self) -> Option<Process> {
        None
    }
}
