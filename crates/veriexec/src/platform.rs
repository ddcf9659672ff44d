//! What the subsystem needs of the system it runs on.

use fingerprint::{Algorithm, Digest};

use crate::{Errno, FileId, Located, Process, Report};

/// A kernel, or what stands for one.
///
/// None of [`locate`](Self::locate) and [`fingerprint`](Self::fingerprint), which may take long,
/// is called from a method of [`Veriexec`](crate::Veriexec) that a kernel calls with a lock held:
/// the documentation of each method says what it calls.
pub trait Platform {
    /// What the path leads to, following symbolic links.
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
