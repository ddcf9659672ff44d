//! Paths as they will be resolved once some directory is the root.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// As many symbolic links as Linux follows in one path; NetBSD follows 32.
const MAX_LINKS: usize = 40;

/// The real path of what `path` would name after chroot(2) to `root`, which is a real path itself.
///
/// # Errors
/// Those of looking at each step of the path, and one for too many symbolic links.
pub fn resolve_in(root: &Path, path: &Path) -> io::Result<PathBuf> {
    let mut links: usize = 0;
    let mut resolved = root.to_owned();
    let mut pending = reversed(path);
    while let Some(step) = pending.pop() {
        let name = match step {
            Step::Down(name) => name,
            Step::Up if resolved == root => continue,
            Step::Up => {
                resolved.pop();
                continue;
            }
        };
        resolved.push(name);
        if !fs::symlink_metadata(&resolved)?.is_symlink() {
            continue;
        }
        links = links.saturating_add(1);
        if links > MAX_LINKS {
            return Err(io::Error::other("too many symbolic links"));
        }
        let target = fs::read_link(&resolved)?;
        if target.is_absolute() {
            resolved = root.to_owned();
        } else {
            resolved.pop();
        }
        pending.append(&mut reversed(&target));
    }
    Ok(resolved)
}

enum Step {
    Down(OsString),
    Up,
}

/// The steps of a path, the first of them last.
fn reversed(path: &Path) -> Vec<Step> {
    let steps = path.components().rev().filter_map(|component| match component {
        Component::Normal(name) => Some(Step::Down(name.to_owned())),
        Component::ParentDir => Some(Step::Up),
        _ => None,
    });
    steps.collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_lead_to_where_they_would_after_chroot() {
        let dir = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(dir.path()).unwrap();
        fs::create_dir_all(root.join("usr/bin")).unwrap();
        fs::create_dir_all(root.join("etc")).unwrap();
        fs::write(root.join("usr/bin/mawk"), "").unwrap();
        symlink("usr/bin", root.join("bin")).unwrap();
        symlink("/etc/awk", root.join("usr/bin/awk")).unwrap();
        symlink("../../../../bin/mawk", root.join("etc/awk")).unwrap();
        symlink("loop", root.join("loop")).unwrap();
        let found = |path: &str| resolve_in(&root, Path::new(path)).ok();
        let mawk = Some(root.join("usr/bin/mawk"));
        assert_eq!(found("/usr/bin/mawk"), mawk);
        assert_eq!(found("/bin/awk"), mawk);
        assert_eq!(found("/../bin/../bin/./mawk"), mawk);
        assert_eq!(found("/bin/gawk"), None);
        assert_eq!(found("/loop"), None);
    }

    #[test]
    fn without_a_prefix_it_is_the_real_path() {
        let shell = fs::canonicalize("/bin/sh").unwrap();
        assert_eq!(resolve_in(Path::new("/"), Path::new("/bin/sh")).unwrap(), shell);
    }
}
