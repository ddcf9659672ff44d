//! Archives in the "newc" format of cpio, which a kernel unpacks as its first root.

use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use anyhow::{Context, Result};

const DIRECTORY: u32 = 0o040_000;
const REGULAR: u32 = 0o100_000;
const CHARACTER_DEVICE: u32 = 0o020_000;

/// An archive being written. Everything in it is root's.
#[derive(Debug, Default)]
pub(crate) struct Archive {
    bytes: Vec<u8>,
    entries: u32,
    directories: BTreeSet<Vec<u8>>,
}

impl Archive {
    /// Adds a directory, and those above it.
    pub(crate) fn directory(&mut self, path: &Path) -> Result<()> {
        let missing: Vec<_> = path.ancestors().filter(|path| path.parent().is_some()).collect();
        for path in missing.into_iter().rev() {
            if self.directories.insert(path.as_os_str().as_bytes().to_vec()) {
                self.entry(path, DIRECTORY | 0o755, (0, 0), b"")?;
            }
        }
        Ok(())
    }

    /// Adds a file.
    pub(crate) fn file(&mut self, path: &Path, mode: u32, contents: &[u8]) -> Result<()> {
        self.parent(path)?;
        self.entry(path, REGULAR | mode, (0, 0), contents)
    }

    /// Adds a character device by its numbers.
    pub(crate) fn device(&mut self, path: &Path, mode: u32, numbers: (u32, u32)) -> Result<()> {
        self.parent(path)?;
        self.entry(path, CHARACTER_DEVICE | mode, numbers, b"")
    }

    /// The whole archive.
    pub(crate) fn finish(mut self) -> Result<Vec<u8>> {
        self.entry(Path::new("/TRAILER!!!"), 0, (0, 0), b"")?;
        Ok(self.bytes)
    }

    fn parent(&mut self, path: &Path) -> Result<()> {
        path.parent().map_or(Ok(()), |parent| self.directory(parent))
    }

    fn entry(&mut self, path: &Path, mode: u32, device: (u32, u32), data: &[u8]) -> Result<()> {
        let name = path.as_os_str().as_bytes();
        let name = name.strip_prefix(b"/").unwrap_or(name);
        let size = u32::try_from(data.len()).context("a file of more than 4 GiB")?;
        let name_size = u32::try_from(name.len())?.checked_add(1).context("a long name")?;
        self.entries += 1;
        let (major, minor) = device;
        let header =
            [self.entries, mode, 0, 0, 1, 0, size, 0, 0, major, minor, name_size, 0].into_iter();
        self.bytes.extend(b"070701");
        self.bytes.extend(header.flat_map(|number| format!("{number:08X}").into_bytes()));
        self.bytes.extend(name);
        self.bytes.push(0);
        self.pad();
        self.bytes.extend(data);
        self.pad();
        Ok(())
    }

    fn pad(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_has_headers_names_and_data_at_multiples_of_four() {
        let mut archive = Archive::default();
        archive.file(Path::new("/a/b"), 0o644, b"hello").unwrap();
        let text = String::from_utf8(archive.finish().unwrap()).unwrap();
        let header = |inode, mode, size, name| {
            let numbers = [inode, mode, 0, 0, 1, 0, size, 0, 0, 0, 0, name, 0];
            format!("070701{}", numbers.map(|number: u32| format!("{number:08X}")).concat())
        };
        let directory = header(1, 0o040_755, 0, 2) + "a\0";
        let file = header(2, 0o100_644, 5, 4) + "a/b\0\0\0hello\0\0\0";
        let end = header(3, 0, 0, 11) + "TRAILER!!!\0\0\0\0";
        assert_eq!(text, directory + &file + &end);
    }

    #[test]
    fn a_directory_comes_once_and_before_what_is_in_it() {
        let mut archive = Archive::default();
        for name in ["/a/b/c", "/a/b/d"] {
            archive.file(Path::new(name), 0o644, b"").unwrap();
        }
        let text = String::from_utf8(archive.finish().unwrap()).unwrap();
        let at = |name: &str| text.find(&format!("{name}\0")).unwrap();
        assert!(at("a") < at("a/b") && at("a/b") < at("a/b/c"));
        assert_eq!(text.matches("00a/b\0").count(), 1);
    }
}
