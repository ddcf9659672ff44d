//! The files that a system needs, how, and for what.

use std::collections::{HashMap, HashSet};
use std::fs::Metadata;
use std::path::{Path, PathBuf};

use fingerprint::Identity;
use sigfile::{EntryType, classify};
use veriexec::{Access, Event};

use crate::machine::libraries::Libraries;
use crate::machine::requirements::{Deed, Requirement, Unread, joined};
use crate::machine::script;
use crate::machine::tree::{Tree, is_missing};

/// How much depends on a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Role {
    /// A program that can be found, or what it needs.
    Other,
    /// It runs now.
    Running,
    /// The machine is set up to start with it, or to let people in or turn itself off with it, or
    /// the driver is asked with it. Some of that a machine can do without.
    Vital,
}

/// What is done to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// It is executed.
    Execute,
    /// It was executed, or is the interpreter of a script that was: a running process does not
    /// tell which.
    Run,
    /// It is mapped, or run as an interpreter.
    Map,
    /// It is opened.
    Open,
    /// It is written to, and made if it is not there.
    Write,
}

impl Use {
    pub(super) const ALL: [Self; 5] =
        [Self::Execute, Self::Run, Self::Map, Self::Open, Self::Write];

    /// What happens then, in one way or another: all that one of them has must be allowed.
    pub(super) fn events(self, is_there: bool) -> &'static [&'static [Event]] {
        match self {
            Self::Execute => &[&[Event::Access(Access::Direct)]],
            Self::Run => &[&[Event::Access(Access::Direct)], &[Event::Access(Access::Indirect)]],
            Self::Map => &[&[Event::Access(Access::Indirect)]],
            Self::Open => &[&[Event::Access(Access::File)]],
            Self::Write if is_there => &[&[Event::Access(Access::File), Event::Write]],
            Self::Write => &[&[Event::Create]],
        }
    }

    /// The flag with which an entry allows it.
    pub(super) fn flag(self) -> EntryType {
        match self {
            Self::Execute | Self::Run => EntryType::DIRECT,
            Self::Map => EntryType::INDIRECT,
            Self::Open | Self::Write => EntryType::FILE,
        }
    }

    /// The word for it in JSON.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Execute => "execute",
            Self::Run => "run",
            Self::Map => "map",
            Self::Open => "open",
            Self::Write => "write",
        }
    }
}

/// What is done to a file, how much depends on that, and what does it, if that is to be said.
#[derive(Clone, Copy)]
pub(super) struct Need<'n> {
    pub(super) uses: &'n [Use],
    pub(super) role: Role,
    pub(super) by: Option<&'n [u8]>,
}

/// Where programs are that are searched for by name.
const PATH: [&[u8]; 6] =
    [b"/usr/local/sbin", b"/usr/local/bin", b"/usr/sbin", b"/usr/bin", b"/sbin", b"/bin"];

/// A file that is needed.
pub(super) struct Demanded {
    /// Its path in the tree, without symbolic links; for a library that is not there, or a file
    /// that has no name, what it is called.
    pub(super) path: Vec<u8>,
    /// Where it is; `None` if it was not found.
    pub(super) found: Option<Found>,
    /// Whether it is a file that no name leads to, so that no list can have it.
    pub(super) is_nameless: bool,
    /// For each of [`Use::ALL`], how much depends on it.
    pub(super) uses: [Option<Role>; 5],
    /// Why it could not be read, if that is so, and how much depends on what it needs.
    pub(super) unread: Option<(Role, String)>,
    /// What needs it, in the order it was found out: paths, or processes.
    pub(super) needed_by: Vec<Vec<u8>>,
}

pub(super) struct Found {
    pub(super) place: PathBuf,
    pub(super) identity: Identity,
    pub(super) size: u64,
}

#[derive(PartialEq, Eq, Hash)]
enum Key {
    File(Identity),
    Missing(Vec<u8>),
    Nameless(Vec<u8>),
}

/// All that a system needs.
pub(super) struct Demands<'a> {
    tree: &'a Tree,
    libraries: &'a Libraries<'a>,
    pub(super) files: Vec<Demanded>,
    index: HashMap<Key, usize>,
    needers: HashSet<(usize, Vec<u8>)>,
    /// The programs whose own needs are known.
    entered: HashSet<(Identity, Role)>,
}

impl<'a> Demands<'a> {
    pub(super) fn new(tree: &'a Tree, libraries: &'a Libraries<'a>) -> Self {
        Self {
            tree,
            libraries,
            files: Vec::new(),
            index: HashMap::new(),
            needers: HashSet::new(),
            entered: HashSet::new(),
        }
    }

    /// Adds what a part of the system does with a file.
    pub(super) fn requirement(&mut self, required: &Requirement, role: Role) {
        let Requirement { deed, path, by } = required;
        match deed {
            Deed::Execute => {
                if let Some((place, metadata)) = self.named(path, &[Use::Execute], role, by) {
                    self.needs_of(&place, &metadata, role);
                }
            }
            Deed::Read => {
                self.named(path, &[Use::Open], role, by);
            }
            Deed::Write => {
                self.named(path, &[Use::Write], role, by);
            }
            Deed::Load if path.starts_with(b"/") => {
                if let Some((place, metadata)) = self.named(path, &[Use::Open, Use::Map], role, by)
                {
                    self.needs_of(&place, &metadata, role);
                }
            }
            // What is loaded by a name is done without if it is not there.
            Deed::Load => {
                for place in self.libraries.named(path) {
                    let Ok(metadata) = place.metadata() else { continue };
                    self.file(
                        &place,
                        &metadata,
                        Need { uses: &[Use::Open, Use::Map], role, by: Some(by) },
                    );
                    self.needs_of(&place, &metadata, role);
                }
            }
        }
    }

    /// Adds what had to be read to know more, and could not be.
    pub(super) fn unread(&mut self, unread: &Unread, role: Role) {
        self.blind(&unread.path, &unread.reason, role, Some(&unread.by));
    }

    /// Adds a program that is executed, and all that it needs for that.
    pub(super) fn program(&mut self, place: &Path, metadata: &Metadata, role: Role) {
        self.file(place, metadata, Need { uses: &[Use::Execute], role, by: None });
        self.needs_of(place, metadata, role);
    }

    /// Adds what a program needs to be executed, or a library to be loaded.
    pub(super) fn needs_of(&mut self, place: &Path, metadata: &Metadata, role: Role) {
        if !self.entered.insert((Identity::of(metadata), role)) {
            return;
        }
        let path = self.path(place);
        let opened = match fingerprint::open(place) {
            Ok(opened) => opened,
            Err(error) => return self.blind(&path, &error.to_string(), role, None),
        };
        let interpreter =
            classify(&opened, true).ok().and_then(|classification| classification.interpreter);
        if let Some(name) = interpreter {
            // The interpreter opens the script that it is given.
            self.file(place, metadata, Need { uses: &[Use::Open], role, by: None });
            if let Some((place, metadata)) = self.named(&name, &[Use::Map], role, &path) {
                self.needs_of(&place, &metadata, role);
            }
            if let Some(name) = script::started_by_env(&opened) {
                self.searched(&name, role, &path);
            }
            return;
        }
        if let Some(name) = self.libraries.needs(place).and_then(|needs| needs.loader.clone()) {
            self.named(&name, &[Use::Map], role, &path);
        }
        for library in self.libraries.of(place) {
            let metadata = library.place.as_deref().and_then(|place| place.metadata().ok());
            match (library.place, metadata) {
                (Some(place), Some(metadata)) => {
                    self.file(
                        &place,
                        &metadata,
                        Need { uses: &[Use::Open, Use::Map], role, by: Some(&path) },
                    );
                    if let Some(reason) = self.libraries.unread(&place) {
                        let path = self.path(&place);
                        self.blind(&path, &reason, role, None);
                    }
                }
                _ => self.missing(&library.name, &[Use::Open, Use::Map], role, &path),
            }
        }
    }

    /// Adds a program that env(1) searches for.
    fn searched(&mut self, name: &[u8], role: Role, by: &[u8]) {
        let mut paths = PATH.into_iter().map(|directory| joined(directory, name));
        let found = paths.find(|path| self.tree.place(path).is_ok_and(|place| place.is_file()));
        if let Some(path) = found
            && let Some((place, metadata)) = self.named(&path, &[Use::Execute], role, by)
        {
            self.needs_of(&place, &metadata, role);
        }
    }

    /// Adds a file that is there.
    pub(super) fn file(&mut self, place: &Path, metadata: &Metadata, need: Need<'_>) {
        let index = self.index_of(place, metadata);
        self.note(index, need);
    }

    /// Adds a file that a running process has, by what the process calls it and where it can be
    /// reached as long as it runs.
    pub(super) fn running(
        &mut self,
        path: &[u8],
        place: &Path,
        metadata: &Metadata,
        need: Need<'_>,
    ) {
        let key = Key::File(Identity::of(metadata));
        if !self.index.contains_key(&key) {
            let identity = Identity::of(metadata);
            let found = Found { place: place.to_owned(), identity, size: metadata.len() };
            self.add(key, path.to_vec(), Some(found));
        }
        if let Some(index) = self.index.get(&Key::File(Identity::of(metadata))) {
            self.note(*index, need);
        }
    }

    /// Adds a file that something is known to need.
    pub(super) fn missing(&mut self, name: &[u8], uses: &[Use], role: Role, by: &[u8]) {
        let real = self.tree.path_of_missing(name);
        let index = self.index_of_missing(real.as_deref().unwrap_or(name));
        self.note(index, Need { uses, role, by: Some(by) });
    }

    /// Adds a file that has no name, by what it is called all the same.
    pub(super) fn nameless(&mut self, called: &[u8], need: Need<'_>) {
        let key = Key::Nameless(called.to_vec());
        let index = match self.index.get(&key) {
            Some(index) => *index,
            None => self.add(key, called.to_vec(), None),
        };
        if let Some(file) = self.files.get_mut(index) {
            file.is_nameless = true;
        }
        self.note(index, need);
    }

    /// Adds the file of a name, and says where it is.
    fn named(
        &mut self,
        name: &[u8],
        uses: &[Use],
        role: Role,
        by: &[u8],
    ) -> Option<(PathBuf, Metadata)> {
        let found = self.tree.place(name).and_then(|place| {
            let metadata = place.metadata()?;
            Ok((place, metadata))
        });
        match found {
            Ok((place, metadata)) => {
                self.file(&place, &metadata, Need { uses, role, by: Some(by) });
                Some((place, metadata))
            }
            Err(error) => {
                if is_missing(&error) {
                    self.missing(name, uses, role, by);
                } else {
                    self.blind(name, &error.to_string(), role, Some(by));
                }
                None
            }
        }
    }

    /// Notes that a file could not be looked at, so that what it needs is not known.
    fn blind(&mut self, path: &[u8], reason: &str, role: Role, by: Option<&[u8]>) {
        let place = self.tree.place(path).ok();
        let metadata = place.as_deref().and_then(|place| place.metadata().ok());
        let index = match (place, metadata) {
            (Some(place), Some(metadata)) => self.index_of(&place, &metadata),
            _ => self.index_of_missing(path),
        };
        self.note(index, Need { uses: &[], role, by });
        let Some(file) = self.files.get_mut(index) else { return };
        if file.unread.as_ref().is_none_or(|(known, _)| *known < role) {
            file.unread = Some((role, reason.to_owned()));
        }
    }

    fn index_of(&mut self, place: &Path, metadata: &Metadata) -> usize {
        let identity = Identity::of(metadata);
        match self.index.get(&Key::File(identity)) {
            Some(index) => *index,
            None => {
                let path = self.path(place);
                let found = Found { place: place.to_owned(), identity, size: metadata.len() };
                self.add(Key::File(identity), path, Some(found))
            }
        }
    }

    fn index_of_missing(&mut self, name: &[u8]) -> usize {
        let key = Key::Missing(name.to_vec());
        match self.index.get(&key) {
            Some(index) => *index,
            None => self.add(key, name.to_vec(), None),
        }
    }

    /// The path of a file in the tree, without symbolic links.
    fn path(&self, place: &Path) -> Vec<u8> {
        let real = std::fs::canonicalize(place);
        self.tree.path(real.as_deref().unwrap_or(place)).into_owned()
    }

    fn add(&mut self, key: Key, path: Vec<u8>, found: Option<Found>) -> usize {
        let index = self.files.len();
        self.files.push(Demanded {
            path,
            found,
            is_nameless: false,
            uses: [None; 5],
            unread: None,
            needed_by: Vec::new(),
        });
        self.index.insert(key, index);
        index
    }

    fn note(&mut self, index: usize, need: Need<'_>) {
        let Need { uses, role, by } = need;
        let Some(file) = self.files.get_mut(index) else { return };
        for (slot, usage) in file.uses.iter_mut().zip(Use::ALL) {
            if uses.contains(&usage) {
                *slot = (*slot).max(Some(role));
            }
        }
        if let Some(by) = by
            && by != file.path
            && self.needers.insert((index, by.to_vec()))
        {
            file.needed_by.push(by.to_vec());
        }
    }
}
