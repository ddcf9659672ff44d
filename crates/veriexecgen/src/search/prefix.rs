//! `-p`: names are recorded as they will be when a directory has become the root.

use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Components, Path, PathBuf};

use fingerprint::{Found, TreeError};
use sigfile::printable;

/// A directory whose name is taken off the front of every recorded path.
#[derive(Debug, Default)]
pub(crate) struct Prefix {
    /// The directory as it was given, and without symbolic links; no slashes at the end.
    spellings: Vec<Vec<u8>>,
    real: Option<PathBuf>,
}

impl Prefix {
    pub(crate) fn new(given: Option<&Path>) -> Self {
        let Some(given) = given else { return Self::default() };
        let real = fs::canonicalize(given).ok();
        let mut spellings = vec![without_slashes(given)];
        spellings.extend(real.as_deref().map(without_slashes));
        Self { spellings, real }
    }

    /// The absolute path without the prefix; `None` if it is not below it.
    pub(crate) fn strip<'a>(&self, path: &'a [u8]) -> Option<&'a [u8]> {
        if self.spellings.is_empty() {
            return Some(path);
        }
        let rests = self.spellings.iter().filter_map(|prefix| path.strip_prefix(&**prefix));
        rests.into_iter().find(|rest| rest.starts_with(b"/") && rest.len() > 1)
    }

    /// The same for a directory, which may be the prefix itself.
    pub(crate) fn strip_directory<'a>(&self, path: &'a [u8]) -> Option<&'a [u8]> {
        let bare = without_slashes(Path::new(OsStr::from_bytes(path)));
        if self.spellings.contains(&bare) { Some(b"/") } else { self.strip(path) }
    }

    /// The real path of what a recorded path leads to.
    pub(crate) fn resolve(&self, recorded: &[u8]) -> io::Result<PathBuf> {
        let path = Path::new(OsStr::from_bytes(recorded));
        match &self.real {
            Some(root) => fingerprint::resolve_in(root, path),
            None => fs::canonicalize(path),
        }
    }

    /// The path that a name will have once the prefix is the root; `None` if the name does not lead
    /// there, or there is no other root.
    ///
    /// Up to the prefix the name is resolved as any other, and from there on not at all: whoever
    /// resolves it must stay inside.
    pub(crate) fn inside(&self, name: &Path) -> Option<PathBuf> {
        let root = self.real.as_deref().filter(|root| *root != Path::new("/"))?;
        let absolute = std::path::absolute(name).ok()?;
        let mut rest = absolute.components();
        let mut head = PathBuf::new();
        loop {
            let leaves = leaves(rest.clone());
            if !leaves && fs::canonicalize(&head).is_ok_and(|real| real == root) {
                return Some(Path::new("/").join(rest.as_path()));
            }
            head.push(rest.next()?);
        }
    }

    /// The file that a name leads to, or what else is there: the name of one below the prefix leads
    /// to where it will once the prefix is the root.
    ///
    /// # Errors
    /// Those of [`fingerprint::locate`].
    pub(crate) fn locate(&self, name: &Path) -> Result<Found, TreeError> {
        match self.inside(name) {
            Some(name) => fingerprint::locate_in(self.root(), &name),
            None => fingerprint::locate(name),
        }
    }

    /// The real path of what a name leads to, as [`locate`](Self::locate) finds it.
    ///
    /// # Errors
    /// If nothing is there, or nothing that could be looked at.
    pub(crate) fn real(&self, name: &Path) -> io::Result<PathBuf> {
        match self.inside(name) {
            Some(name) => fingerprint::resolve_in(self.root(), &name),
            None => fs::canonicalize(name),
        }
    }

    /// Where a directory of the system is that will be started with the prefix as its root; the
    /// path is an absolute one of that system.
    ///
    /// # Errors
    /// If it is not there.
    pub(crate) fn of_system(&self, directory: &Path) -> io::Result<PathBuf> {
        match self.real.as_deref().filter(|root| *root != Path::new("/")) {
            None => fs::symlink_metadata(directory).map(|_| directory.to_owned()),
            Some(root) => {
                fingerprint::resolve_in(root, directory)?;
                Ok(root.join(directory.strip_prefix("/").unwrap_or(directory)))
            }
        }
    }

    /// The directory that will be the root, without symbolic links, if it exists.
    pub(crate) fn root(&self) -> &Path {
        self.real.as_deref().unwrap_or(Path::new("/"))
    }
}

/// The prefix in quotes, as it was given, and where that leads if it is elsewhere.
impl fmt::Display for Prefix {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (index, spelling) in self.spellings.iter().enumerate() {
            if index == 0 || self.spellings.first() != Some(spelling) {
                write!(out, "{separator}`{}'", printable(spelling))?;
                separator = ", which is ";
            }
        }
        Ok(())
    }
}

/// Whether a path goes up above where it begins.
fn leaves(path: Components<'_>) -> bool {
    let mut depth = 0_usize;
    !path.into_iter().all(|step| {
        let next = match step {
            Component::ParentDir => depth.checked_sub(1),
            _ => depth.checked_add(1),
        };
        depth = next.unwrap_or_default();
        next.is_some()
    })
}

fn without_slashes(path: &Path) -> Vec<u8> {
    let mut bytes = path.as_os_str().as_bytes();
    while let Some(shorter) = bytes.strip_suffix(b"/") {
        bytes = shorter;
    }
    bytes.to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stripped(prefix: &str, path: &str) -> Option<String> {
        let prefix = Prefix::new(Some(Path::new(prefix)));
        prefix.strip(path.as_bytes()).map(|rest| String::from_utf8(rest.to_vec()).unwrap())
    }

    #[test]
    fn whole_components_are_taken_off() {
        assert_eq!(stripped("/no/root", "/no/root/bin/ls").as_deref(), Some("/bin/ls"));
        assert_eq!(stripped("/no/root///", "/no/root/bin/ls").as_deref(), Some("/bin/ls"));
        assert_eq!(stripped("/no/ro", "/no/root/bin/ls"), None);
        assert_eq!(stripped("/no/root", "/no/root"), None);
        assert_eq!(stripped("/no/root", "/elsewhere"), None);
        assert_eq!(stripped("/no/root/bin/ls/longer", "/no/root/bin/ls"), None);
    }

    #[test]
    fn the_root_and_nothing_take_nothing_off() {
        assert_eq!(stripped("/", "/bin/ls").as_deref(), Some("/bin/ls"));
        assert_eq!(stripped("", "/bin/ls").as_deref(), Some("/bin/ls"));
        assert_eq!(Prefix::new(None).strip(b"/bin/ls"), Some(&b"/bin/ls"[..]));
    }

    #[test]
    fn names_lead_inside_by_any_way_and_are_not_resolved_there() {
        let dir = tempfile::tempdir().unwrap();
        let real = fs::canonicalize(dir.path()).unwrap();
        fs::create_dir_all(real.join("root/usr")).unwrap();
        fs::create_dir(real.join("beside")).unwrap();
        let link = |target: &str, name: &str| {
            std::os::unix::fs::symlink(target, real.join(name)).unwrap();
        };
        link("root", "link");
        link("/usr", "root/absolute");
        link(".", "root/here");
        let inside = |prefix: &str, name: &str| {
            let inside = Prefix::new(Some(&real.join(prefix))).inside(&real.join(name));
            inside.map(|path| path.to_str().unwrap().to_owned())
        };
        for prefix in ["root", "link", "beside/../root"] {
            for name in ["root", "link", "./beside/../root", "root/usr/.."] {
                let (top, below) = (inside(prefix, name), format!("{name}/absolute/x"));
                let up = if name.ends_with("..") { "/usr/.." } else { "/" };
                assert_eq!(top.as_deref(), Some(up), "{name}");
                let below = inside(prefix, &below);
                assert!(below.is_some_and(|below| below.ends_with("absolute/x")), "{name}");
            }
            assert_eq!(inside(prefix, "root/here/none").as_deref(), Some("/here/none"));
            for name in ["beside", "root/../beside", ".", "none", "root/usr/../../beside"] {
                assert_eq!(inside(prefix, name), None, "{name}");
            }
        }
        assert_eq!(Prefix::new(None).inside(&real), None);
        assert_eq!(Prefix::new(Some(Path::new("/"))).inside(&real), None);
    }

    #[test]
    fn a_prefix_through_a_link_means_where_it_leads() {
        let dir = tempfile::tempdir().unwrap();
        let real = fs::canonicalize(dir.path()).unwrap();
        fs::create_dir(real.join("root")).unwrap();
        std::os::unix::fs::symlink("root", real.join("link")).unwrap();
        let prefix = Prefix::new(Some(&real.join("link")));
        let path = real.join("root/bin/ls");
        assert_eq!(prefix.strip(path.as_os_str().as_bytes()), Some(&b"/bin/ls"[..]));
        assert_eq!(prefix.root(), real.join("root"));
        let directory = |path: &str| {
            let path = real.join(path).into_os_string().into_encoded_bytes();
            prefix.strip_directory(&path).map(<[u8]>::to_vec)
        };
        assert_eq!(directory("root").as_deref(), Some(&b"/"[..]));
        assert_eq!(directory("link/").as_deref(), Some(&b"/"[..]));
        assert_eq!(directory("root/bin").as_deref(), Some(&b"/bin"[..]));
        assert_eq!(directory("roots"), None);
        let (link, root) = (real.join("link"), real.join("root"));
        let shown = format!("`{}', which is `{}'", link.display(), root.display());
        assert_eq!(prefix.to_string(), shown);
        assert_eq!(Prefix::new(Some(&root)).to_string(), format!("`{}'", root.display()));
    }
}
