//! What a signatures file says, held against the files that it lists.

use std::collections::{HashMap, HashSet};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use fingerprint::{FileError, Identity};
use sigfile::lint::Severity;
use sigfile::{
    Aspect, Classification, Entry, EntryType, Excerpt, Kind, Line, aspects, classify, printable,
};

use super::finding::Finding;
use crate::machine::tree::{Tree, is_missing};

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
            Seen::Unseen(reason) => vec![Fault::Unreadable(reason.clone())],
            Seen::File(file) => file_faults(one, file, &files),
        };
        findings.extend(faults.into_iter().map(|fault| one.finding(&fault)));
    }
    findings.extend(interpreters(&listed, &files, tree));
    findings.extend(loaders(&listed, &files, tree));
    findings
}

/// The codes of these findings.
pub(super) const CODES: [&str; 15] = [
    "missing-file",
    "not-regular",
    "unreadable",
    "conflicting-link",
    "library-flags",
    "module-flags",
    "script-without-file",
    "program-flags",
    "missing-interpreter",
    "relative-interpreter",
    "unlisted-interpreter",
    "interpreter-without-indirect",
    "loader-without-indirect",
    "set-id-indirect",
    "writable-by-others",
];

enum Fault<'a> {
    Missing,
    NotRegular(&'static str),
    /// Nothing is concluded from that about the file, or about what it needs.
    Unreadable(String),
    UnreadableInterpreter(&'a [u8], String),
    /// Another name of the same file is listed as something else.
    ConflictingLink {
        first: &'a Line,
        aspect: Aspect,
    },
    LibraryFlags,
    ModuleFlags,
    ScriptWithoutFile,
    ProgramFlags,
    MissingInterpreter(&'a [u8]),
    RelativeInterpreter(&'a [u8]),
    UnlistedInterpreter(&'a [u8]),
    /// The first script that names it.
    InterpreterWithoutIndirect(&'a Entry),
    /// The first program that names it.
    LoaderWithoutIndirect(&'a Entry),
    SetIdIndirect,
    WritableByOthers,
}

impl Fault<'_> {
    fn code(&self) -> &'static str {
        match self {
            Self::Missing => "missing-file",
            Self::NotRegular(_) => "not-regular",
            Self::Unreadable(_) | Self::UnreadableInterpreter(..) => "unreadable",
            Self::ConflictingLink { .. } => "conflicting-link",
            Self::LibraryFlags => "library-flags",
            Self::ModuleFlags => "module-flags",
            Self::ScriptWithoutFile => "script-without-file",
            Self::ProgramFlags => "program-flags",
            Self::MissingInterpreter(_) => "missing-interpreter",
            Self::RelativeInterpreter(_) => "relative-interpreter",
            Self::UnlistedInterpreter(_) => "unlisted-interpreter",
            Self::InterpreterWithoutIndirect(_) => "interpreter-without-indirect",
            Self::LoaderWithoutIndirect(_) => "loader-without-indirect",
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

    /// What is wrong, after the file's name and a blank.
    fn text(&self) -> String {
        match self {
            Self::Missing => "does not exist; a driver does not take the entry".into(),
            Self::NotRegular(what) => format!("is {what}; only regular files can be listed"),
            Self::Unreadable(reason) => {
                format!("cannot be looked at: {reason}; whether its flags are right is not known")
            }
            Self::UnreadableInterpreter(name, reason) => format!(
                "names {} as its interpreter, which cannot be looked at: {reason}",
                printable(name)
            ),
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
            Self::ModuleFlags => "is a module of the kernel, which is read and taken in as code, \
                                  but is not listed for that; expected library"
                .into(),
            Self::ScriptWithoutFile => "is run by an interpreter, which opens it, but is not \
                                        listed for that; expected script"
                .into(),
            Self::ProgramFlags => "is a program, but is listed neither as direct nor as indirect: \
                                   at strict level 2 it does not run"
                .into(),
            Self::MissingInterpreter(name) => format!(
                "names {} as its interpreter, which does not exist{}",
                Excerpt::new(name),
                // The kernel takes the end of a line of another system for part of the name.
                if name.ends_with(b"\r") { "; remove the carriage return" } else { "" }
            ),
            Self::RelativeInterpreter(name) => format!(
                "names {} as its interpreter, which is another file in each directory that the \
                 script is executed in; expected an absolute path",
                Excerpt::new(name)
            ),
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
            Self::LoaderWithoutIndirect(program) => format!(
                "is the loader of {}, but not listed as indirect: at strict level 2 that does not \
                 run",
                printable(program.path())
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
    /// It cannot be looked at, for this reason.
    Unseen(String),
    File(File),
}

struct File {
    identity: Identity,
    mode: u32,
    /// What it is for, or why it cannot be read.
    classification: Result<Classification, String>,
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
    let metadata = match place.metadata() {
        Ok(metadata) if metadata.is_dir() => return Seen::NotRegular("a directory"),
        Ok(metadata) if !metadata.is_file() => return Seen::NotRegular("no regular file"),
        Ok(_) if fingerprint::is_made_up(place) => {
            return Seen::NotRegular("a file that the kernel makes up");
        }
        Ok(metadata) => metadata,
        Err(error) => return error.into(),
    };
    let mode = metadata.mode();
    let opened = match fingerprint::open(place) {
        Ok(opened) => Ok(opened),
        Err(FileError::Open(error)) if is_missing(&error) => return Seen::Missing,
        Err(FileError::NotRegular(what)) => return Seen::NotRegular(what),
        Err(error) => Err(error.to_string()),
    };
    // What is known of it without its contents is known all the same.
    let classification = opened
        .and_then(|file| classify(&file, mode & 0o111 != 0).map_err(|error| error.to_string()));
    Seen::File(File { identity: Identity::of(&metadata), mode, classification })
}

impl From<io::Error> for Seen {
    fn from(error: io::Error) -> Self {
        if is_missing(&error) { Self::Missing } else { Self::Unseen(error.to_string()) }
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
    match &file.classification {
        Ok(classification) => faults.extend(flag_faults(one, classification)),
        Err(reason) => faults.push(Fault::Unreadable(reason.clone())),
    }
    let set_id = file.mode & 0o6000 != 0 && file.mode & 0o111 != 0;
    if set_id && one.accesses().contains(EntryType::INDIRECT) {
        faults.push(Fault::SetIdIndirect);
    }
    if file.mode & 0o002 != 0 {
        faults.push(Fault::WritableByOthers);
    }
    faults
}

/// What is wrong with the accesses that it is listed for.
fn flag_faults<'a>(one: &Listed, classification: &Classification) -> Option<Fault<'a>> {
    let accesses = one.accesses();
    let lacks = |access| !accesses.contains(access);
    let mapped = EntryType::INDIRECT | EntryType::FILE;
    let may_run = classification.entry_type.contains(EntryType::DIRECT);
    match classification.kind {
        Kind::Library if lacks(mapped) => Some(Fault::LibraryFlags),
        Kind::Module if lacks(mapped) => Some(Fault::ModuleFlags),
        Kind::Interpreted if !lacks(EntryType::DIRECT) && lacks(EntryType::FILE) => {
            Some(Fault::ScriptWithoutFile)
        }
        Kind::Program if may_run && lacks(EntryType::DIRECT) && lacks(EntryType::INDIRECT) => {
            Some(Fault::ProgramFlags)
        }
        _ => None,
    }
}

/// Looks at each interpreter that a listed script names, once.
fn interpreters(listed: &[Listed], files: &Files<'_>, tree: &Tree) -> Vec<Finding> {
    let mut seen: HashSet<&[u8]> = HashSet::new();
    let mut findings = Vec::new();
    for script in listed {
        let Seen::File(file) = &script.seen else { continue };
        let Ok(Classification { interpreter: Some(name), .. }) = &file.classification else {
            continue;
        };
        if !script.accesses().contains(EntryType::DIRECT) || !seen.insert(name) {
            continue;
        }
        if !matches!(&**name, [] | [b'/', ..]) {
            findings.push(script.finding(&Fault::RelativeInterpreter(name)));
            continue;
        }
        let metadata = tree.place(name).and_then(|place| place.metadata());
        let metadata = match metadata {
            Ok(metadata) => metadata,
            Err(error) if is_missing(&error) => {
                findings.push(script.finding(&Fault::MissingInterpreter(name)));
                continue;
            }
            Err(error) => {
                let fault = Fault::UnreadableInterpreter(name, error.to_string());
                findings.push(script.finding(&fault));
                continue;
            }
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

/// Looks at each loader that a listed program names, once.
fn loaders(listed: &[Listed], files: &Files<'_>, tree: &Tree) -> Vec<Finding> {
    let mut seen: HashSet<&[u8]> = HashSet::new();
    let mut findings = Vec::new();
    for program in listed {
        let Seen::File(file) = &program.seen else { continue };
        let Ok(Classification { loader: Some(name), .. }) = &file.classification else { continue };
        let executed = program.accesses().contains(EntryType::DIRECT);
        if !executed || !name.starts_with(b"/") || !seen.insert(name) {
            continue;
        }
        let metadata = tree.place(name).and_then(|place| place.metadata());
        let Ok(metadata) = metadata else { continue };
        if let Some(loader) = files.first.get(&Identity::of(&metadata))
            && !loader.accesses().contains(EntryType::INDIRECT)
        {
            findings.push(loader.finding(&Fault::LoaderWithoutIndirect(&program.line.entry)));
        }
    }
    findings
}
