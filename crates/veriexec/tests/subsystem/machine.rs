//! A system that asks before it acts: system calls on files in memory.

use veriexec::{Errno, FileId, FileKind, Located, Opening, Platform, Veriexec};

use crate::fake::Fake;

/// A fake system, and the subsystem that its system calls ask.
#[derive(Default)]
pub(crate) struct Machine {
    pub(crate) fake: Fake,
    pub(crate) veriexec: Veriexec,
    made: u64,
}

impl Machine {
    pub(crate) fn open(&mut self, path: &str, opening: Opening) -> Result<(), Errno> {
        let file = self.find(path)?;
        let verdict = self.veriexec.open_check(&self.fake, path.as_bytes(), Some(file), opening);
        verdict.into_result()?;
        if opening.truncate {
            self.fake.write(file.id, b"");
        }
        Ok(())
    }

    /// open(2) with `O_CREAT | O_EXCL`, mkdir(2) or symlink(2), in the directory of mount 1.
    pub(crate) fn make(&mut self, path: &str, kind: FileKind) -> Result<(), Errno> {
        let verdict = if kind == FileKind::Regular {
            self.veriexec.open_check(&self.fake, path.as_bytes(), None, Opening::WRITE)
        } else {
            self.veriexec.create_check(&self.fake, path.as_bytes(), kind)
        };
        verdict.into_result()?;
        self.made += 1;
        let inode = 1000 + self.made;
        if kind == FileKind::Regular {
            self.fake.file(1, inode, path, b"");
        } else {
            self.fake.other(1, inode, path, kind);
        }
        Ok(())
    }

    pub(crate) fn truncate(&mut self, path: &str) -> Result<(), Errno> {
        let file = self.find(path)?;
        self.veriexec.truncate_check(&self.fake, path.as_bytes(), file).into_result()?;
        self.fake.write(file.id, b"");
        Ok(())
    }

    pub(crate) fn chmod(&mut self, path: &str) -> Result<(), Errno> {
        let file = self.find(path)?;
        self.veriexec.attributes_check(&self.fake, path.as_bytes(), file).into_result()
    }

    pub(crate) fn unlink(&mut self, path: &str) -> Result<(), Errno> {
        let file = self.find(path)?;
        self.veriexec.remove_check(&self.fake, path.as_bytes(), file).into_result()?;
        self.fake.unname(path);
        self.let_go(file.id);
        Ok(())
    }

    pub(crate) fn link(&mut self, path: &str, name: &str) -> Result<(), Errno> {
        let file = self.find(path)?;
        self.veriexec.link_check(&self.fake, path.as_bytes(), file).into_result()?;
        self.fake.link(name, path);
        Ok(())
    }

    pub(crate) fn rename(&mut self, from: &str, to: &str) -> Result<(), Errno> {
        let file = self.find(from)?;
        let target = self.find(to).ok();
        let verdict = self.veriexec.rename_check(
            &self.fake,
            (from.as_bytes(), file),
            (to.as_bytes(), target),
        );
        verdict.into_result()?;
        if target.is_some_and(|target| target.id == file.id) {
            return Ok(());
        }
        self.fake.link(to, from);
        self.fake.unname(from);
        if let Some(target) = target {
            self.let_go(target.id);
        }
        Ok(())
    }

    pub(crate) fn unmount(&mut self, path: &str) -> Result<(), Errno> {
        let root = self.find(path)?;
        let mount = root.id.mount;
        self.veriexec.unmount_check(&self.fake, path.as_bytes(), mount).into_result()?;
        self.fake.unname_mount(mount);
        self.veriexec.unmounted(mount);
        Ok(())
    }

    fn find(&self, path: &str) -> Result<Located, Errno> {
        self.fake.locate(path.as_bytes())
    }

    /// A file without a name is gone: nobody here has any open.
    fn let_go(&mut self, file: FileId) {
        if !self.fake.has_name(file) {
            self.veriexec.file_gone(file);
        }
    }
}
