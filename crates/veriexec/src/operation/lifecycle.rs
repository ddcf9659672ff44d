//! What becomes of entries when files change, and when they go.
//!
//! An entry belongs to a file from the moment it is loaded until the file goes, whatever names the
//! file has. The platform says when that is.

use core::sync::atomic::Ordering;

use crate::operation::{Action, Operation};
use crate::policy::Decision;
use crate::{Errno, FileId, Platform, Status, Veriexec};

/// A moment between two changes, see [`Veriexec::now`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(u64);

impl Veriexec {
    /// Forgets what is known of a file's contents, because they may change: veriexec_purge(9).
    /// Whoever is hashing it now will find that out.
    ///
    /// A kernel has no need of it where it asks [`open_check`](Self::open_check). It is for writers
    /// that nobody asks about.
    pub fn purge(&mut self, file: FileId) {
        self.note_write();
        let now = self.tick();
        if let Some(entry) = self.entry_mut(file) {
            entry.status = Status::NotEvaluated;
            entry.stamp = now;
        }
    }

    /// [`purge`](Self::purge)s every listed file of a mounted file system.
    pub fn purge_mount(&mut self, mount: u64) {
        self.note_write();
        let now = self.tick();
        for entry in self.table_mut(mount) {
            entry.status = Status::NotEvaluated;
            entry.stamp = now;
        }
    }

    /// A file is gone for good: it has no name, and nobody has it open. Its entry goes with it, for
    /// its number may be another file's next.
    pub fn file_gone(&mut self, file: FileId) {
        self.purge(file);
        let _ = self.file_delete(file);
    }

    /// The kernel's object of a file goes to serve another one. The file lives on, with its entry;
    /// but what was known of its contents was known of what was in memory, so it is forgotten.
    pub fn file_recycled(&mut self, file: FileId) {
        self.purge(file);
    }

    /// A file system is unmounted. Its table goes with it.
    pub fn unmounted(&mut self, mount: u64) {
        let _ = self.table_delete(mount);
    }

    /// Deletes the entry of a file, and its table with the last one: veriexec_file_delete(9). It
    /// asks for no level; [`delete`](Self::delete) does.
    ///
    /// # Errors
    /// [`Errno::NOENT`] if there is none.
    pub fn file_delete(&mut self, file: FileId) -> Result<(), Errno> {
        self.remove(file).ok_or(Errno::NOENT)
    }

    /// Deletes the table of a mounted file system: veriexec_table_delete(9). It asks for no level;
    /// [`delete`](Self::delete) does.
    ///
    /// There is no veriexec_table_add(9): a table is made with its first entry.
    ///
    /// # Errors
    /// [`Errno::NOENT`] if there is none.
    pub fn table_delete(&mut self, mount: u64) -> Result<(), Errno> {
        self.remove_table(mount).ok_or(Errno::NOENT)
    }

    /// The moment between the last change of contents and the next.
    #[must_use]
    pub fn now(&self) -> Moment {
        Moment(self.writes.load(Ordering::SeqCst))
    }

    /// Whether the contents of any file may have changed since.
    pub(crate) fn is_written_since(&self, moment: Moment) -> bool {
        self.now() != moment
    }

    /// What else is known of the contents that an operation may change: see
    /// [`other_generation`](Self::other_generation).
    pub(crate) fn namesake(&self, operation: &Operation<'_>) -> Option<FileId> {
        let written = operation.action.file().filter(|_| operation.action.writes())?;
        self.other_generation(written.id)
    }

    /// Takes down that contents may change from now on: of listed files, of files that are about
    /// to be listed, and even while nothing is.
    pub(crate) fn note(&self, operation: &Operation<'_>) {
        if operation.action.writes() {
            self.note_write();
        }
    }

    fn note_write(&self) {
        self.writes.fetch_add(1, Ordering::SeqCst);
    }

    /// Changes the entries as a decision says.
    pub(crate) fn apply(
        &mut self,
        platform: &impl Platform,
        operation: Operation<'_>,
        decision: Decision,
    ) {
        match operation.action {
            Action::RemoveVolume(mount) if decision.delete => {
                let _ = self.forget_table(platform, mount);
            }
            Action::RawWrite(Some(mount)) if decision.purge => self.purge_mount(mount),
            Action::Rename { file, target, .. } if decision.rename => {
                // Two names of one file: nothing is renamed, rename(2).
                if target.is_some_and(|target| target.id == file.id) {
                    return;
                }
                if let Some(target) = target.filter(|_| decision.delete) {
                    let _ = self.forget(platform, target.id);
                }
                if let Some(entry) = self.entry_mut(file.id) {
                    entry.forget_name(operation.path);
                }
            }
            action => {
                let Some(file) = action.file() else { return };
                if decision.purge {
                    self.purge(file.id);
                }
                if decision.delete {
                    let _ = self.forget(platform, file.id);
                }
            }
        }
    }
}
