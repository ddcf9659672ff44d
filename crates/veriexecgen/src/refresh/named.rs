//! What is named to be brought up to date: files and directories, as they are now and as they are
//! listed.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use fingerprint::{Depth, Found, FoundFile, Other, TreeError};

use super::list::List;
use crate::answer::Answer;
use crate::answer::passed_over::Reason;
use crate::generation::Generation;
use crate::search::candidate::{Candidate, Choice, Selection};
use crate::search::prefix::Prefix;
use crate::search::sources::{Described, Names, Search, Untold, list_name, shown};

/// What is named, as far as it is there or listed.
pub(super) struct Named<'a> {
    generation: &'a Generation<'a>,
    list: &'a List,
    selection: Selection,
    /// The entries that are to be brought up to date.
    pub(super) affected: BTreeSet<usize>,
    /// The files that are to be listed, if they are not yet.
    pub(super) candidates: Vec<Candidate>,
}

impl<'a> Named<'a> {
    pub(super) fn new(generation: &'a Generation<'a>, list: &'a List) -> Self {
        let (affected, candidates) = (BTreeSet::new(), Vec::new());
        Self { generation, list, selection: generation.selection(), affected, candidates }
    }

    /// Looks at everything that the command line names.
    ///
    /// # Errors
    /// When it names nothing, or a list of names cannot be read. What is wrong with a name is a
    /// fault.
    pub(super) fn find(&mut self, answer: &mut Answer) -> Result<()> {
        let cli = self.generation.cli;
        if cli.paths.is_empty() && cli.files_from.is_empty() {
            bail!("--refresh without a name; expected files, or -f with a list of them");
        }
        for list in &cli.files_from {
            let names = Names::read(list, cli)?;
            for (number, name) in names.iter() {
                self.look_up(name, list, number, answer);
            }
        }
        for path in &cli.paths {
            self.look_at(path, answer);
        }
        let candidates = std::mem::take(&mut self.candidates);
        self.candidates = self.generation.in_order(candidates, answer);
        Ok(())
    }

    /// Looks at a name of the command line: something must come of it.
    fn look_at(&mut self, name: &Path, answer: &mut Answer) {
        let recursive = self.generation.cli.recursive;
        match self.generation.prefix.locate(name) {
            Ok(Found::File(file)) => {
                if !self.file(name, file, answer) {
                    let text =
                        "is neither a program nor a shared library, and not listed; -a lists it";
                    answer.faults.add(format_args!("`{}' {text}", shown(name)));
                }
            }
            Ok(Found::PassedOver(_, Other::Directory)) if recursive => self.directory(name, answer),
            Ok(Found::PassedOver(_, Other::Directory)) => {
                let text = "is a directory; -r refreshes it with all that is below it";
                answer.faults.add(format_args!("`{}' {text}", shown(name)));
            }
            Ok(Found::PassedOver(_, other)) => {
                if !self.listed(name) {
                    let what = Reason::Is(other).noun();
                    let text = format_args!("`{}' is {what}, and not listed", shown(name));
                    answer.faults.add(text);
                }
            }
            Err(error) if is_gone(&error) => {
                let below = self.listed_below(name);
                if below > 0 && !recursive {
                    answer.faults.add(format_args!(
                        "{}; {below} files are listed below it, -r removes them",
                        Described(&error)
                    ));
                } else if !self.listed(name) && below == 0 {
                    let text = format_args!("{}, and it is not listed", Described(&error));
                    answer.faults.add(text);
                } else {
                    self.affect_below(name);
                }
            }
            Err(error) => answer.faults.add(Described(&error)),
        }
    }

    /// Looks at a name of a list: of whatever a package brought, say, not all is there, and not all
    /// is a file.
    fn look_up(&mut self, name: &Path, list: &Path, number: usize, answer: &mut Answer) {
        if name.as_os_str().is_empty() {
            let list = list_name(list);
            answer.faults.add(format_args!("{list}:{number}: empty line; expected a file name"));
            return;
        }
        match self.generation.prefix.locate(name) {
            Ok(Found::File(file)) => {
                if !self.file(name, file, answer) {
                    answer.passed_over.add_not_asked(1);
                }
            }
            Ok(Found::PassedOver(path, other)) => {
                if !self.listed(name) {
                    answer.pass_over(path, Reason::Is(other));
                }
            }
            Err(error) if is_gone(&error) => {
                if !self.listed(name) {
                    answer.pass_over(name.to_owned(), Reason::Gone);
                }
            }
            Err(error) => {
                let list = list_name(list);
                answer.faults.add(format_args!("{list}:{number}: {}", Described(&error)));
            }
        }
    }

    /// Takes a file; says whether anything comes of it.
    fn file(&mut self, name: &Path, file: FoundFile, answer: &mut Answer) -> bool {
        let listed = self.listed(name) | self.affect(&file.path);
        match self.selection.choose(file) {
            Choice::Listed(candidate) => self.candidates.push(candidate),
            Choice::NotAsked => return listed,
            Choice::PassedOver(path, reason) => answer.pass_over(path, reason),
            Choice::Untold(path, error) => answer.faults.add(Untold(&path, &error)),
        }
        true
    }

    /// Takes a directory with all that is and was below it.
    fn directory(&mut self, name: &Path, answer: &mut Answer) {
        let before = (self.candidates.len(), self.affected.len());
        self.affect_below(name);
        let Generation { batch, prefix, .. } = self.generation;
        let mut search = Search::new(&self.selection, batch, prefix, answer);
        search.walk(name, Depth::All);
        self.candidates.append(&mut search.candidates);
        let nothing = before == (self.candidates.len(), self.affected.len());
        if nothing && !self.generation.cli.allow_empty {
            let text = "nothing below it is listed, or a program or shared library";
            answer.faults.add(format_args!("`{}': {text}", shown(name)));
        }
    }

    /// Takes the entries under all spellings of a name; says whether there are any.
    fn listed(&mut self, name: &Path) -> bool {
        self.spellings(name).iter().fold(false, |listed, path| self.affect(path) | listed)
    }

    fn affect(&mut self, path: &Path) -> bool {
        let path = path.as_os_str().as_bytes();
        let entries = self.generation.prefix.strip(path).map_or(&[][..], |path| self.list.at(path));
        self.affected.extend(entries);
        !entries.is_empty()
    }

    fn affect_below(&mut self, name: &Path) {
        for path in self.spellings(name) {
            self.affected.extend(self.below(&path));
        }
    }

    fn listed_below(&self, name: &Path) -> usize {
        let below = self.spellings(name).into_iter().flat_map(|path| self.below(&path).to_vec());
        below.collect::<BTreeSet<_>>().len()
    }

    fn spellings(&self, name: &Path) -> Vec<PathBuf> {
        spellings(name, &self.generation.prefix)
    }

    fn below(&self, path: &Path) -> &'a [usize] {
        let path = path.as_os_str().as_bytes();
        self.generation.prefix.strip_directory(path).map_or(&[], |path| self.list.below(path))
    }
}

/// Whether nothing is there.
pub(super) fn is_gone(error: &TreeError) -> bool {
    matches!(error.reason.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// The absolute paths by which a name may be listed: as it was given, and without symbolic links on
/// the way to it, and in its place. Below the prefix links lead to where they will.
fn spellings(name: &Path, prefix: &Prefix) -> Vec<PathBuf> {
    let Ok(given) = std::path::absolute(name) else { return Vec::new() };
    let mut spellings = vec![given.clone()];
    // What is gone had its place in what is still there.
    let mut behind = Vec::<OsString>::new();
    let mut there = given.as_path();
    while let (Some(parent), Some(last)) = (there.parent(), there.file_name()) {
        behind.push(last.to_owned());
        there = parent;
        if let Ok(real) = prefix.real(there) {
            spellings.push(behind.iter().rev().fold(real, |path, name| path.join(name)));
            break;
        }
    }
    spellings.extend(prefix.real(name));
    spellings.dedup();
    spellings
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_name_is_spelled_with_links_and_without() {
        let dir = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(dir.path()).unwrap();
        fs::create_dir_all(root.join("usr/bin")).unwrap();
        fs::write(root.join("usr/bin/mawk"), "").unwrap();
        symlink("usr/bin", root.join("bin")).unwrap();
        symlink("mawk", root.join("usr/bin/awk")).unwrap();
        let check = |name: &str, expected: &[&str]| {
            let expected: Vec<_> = expected.iter().map(|path| root.join(path)).collect();
            assert_eq!(spellings(&root.join(name), &Prefix::new(None)), expected, "{name}");
        };
        check("usr/bin/mawk", &["usr/bin/mawk"]);
        check("bin/awk", &["bin/awk", "usr/bin/awk", "usr/bin/mawk"]);
        check("bin/gone", &["bin/gone", "usr/bin/gone"]);
        check("bin/gone/too", &["bin/gone/too", "usr/bin/gone/too"]);
    }
    #[test]
    fn below_a_prefix_links_lead_to_where_they_will() {
        let dir = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(dir.path()).unwrap();
        fs::create_dir_all(root.join("usr/bin")).unwrap();
        fs::write(root.join("usr/bin/mawk"), "").unwrap();
        symlink("/usr/bin", root.join("bin")).unwrap();
        symlink("/bin/mawk", root.join("usr/bin/awk")).unwrap();
        let prefix = Prefix::new(Some(&root));
        let check = |name: &str, expected: &[&str]| {
            let expected: Vec<_> = expected.iter().map(|path| root.join(path)).collect();
            assert_eq!(spellings(&root.join(name), &prefix), expected, "{name}");
        };
        check("bin/awk", &["bin/awk", "usr/bin/awk", "usr/bin/mawk"]);
        check("bin/gone", &["bin/gone", "usr/bin/gone"]);
    }
}
