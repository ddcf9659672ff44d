//! The root file system of a guest.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::machine::archive::Archive;
use crate::materials::program::output;

/// A root file system with a shell, and a scenario that it runs.
#[derive(Debug, Default)]
pub(crate) struct Root {
    archive: Archive,
    copied: BTreeSet<PathBuf>,
}

impl Root {
    /// A root that runs the script and powers off.
    pub(crate) fn new(busybox: &Path, script: &str) -> Result<Self> {
        let mut root = Self::default();
        for directory in ["/dev", "/proc", "/sys", "/tmp", "/root", "/etc", "/mnt"] {
            root.archive.directory(Path::new(directory))?;
        }
        root.archive.device(Path::new("/dev/console"), 0o600, (5, 1))?;
        root.copy(busybox, Path::new("/bin/busybox"))?;
        root.archive.file(Path::new("/etc/passwd"), 0o644, PASSWD)?;
        root.archive.file(Path::new("/init"), 0o755, include_bytes!("init.sh"))?;
        root.archive.file(Path::new("/checks"), 0o644, CHECKS)?;
        root.archive.file(Path::new("/scenario"), 0o644, script.as_bytes())?;
        Ok(root)
    }

    /// Puts a file with those contents there.
    pub(crate) fn file(&mut self, to: &Path, contents: &[u8]) -> Result<()> {
        self.archive.file(to, 0o644, contents)
    }

    /// Puts a file there, with the mode it has here.
    pub(crate) fn copy(&mut self, from: &Path, to: &Path) -> Result<()> {
        if !self.copied.insert(to.to_owned()) {
            return Ok(());
        }
        let contents = fs::read(from).with_context(|| from.display().to_string())?;
        let mode = fs::metadata(from)?.permissions().mode() & 0o7777;
        self.archive.file(to, mode, &contents)
    }

    /// Puts a program into `/bin`, and the libraries that it needs where it looks for them.
    pub(crate) fn program(&mut self, program: &Path) -> Result<()> {
        let name = program.file_name().context("a program has a name")?;
        self.copy(program, &Path::new("/bin").join(name))?;
        // A static program has none, which ldd tells as an error.
        let listed = output(Command::new("ldd").arg(program)).unwrap_or_default();
        for library in libraries(&listed) {
            self.copy(&library, &library)?;
        }
        Ok(())
    }

    /// The archive, for a kernel to unpack.
    pub(crate) fn finish(self) -> Result<Vec<u8>> {
        self.archive.finish()
    }
}

/// How scenarios say what they found.
pub(crate) const CHECKS: &[u8] = include_bytes!("checks.sh");

const PASSWD: &[u8] = b"root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n";

/// The files in the lines of ldd: `NAME => FILE (ADDRESS)` and `FILE (ADDRESS)`.
fn libraries(listed: &str) -> impl Iterator<Item = PathBuf> {
    listed.lines().filter_map(|line| {
        let line = line.split_once("=>").map_or(line, |(_, file)| file);
        let file = line.trim().split(" (").next()?;
        file.starts_with('/').then(|| file.into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_found() {
        let listed = "\tlinux-vdso.so.1 (0x1)\n\tlibc.so.6 => /lib/libc.so.6 (0x2)\n\
                      \t/lib64/ld-linux-x86-64.so.2 (0x3)\n";
        let found: Vec<_> = libraries(listed).collect();
        assert_eq!(found, [Path::new("/lib/libc.so.6"), Path::new("/lib64/ld-linux-x86-64.so.2")]);
    }
}
