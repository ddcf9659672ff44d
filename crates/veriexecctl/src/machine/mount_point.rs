//! Where the file system that holds a file is mounted.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The mount point of the file system that holds a file, found by the first directory above it
/// that is on another device.
///
/// # Errors
/// When the file or a directory above it cannot be examined.
pub(crate) fn of(file: &Path) -> io::Result<PathBuf> {
    let mut below = fs::canonicalize(file)?;
    let device = fs::metadata(&below)?.dev();
    while let Some(above) = below.parent() {
        if fs::metadata(above)?.dev() != device {
            break;
        }
        below = above.to_path_buf();
    }
    Ok(below)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_its_own_mount_point() {
        assert_eq!(of(Path::new("/")).unwrap(), Path::new("/"));
    }

    #[test]
    fn the_mount_point_is_above_and_on_the_same_device() {
        let file = std::env::current_exe().unwrap();
        let mount_point = of(&file).unwrap();
        assert!(fs::canonicalize(&file).unwrap().starts_with(&mount_point));
        let device = |path: &Path| fs::metadata(path).unwrap().dev();
        assert_eq!(device(&mount_point), device(&file));
    }

    #[test]
    fn a_missing_file_is_on_no_mount() {
        assert_eq!(of(Path::new("/nonexistent")).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
