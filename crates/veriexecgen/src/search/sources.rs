//! Where candidates come from: the system directories, directories, and lists of names.

use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use fingerprint::{Attempt, Batch, Depth, FileError, Found, Other, TreeError, Walk};
use sigfile::printable;

use crate::answer::passed_over::Reason;
use crate::answer::{Answer, faults};
use crate::cli::Cli;
use crate::search::candidate::{Candidate, Choice, Selection};
use crate::search::prefix::Prefix;

/// The directories of `-D`, as NetBSD has them.
const SYSTEM_DIRS: [&str; 8] =
    ["/bin", "/sbin", "/usr/bin", "/usr/sbin", "/lib", "/usr/lib", "/libexec", "/usr/libexec"];

/// Everything that was named to be scanned.
#[derive(Debug)]
pub(crate) struct Sources {
    /// Those that a system may lack.
    system_dirs: Vec<PathBuf>,
    directories: Vec<PathBuf>,
    lists: Vec<(PathBuf, Names)>,
    depth: Depth,
}

impl Sources {
    /// Reads what the command line names.
    ///
    /// # Errors
    /// Those of [`Names::read`].
    pub(crate) fn new(cli: &Cli) -> Result<Self> {
        let implied = cli.directories.is_empty() && cli.files_from.is_empty();
        let system_dirs = cli.system_dirs || implied;
        let lists = cli.files_from.iter().map(|list| Ok((list.clone(), Names::read(list, cli)?)));
        Ok(Self {
            system_dirs: if system_dirs { SYSTEM_DIRS.map(Into::into).into() } else { Vec::new() },
            directories: cli.directories.clone(),
            lists: lists.collect::<Result<_>>()?,
            depth: if cli.recursive { Depth::All } else { Depth::Children },
        })
    }

    /// Finds the candidates, in no order that could be relied on, some of them more than once. All
    /// trouble is added to the faults.
    pub(crate) fn find(
        &self,
        selection: &Selection,
        batch: &Batch,
        prefix: &Prefix,
        answer: &mut Answer,
    ) -> Vec<Candidate> {
        let mut search = Search::new(selection, batch, prefix, answer);
        for directory in &self.system_dirs {
            // They are the system's that will be started from there, if another root was named.
            match prefix.of_system(directory) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    let text = format_args!("This system has no {}.", directory.display());
                    search.answer.narration.say(text);
                }
                Err(error) => {
                    search.answer.faults.add(format_args!("{}: {error}", shown(directory)));
                }
                Ok(directory) => {
                    search.walk(&directory, self.depth);
                }
            }
        }
        for root in &self.directories {
            if search.walk(root, self.depth) && self.depth == Depth::Children {
                faults::report(format_args!(
                    "{}: directories and no files directly in it; did you forget -r?",
                    shown(root)
                ));
            }
        }
        for (list, names) in &self.lists {
            for (number, name) in names.iter() {
                search.look_up(name, list, number);
            }
        }
        search.candidates
    }
}

/// Names the sources as NetBSD's program does: the directories, then the lists.
impl fmt::Display for Sources {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for directory in self.system_dirs.iter().chain(&self.directories) {
            write!(out, "{separator}{}", shown(directory))?;
            separator = " ";
        }
        for (list, _) in &self.lists {
            write!(out, "{separator}files from {}", list_name(list))?;
            separator = " ";
        }
        Ok(())
    }
}

/// A search under way.
pub(crate) struct Search<'a> {
    selection: &'a Selection,
    batch: &'a Batch,
    prefix: &'a Prefix,
    answer: &'a mut Answer,
    pub(crate) candidates: Vec<Candidate>,
}

/// What a walk came upon.
#[derive(Default)]
struct Walked {
    candidates: Vec<Candidate>,
    not_asked: u64,
    passed_over: Vec<(PathBuf, Reason)>,
    untold: Vec<(PathBuf, FileError)>,
    errors: Vec<TreeError>,
}

impl<'a> Search<'a> {
    pub(crate) fn new(
        selection: &'a Selection,
        batch: &'a Batch,
        prefix: &'a Prefix,
        answer: &'a mut Answer,
    ) -> Self {
        Self { selection, batch, prefix, answer, candidates: Vec::new() }
    }

    /// Searches a directory; says whether it holds directories and nothing else that was seen.
    pub(crate) fn walk(&mut self, top: &Path, depth: Depth) -> bool {
        let inside = self.prefix.inside(top);
        let walk = match &inside {
            Some(top) => Walk { top, depth, root: Some(self.prefix.root()) },
            None => Walk { top, depth, root: None },
        };
        let selection = self.selection;
        let choose = |found| match found {
            Found::File(file) => selection.choose(file),
            Found::PassedOver(path, other) => Choice::PassedOver(path, Reason::Is(other)),
        };
        let walked = Mutex::new(Walked::default());
        self.batch.walk_in(walk, |found| {
            let chosen: Vec<_> = found.into_iter().map(|found| found.map(choose)).collect();
            let mut walked = walked.lock().unwrap_or_else(PoisonError::into_inner);
            for choice in chosen {
                match choice {
                    Ok(Choice::Listed(candidate)) => walked.candidates.push(candidate),
                    Ok(Choice::NotAsked) => walked.not_asked = walked.not_asked.saturating_add(1),
                    Ok(Choice::PassedOver(path, reason)) => walked.passed_over.push((path, reason)),
                    Ok(Choice::Untold(path, error)) => walked.untold.push((path, error)),
                    Err(error) => walked.errors.push(error),
                }
            }
        });
        // Threads find things when they do; what is said has an order.
        let mut walked = walked.into_inner().unwrap_or_else(PoisonError::into_inner);
        walked.passed_over.sort_unstable();
        walked.untold.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        walked.errors.sort_unstable_by(|one, other| one.path.cmp(&other.path));
        let asked = walked.candidates.is_empty() && walked.untold.is_empty();
        let no_file = asked && walked.not_asked == 0;
        let below = |(_, reason): &(PathBuf, Reason)| *reason == Reason::Is(Other::Directory);
        let only_directories = no_file && walked.passed_over.iter().any(below);
        self.candidates.append(&mut walked.candidates);
        self.answer.passed_over.add_not_asked(walked.not_asked);
        for (path, reason) in walked.passed_over {
            self.answer.pass_over(path, reason);
        }
        let untold = walked.untold.iter();
        untold.for_each(|(path, error)| self.answer.faults.add(Untold(path, error)));
        walked.errors.iter().for_each(|error| self.answer.faults.add(Described(error)));
        only_directories
    }

    fn look_up(&mut self, name: &Path, list: &Path, number: usize) {
        let list = list_name(list);
        if name.as_os_str().is_empty() {
            let text = format_args!("{list}:{number}: empty line; expected a file name");
            self.answer.faults.add(text);
            return;
        }
        let choice = match self.prefix.locate(name) {
            Ok(Found::File(file)) => self.selection.choose(file),
            Ok(Found::PassedOver(path, other)) => Choice::PassedOver(path, Reason::Is(other)),
            Err(error) => {
                let text = format_args!("{list}:{number}: {}", Described(&error));
                return self.answer.faults.add(text);
            }
        };
        match choice {
            Choice::Listed(candidate) => self.candidates.push(candidate),
            Choice::NotAsked => self.answer.passed_over.add_not_asked(1),
            Choice::PassedOver(path, reason) => self.answer.pass_over(path, reason),
            Choice::Untold(path, error) => {
                let text = format_args!("{list}:{number}: {}", Untold(&path, &error));
                self.answer.faults.add(text);
            }
        }
    }
}

/// The names in a list, what is listed of none of them being left to the caller.
#[derive(Debug)]
pub(crate) struct Names {
    bytes: Vec<u8>,
    terminator: u8,
}

impl Names {
    /// Reads a list.
    ///
    /// # Errors
    /// When it cannot be read, or there is no name in it, unless that is permitted.
    pub(crate) fn read(list: &Path, cli: &Cli) -> Result<Self> {
        let mut bytes = Vec::new();
        if list == Path::new("-") {
            let read = io::stdin().lock().read_to_end(&mut bytes);
            read.context("Error reading from standard input")?;
        } else {
            let read = fs::read(list);
            bytes = read.with_context(|| format!("Error opening file {}", shown(list)))?;
        }
        let terminator = if cli.null { 0 } else { b'\n' };
        if bytes.is_empty() && !cli.allow_empty {
            bail!(
                "{}: no names; did what should have written them fail? --allow-empty permits none",
                list_name(list)
            );
        }
        Ok(Self { bytes, terminator })
    }

    /// Each name with the number of its line.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, &Path)> {
        let bytes = self.bytes.strip_suffix(&[self.terminator]).unwrap_or(&self.bytes);
        let lines = bytes.split(|byte| *byte == self.terminator);
        // Splitting nothing gives one piece.
        let lines = lines.filter(|_| !self.bytes.is_empty()).enumerate();
        lines.map(|(index, name)| (index.saturating_add(1), Path::new(OsStr::from_bytes(name))))
    }
}

/// An error of a walk with the name of what it is about.
pub(crate) struct Described<'a>(pub(crate) &'a TreeError);

impl fmt::Display for Described<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TreeError { path, attempt, reason } = self.0;
        let path = shown(path);
        match attempt {
            Attempt::ReadDirectory => write!(out, "{path}: {reason}"),
            Attempt::StatFile => write!(out, "Cannot stat file `{path}': {reason}"),
            Attempt::StatLink => write!(out, "Cannot stat symlink `{path}': {reason}"),
            Attempt::RealPath => write!(out, "Cannot find absolute path `{path}': {reason}"),
        }
    }
}

/// Why it is not known whether a file is to be listed.
pub(crate) struct Untold<'a>(pub(crate) &'a Path, pub(crate) &'a FileError);

impl fmt::Display for Untold<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(path, error) = self;
        write!(out, "Cannot tell whether `{}' is a shared library: {error}", shown(path))
    }
}

pub(crate) fn list_name(list: &Path) -> impl fmt::Display {
    shown(if list == Path::new("-") { Path::new("stdin") } else { list })
}

pub(crate) fn shown(path: &Path) -> impl fmt::Display {
    printable(path.as_os_str().as_bytes())
}
