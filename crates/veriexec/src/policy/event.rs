//! What is decided about: the events, and how a file is accessed.

use sigfile::EntryType;

/// How a file is accessed: what an entry must be listed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// It is executed.
    Direct,
    /// It is run as the interpreter of a script, or mapped.
    Indirect,
    /// It is opened.
    File,
}

impl Access {
    /// Every access.
    pub const ALL: [Self; 3] = [Self::Direct, Self::Indirect, Self::File];

    /// The flag that an entry must have for it.
    #[must_use]
    pub const fn flag(self) -> EntryType {
        match self {
            Self::Direct => EntryType::DIRECT,
            Self::Indirect => EntryType::INDIRECT,
            Self::File => EntryType::FILE,
        }
    }
}

/// What a kernel takes into itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Image {
    /// A module.
    Module,
    /// Another kernel, to be booted into: kexec.
    Kexec,
    /// What it puts into a device.
    Firmware,
}

impl Image {
    /// Every image.
    pub const ALL: [Self; 3] = [Self::Module, Self::Kexec, Self::Firmware];
}

/// What is about to happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// A file's contents are used: veriexec_verify(9).
    Access(Access),
    /// A file is opened for write, or emptied as it is opened: veriexec_openchk(9). It is an access
    /// as [`Access::File`] first.
    Write,
    /// A file is cut or stretched by path. NetBSD does not check it; here it is a
    /// [`Write`](Self::Write).
    Truncate,
    /// The size of a file is about to change, however that came about: by path, by a descriptor, as
    /// it is opened, or by a server of files. Ours, and it counts as [`EventKind::Truncate`]. The
    /// hook that is asked cannot wait for the file to be hashed, and opening the file or naming it
    /// was asked about before: what is not listed is free.
    Resize,
    /// A file is made, by open(2) or mknod(2): veriexec_openchk(9). The object is
    /// [`Object::Unlisted`](super::Object::Unlisted) for a regular file, and
    /// [`Object::NotRegular`](super::Object::NotRegular) for anything else, which is free.
    Create,
    /// A name is removed, of anything but a directory: veriexec_removechk(9).
    Remove,
    /// A name is changed: veriexec_renamechk(9).
    Rename {
        /// Whether a listed file has the new name, and loses it.
        target_listed: bool,
    },
    /// A file gets a second name. Entries are of files, so it shares the entry.
    Link,
    /// The mode, owner or times of a file are set.
    SetAttributes,
    /// A mapping of a file is made executable after it was made. Ours. The hook that is asked
    /// cannot wait for the file to be hashed: if it is not evaluated, it does not match.
    Protect,
    /// A kernel takes code from a file, or, if the object is
    /// [`Object::NotRegular`](super::Object::NotRegular), from memory. Ours: it is an
    /// [`Access::Indirect`], and what is in no file is not listed.
    KernelLoad(Image),
    /// A file system is unmounted, but for a shutdown: veriexec_unmountchk(9).
    Unmount {
        /// Whether it has a table.
        listed: bool,
    },
    /// A file system is mounted over a directory or a file. Ours.
    MountOver {
        /// Whether that hides listed files.
        hides: bool,
    },
    /// A disk or the memory is opened for reading, raw.
    RawRead,
    /// A disk is opened for writing, raw.
    RawWrite {
        /// Whether a file system with a table is on it.
        listed: bool,
    },
    /// The memory is opened for writing: /dev/mem, /dev/kmem.
    MemoryWrite,
    /// A command goes through to a device as it is.
    PassThrough,
}

/// What kind of event it is: what statistics are kept by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    /// [`Access::Direct`].
    Direct,
    /// [`Access::Indirect`].
    Indirect,
    /// [`Access::File`].
    File,
    /// [`Event::Write`].
    Write,
    /// [`Event::Truncate`], and [`Event::Resize`].
    Truncate,
    /// [`Event::Create`].
    Create,
    /// [`Event::Remove`].
    Remove,
    /// [`Event::Rename`].
    Rename,
    /// [`Event::Link`].
    Link,
    /// [`Event::SetAttributes`].
    SetAttributes,
    /// [`Event::Protect`].
    Protect,
    /// [`Image::Module`].
    Module,
    /// [`Image::Kexec`].
    Kexec,
    /// [`Image::Firmware`].
    Firmware,
    /// [`Event::Unmount`].
    Unmount,
    /// [`Event::MountOver`].
    MountOver,
    /// [`Event::RawRead`].
    RawRead,
    /// [`Event::RawWrite`].
    RawWrite,
    /// [`Event::MemoryWrite`].
    MemoryWrite,
    /// [`Event::PassThrough`].
    PassThrough,
}

impl Event {
    /// What kind of event it is.
    #[must_use]
    pub const fn kind(self) -> EventKind {
        match self {
            Self::Access(Access::Direct) => EventKind::Direct,
            Self::Access(Access::Indirect) => EventKind::Indirect,
            Self::Access(Access::File) => EventKind::File,
            Self::Write => EventKind::Write,
            Self::Truncate | Self::Resize => EventKind::Truncate,
            Self::Create => EventKind::Create,
            Self::Remove => EventKind::Remove,
            Self::Rename { .. } => EventKind::Rename,
            Self::Link => EventKind::Link,
            Self::SetAttributes => EventKind::SetAttributes,
            Self::Protect => EventKind::Protect,
            Self::KernelLoad(Image::Module) => EventKind::Module,
            Self::KernelLoad(Image::Kexec) => EventKind::Kexec,
            Self::KernelLoad(Image::Firmware) => EventKind::Firmware,
            Self::Unmount { .. } => EventKind::Unmount,
            Self::MountOver { .. } => EventKind::MountOver,
            Self::RawRead => EventKind::RawRead,
            Self::RawWrite { .. } => EventKind::RawWrite,
            Self::MemoryWrite => EventKind::MemoryWrite,
            Self::PassThrough => EventKind::PassThrough,
        }
    }

    /// Whether a file's contents are asked for: then a listed file is evaluated first.
    #[must_use]
    pub const fn needs_contents(self) -> bool {
        matches!(self, Self::Access(_) | Self::Write | Self::Truncate | Self::KernelLoad(_))
    }
}

impl EventKind {
    /// Every kind, in the order of their numbers from 0.
    pub const ALL: [Self; 20] = [
        Self::Direct,
        Self::Indirect,
        Self::File,
        Self::Write,
        Self::Truncate,
        Self::Create,
        Self::Remove,
        Self::Rename,
        Self::Link,
        Self::SetAttributes,
        Self::Protect,
        Self::Module,
        Self::Kexec,
        Self::Firmware,
        Self::Unmount,
        Self::MountOver,
        Self::RawRead,
        Self::RawWrite,
        Self::MemoryWrite,
        Self::PassThrough,
    ];

    /// What is tried, in words for people.
    #[must_use]
    pub const fn attempt(self) -> &'static str {
        match self {
            Self::Direct => "execute",
            Self::Indirect => "interpret or map executable",
            Self::File => "read",
            Self::Write => "write",
            Self::Truncate => "cut",
            Self::Create => "create",
            Self::Remove => "remove",
            Self::Rename => "rename",
            Self::Link => "link",
            Self::SetAttributes => "set attributes",
            Self::Protect => "make a mapping executable",
            Self::Module => "load a module",
            Self::Kexec => "load a kernel",
            Self::Firmware => "load firmware",
            Self::Unmount => "unmount",
            Self::MountOver => "mount over",
            Self::RawRead => "read a device",
            Self::RawWrite => "write a disk",
            Self::MemoryWrite => "write memory",
            Self::PassThrough => "pass a command to a device",
        }
    }

    /// A word for it that stays: in JSON, and in kept statistics.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Indirect => "indirect",
            Self::File => "file",
            Self::Write => "write",
            Self::Truncate => "truncate",
            Self::Create => "create",
            Self::Remove => "remove",
            Self::Rename => "rename",
            Self::Link => "link",
            Self::SetAttributes => "set-attributes",
            Self::Protect => "protect",
            Self::Module => "module",
            Self::Kexec => "kexec",
            Self::Firmware => "firmware",
            Self::Unmount => "unmount",
            Self::MountOver => "mount-over",
            Self::RawRead => "raw-read",
            Self::RawWrite => "raw-write",
            Self::MemoryWrite => "memory-write",
            Self::PassThrough => "pass-through",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_numbered_in_order_and_have_words_of_their_own() {
        for (number, kind) in EventKind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, number);
            let namesakes = EventKind::ALL.into_iter().filter(|other| other.word() == kind.word());
            assert_eq!(namesakes.count(), 1, "{kind:?}");
        }
    }
}
