//! Which files are worth listing.

use std::path::Path;

use fingerprint::{FileError, Status};

use super::BEGINNING;
use super::elf::{self, Object};

/// The length of the shortest header of an ELF file, in bytes.
const SHORTEST: u64 = 52;

/// Whether veriexecgen(8) lists a regular file without `-a`: anyone may execute it, or it is a
/// shared library or a module of a kernel, which need no execute permission to be one.
///
/// These are told by what they hold, whatever their names, so that a file that nobody may execute
/// is opened. The path must be that of a file of this status.
///
/// # Errors
/// [`FileError`] if the file cannot be looked into: it may be one or not. What was removed or
/// replaced meanwhile is none.
pub fn is_program_or_library(path: &Path, status: &Status) -> Result<bool, FileError> {
    if status.mode & 0o111 != 0 {
        return Ok(true);
    }
    if status.version.size() < SHORTEST {
        return Ok(false);
    }
    let file = match fingerprint::open(path) {
        Ok(file) => file,
        Err(FileError::Open(error)) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(false);
        }
        Err(FileError::NotRegular(_)) => return Ok(false),
        Err(error) => return Err(error),
    };
    let mut buffer = [0; BEGINNING];
    let filled = elf::read_at(&file, 0, &mut buffer).map_err(FileError::Read)?;
    let beginning = buffer.get(..filled).unwrap_or(&buffer);
    let object = elf::object(beginning, &file).map_err(FileError::Read)?;
    Ok(matches!(object, Some(Object::Library { .. } | Object::Module)))
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use super::super::tests::{ET_DYN, ET_EXEC, KINDS, MODULE, SONAME};
    use super::*;

    #[test]
    fn programs_and_libraries_are_told_from_data() {
        let dir = tempfile::tempdir().unwrap();
        let library = KINDS[2].object(ET_DYN, false, Some(&[SONAME]));
        let program = KINDS[2].object(ET_EXEC, true, None);
        let module = KINDS[2].relocatable(MODULE);
        let other = KINDS[2].relocatable(".text");
        for (name, contents, mode, expected) in [
            ("program", &b""[..], 0o755, true),
            ("only-others-may", b"", 0o641, true),
            ("libx.so", &library, 0o444, true),
            ("libx.so.1.2", &library, 0o444, true),
            ("binding.node", &library, 0o644, true),
            ("data", &library, 0o600, true),
            ("x.ko", &module, 0o644, true),
            ("module", &module, 0o644, true),
            ("not-executable", &program, 0o644, false),
            ("x.o", &other, 0o644, false),
            ("cut.so", &library[..library.len() - 1], 0o644, false),
            ("libc.so", b"GROUP ( libc.so.6 )", 0o644, false),
            ("tiny.so", b"\x7fELF", 0o644, false),
        ] {
            let path = dir.path().join(name);
            fs::write(&path, contents).unwrap();
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            let status = Status::of(&fs::metadata(&path).unwrap());
            assert_eq!(is_program_or_library(&path, &status).unwrap(), expected, "{name}");
        }
    }

    #[test]
    fn what_is_not_there_any_more_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("libx.so");
        fs::write(&path, KINDS[2].object(ET_DYN, false, None)).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        let status = Status::of(&fs::metadata(&path).unwrap());
        fs::remove_file(&path).unwrap();
        assert!(!is_program_or_library(&path, &status).unwrap());
        fs::create_dir(&path).unwrap();
        assert!(!is_program_or_library(&path, &status).unwrap());
        // What cannot be looked into is not taken for anything.
        fs::remove_dir(&path).unwrap();
        std::os::unix::fs::symlink("libx.so", &path).unwrap();
        assert!(is_program_or_library(&path, &status).is_err());
    }
}
