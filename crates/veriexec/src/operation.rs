//! What somebody is about to do, as a platform knows it.

mod checks;
mod lifecycle;
mod passing;
mod verify;

use crate::policy::{Access, Event, Image};
use crate::{FileKind, Located, Veriexec};

pub use checks::Opening;
pub use lifecycle::Moment;
pub use verify::{Forecast, Step, Ticket};

/// What somebody is about to do: what a check is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation<'a> {
    /// How the file was reached, or what it is known by: the name in reports, unless one was kept
    /// when it was loaded. Of a file system, where it is mounted.
    pub path: &'a [u8],
    /// What is done.
    pub action: Action<'a>,
}

/// What is done, and to what. Files are found as the kernel found them: for a removal or a
/// renaming the name itself, not what a symbolic link of that name leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action<'a> {
    /// A file is executed, interpreted, mapped or opened: [`Event::Access`].
    Access(Located, Access),
    /// A file is opened for write, or emptied as it is opened: [`Event::Write`].
    Write(Located),
    /// An open file is given a command, of ioctl(2), that may change it: [`Event::Write`]. It stays
    /// open, perhaps for write, so that what is hashed meanwhile is not recorded as valid.
    Command(Located),
    /// A file is cut or stretched by path: [`Event::Truncate`].
    Truncate(Located),
    /// The size of a file is about to change: [`Event::Resize`].
    Resize(Located),
    /// Something of that kind is made: [`Event::Create`].
    Create(FileKind),
    /// A name is removed: [`Event::Remove`].
    Remove(Located),
    /// A file system is removed from within another, with all that is in it, as a subvolume of a
    /// btrfs is: [`Event::Remove`], of listed files if it has a table.
    RemoveVolume(u64),
    /// A name is changed: [`Event::Rename`]. Two names that change places are two changes, each to
    /// a name that nothing has.
    Rename {
        /// What has the name.
        file: Located,
        /// The new name.
        to: &'a [u8],
        /// What has the new name.
        target: Option<Located>,
    },
    /// A file gets a second name: [`Event::Link`].
    Link(Located),
    /// The attributes of a file are set: [`Event::SetAttributes`].
    SetAttributes(Located),
    /// A mapping is made executable: [`Event::Protect`]. `None` if it is of no file.
    Protect(Option<Located>),
    /// A kernel takes code in: [`Event::KernelLoad`]. `None` if it comes from memory.
    KernelLoad(Image, Option<Located>),
    /// That file system is unmounted: [`Event::Unmount`].
    Unmount(u64),
    /// A file system is mounted over something: [`Event::MountOver`].
    MountOver(Located),
    /// A disk or the memory is opened for reading: [`Event::RawRead`].
    RawRead,
    /// A disk is opened for writing: [`Event::RawWrite`]. With what is mounted from it, if
    /// anything is; a whole disk is asked about once for each file system on it.
    RawWrite(Option<u64>),
    /// The memory is opened for writing: [`Event::MemoryWrite`].
    MemoryWrite,
    /// A command goes through to a device: [`Event::PassThrough`].
    PassThrough,
}

impl Action<'_> {
    /// The file it is about.
    #[must_use]
    pub const fn file(&self) -> Option<Located> {
        match *self {
            Self::Access(file, _)
            | Self::Write(file)
            | Self::Command(file)
            | Self::Truncate(file)
            | Self::Resize(file)
            | Self::Remove(file)
            | Self::Rename { file, .. }
            | Self::Link(file)
            | Self::SetAttributes(file)
            | Self::MountOver(file) => Some(file),
            Self::Protect(file) | Self::KernelLoad(_, file) => file,
            Self::Create(_)
            | Self::RemoveVolume(_)
            | Self::Unmount(_)
            | Self::RawRead
            | Self::RawWrite(_)
            | Self::MemoryWrite
            | Self::PassThrough => None,
        }
    }

    /// Whether contents may change after it.
    pub(crate) const fn writes(&self) -> bool {
        matches!(
            self,
            Self::Write(_)
                | Self::Command(_)
                | Self::Truncate(_)
                | Self::Resize(_)
                | Self::RawWrite(_)
        )
    }
}

impl Veriexec {
    /// The event that an operation is for the policy, with the tables as they are now.
    #[must_use]
    pub fn event(&self, operation: &Operation<'_>) -> Event {
        match operation.action {
            Action::Access(_, access) => Event::Access(access),
            Action::Write(_) | Action::Command(_) => Event::Write,
            Action::Truncate(_) => Event::Truncate,
            Action::Resize(_) => Event::Resize,
            Action::Create(_) => Event::Create,
            Action::Remove(_) | Action::RemoveVolume(_) => Event::Remove,
            Action::Rename { file, target, .. } => {
                let replaced = target.filter(|target| target.id != file.id);
                let target_listed = replaced.is_some_and(|target| self.entry(target.id).is_some());
                // What is done to the way is done to the files.
                let is_way = [Some(file), target].into_iter().flatten().any(Located::is_way);
                Event::Rename { target_listed: target_listed || is_way }
            }
            Action::Link(_) => Event::Link,
            Action::SetAttributes(_) => Event::SetAttributes,
            Action::Protect(_) => Event::Protect,
            Action::KernelLoad(image, _) => Event::KernelLoad(image),
            Action::Unmount(mount) => Event::Unmount { listed: self.has_table(mount) },
            Action::MountOver(place) => {
                Event::MountOver { hides: self.is_hidden_by(operation.path, place) }
            }
            Action::RawRead => Event::RawRead,
            Action::RawWrite(mount) => {
                Event::RawWrite { listed: mount.is_some_and(|mount| self.has_table(mount)) }
            }
            Action::MemoryWrite => Event::MemoryWrite,
            Action::PassThrough => Event::PassThrough,
        }
    }

    /// Whether a mount over that place hides listed files: the place is one, or on the way to one.
    ///
    /// Where the platform does not tell, a directory is above a file by the file's kept names, or if
    /// an entry of that file system has none.
    /// A file that was loaded by a name through a symbolic link is missed. It stays what it is, and
    /// what takes its place is not listed: the names are all that a mount can change.
    fn is_hidden_by(&self, path: &[u8], place: Located) -> bool {
        match place.kind {
            FileKind::Directory { .. } => {
                self.entries().filter(|(file, _)| file.mount == place.id.mount).any(|(_, view)| {
                    view.kept_names.is_empty()
                        || view.kept_names.iter().any(|name| is_below(name, path))
                })
            }
            FileKind::Way => true,
            FileKind::Regular | FileKind::Other => self.entry(place.id).is_some(),
        }
    }
}

/// Whether a path leads through a directory.
fn is_below(path: &[u8], directory: &[u8]) -> bool {
    let directory = directory.strip_suffix(b"/").unwrap_or(directory);
    path.strip_prefix(directory).is_some_and(|rest| rest.first() == Some(&b'/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_below_a_directory_by_components() {
        for directory in [&b"/"[..], b"/usr", b"/usr/", b"/usr/bin"] {
            assert!(is_below(b"/usr/bin/env", directory), "{directory:?}");
        }
        for directory in [&b"/us"[..], b"/usr/bin/env", b"/usr/bin/env/", b"/bin"] {
            assert!(!is_below(b"/usr/bin/env", directory), "{directory:?}");
        }
    }
}
