//! Which file it is, whatever its name.

/// The identity of a file: entries belong to files, not to names, so a hard link shares the entry
/// and a file renamed over another does not inherit its.
///
/// The numbers are the platform's, and mean nothing but "the same file" or "another file". As long
/// as an entry has them, no other file may get them: see [`Platform::entry_added`].
///
/// [`Platform::entry_added`]: crate::Platform::entry_added
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId {
    /// The file system that the file is on, from when it is mounted until it is gone: what is
    /// mounted later has another number, whatever device it is on.
    pub mount: u64,
    /// The file's number in that file system, or where the file system's numbers do not last one
    /// of the platform's own.
    pub inode: u64,
    /// Which of the files that had this number, one after the other; 0 where nobody needs to tell.
    pub generation: u64,
}

/// What kind of file it is, as far as Veriexec cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// A regular file: the only kind that has contents to verify.
    Regular,
    /// A directory.
    Directory {
        /// Whether it is the root of a mounted file system.
        mount_root: bool,
    },
    /// A directory through which listed files are reached, or the place where what has them is
    /// mounted: a platform that knows says so of what is renamed or mounted over.
    Way,
    /// A device, socket or pipe; of what is mounted over, anything that hides no listed file.
    Other,
}

/// What a path led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Located {
    /// Which file.
    pub id: FileId,
    /// Of which kind.
    pub kind: FileKind,
}

impl Located {
    /// Whether it is on the way to listed files.
    pub(crate) const fn is_way(self) -> bool {
        matches!(self.kind, FileKind::Way)
    }
}
