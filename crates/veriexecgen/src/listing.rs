//! From candidates to entries: digests, and the accesses that each file is listed for.

use std::collections::{HashMap, HashSet, VecDeque};
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::{Mutex, PoisonError, mpsc};

use fingerprint::{Batch, Begun, FileError, Identity, Outcome};
use sigfile::{
    BEGINNING, Entry, EntryType, Kind, PathError, classify, classify_begun, printable, show_entry,
    write_line,
};

use crate::answer::faults::Faults;
use crate::answer::progress::Progress;
use crate::answer::report::Hashed;
use crate::cli::Classify;
use crate::search::candidate::Candidate;
use crate::search::prefix::Prefix;

/// What a run lists, in the order of the paths' bytes.
///
/// There may be millions of files: an [`Entry`] is made when it is asked for.
#[derive(Debug)]
pub(crate) struct Listing<'a> {
    prefix: &'a Prefix,
    candidates: Vec<Candidate>,
    /// What became of each of them; that of one that is listed is good.
    results: Vec<Result<Outcome<Told>, FileError>>,
    /// What the others make of them.
    roles: Roles,
    /// What was hashed for it; the seconds are left to others.
    pub(crate) hashed: Hashed,
}

impl Listing<'_> {
    /// How many files are listed.
    pub(crate) fn len(&self) -> usize {
        self.candidates.len()
    }

    /// The entries of the listed files.
    pub(crate) fn entries(&self) -> impl Iterator<Item = Entry> {
        let files = self.candidates.iter().zip(&self.results);
        files.filter_map(|(candidate, result)| {
            entry(candidate, self.prefix, result.as_ref().ok()?, &self.roles)
        })
    }

    /// Writes the lines of the listed files, for a person to read if they are to be `shown`.
    ///
    /// All threads make lines, of some files at a time, while those made before are written.
    pub(crate) fn write(&self, out: &mut dyn Write, shown: bool, batch: &Batch) -> io::Result<()> {
        const AT_ONCE: usize = 1024;
        let threads = batch.threads();
        // So many that no thread waits for the writing, and that they do not take much memory.
        let most = threads.current_num_threads().saturating_mul(4);
        let mut parts = self.candidates.chunks(AT_ONCE).zip(self.results.chunks(AT_ONCE));
        threads.in_place_scope(|scope| {
            let mut begun = VecDeque::new();
            loop {
                for (candidates, results) in parts.by_ref().take(most.saturating_sub(begun.len())) {
                    let (made, lines) = mpsc::sync_channel(1);
                    begun.push_back(lines);
                    scope.spawn(move |_| {
                        // Nobody waits for it any more if the writing has failed.
                        let _ = made.send(self.lines(candidates, results, shown));
                    });
                }
                let Some(lines) = begun.pop_front() else { return Ok(()) };
                // If its thread failed, the scope does, too.
                out.write_all(&lines.recv().map_err(io::Error::other)??)?;
            }
        })
    }

    fn lines(
        &self,
        candidates: &[Candidate],
        results: &[Result<Outcome<Told>, FileError>],
        shown: bool,
    ) -> io::Result<Vec<u8>> {
        // More than most lines need.
        let mut lines = Vec::with_capacity(candidates.len().saturating_mul(160));
        for (candidate, result) in candidates.iter().zip(results) {
            let Ok(outcome) = result else { continue };
            if shown {
                let entry = entry(candidate, self.prefix, outcome, &self.roles);
                entry.map_or(Ok(()), |entry| show_entry(&mut lines, &entry))?;
            } else if let Some(path) = self.prefix.strip(candidate.path_bytes()) {
                let entry_type = entry_type(candidate, outcome, &self.roles);
                write_line(&mut lines, path, &outcome.digest, entry_type)?;
            }
        }
        Ok(lines)
    }

    /// Lists no more than the files whose entries are to be kept.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&Entry) -> bool) {
        let Self { prefix, candidates, results, roles, .. } = self;
        retain_both(candidates, results, |candidate, result| {
            let outcome = result.as_ref().ok();
            let entry = outcome.and_then(|found| entry(candidate, prefix, found, roles));
            entry.is_some_and(|entry| keep(&entry))
        });
    }
}

/// What a file was seen to be when it was hashed, in few bytes.
#[derive(Clone, Copy, Debug)]
struct Told {
    entry_type: EntryType,
    /// Which of the [`Runners`] runs or loads it.
    runner: Option<u32>,
}

/// What makes a listing of files.
pub(crate) struct Lister<'a> {
    pub(crate) batch: &'a Batch,
    pub(crate) prefix: &'a Prefix,
    pub(crate) rule: Classify,
}

impl<'a> Lister<'a> {
    /// Hashes and classifies the candidates, all of which are below the prefix.
    pub(crate) fn list(
        &self,
        candidates: Vec<Candidate>,
        progress: &Progress,
        faults: &mut Faults,
    ) -> Listing<'a> {
        let Self { batch, prefix, rule } = *self;
        let named = Runners::default();
        let inspect =
            |candidate: &Candidate, begun: Begun<'_>| tell(candidate, begun, rule, &named);
        let results = batch.run(&candidates, inspect, |_, bytes| progress.advance(bytes));
        let mut listing = Listing {
            prefix,
            candidates,
            results,
            roles: Roles::default(),
            hashed: Hashed::default(),
        };
        let mut used = HashSet::new();
        let Listing { candidates, results, hashed, .. } = &mut listing;
        retain_both(candidates, results, |candidate, result| {
            let path = || printable(candidate.path_bytes());
            match (result, listed_path(candidate, prefix)) {
                (Err(error), _) => {
                    faults.add(format_args!("Cannot calculate hash `{}': {error}", path()));
                    false
                }
                (Ok(_), Err(reason)) => {
                    faults.add(format_args!("Cannot list `{}': {reason}", path()));
                    false
                }
                (Ok(outcome), Ok(_)) => {
                    used.extend(outcome.inspected.runner);
                    hashed.add(outcome.bytes, outcome.shared);
                    hashed.set_id = hashed.set_id.saturating_add(candidate.set_id().into());
                    true
                }
            }
        });
        listing.roles = named.files(&used, prefix.root());
        listing
    }
}

/// What a file seems to be for.
fn tell(
    candidate: &Candidate,
    begun: Begun<'_>,
    rule: Classify,
    named: &Runners,
) -> io::Result<Told> {
    let executable = candidate.executable();
    if rule == Classify::Mode {
        return Ok(Told { entry_type: EntryType::by_mode(executable), runner: None });
    }
    let told = if begun.whole || begun.bytes.len() >= BEGINNING {
        classify_begun(begun.bytes, begun.file, executable)?
    } else {
        classify(begun.file, executable)?
    };
    let entry_type = match told.kind {
        // What gives its user rights is executed and in no other way.
        Kind::Program if candidate.set_id() => EntryType::DIRECT | EntryType::FILE,
        _ => told.entry_type,
    };
    let interpreter = told.interpreter.map(|name| (Role::Interpreter, name));
    // A relative name is that of another file in each directory.
    let interpreter = interpreter.filter(|(_, name)| name.starts_with(b"/"));
    let runner = interpreter.or(told.loader.map(|name| (Role::Loader, name)));
    Ok(Told { entry_type, runner: runner.and_then(|runner| named.number(runner)) })
}

fn entry(
    candidate: &Candidate,
    prefix: &Prefix,
    outcome: &Outcome<Told>,
    roles: &Roles,
) -> Option<Entry> {
    let path = listed_path(candidate, prefix).ok()?;
    let entry_type = entry_type(candidate, outcome, roles);
    Entry::new(path.to_vec(), outcome.digest, entry_type).ok()
}

fn listed_path<'a>(candidate: &'a Candidate, prefix: &Prefix) -> Result<&'a [u8], String> {
    let path = prefix.strip(candidate.path_bytes()).ok_or("it is not below the prefix")?;
    PathError::check(path).map_err(|error| error.to_string())?;
    Ok(path)
}

fn entry_type(candidate: &Candidate, outcome: &Outcome<Told>, roles: &Roles) -> EntryType {
    let Roles { interpreters, loaders } = roles;
    let told = outcome.inspected.entry_type;
    let identity = candidate.identity();
    let is_loader = loaders.contains(&identity);
    // A loader is mapped by the kernel for each program that names it, whatever ELF type it has.
    let mapped = is_loader || interpreters.contains(&identity);
    let run_by_hand = is_loader && candidate.executable();
    let roles = [(mapped, EntryType::INDIRECT), (run_by_hand, EntryType::DIRECT)];
    roles.into_iter().filter(|(has, _)| *has).fold(told, |told, (_, access)| told | access)
}

/// Keeps the pairs that are to be kept, in their order.
fn retain_both<A, B>(ones: &mut Vec<A>, others: &mut Vec<B>, mut keep: impl FnMut(&A, &B) -> bool) {
    let mut kept = 0;
    for index in 0..ones.len().min(others.len()) {
        if keep(&ones[index], &others[index]) {
            if kept < index {
                ones.swap(kept, index);
                others.swap(kept, index);
            }
            kept += 1;
        }
    }
    ones.truncate(kept);
    others.truncate(kept);
}

/// What one file is to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Role {
    /// It runs scripts.
    Interpreter,
    /// It is mapped to load programs, and is run by hand to say how, as ldd(1) does.
    Loader,
}

/// The files that others name.
#[derive(Debug, Default)]
struct Roles {
    interpreters: HashSet<Identity>,
    loaders: HashSet<Identity>,
}

/// The files that run others, by the names that those use, each with a number.
#[derive(Debug, Default)]
struct Runners(Mutex<HashMap<(Role, Vec<u8>), u32>>);

impl Runners {
    /// The number of that name. There are not as many programs as there are numbers.
    fn number(&self, runner: (Role, Vec<u8>)) -> Option<u32> {
        let Self(numbers) = self;
        let mut numbers = numbers.lock().unwrap_or_else(PoisonError::into_inner);
        let next = u32::try_from(numbers.len()).ok()?;
        Some(*numbers.entry(runner).or_insert(next))
    }

    /// The files that these are, whatever their names: a driver holds one entry for all hard links
    /// of a file, and refuses a second that differs.
    fn files(self, used: &HashSet<u32>, root: &Path) -> Roles {
        let Self(numbers) = self;
        let numbers = numbers.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut roles = Roles::default();
        for ((role, name), number) in numbers {
            if !used.contains(&number) {
                continue;
            }
            let real = fingerprint::resolve_in(root, Path::new(OsStr::from_bytes(&name)));
            let Ok(metadata) = real.and_then(fs::metadata) else { continue };
            match role {
                Role::Interpreter => roles.interpreters.insert(Identity::of(&metadata)),
                Role::Loader => roles.loaders.insert(Identity::of(&metadata)),
            };
        }
        roles
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use fingerprint::{Algorithm, FoundFile, Hasher, Status};
    use sigfile::write_entry;

    use super::*;
    use crate::search::candidate::{Choice, Selection};

    #[test]
    fn lines_are_in_order_whoever_makes_them() {
        const COUNT: usize = 40_000;
        let selection = Selection::new(true, Vec::new());
        let status = Status::of(&fs::metadata("/").unwrap());
        let candidates = (0..COUNT).map(|number| {
            let path = PathBuf::from(format!("/a directory/{number:05}"));
            match selection.choose(FoundFile { path, status }) {
                Choice::Listed(candidate) => candidate,
                other => panic!("{other:?}"),
            }
        });
        let results = (0..COUNT).map(|number| {
            let digest = Hasher::digest(Algorithm::Md5, &number.to_le_bytes());
            let inspected = Told { entry_type: EntryType::FILE, runner: None };
            Ok(Outcome { digest, bytes: 0, shared: false, inspected })
        });
        let prefix = Prefix::new(None);
        let listing = Listing {
            prefix: &prefix,
            candidates: candidates.collect(),
            results: results.collect(),
            roles: Roles::default(),
            hashed: Hashed::default(),
        };
        let mut expected = [Vec::new(), Vec::new()];
        for entry in listing.entries() {
            write_entry(&mut expected[0], &entry).unwrap();
            show_entry(&mut expected[1], &entry).unwrap();
        }
        for threads in [1, 3] {
            let batch = Batch::new(Algorithm::Md5, std::num::NonZeroUsize::new(threads)).unwrap();
            for (shown, expected) in [false, true].into_iter().zip(&expected) {
                let mut written = Vec::new();
                listing.write(&mut written, shown, &batch).unwrap();
                assert!(written == *expected);
            }
        }
    }
}
