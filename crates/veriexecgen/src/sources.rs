//! Where candidates come from: the system directories, directories, and lists of names.

use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};
use fingerprint::{Attempt, Batch, Depth, FileError, Found, TreeError, Walk};
use sigfile::printable;

use crate::candidate::{Candidate, Choice, Selection};
use crate::cli::Cli;
use crate::faults::Faults;
use crate::narration::Narration;
use crate::prefix::Prefix;

/// The directories of `-D`, as NetBSD has them.
const SYSTEM_DIRS: [&str; 8] =
    ["/bin", "/sbin", "/usr/bin", "/usr/sbin", "/lib", "/usr/lib", "/libexec", "/usr/libexec"];

/// Everything that was named to be scanned.
#[derive(Debug)]
pub(crate) struct Sources<'a> {
    /// In what they are looked for.
    prefix: &'a Prefix,
    /// Those that a system may lack.
    system_dirs: Vec<PathBuf>,
    directories: Vec<PathBuf>,
    lists: Vec<PathBuf>,
    depth: Depth,
    /// What ends a name in a list.
    terminator: u8,
}

impl<'a> Sources<'a> {
    pub(crate) fn new(cli: &Cli, prefix: &'a Prefix) -> Self {
        let implied = cli.directories.is_empty() && cli.files_from.is_empty();
        let system_dirs = cli.system_dirs || implied;
        Self {
            prefix,
            system_dirs: if system_dirs { SYSTEM_DIRS.map(Into::into).into() } else { Vec::new() },
            directories: cli.directories.clone(),
            lists: cli.files_from.clone(),
            depth: if cli.recursive { Depth::All } else { Depth::Children },
            terminator: if cli.null { 0 } else { b'\n' },
        }
    }

    /// Finds the candidates, in no order that could be relied on, some of them more than once.
    ///
    /// # Errors
    /// A list that cannot be read; all other trouble is added to the faults.
    pub(crate) fn find(
        &self,
        selection: &Selection,
        batch: &Batch,
        faults: &mut Faults,
        narration: &mut Narration,
    ) -> Result<Vec<Candidate>> {
        let prefix = self.prefix;
        let mut search =
            Search { selection, batch, prefix, faults, narration, candidates: Vec::new() };
        for directory in &self.system_dirs {
            // They are the system's that will be started from there, if another root was named.
            match prefix.of_system(directory) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    let text = format_args!("This system has no {}.", directory.display());
                    search.narration.say(text);
                }
                Err(error) => {
                    search.faults.add(format_args!("{}: {error}", shown(directory)));
                }
                Ok(directory) => search.walk(&directory, self.depth),
            }
        }
        for directory in &self.directories {
            search.walk(directory, self.depth);
        }
        for list in &self.lists {
            search.read_list(list, self.terminator)?;
        }
        Ok(search.candidates)
    }
}

/// Names the sources as NetBSD's program does: the directories, then the lists.
impl fmt::Display for Sources<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for directory in self.system_dirs.iter().chain(&self.directories) {
            write!(out, "{separator}{}", shown(directory))?;
            separator = " ";
        }
        for list in &self.lists {
            write!(out, "{separator}files from {}", list_name(list))?;
            separator = " ";
        }
        Ok(())
    }
}

/// A search under way.
struct Search<'a> {
    selection: &'a Selection,
    batch: &'a Batch,
    prefix: &'a Prefix,
    faults: &'a mut Faults,
    narration: &'a mut Narration,
    candidates: Vec<Candidate>,
}

impl Search<'_> {
    fn walk(&mut self, top: &Path, depth: Depth) {
        let inside = self.prefix.inside(top);
        let walk = match &inside {
            Some(top) => Walk { top, depth, root: Some(self.prefix.root()) },
            None => Walk { top, depth, root: None },
        };
        let selection = self.selection;
        let choose = |found| match found {
            Found::File(file) => selection.choose(file),
            Found::PassedOver(path) => Choice::PassedOver(path, "shown by the kernel, not kept"),
        };
        let walked = Mutex::new((&mut self.candidates, Vec::new(), Vec::new(), Vec::new()));
        self.batch.walk_in(walk, |found| {
            let chosen: Vec<_> = found.into_iter().map(|found| found.map(choose)).collect();
            let mut walked = walked.lock().unwrap_or_else(PoisonError::into_inner);
            let (candidates, passed_over, unknown, errors) = &mut *walked;
            for choice in chosen {
                match choice {
                    Ok(Choice::Listed(candidate)) => candidates.push(candidate),
                    Ok(Choice::NotAsked) => {}
                    Ok(Choice::PassedOver(path, reason)) => passed_over.push((path, reason)),
                    Ok(Choice::Unknown(path, error)) => unknown.push((path, error)),
                    Err(error) => errors.push(error),
                }
            }
        });
        // Threads find things when they do; what is said has an order.
        let walked = walked.into_inner().unwrap_or_else(PoisonError::into_inner);
        let (_, mut passed_over, mut unknown, mut errors) = walked;
        passed_over.sort_unstable();
        unknown.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        errors.sort_unstable_by(|one, other| one.path.cmp(&other.path));
        passed_over.iter().for_each(|(path, reason)| self.pass_over(path, reason));
        unknown.iter().for_each(|(path, error)| self.faults.add(Untold(path, error)));
        errors.iter().for_each(|error| self.faults.add(Described(error)));
    }

    fn read_list(&mut self, list: &Path, terminator: u8) -> Result<()> {
        let mut names = Vec::new();
        if list == Path::new("-") {
            let read = io::stdin().lock().read_to_end(&mut names);
            read.context("Error reading from standard input")?;
        } else {
            let read = fs::read(list);
            names = read.with_context(|| format!("Error opening file {}", shown(list)))?;
        }
        let names = names.strip_suffix(&[terminator]).unwrap_or(&names);
        if names.is_empty() {
            return Ok(());
        }
        for (index, name) in names.split(|byte| *byte == terminator).enumerate() {
            let number = index.saturating_add(1);
            self.look_up(Path::new(OsStr::from_bytes(name)), list, number);
        }
        Ok(())
    }

    fn look_up(&mut self, name: &Path, list: &Path, number: usize) {
        let list = list_name(list);
        if name.as_os_str().is_empty() {
            self.faults.add(format_args!("{list}:{number}: empty line; expected a file name"));
            return;
        }
        let located = match self.prefix.inside(name) {
            Some(name) => fingerprint::locate_in(self.prefix.root(), &name),
            None => fingerprint::locate(name),
        };
        match located {
            Ok(Some(file)) => match self.selection.choose(file) {
                Choice::Listed(candidate) => self.candidates.push(candidate),
                Choice::NotAsked => {}
                Choice::PassedOver(path, reason) => self.pass_over(&path, reason),
                Choice::Unknown(path, error) => {
                    self.faults.add(format_args!("{list}:{number}: {}", Untold(&path, &error)));
                }
            },
            Ok(None) => self.pass_over(name, "not a regular file"),
            Err(error) => self.faults.add(format_args!("{list}:{number}: {}", Described(&error))),
        }
    }

    fn pass_over(&mut self, path: &Path, reason: &str) {
        let text = format_args!("Passing over {}: {reason}.", shown(path));
        self.narration.say(text);
    }
}

/// An error of a walk with the name of what it is about.
struct Described<'a>(&'a TreeError);

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
struct Untold<'a>(&'a Path, &'a FileError);

impl fmt::Display for Untold<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(path, error) = self;
        write!(out, "Cannot tell whether `{}' is a shared library: {error}", shown(path))
    }
}

fn list_name(list: &Path) -> impl fmt::Display {
    shown(if list == Path::new("-") { Path::new("stdin") } else { list })
}

fn shown(path: &Path) -> impl fmt::Display {
    printable(path.as_os_str().as_bytes())
}
