//! What a file does not run without: the interpreter of a script, or the loader and the libraries
//! of an ELF file.

use std::path::{Path, PathBuf};

use sigfile::{classify, printable};
use veriexec::{Access, Event, StrictLevel};

use super::listed::Source;
use super::row::Row;
use super::subject::Subject;
use crate::machine::libraries::Libraries;
use crate::machine::tree::{Tree, is_missing};

/// A file that another does not run without.
pub(super) struct Need {
    pub(super) role: Role,
    /// Its name, as what needs it says it.
    pub(super) name: Vec<u8>,
    pub(super) found: Found,
}

/// What there is of it.
pub(super) enum Found {
    /// It is there.
    File(Box<Subject>, Row),
    /// It is not.
    Nothing,
    /// It could not be looked at, for this reason.
    Unknown(String),
}

#[derive(Clone, Copy)]
pub(super) enum Role {
    Interpreter,
    Loader,
    Library,
}

impl Role {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Interpreter => "interpreter",
            Self::Loader => "loader",
            Self::Library => "library",
        }
    }

    /// What is done to it. A loader is mapped by the kernel, which does not open it by name.
    pub(super) fn events(self) -> &'static [Event] {
        match self {
            Self::Interpreter | Self::Loader => &[Event::Access(Access::Indirect)],
            Self::Library => &[Event::Access(Access::File), Event::Access(Access::Indirect)],
        }
    }
}

/// What a file needs, as far as that can be read.
#[derive(Default)]
pub(super) struct Needs {
    pub(super) known: Vec<Need>,
    /// The files that may need more, each with the reason why that cannot be read.
    pub(super) unread: Vec<(Vec<u8>, String)>,
}

impl Needs {
    /// Those of a regular file.
    pub(super) fn of(
        place: &Path,
        tree: &Tree,
        source: &mut Source,
        levels: &[StrictLevel],
    ) -> Self {
        let mut needs = Self::default();
        let named = match named(place, tree) {
            Ok(named) => named,
            Err(obstacle) => {
                needs.unread.push((tree.path(place).into_owned(), obstacle));
                return needs;
            }
        };
        for Named { role, name, place, unread } in named {
            let found = match place {
                Ok(None) => Found::Nothing,
                Err(error) => Found::Unknown(error),
                Ok(Some(place)) => {
                    let path = tree.path(&place).into_owned();
                    needs.unread.extend(unread.map(|obstacle| (path.clone(), obstacle)));
                    match Subject::of(&path, &place, source) {
                        Ok(subject) => {
                            let row = Row::of_need(role, &subject, levels);
                            Found::File(Box::new(subject), row)
                        }
                        Err(error) => Found::Unknown(format!("{error:#}")),
                    }
                }
            };
            needs.known.push(Need { role, name, found });
        }
        needs
    }
}

impl Need {
    /// What there is to say where no row can.
    pub(super) fn text(&self) -> Option<String> {
        let (role, name) = (self.role.word(), printable(&self.name));
        match &self.found {
            Found::File(..) => None,
            Found::Nothing => Some(format!("{role} {name}: not found")),
            Found::Unknown(reason) => Some(format!("{role} {name}: not known: {reason}")),
        }
    }
}

/// A name that a file needs.
struct Named {
    role: Role,
    name: Vec<u8>,
    /// Where that is, nothing if it is nowhere, or why that is not known.
    place: Result<Option<PathBuf>, String>,
    /// Why it cannot be read what a library needs itself.
    unread: Option<String>,
}

/// The names that a file needs, or why they cannot be read.
fn named(file: &Path, tree: &Tree) -> Result<Vec<Named>, String> {
    let opened = fingerprint::open(file).map_err(|error| error.to_string())?;
    let classification = classify(&opened, true).map_err(|error| error.to_string())?;
    if let Some(name) = classification.interpreter {
        let place = place(tree, &name);
        return Ok(vec![Named { role: Role::Interpreter, name, place, unread: None }]);
    }
    let libraries = Libraries::new(tree);
    let mut named = Vec::new();
    if let Some(name) = libraries.needs(file).and_then(|needs| needs.loader.clone()) {
        let place = place(tree, &name);
        named.push(Named { role: Role::Loader, name, place, unread: None });
    }
    for library in libraries.of(file) {
        let unread = library.place.as_deref().and_then(|place| libraries.unread(place));
        let (role, name, place) = (Role::Library, library.name, Ok(library.place));
        named.push(Named { role, name, place, unread });
    }
    Ok(named)
}

/// Where a path of the tree leads to, if anything is there.
fn place(tree: &Tree, path: &[u8]) -> Result<Option<PathBuf>, String> {
    let found = tree.place(path).and_then(|place| {
        place.metadata()?;
        Ok(place)
    });
    match found {
        Ok(place) => Ok(Some(place)),
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}
