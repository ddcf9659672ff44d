//! The checks of veriexec(9) by name, each in one call.
//!
//! A kernel that may not hold its lock while it hashes makes the [`Operation`] itself and takes the
//! steps: [`Veriexec::begin`].

use crate::operation::{Action, Operation};
use crate::policy::{Access, Image, Verdict};
use crate::{FileKind, Located, Platform, Veriexec};

/// What a file is opened for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Opening {
    /// It is written.
    pub write: bool,
    /// It is emptied: `O_TRUNC`.
    pub truncate: bool,
}

impl Opening {
    /// For reading alone.
    pub const READ: Self = Self { write: false, truncate: false };
    /// For writing, and perhaps for reading as well.
    pub const WRITE: Self = Self { write: true, truncate: false };
}

impl Veriexec {
    /// Checks open(2), with the file that it opens or, if it makes a new one, without:
    /// veriexec_openchk(9).
    ///
    /// Whoever opens for write must count as a writer by the time this is asked, see
    /// [`Platform::fingerprint`].
    pub fn open_check(
        &mut self,
        platform: &impl Platform,
        path: &[u8],
        file: Option<Located>,
        opening: Opening,
    ) -> Verdict {
        let action = match file {
            None => Action::Create(FileKind::Regular),
            Some(file) if opening.write || opening.truncate => Action::Write(file),
            Some(file) => Action::Access(file, Access::File),
        };
        self.check(platform, Operation { path, action })
    }

    /// Checks mknod(2), mkdir(2) and whatever else makes something new. Only regular files matter:
    /// veriexec_openchk(9).
    pub fn create_check(
        &mut self,
        platform: &impl Platform,
        path: &[u8],
        kind: FileKind,
    ) -> Verdict {
        self.check(platform, Operation { path, action: Action::Create(kind) })
    }

    /// Checks mmap(2) of a file. What is not mapped executable is free: it is
    /// [`protect_check`](Self::protect_check) that keeps it from becoming so.
    ///
    /// NetBSD asks about every mapping, and so reports plain data as accessed the wrong way.
    pub fn map_check(
        &mut self,
        platform: &impl Platform,
        path: &[u8],
        file: Located,
        executable: bool,
    ) -> Verdict {
        if !executable {
            return Verdict::Allow;
        }
        self.check(platform, Operation { path, action: Action::Access(file, Access::Indirect) })
    }

    /// Checks mprotect(2) to executable, of a mapping of that file or of none. Ours.
    ///
    /// The file is not hashed: if it has not been evaluated, it counts as one that does not match.
    pub fn protect_check(
        &mut self,
        platform: &impl Platform,
        path: &[u8],
        file: Option<Located>,
    ) -> Verdict {
        self.check(platform, Operation { path, action: Action::Protect(file) })
    }

    /// Checks truncate(2), and whatever else changes the length of a file that is not open. Ours:
    /// it is allowed where opening for write is.
    pub fn truncate_check(
        &mut self,
        platform: &impl Platform,
        path: &[u8],
        file: Located,
    ) -> Verdict {
        self.check(platform, Operation { path, action: Action::Truncate(file) })
    }

    /// Checks unlink(2), not rmdir(2): veriexec_removechk(9). At level 0 the entry is deleted, as
    /// in NetBSD even if the file has more names.
    pub fn remove_check(
        &mut self,
        platform: &impl Platform,
        path: &[u8],
        file: Located,
    ) -> Verdict {
        self.check(platform, Operation { path, action: Action::Remove(file) })
    }

    /// Checks rename(2): veriexec_renamechk(9). Where it is allowed, the file keeps its entry but
    /// not the name, and what had the new name loses its entry.
    pub fn rename_check(
        &mut self,
        platform: &impl Platform,
        (path, file): (&[u8], Located),
        (to, target): (&[u8], Option<Located>),
    ) -> Verdict {
        self.check(platform, Operation { path, action: Action::Rename { file, to, target } })
    }

    /// Checks link(2). It is free: the new name has the entry, since the file has it.
    pub fn link_check(&mut self, platform: &impl Platform, path: &[u8], file: Located) -> Verdict {
        self.check(platform, Operation { path, action: Action::Link(file) })
    }

    /// Checks chmod(2), chown(2) and the like. They are free.
    pub fn attributes_check(
        &mut self,
        platform: &impl Platform,
        path: &[u8],
        file: Located,
    ) -> Verdict {
        self.check(platform, Operation { path, action: Action::SetAttributes(file) })
    }

    /// Checks the loading of a module, another kernel or firmware, from a file or from memory.
    /// Ours.
    pub fn kernel_load_check(
        &mut self,
        platform: &impl Platform,
        path: &[u8],
        image: Image,
        file: Option<Located>,
    ) -> Verdict {
        self.check(platform, Operation { path, action: Action::KernelLoad(image, file) })
    }

    /// Checks unmount(2) of what is mounted at a path: veriexec_unmountchk(9). It is not asked at
    /// shutdown. When the file system is gone, the platform says so: [`Veriexec::unmounted`].
    pub fn unmount_check(&mut self, platform: &impl Platform, path: &[u8], mount: u64) -> Verdict {
        self.check(platform, Operation { path, action: Action::Unmount(mount) })
    }

    /// Checks a mount over a directory or a file; the path is that of the place, without symbolic
    /// links. Ours.
    pub fn mount_check(
        &mut self,
        platform: &impl Platform,
        path: &[u8],
        place: Located,
    ) -> Verdict {
        self.check(platform, Operation { path, action: Action::MountOver(place) })
    }

    /// Checks the opening of a disk, with what is mounted from it: what NetBSD's veriexec asks
    /// of kauth(9) as `KAUTH_DEVICE_RAWIO_SPEC`. At level 3 nothing is written, mounted or not, as
    /// veriexec(8) says.
    ///
    /// As long as it is open for writing, the platform says [`Errno::TXTBSY`](crate::Errno::TXTBSY)
    /// of every file on it: [`Platform::fingerprint`].
    pub fn raw_device_check(
        &mut self,
        platform: &impl Platform,
        path: &[u8],
        mount: Option<u64>,
        write: bool,
    ) -> Verdict {
        let action = if write { Action::RawWrite(mount) } else { Action::RawRead };
        self.check(platform, Operation { path, action })
    }

    /// Checks the opening of a device that is the memory: /dev/mem, /dev/kmem.
    pub fn memory_check(&mut self, platform: &impl Platform, path: &[u8], write: bool) -> Verdict {
        let action = if write { Action::MemoryWrite } else { Action::RawRead };
        self.check(platform, Operation { path, action })
    }

    /// Checks a command that goes through to a device: `KAUTH_DEVICE_RAWIO_PASSTHRU`.
    pub fn pass_through_check(&mut self, platform: &impl Platform, path: &[u8]) -> Verdict {
        self.check(platform, Operation { path, action: Action::PassThrough })
    }
}
