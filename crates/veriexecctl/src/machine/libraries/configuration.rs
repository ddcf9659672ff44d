//! Directories for libraries, as files name them.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use crate::machine::requirements::joined;
use crate::machine::tree::Tree;

/// How many files ld.so.conf may include, one in the other.
const MOST_FILES: usize = 1000;

/// The directories of ld.so.conf(5), in its order.
pub(super) fn configured(tree: &Tree) -> Vec<Vec<u8>> {
    let mut directories = Vec::new();
    let mut files = VecDeque::from([b"/etc/ld.so.conf".to_vec()]);
    for _ in 0..MOST_FILES {
        let Some(file) = files.pop_front() else { break };
        let Ok(text) = tree.place(&file).and_then(fs::read) else { continue };
        for line in text.split(|byte| *byte == b'\n') {
            let line = line.split(|byte| *byte == b'#').next().unwrap_or_default().trim_ascii();
            if let Some(pattern) = line.strip_prefix(b"include") {
                files.extend(matching(tree, pattern.trim_ascii()));
            } else if line.starts_with(b"/") {
                directories.push(line.to_vec());
            }
        }
    }
    directories
}

/// The files of a pattern whose last part may hold one `*`.
fn matching(tree: &Tree, pattern: &[u8]) -> Vec<Vec<u8>> {
    let slash = pattern.iter().rposition(|byte| *byte == b'/');
    let Some((directory, name)) = slash.and_then(|slash| pattern.split_at_checked(slash)) else {
        return Vec::new();
    };
    let name = name.strip_prefix(b"/").unwrap_or_default();
    let Some(star) = name.iter().position(|byte| *byte == b'*') else {
        return vec![pattern.to_vec()];
    };
    let (before, after) = name.split_at_checked(star).unwrap_or_default();
    let after = after.strip_prefix(b"*").unwrap_or_default();
    let Ok(entries) = tree.place(directory).and_then(fs::read_dir) else { return Vec::new() };
    let mut files: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.file_name()))
        .filter(|found| {
            let rest = found.as_bytes().strip_prefix(before);
            rest.is_some_and(|rest| rest.ends_with(after)) && !found.as_bytes().starts_with(b".")
        })
        .map(|found| joined(directory, OsStr::as_bytes(&found)))
        .collect();
    files.sort_unstable();
    files
}

/// The directories of musl's path file, each on a line of its own or behind a colon; `None` if it
/// is not there.
pub(super) fn of_musl(tree: &Tree, file: &[u8]) -> Option<Vec<Vec<u8>>> {
    let text = tree.place(file).and_then(fs::read).ok()?;
    let directories = text.split(|byte| matches!(byte, b'\n' | b':'));
    Some(directories.filter(|path| path.starts_with(b"/")).map(<[u8]>::to_vec).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configuration_is_read_with_what_it_includes() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("etc/ld.so.conf.d")).unwrap();
        let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
        write("etc/ld.so.conf", "/opt/first # ours\ninclude /etc/ld.so.conf.d/*.conf\n");
        write("etc/ld.so.conf.d/b.conf", "/opt/b\n");
        write("etc/ld.so.conf.d/a.conf", "# none\n  /opt/a\n");
        write("etc/ld.so.conf.d/c.txt", "/opt/c\n");
        let tree = Tree::new(Some(dir.path())).unwrap();
        let expected: [&[u8]; 3] = [b"/opt/first", b"/opt/a", b"/opt/b"];
        assert_eq!(configured(&tree), expected);
        write("etc/ld-musl-x86_64.path", "/lib:/opt/lib\n/usr/lib\n");
        let expected: [&[u8]; 3] = [b"/lib", b"/opt/lib", b"/usr/lib"];
        assert_eq!(of_musl(&tree, b"/etc/ld-musl-x86_64.path").unwrap(), expected);
        assert_eq!(of_musl(&tree, b"/etc/none"), None);
    }
}
