//! What the subsystem needs of the system it runs on.

use fingerprint::{Algorithm, Digest};

use crate::{Errno, FileId, Located, Process, Report, StrictLevel};

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

    /// Whether files can be hashed with the algorithm: those of `kern.veriexec.algorithms`. This is
    /// what NetBSD's kernel says with veriexec_fpops_add(9).
    fn supports(&self, algorithm: Algorithm) -> bool;

    /// The digest of the file's contents. The file is the one of that identity; the path is how
    /// it was reached. A kernel reads it in its own name, not with the caller's credentials.
    ///
    /// **While anybody could change the contents it must not be hashed.** The platform says
    /// [`Errno::TXTBSY`] if, when it begins to read, somebody has the file open for write or mapped
    /// writable, or the device that it is on. It may keep such openings out until it has read all;
    /// it need not, because who opens the file for write while it is read is noticed: he is
    /// counted as a writer first, then asked about ([`Veriexec::open_check`] and its kin), and only
    /// then can he write; and what was hashed before he was asked about is not recorded after.
    ///
    /// # Errors
    /// What reading says. [`Errno::STALE`] if the path leads to another file by now.
    ///
    /// [`Veriexec::open_check`]: crate::Veriexec::open_check
    fn fingerprint(&self, path: &[u8], file: FileId, algorithm: Algorithm)
    -> Result<Digest, Errno>;

    /// [`fingerprint`](Self::fingerprint) for one who is opening the file for write: only others
    /// make it [`Errno::TXTBSY`], not he, who may count as a writer already.
    ///
    /// # Errors
    /// As there.
    fn fingerprint_for_writer(
        &self,
        path: &[u8],
        file: FileId,
        algorithm: Algorithm,
    ) -> Result<Digest, Errno> {
        self.fingerprint(path, file, algorithm)
    }

    /// A file has an entry from now on. Its identity stays its own until
    /// [`entry_removed`](Self::entry_removed) is called, or the platform says that the file or its
    /// file system is gone. Called with a kernel's lock of the tables held.
    fn entry_added(&self, _file: FileId) {}

    /// A file has no entry any more. Called with a kernel's lock of the tables held, but not where
    /// the platform itself said what becomes of entries: of [`Veriexec::file_gone`],
    /// [`Veriexec::unmounted`], [`Veriexec::file_delete`] and [`Veriexec::table_delete`].
    ///
    /// [`Veriexec::file_gone`]: crate::Veriexec::file_gone
    /// [`Veriexec::unmounted`]: crate::Veriexec::unmounted
    /// [`Veriexec::file_delete`]: crate::Veriexec::file_delete
    /// [`Veriexec::table_delete`]: crate::Veriexec::table_delete
    fn entry_removed(&self, _file: FileId) {}

    /// Takes a report, to log it. May be called with a kernel's locks held.
    fn report(&self, report: &Report<'_>);

    /// The level that the asking thread wants to be treated at for trial, if that of the tables is
    /// not higher: for programs that find out whether anything is denied at all.
    fn trial(&self) -> StrictLevel {
        StrictLevel::Learning
    }

    /// The process that asks, for reports about what it does.
    fn process(&self) -> Option<Process<'_>> {
        None
    }
}
