//! Paths as they will be resolved once some directory is the root.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// As many symbolic links as Linux follows in one path; NetBSD follows 32.
const MAX_LINKS: usize = 40;

/// The real path of what `path` would name after chroot(2) to `root`, which is a real path itself.
///
/// Linux resolves it, with openat2(2); where it cannot, or on another system, it is done step by
/// step. No link leads out, by `..` or otherwise.
///
/// # Errors
/// Those of looking at each step of the path, and one for too many symbolic links.
pub fn resolve_in(root: &Path, path: &Path) -> io::Result<PathBuf> {
    by_system(root, path).unwrap_or_else(|| by_steps(root, path))
}

/// What the system says; `None` if it has no such call, or does not let it be used.
#[cfg(target_os = "linux")]
fn by_system(root: &Path, path: &Path) -> Option<io::Result<PathBuf>> {
    use std::os::fd::AsRawFd;

    use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, fstat, openat, openat2, stat};
    use rustix::io::Errno;

    let flags = OFlags::PATH | OFlags::CLOEXEC;
    let opened = openat(CWD, root, flags | OFlags::DIRECTORY, Mode::empty()).and_then(|root| {
        let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
        openat2(&root, path, flags, Mode::empty(), resolve)
    });
    let opened = match opened {
        Ok(opened) => opened,
        Err(error @ (Errno::NOENT | Errno::NOTDIR | Errno::LOOP | Errno::ACCESS)) => {
            return Some(Err(error.into()));
        }
        Err(_) => return None,
    };
    // What the kernel calls it is believed if that is a name of the same file.
    let real = fs::read_link(format!("/proc/self/fd/{}", opened.as_raw_fd())).ok()?;
    let (found, named) = (fstat(&opened).ok()?, stat(&real).ok()?);
    let same = (found.st_dev, found.st_ino) == (named.st_dev, named.st_ino);
    (same && real.starts_with(root)).then_some(Ok(real))
}

#[cfg(not(target_os = "linux"))]
const fn by_system(_: &Path, _: &Path) -> Option<io::Result<PathBuf>> {
    None
}

fn by_steps(root: &Path, path: &Path) -> io::Result<PathBuf> {
    if path.as_os_str().is_empty() {
        return Err(io::ErrorKind::NotFound.into());
    }
    let mut links: usize = 0;
    let mut resolved = root.to_owned();
    let mut pending = reversed(path);
    while let Some(step) = pending.pop() {
        let name = match step {
            Step::Down(name) => name,
            Step::Up if !fs::symlink_metadata(&resolved)?.is_dir() => {
                return Err(io::ErrorKind::NotADirectory.into());
            }
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
        symlink("/", root.join("usr/top")).unwrap();
        symlink("../../../../..", root.join("usr/out")).unwrap();
        symlink("chain-2", root.join("chain-1")).unwrap();
        symlink("/chain-3", root.join("chain-2")).unwrap();
        symlink("usr/../usr/./bin", root.join("chain-3")).unwrap();
        let mawk = Some(root.join("usr/bin/mawk"));
        for (path, expected) in [
            ("/usr/bin/mawk", &mawk),
            ("usr/bin/mawk", &mawk),
            ("/bin/awk", &mawk),
            ("/../bin/../bin/./mawk", &mawk),
            ("/usr/top/usr/out/bin/awk", &mawk),
            ("/chain-1/awk", &mawk),
            ("/", &Some(root.clone())),
            ("/usr/..", &Some(root.clone())),
            ("/bin/gawk", &None),
            ("/loop", &None),
            ("/none/../usr/bin/mawk", &None),
            ("/usr/bin/mawk/../mawk", &None),
            ("", &None),
        ] {
            let path = Path::new(path);
            assert_eq!(&resolve_in(&root, path).ok(), expected, "{path:?}");
            assert_eq!(&by_steps(&root, path).ok(), expected, "{path:?}");
            let by_system = by_system(&root, path);
            assert!(by_system.is_none_or(|found| &found.ok() == expected), "{path:?}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn links_of_the_kernel_lead_nowhere() {
        // They do not lead where their texts say: out of the tree.
        let proc = Path::new("/proc");
        let out = resolve_in(proc, Path::new("/self/root/etc"));
        assert!(out.is_err(), "{out:?}");
        let thread = resolve_in(proc, Path::new("/thread-self/../../../self/status"));
        assert!(thread.is_ok_and(|found| found.starts_with("/proc")));
    }

    #[test]
    fn without_a_prefix_it_is_the_real_path() {
        let shell = fs::canonicalize("/bin/sh").unwrap();
        assert_eq!(resolve_in(Path::new("/"), Path::new("/bin/sh")).unwrap(), shell);
    }
}
