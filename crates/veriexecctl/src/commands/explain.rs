//! `explain`: what each access to a file is answered at each level, and why.

mod listed;
mod row;
mod table;

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, Result};
use fingerprint::Identity;
use serde_json::Value;
use sigfile::{classify, printable};
use veriexec::{Access, Event, Object, StrictLevel};

use crate::answer::complaints::Complaints;
use crate::answer::grounds::Facts;
use crate::answer::json::Object as Json;
use crate::answer::to_standard_output;
use crate::bytes;
use crate::cli::{Cli, ExplainArgs};
use crate::exit::Exit;
use crate::machine::contents::Contents;
use crate::machine::libraries::Libraries;
use crate::machine::tree::Tree;

use listed::{Listed, Source};
use row::Row;

/// Explains a file. Whatever comes out, it was explained.
pub(crate) fn run(cli: &Cli, args: &ExplainArgs) -> Result<Exit> {
    let mut complaints = Complaints::default();
    let tree = Tree::new(None)?;
    let mut source = Source::open(cli, args.signatures.as_deref(), &tree, &mut complaints)?;
    let levels = args.level.map_or(StrictLevel::ALL.to_vec(), |level| vec![level]);
    let explanation = Explanation::of(&args.file, &tree, &mut source, &levels)?;
    if cli.json {
        explanation.json().print()?;
    } else {
        to_standard_output(io::stdout().write_all(explanation.text(&levels).as_bytes()))?;
    }
    Ok(if complaints.finish() == 0 { Exit::Done } else { Exit::Failed })
}

/// A file, and what is answered about it.
struct Explanation {
    subject: Subject,
    rows: Vec<Row>,
    /// What it does not run without.
    needs: Vec<Need>,
}

/// A file, its entry, and how it compares.
struct Subject {
    path: Vec<u8>,
    regular: bool,
    listed: Option<Listed>,
    contents: Option<Contents>,
}

/// A file that another does not run without.
struct Need {
    role: Role,
    /// `None` if it was not found.
    found: Option<(Subject, Row)>,
    name: Vec<u8>,
}

#[derive(Clone, Copy)]
enum Role {
    Interpreter,
    Loader,
    Library,
}

impl Role {
    fn word(self) -> &'static str {
        match self {
            Self::Interpreter => "interpreter",
            Self::Loader => "loader",
            Self::Library => "library",
        }
    }

    /// What is done to it. A loader is mapped by the kernel, which does not open it by name.
    fn events(self) -> &'static [Event] {
        match self {
            Self::Interpreter | Self::Loader => &[Event::Access(Access::Indirect)],
            Self::Library => &[Event::Access(Access::File), Event::Access(Access::Indirect)],
        }
    }
}

impl Explanation {
    fn of(file: &Path, tree: &Tree, source: &mut Source, levels: &[StrictLevel]) -> Result<Self> {
        let name = || format!("`{}'", printable(bytes(file)));
        let subject = Subject::of(bytes(file), source).with_context(name)?;
        let rows = row::ACCESSES.map(|access| Row::of_access(access, &subject, levels)).into();
        let mut needs = Vec::new();
        if subject.regular {
            let mut need = |role: Role, name: &[u8], place: Option<&Path>| {
                let found = place.and_then(|place| Subject::of(bytes(place), source).ok());
                let found = found.map(|subject| {
                    let row = Row::of_need(role, &subject, levels);
                    (subject, row)
                });
                needs.push(Need { role, found, name: name.to_vec() });
            };
            for (role, name, place) in needed(file, tree) {
                need(role, &name, place.as_deref());
            }
        }
        Ok(Self { subject, rows, needs })
    }

    fn text(&self, levels: &[StrictLevel]) -> String {
        let mut text = self.subject.text();
        table::draw(&mut text, levels, &self.rows);
        let mut rows = Vec::new();
        for need in &self.needs {
            match &need.found {
                Some((_, row)) => rows.push(row.clone()),
                None => {
                    let name = printable(&need.name);
                    text.push_str(&format!("{} {name}: not found\n", need.role.word()));
                }
            }
        }
        if !rows.is_empty() {
            text.push_str("needs:\n");
            table::draw(&mut text, levels, &rows);
        }
        text
    }

    fn json(&self) -> Json {
        let needs = self.needs.iter().map(|need| {
            let object = Json::new().with("role", need.role.word()).name("name", &need.name);
            Value::from(match &need.found {
                Some((subject, row)) => {
                    subject.json(object).with("found", true).with("levels", row.json())
                }
                None => object.with("found", false),
            })
        });
        let accesses = self.rows.iter().map(|row| {
            Value::from(Json::new().with("access", row.word()).with("levels", row.json()))
        });
        self.subject
            .json(Json::new())
            .with("accesses", accesses.collect::<Vec<_>>())
            .with("needs", needs.collect::<Vec<_>>())
    }
}

impl Subject {
    fn of(path: &[u8], source: &mut Source) -> Result<Self> {
        let place = crate::path(path);
        let metadata = fs::metadata(place)?;
        let regular = metadata.is_file();
        let listed = if regular { source.listed(path, Identity::of(&metadata))? } else { None };
        let contents = listed.as_ref().map(|listed| Contents::compare(place, &listed.fingerprint));
        Ok(Self { path: path.to_vec(), regular, listed, contents })
    }

    /// What the policy is asked about.
    fn object(&self) -> Object {
        match (&self.listed, &self.contents) {
            _ if !self.regular => Object::NotRegular,
            (Some(listed), Some(contents)) => {
                Object::Listed(listed.entry_type, contents.evaluation())
            }
            _ => Object::Unlisted,
        }
    }

    fn facts(&self) -> Facts<'_> {
        Facts {
            listed: self.listed.as_ref().map(|listed| listed.entry_type),
            contents: self.contents.as_ref(),
        }
    }

    fn text(&self) -> String {
        let path = printable(&self.path);
        let mut text = match &self.listed {
            None if !self.regular => format!("{path}: no regular file; Veriexec lets it be\n"),
            None => format!("{path}: not listed\n"),
            Some(listed) => format!("{path}: {}\n", listed.text(&self.path)),
        };
        match (&self.listed, &self.contents) {
            (Some(_), Some(Contents::Same)) => text.push_str("contents: match\n"),
            (Some(listed), Some(Contents::Other(found))) => {
                let algorithm = found.algorithm();
                let expected = listed.fingerprint;
                text.push_str(&format!(
                    "contents: differ; expected {algorithm} {expected}, found {found}\n"
                ));
            }
            (Some(_), Some(Contents::Unhashed { reason, .. })) => {
                text.push_str(&format!("contents: cannot be hashed: {reason}\n"));
            }
            _ => {}
        }
        text
    }

    fn json(&self, object: Json) -> Json {
        let object = object
            .name("path", &self.path)
            .with("regular", self.regular)
            .with("entry", self.listed.as_ref().map(Listed::json));
        match &self.contents {
            None => object.with("contents", Value::Null),
            Some(Contents::Same) => object.with("contents", "match"),
            Some(Contents::Other(found)) => {
                object.with("contents", "differ").with("found_fingerprint", found.to_string())
            }
            Some(Contents::Unhashed { reason, .. }) => {
                object.with("contents", "unhashed").with("unhashed_because", reason.as_str())
            }
        }
    }
}

/// What a file does not run without: the interpreter of a script, or the loader and the libraries
/// of an ELF file.
fn needed(file: &Path, tree: &Tree) -> Vec<(Role, Vec<u8>, Option<std::path::PathBuf>)> {
    let Ok(opened) = fingerprint::open(file) else { return Vec::new() };
    let place = |path: &[u8]| tree.place(path).ok().filter(|place| place.exists());
    if let Ok(classification) = classify(&opened, true)
        && let Some(name) = classification.interpreter
    {
        let place = place(&name);
        return vec![(Role::Interpreter, name, place)];
    }
    let libraries = Libraries::new(tree);
    let mut needed = Vec::new();
    if let Some(name) = libraries.needs(file).and_then(|needs| needs.loader.clone()) {
        let place = place(&name);
        needed.push((Role::Loader, name, place));
    }
    for library in libraries.of(file) {
        needed.push((Role::Library, library.name, library.place));
    }
    needed
}
