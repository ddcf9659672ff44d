//! Where ld.so(8) finds the libraries that programs are linked with.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet, VecDeque};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use sigfile::{Machine, Needs, needs};

use crate::machine::tree::Tree;

/// Directories that are searched wherever a system has them.
const DIRECTORIES: [&[u8]; 6] =
    [b"/lib64", b"/usr/lib64", b"/lib", b"/usr/lib", b"/usr/pkg/lib", b"/usr/local/lib"];
/// How many files ld.so.conf may include, one in the other.
const MOST_FILES: usize = 1000;

/// A library's name, and what it must run on.
type Wanted = (Vec<u8>, Machine);

/// The libraries of a tree.
///
/// They are searched for in `DT_RPATH` or `DT_RUNPATH`, in the directories of ld.so.conf(5), and in
/// those that every system has; the environment counts for nothing, and neither do the variants for
/// single processors that glibc keeps in subdirectories.
pub(crate) struct Libraries<'a> {
    tree: &'a Tree,
    directories: Vec<Vec<u8>>,
    read: RefCell<HashMap<PathBuf, Option<Rc<Needs>>>>,
    found: RefCell<HashMap<Wanted, Option<PathBuf>>>,
}

/// A library that a program needs, itself or through another library.
pub(crate) struct Library {
    /// Its name, as what needs it says it.
    pub(crate) name: Vec<u8>,
    /// Where it is, if it was found.
    pub(crate) place: Option<PathBuf>,
}

/// An object whose needs are to be looked for.
struct Pending {
    needs: Rc<Needs>,
    /// The directory it is in, as a path of the tree.
    origin: Vec<u8>,
    /// What the `DT_RPATH` of those that need it says.
    inherited: Rc<Vec<Vec<u8>>>,
}

impl<'a> Libraries<'a> {
    pub(crate) fn new(tree: &'a Tree) -> Self {
        let mut directories = configured(tree);
        directories.extend(DIRECTORIES.map(<[u8]>::to_vec));
        Self { tree, directories, read: RefCell::default(), found: RefCell::default() }
    }

    /// What an ELF program or library says that it needs.
    pub(crate) fn needs(&self, place: &Path) -> Option<Rc<Needs>> {
        if let Some(known) = self.read.borrow().get(place) {
            return known.clone();
        }
        let read = fingerprint::open(place).ok().and_then(|file| needs(&file)).map(Rc::new);
        self.read.borrow_mut().insert(place.to_owned(), read.clone());
        read
    }

    /// Every library that a program or library needs, each once, the nearest first.
    pub(crate) fn of(&self, place: &Path) -> Vec<Library> {
        let Some(needs) = self.needs(place) else { return Vec::new() };
        let mut libraries = Vec::new();
        let mut named: HashSet<Vec<u8>> = HashSet::new();
        let mut entered: HashSet<PathBuf> = HashSet::from([place.to_owned()]);
        let origin = self.origin(place);
        let mut pending = VecDeque::from([Pending { needs, origin, inherited: Rc::default() }]);
        while let Some(object) = pending.pop_front() {
            let rpath = object.rpath();
            for name in &object.needs.libraries {
                if !named.insert(name.clone()) {
                    continue;
                }
                let place = self.find(name, &object, &rpath);
                if let Some(place) = &place
                    && entered.insert(place.clone())
                    && let Some(needs) = self.needs(place)
                {
                    let origin = self.origin(place);
                    pending.push_back(Pending { needs, origin, inherited: Rc::clone(&rpath) });
                }
                libraries.push(Library { name: name.clone(), place });
            }
        }
        libraries
    }

    fn origin(&self, place: &Path) -> Vec<u8> {
        let path = self.tree.path(place).into_owned();
        let real = self.tree.place(&path).and_then(fs::canonicalize);
        let path = real.map_or(path, |real| self.tree.path(&real).into_owned());
        let end = path.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
        path.get(..end).unwrap_or_default().to_vec()
    }

    fn find(&self, name: &[u8], object: &Pending, rpath: &[Vec<u8>]) -> Option<PathBuf> {
        let machine = object.needs.machine;
        if name.contains(&b'/') {
            return self.fits(&expanded(name, &object.origin), machine);
        }
        let own = match &object.needs.runpath {
            Some(runpath) => runpath.iter().map(|path| expanded(path, &object.origin)).collect(),
            None => rpath.to_vec(),
        };
        let own = own.iter().find_map(|directory| self.fits(&joined(directory, name), machine));
        if own.is_some() {
            return own;
        }
        let key = (name.to_vec(), machine);
        if let Some(known) = self.found.borrow().get(&key) {
            return known.clone();
        }
        let mut candidates = self.directories.iter().map(|directory| joined(directory, name));
        let found = candidates.find_map(|path| self.fits(&path, machine));
        self.found.borrow_mut().insert(key, found.clone());
        found
    }

    /// Where a library of that path is, if there is one for the machine.
    fn fits(&self, path: &[u8], machine: Machine) -> Option<PathBuf> {
        let place = self.tree.place(path).ok()?;
        place.metadata().ok()?;
        (self.needs(&place)?.machine == machine).then_some(place)
    }
}

impl Pending {
    /// Its `DT_RPATH` and what it inherits, as far as that counts.
    fn rpath(&self) -> Rc<Vec<Vec<u8>>> {
        if self.needs.rpath.is_empty() || self.needs.runpath.is_some() {
            return Rc::clone(&self.inherited);
        }
        let own = self.needs.rpath.iter().map(|path| expanded(path, &self.origin));
        Rc::new(own.chain(self.inherited.iter().cloned()).collect())
    }
}

/// The path with the directory of its object in the place of `$ORIGIN`.
fn expanded(path: &[u8], origin: &[u8]) -> Vec<u8> {
    for variable in [&b"${ORIGIN}"[..], b"$ORIGIN"] {
        let at = path.windows(variable.len()).position(|part| part == variable);
        if let Some((before, rest)) = at.and_then(|at| path.split_at_checked(at)) {
            let after = rest.get(variable.len()..).unwrap_or_default();
            return [before, origin, after].concat();
        }
    }
    path.to_vec()
}

fn joined(directory: &[u8], name: &[u8]) -> Vec<u8> {
    [directory, b"/", name].concat()
}

/// The directories of ld.so.conf(5), in its order.
fn configured(tree: &Tree) -> Vec<Vec<u8>> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_can_name_its_own_directory() {
        assert_eq!(expanded(b"$ORIGIN/../lib", b"/opt/bin"), b"/opt/bin/../lib");
        assert_eq!(expanded(b"${ORIGIN}", b"/opt/bin"), b"/opt/bin");
        assert_eq!(expanded(b"/usr/lib", b"/opt/bin"), b"/usr/lib");
    }

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
    }

    #[test]
    fn this_program_finds_its_libraries() {
        let tree = Tree::new(None).unwrap();
        let libraries = Libraries::new(&tree);
        let found = libraries.of(&std::env::current_exe().unwrap());
        let libc = found.iter().find(|library| library.name.starts_with(b"libc.")).unwrap();
        assert!(libc.place.as_ref().unwrap().is_file());
    }
}
