//! `--refresh`: some entries of a list are brought up to date, and all else of it stays what it is.

mod list;
mod named;

use std::collections::HashSet;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use anyhow::{Context, Result, bail};
use fingerprint::{Algorithm, Found, FoundFile, Identity, Job, Outcome, Version};
use sigfile::{Revision, printable};

use self::list::List;
use self::named::{Named, is_gone};
use crate::answer::Answer;
use crate::answer::faults::Faults;
use crate::answer::progress::Progress;
use crate::answer::report::Hashed;
use crate::cli::Cli;
use crate::generation::{Generation, advise};
use crate::output::Output;
use crate::output::differing::Differing;
use crate::search::sources::{Described, shown};

/// Brings what the command line names up to date.
pub(crate) fn run(
    cli: &Cli,
    algorithm: Option<Algorithm>,
    output: Output,
    answer: &mut Answer,
) -> Result<()> {
    let Some(file) = output.file().map(Path::to_owned) else {
        bail!("--refresh changes a list, but the output is no file; use -o with the name of one");
    };
    let bytes = fs::read(&file).with_context(|| {
        format!("Cannot read `{}', of which entries are to be refreshed", shown(&file))
    })?;
    let list = List::read(&file, &bytes, &mut answer.faults)?;
    let algorithm = algorithm.or(list.algorithm()).unwrap_or(Algorithm::Sha256);
    let generation = Generation::new(cli, algorithm, output, answer)?;
    let refresh = Refresh { generation: &generation, list: &list, bytes: &bytes };
    let revised = refresh.revise(answer)?;
    answer.faults.check()?;

    let both = Differing { before: &bytes, after: &revised };
    let changes = both.changes();
    for (what, path) in &changes.paths {
        let doing = match *what {
            "added" => "Adding",
            "removed" => "Removing",
            _ => "Changing",
        };
        answer.narration.say(format_args!("{doing} {}.", printable(path)));
    }
    if changes.is_left_empty() && !cli.allow_empty {
        bail!("Nothing would be left in the list, nothing was written; --allow-empty permits it");
    }
    if fs::read(&file).ok().as_ref() != Some(&bytes) {
        bail!("`{}' was changed meanwhile, nothing was written; run again", shown(&file));
    }
    answer.report.changes = Some(changes);
    generation.write(|out| out.write_all(&revised), answer)?;
    if let Some(hashed) = answer.report.hashed {
        advise(hashed, answer);
    }
    Ok(())
}

struct Refresh<'a> {
    generation: &'a Generation<'a>,
    list: &'a List,
    bytes: &'a [u8],
}

/// An entry whose file is there.
struct Listed {
    index: usize,
    file: FoundFile,
    algorithm: Algorithm,
}

impl Job for Listed {
    fn path(&self) -> &Path {
        &self.file.path
    }

    fn seen(&self) -> Option<Version> {
        Some(self.file.status.version)
    }

    fn algorithm(&self) -> Option<Algorithm> {
        Some(self.algorithm)
    }

    fn linked(&self) -> Option<Identity> {
        self.file.status.linked.then_some(self.file.status.identity)
    }
}

impl Refresh<'_> {
    /// The list as it should be.
    fn revise(&self, answer: &mut Answer) -> Result<Vec<u8>> {
        let mut named = Named::new(self.generation, self.list);
        named.find(answer)?;
        answer.faults.check()?;
        let Named { mut affected, mut candidates, .. } = named;
        let prefix = &self.generation.prefix;
        for candidate in &candidates {
            let path = prefix.strip(candidate.path_bytes()).unwrap_or_default();
            affected.extend(self.list.at(path));
        }
        let mut revision = Revision::new(self.bytes);
        let mut listed = Vec::new();
        for index in affected {
            match self.look_for(index) {
                Some(Ok(file)) => listed.push(file),
                Some(Err(fault)) => answer.faults.add(fault),
                None => {
                    self.list.entries.get(index).into_iter().for_each(|one| revision.remove(one))
                }
            }
        }
        // A file that is listed under a name that leads to it needs no second line.
        let covered: HashSet<&[u8]> =
            listed.iter().map(|one| one.file.path.as_os_str().as_bytes()).collect();
        candidates.retain(|candidate| !covered.contains(candidate.path_bytes()));

        let mut hashed = Hashed::default();
        self.hash(&listed, &mut revision, &mut hashed, &mut answer.faults);
        let listing = self.generation.list(candidates, &mut answer.faults);
        for entry in listing.entries() {
            revision.add(&entry, self.list.before(entry.path()), &self.list.entries);
        }
        answer.report.hashed = Some(Hashed {
            files: hashed.files.saturating_add(listing.hashed.files),
            linked: hashed.linked.saturating_add(listing.hashed.linked),
            bytes: hashed.bytes.saturating_add(listing.hashed.bytes),
            set_id: hashed.set_id.saturating_add(listing.hashed.set_id),
            seconds: self.generation.started.elapsed().as_secs_f64(),
        });
        Ok(revision.finish())
    }

    /// The file of an entry; nothing if there is none any more that could be listed.
    fn look_for(&self, index: usize) -> Option<Result<Listed, String>> {
        let entry = self.list.entry(index)?;
        let shown = || printable(entry.path());
        let path = match self.generation.prefix.resolve(entry.path()) {
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) =>
            {
                return None;
            }
            Err(error) => return Some(Err(format!("Cannot stat file `{}': {error}", shown()))),
            Ok(path) => path,
        };
        match fingerprint::locate(&path) {
            Ok(Found::File(file)) => Some(Ok(Listed { index, file, algorithm: entry.algorithm() })),
            Ok(Found::PassedOver(..)) => None,
            Err(error) if is_gone(&error) => None,
            Err(error) => Some(Err(Described(&error).to_string())),
        }
    }

    /// Changes the fingerprints that are no longer those of their files.
    fn hash(
        &self,
        listed: &[Listed],
        revision: &mut Revision<'_>,
        hashed: &mut Hashed,
        faults: &mut Faults,
    ) {
        let bytes = listed.iter().map(Job::size).fold(0, u64::saturating_add);
        let progress = Progress::new(!self.generation.cli.verbose, bytes);
        let batch = &self.generation.batch;
        let results = batch.run(listed, |_, _| Ok(()), |_, bytes| progress.advance(bytes));
        progress.finish();
        for (one, result) in listed.iter().zip(results) {
            let Some(placed) = self.list.entries.get(one.index) else { continue };
            let entry = &placed.line.entry;
            match result {
                Ok(Outcome { digest, bytes, shared, .. }) => {
                    hashed.add(bytes, shared);
                    let set_id =
                        one.file.status.mode & 0o111 != 0 && one.file.status.mode & 0o6000 != 0;
                    hashed.set_id = hashed.set_id.saturating_add(set_id.into());
                    if digest != *entry.fingerprint() {
                        revision.fingerprint(placed, &digest);
                    }
                }
                Err(error) => {
                    let path = printable(entry.path());
                    faults.add(format_args!("Cannot calculate hash `{path}': {error}"));
                }
            }
        }
    }
}
