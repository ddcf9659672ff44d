//! Which files are worth listing.

use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Whether veriexecgen(8) lists a regular file without `-a`: anyone may execute it, or it is a
/// shared library, which needs no execute permission to be one.
///
/// A library is told by its name, which ends in `.so` or has `.so.` in it, and by the beginning of
/// an ELF file; one that cannot be opened counts as a library.
#[must_use]
pub fn is_program_or_library(path: &Path, mode: u32) -> bool {
    mode & 0o111 != 0 || is_shared_object(path)
}

fn is_shared_object(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().as_bytes();
    if !name.ends_with(b".so") && !name.windows(4).any(|part| part == b".so.") {
        return false;
    }
    match fingerprint::open(path) {
        Ok(file) => is_elf(&file),
        // Whoever wants to read it will say why it cannot be opened.
        Err(_) => true,
    }
}

fn is_elf(file: &File) -> bool {
    let mut magic = [0; 4];
    file.read_exact_at(&mut magic, 0).is_ok() && magic == *b"\x7fELF"
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn programs_and_libraries_are_told_from_data() {
        let dir = tempfile::tempdir().unwrap();
        let elf = b"\x7fELF and more";
        for (name, content, mode, expected) in [
            ("program", &b""[..], 0o755, true),
            ("only-others-may", b"", 0o641, true),
            ("data", elf, 0o644, false),
            ("libx.so", elf, 0o444, true),
            ("libx.so.1.2", elf, 0o444, true),
            ("libc.so", b"GROUP ( libc.so.6 )", 0o644, false),
            ("tiny.so", b"\x7f", 0o644, false),
            ("x.socket", elf, 0o644, false),
        ] {
            let path = dir.path().join(name);
            fs::write(&path, content).unwrap();
            assert_eq!(is_program_or_library(&path, mode), expected, "{name}");
        }
        assert!(is_program_or_library(&dir.path().join("gone.so"), 0o444));
    }
}
