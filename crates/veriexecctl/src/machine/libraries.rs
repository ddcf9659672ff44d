//! Where ld.so(8) finds the libraries that programs are linked with.

mod configuration;
mod loader;
mod variables;

use std::cell::RefCell;
use std::collections::{HashMap, HashSet, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use sigfile::{Machine, Needs, needs};

use crate::machine::requirements::{Deed, Requirements, joined, words};
use crate::machine::tree::Tree;

use loader::Loader;

/// Libraries that glibc's loader puts before those of every program.
const PRELOADED: &[u8] = b"/etc/ld.so.preload";
/// Where the loader has written down what the directories of ld.so.conf(5) hold.
const CACHE: &[u8] = b"/etc/ld.so.cache";

/// What is searched for: a library's name, what it must run on, and the loader that does it.
type Wanted = (Vec<u8>, Machine, Loader);

/// The libraries of a tree.
///
/// They are searched for as the loader does that the program names: glibc's, musl's, or another.
/// The environment counts for nothing. Of glibc's variants for single processors every one counts
/// that is there.
pub(crate) struct Libraries<'a> {
    tree: &'a Tree,
    configured: Vec<Vec<u8>>,
    /// The loader of the shell, which is that of what names none.
    usual: Loader,
    read: RefCell<HashMap<PathBuf, Option<Rc<Needs>>>>,
    unread: RefCell<HashMap<PathBuf, String>>,
    found: RefCell<HashMap<Wanted, Vec<PathBuf>>>,
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
    /// What the objects that need it say of where their libraries are.
    inherited: Rc<Vec<Vec<u8>>>,
}

impl<'a> Libraries<'a> {
    pub(crate) fn new(tree: &'a Tree) -> Self {
        let mut libraries = Self {
            tree,
            configured: configuration::configured(tree),
            usual: Loader::Other,
            read: RefCell::default(),
            unread: RefCell::default(),
            found: RefCell::default(),
        };
        if let Some(loader) = libraries.shell().and_then(|needs| needs.loader.clone()) {
            libraries.usual = Loader::of(&loader);
        }
        libraries
    }

    /// What an ELF program or library says that it needs.
    pub(crate) fn needs(&self, place: &Path) -> Option<Rc<Needs>> {
        if let Some(known) = self.read.borrow().get(place) {
            return known.clone();
        }
        let read = match fingerprint::open(place) {
            Ok(file) => needs(&file).map(Rc::new),
            Err(error) => {
                self.unread.borrow_mut().insert(place.to_owned(), error.to_string());
                None
            }
        };
        self.read.borrow_mut().insert(place.to_owned(), read.clone());
        read
    }

    /// Why a file could not be read for what it needs, if that is so.
    pub(crate) fn unread(&self, place: &Path) -> Option<String> {
        self.needs(place);
        self.unread.borrow().get(place).cloned()
    }

    /// Every library that a program or library needs, each once, the nearest first.
    pub(crate) fn of(&self, place: &Path) -> Vec<Library> {
        let Some(needs) = self.needs(place) else { return Vec::new() };
        let loader = needs.loader.as_deref().map_or_else(|| self.usual.clone(), Loader::of);
        let mut libraries = Vec::new();
        let mut named: HashSet<Vec<u8>> = HashSet::new();
        let mut entered: HashSet<PathBuf> = HashSet::from([place.to_owned()]);
        let origin = self.origin(place);
        let mut pending = VecDeque::from([Pending { needs, origin, inherited: Rc::default() }]);
        while let Some(object) = pending.pop_front() {
            let inherited = object.bequeathed(&loader);
            for name in &object.needs.libraries {
                // musl's loader is its own C library, under whatever name.
                if !named.insert(name.clone()) || loader.is_library(name) {
                    continue;
                }
                let places = self.find(name, &object, (&loader, &inherited));
                for place in &places {
                    if entered.insert(place.clone())
                        && let Some(needs) = self.needs(place)
                    {
                        let (origin, inherited) = (self.origin(place), Rc::clone(&inherited));
                        pending.push_back(Pending { needs, origin, inherited });
                    }
                    libraries.push(Library { name: name.clone(), place: Some(place.clone()) });
                }
                if places.is_empty() {
                    libraries.push(Library { name: name.clone(), place: None });
                }
            }
        }
        libraries
    }

    /// Where a library is that a program of this system opens by its name while it runs.
    pub(crate) fn named(&self, name: &[u8]) -> Vec<PathBuf> {
        let Some(needs) = self.shell() else { return Vec::new() };
        let loader = self.usual.clone();
        self.search((name.to_vec(), needs.machine, loader))
    }

    fn shell(&self) -> Option<Rc<Needs>> {
        self.needs(&self.tree.place(b"/bin/sh").ok()?)
    }

    fn origin(&self, place: &Path) -> Vec<u8> {
        let path = self.tree.path(place).into_owned();
        let real = self.tree.place(&path).and_then(fs::canonicalize);
        let path = real.map_or(path, |real| self.tree.path(&real).into_owned());
        let end = path.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
        path.get(..end).unwrap_or_default().to_vec()
    }

    fn find(
        &self,
        name: &[u8],
        object: &Pending,
        (loader, inherited): (&Loader, &[Vec<u8>]),
    ) -> Vec<PathBuf> {
        let machine = object.needs.machine;
        if name.contains(&b'/') {
            let paths = variables::expanded(name, &object.origin, loader, machine);
            return paths.iter().find_map(|path| self.fits(path, machine)).into_iter().collect();
        }
        let own = object.needs.runpath.as_ref().filter(|_| !loader.inherits_runpath());
        let own = match own {
            Some(runpath) => object.expanded(runpath, loader),
            None => inherited.to_vec(),
        };
        for directory in own.iter().filter(|directory| directory.starts_with(b"/")) {
            match self.look(directory, name, machine, loader) {
                Look::Found(places) => return places,
                Look::Wrong => return Vec::new(),
                Look::None => {}
            }
        }
        self.search((name.to_vec(), machine, loader.clone()))
    }

    /// Searches the directories that nobody names.
    fn search(&self, wanted: Wanted) -> Vec<PathBuf> {
        if let Some(known) = self.found.borrow().get(&wanted) {
            return known.clone();
        }
        let (name, machine, loader) = &wanted;
        let mut found = Vec::new();
        for directory in loader.directories(self.tree, &self.configured, *machine) {
            match self.look(&directory, name, *machine, loader) {
                Look::Found(places) => found = places,
                Look::Wrong => {}
                Look::None => continue,
            }
            break;
        }
        self.found.borrow_mut().insert(wanted, found.clone());
        found
    }

    /// Looks for a library in a directory.
    fn look(&self, directory: &[u8], name: &[u8], machine: Machine, loader: &Loader) -> Look {
        let variants = loader.variants(directory, machine).into_iter();
        let mut found: Vec<_> =
            variants.filter_map(|variant| self.fits(&joined(&variant, name), machine)).collect();
        let path = joined(directory, name);
        match self.fits(&path, machine) {
            Some(place) => found.push(place),
            // musl takes the first file of the name, and then fails.
            None if loader.takes_the_first() && self.is_there(&path) => return Look::Wrong,
            None => {}
        }
        if found.is_empty() { Look::None } else { Look::Found(found) }
    }

    fn is_there(&self, path: &[u8]) -> bool {
        self.tree.place(path).is_ok_and(|place| place.is_file())
    }

    /// Where a library of that path is, if there is one for the machine. One that cannot be read is
    /// taken for one.
    fn fits(&self, path: &[u8], machine: Machine) -> Option<PathBuf> {
        let place = self.tree.place(path).ok()?;
        place.metadata().ok()?;
        match self.needs(&place) {
            Some(needs) => (needs.machine == machine).then_some(place),
            None => self.unread(&place).map(|_| place),
        }
    }
}

/// What there is in a directory.
enum Look {
    Found(Vec<PathBuf>),
    /// Something that ends the search, and cannot be loaded.
    Wrong,
    None,
}

/// Adds what loaders read and load whatever the program is.
pub(crate) fn require(requirements: &mut Requirements<'_>) {
    let by = b"the loader";
    requirements.add_present(Deed::Read, CACHE, by);
    if let Some(text) = requirements.text(PRELOADED, by) {
        let separated: Vec<u8> =
            text.iter().map(|byte| if *byte == b':' { b' ' } else { *byte }).collect();
        for name in words(&separated) {
            requirements.add(Deed::Load, name, PRELOADED);
        }
    }
    for path in requirements.entries(b"/etc", by) {
        if path.starts_with(b"/etc/ld-musl-") && path.ends_with(b".path") {
            requirements.add(Deed::Read, &path, by);
        }
    }
}

impl Pending {
    /// Where its libraries, and theirs, are searched for because of it and of what needs it.
    fn bequeathed(&self, loader: &Loader) -> Rc<Vec<Vec<u8>>> {
        let own = match &self.needs.runpath {
            Some(runpath) if loader.inherits_runpath() => runpath,
            // To glibc it takes the place of DT_RPATH, and is for this object alone.
            Some(_) => return Rc::clone(&self.inherited),
            None => &self.needs.rpath,
        };
        if own.is_empty() {
            return Rc::clone(&self.inherited);
        }
        let own = self.expanded(own, loader).into_iter();
        Rc::new(own.chain(self.inherited.iter().cloned()).collect())
    }

    fn expanded(&self, paths: &[Vec<u8>], loader: &Loader) -> Vec<Vec<u8>> {
        let expanded = |path| variables::expanded(path, &self.origin, loader, self.needs.machine);
        paths.iter().flat_map(|path| expanded(path)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_program_finds_its_libraries() {
        let tree = Tree::new(None).unwrap();
        let libraries = Libraries::new(&tree);
        let found = libraries.of(&std::env::current_exe().unwrap());
        let libc = found.iter().find(|library| library.name.starts_with(b"libc.")).unwrap();
        assert!(libc.place.as_ref().unwrap().is_file());
    }
}
