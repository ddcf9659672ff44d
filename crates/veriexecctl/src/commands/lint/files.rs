//! What a signatures file says, held against the files that it lists.

use std::collections::{HashMap, HashSet};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use fingerprint::{FileError, Identity};
use sigfile::lint::Severity;
use sigfile::{Aspect, Classification, Entry, EntryType, Line, aspects, classify, printable};

use super::finding::Finding;
use crate::machine::tree::Tree;

/// What there is to say about the entries of a file whose text is this.
pub(super) fn lint(text: &[u8], tree: &Tree) -> Vec<Finding> {
    let good = sigfile::entries(text).filter_map(Result::ok);
    let listed: Vec<Listed> = good.map(|line| Listed::look(line, tree)).collect();
    let files = Files::new(&listed);
    let mut findings = Vec::new();
    for one in &listed {
        let faults = match &one.seen {
            Seen::Missing => vec![Fault::Missing],
            Seen::NotRegular(what) => vec![Fault::NotRegular(what)],
            Seen::Unreadable(reason) => vec![Fault::Unreadable(reason.clone())],
            Seen::File(file) => file_faults(one, file, &files),
        };
        findings.extend(faults.into_iter().map(|fault| one.finding(&fault)));
    }
    findings.extend(interpreters(&listed, &files, tree));
    findings
}

/// The codes of these findings.
pub(super) const CODES: [&str; 12] = [
    "missing-file",
    "not-regular",
    "unreadable",
    "conflicting-link",
    "library-flags",
    "script-without-file",
    "program-flags",
    "missing-interpreter",
    "unlisted-interpreter",
    "interpreter-without-indirect",
    "set-id-indirect",
    "writable-by-others",
];

enum Fault<'a> {
    Missing,
    NotRegular(&'static str),
    Unreadable(String),
    /// Another name of the same file is listed as something else.
    ConflictingLink {
        first: &'a Line,
        aspect: Aspect,
    },
    LibraryFlags,
    ScriptWithoutFile,
    ProgramFlags,
    MissingInterpreter(&'a [u8]),
    UnlistedInterpreter(&'a [u8]),
    /// The first script that names it.
    InterpreterWithoutIndirect(&'a Entry),
    SetIdIndirect,
    WritableByOthers,
}

impl Fault<'_> {
    fn code(&self) -> &'static str {
        match self {
            Self::Missing => "missing-file",
            Self::NotRegular(_) => "not-regular",
            Self::Unreadable(_) => "unreadable",
            Self::ConflictingLink { .. } => "conflicting-link",
            Self::LibraryFlags => "library-flags",
            Self::ScriptWithoutFile => "script-without-file",
            Self::ProgramFlags => "program-flags",
            Self::MissingInterpreter(_) => "missing-interpreter",
            Self::UnlistedInterpreter(_) => "unlisted-interpreter",
            Self::InterpreterWithoutIndirect(_) => "interpreter-without-indirect",
            Self::SetIdIndirect => "set-id-indirect",
            Self::WritableByOthers => "writable-by-others",
        }
    }

    fn severity(&self) -> Severity {
        match self {
            Self::Missing | Self::NotRegular(_) | Self::ConflictingLink { .. } => Severity::Error,
            _ => Severity::Warning,
        }
    }

    /// What is wrong, after the file's name and a colon.
    fn text(&self) -> String {
        match self {
            Self::Missing => "no such file; a driver does not take the entry".into(),
            Self::NotRegular(what) => format!("is {what}; only regular files can be listed"),
            Self::Unreadable(reason) => format!("cannot be looked at: {reason}"),
            Self::ConflictingLink { first, aspect } => format!(
                "is the same file as {}, which line {} lists with other {}; a driver keeps the \
                 first entry and refuses this one",
                printable(first.entry.path()),
                first.number,
                match aspect {
                    Aspect::Flags => "flags",
                    Aspect::Algorithm | Aspect::Fingerprint => "contents",
                },
            ),
            Self::LibraryFlags => "is a shared library, which is opened and mapped, but is not \
                                   listed for that; expected library"
                .into(),
            Self::ScriptWithoutFile => "is run by an interpreter, which opens it, but is not \
                                        listed for that; expected script"
                .into(),
            Self::ProgramFlags => "is a program, but is listed neither as direct nor as indirect: \
                                   at strict level 2 it does not run"
                .into(),
            Self::MissingInterpreter(name) => {
                format!("names {} as its interpreter, which does not exist", printable(name))
            }
            Self::UnlistedInterpreter(name) => format!(
                "names {} as its interpreter, which is not listed: at strict level 2 it does not \
                 run",
                printable(name)
            ),
            Self::InterpreterWithoutIndirect(script) => format!(
                "is the interpreter of {}, but not listed as indirect: at strict level 2 that \
                 does not run",
                printable(script.path())
            ),
            Self::SetIdIndirect => "runs with the rights of its owner or group and is listed as \
                                    indirect: any script can name it as its interpreter"
                .into(),
            Self::WritableByOthers => "can be written by anybody; take that right away".into(),
        }
    }
}

/// An entry, and what is there.
struct Listed {
    line: Line,
    seen: Seen,
}

enum Seen {
    Missing,
    NotRegular(&'static str),
    Unreadable(String),
    File(File),
}

struct File {
    identity: Identity,
    mode: u32,
    classification: Classification,
}

impl Listed {
    fn look(line: Line, tree: &Tree) -> Self {
        let seen = tree.place(line.entry.path()).map_or_else(Seen::from, |place| see(&place));
        Self { line, seen }
    }

    fn finding(&self, fault: &Fault<'_>) -> Finding {
        let path = self.line.entry.path();
        Finding {
            line: self.line.number,
            column: self.line.column,
            severity: fault.severity(),
            code: fault.code(),
            text: format!("{} {}", printable(path), fault.text()),
            path: Some(path.to_vec()),
        }
    }

    fn accesses(&self) -> EntryType {
        self.line.entry.entry_type().or_direct()
    }
}

fn see(place: &Path) -> Seen {
    // What is no regular file is not opened: that can have effects of its own.
    match place.metadata() {
        Ok(metadata) if !metadata.is_file() && !metadata.is_dir() => {
            return Seen::NotRegular("no regular file");
        }
        Ok(_) => {}
        Err(error) => return error.into(),
    }
    let file = match fingerprint::open(place) {
        Ok(file) => file,
        Err(FileError::Open(error)) => return error.into(),
        Err(FileError::NotRegular(what)) => return Seen::NotRegular(what),
        Err(error) => return Seen::Unreadable(error.to_string()),
    };
    let looked = file.metadata().and_then(|metadata| {
        let mode = metadata.mode();
        let classification = classify(&file, mode & 0o111 != 0)?;
        Ok(File { identity: Identity::of(&metadata), mode, classification })
    });
    looked.map_or_else(Seen::from, Seen::File)
}

impl From<io::Error> for Seen {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::Missing,
            _ => Self::Unreadable(error.to_string()),
        }
    }
}

/// The listed files, whatever their names.
struct Files<'a> {
    /// The first entry of each, which is the one that a driver holds.
    first: HashMap<Identity, &'a Listed>,
}

impl<'a> Files<'a> {
    fn new(listed: &'a [Listed]) -> Self {
        let mut first = HashMap::with_capacity(listed.len());
        for one in listed {
            if let Seen::File(file) = &one.seen {
                first.entry(file.identity).or_insert(one);
            }
        }
        Self { first }
    }
}

fn file_faults<'a>(one: &Listed, file: &File, files: &Files<'a>) -> Vec<Fault<'a>> {
    let mut faults = Vec::new();
    let first = files.first.get(&file.identity);
    // The same path twice is a matter of the text alone.
    if let Some(first) = first.filter(|first| first.line.entry.path() != one.line.entry.path())
        && let Some(aspect) = aspects(&first.line.entry, &one.line.entry).last()
    {
        faults.push(Fault::ConflictingLink { first: &first.line, aspect });
    }
    let accesses = one.accesses();
    let lacks = |access| !accesses.contains(access);
    let seems = file.classification.entry_type;
    let library = EntryType::INDIRECT | EntryType::FILE;
    if seems.contains(library) && lacks(library) {
        faults.push(Fault::LibraryFlags);
    }
    if seems == EntryType::DIRECT | EntryType::FILE
        && !lacks(EntryType::DIRECT)
        && lacks(EntryType::FILE)
    {
        faults.push(Fault::ScriptWithoutFile);
    }
    if seems == EntryType::DIRECT && lacks(EntryType::DIRECT) && lacks(EntryType::INDIRECT) {
        faults.push(Fault::ProgramFlags);
    }
    let set_id = file.mode & 0o6000 != 0 && file.mode & 0o111 != 0;
    if set_id && accesses.contains(EntryType::INDIRECT) {
        faults.push(Fault::SetIdIndirect);
    }
    if file.mode & 0o002 != 0 {
        faults.push(Fault::WritableByOthers);
    }
    faults
}

/// Looks at each interpreter that a listed script names, once.
fn interpreters(listed: &[Listed], files: &Files<'_>, tree: &Tree) -> Vec<Finding> {
    let mut seen: HashSet<&[u8]> = HashSet::new();
    let mut findings = Vec::new();
    for script in listed {
        let Seen::File(file) = &script.seen else { continue };
        let Some(name) = &file.classification.interpreter else { continue };
        if !script.accesses().contains(EntryType::DIRECT) || !seen.insert(name) {
            continue;
        }
        let metadata = tree.place(name).and_then(|place| place.metadata());
        let Ok(metadata) = metadata else {
            findings.push(script.finding(&Fault::MissingInterpreter(name)));
            continue;
        };
        match files.first.get(&Identity::of(&metadata)) {
            None => findings.push(script.finding(&Fault::UnlistedInterpreter(name))),
            Some(interpreter) if !interpreter.accesses().contains(EntryType::INDIRECT) => {
                let fault = Fault::InterpreterWithoutIndirect(&script.line.entry);
                findings.push(interpreter.finding(&fault));
            }
            Some(_) => {}
        }
    }
    findings
}
