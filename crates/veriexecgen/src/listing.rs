//! From candidates to entries: digests, and the accesses that each file is listed for.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use fingerprint::{Batch, Digest};
use sigfile::{Classification, Entry, EntryType, classify, printable};

use crate::candidate::{Candidate, Identity};
use crate::cli::Classify;
use crate::faults::Faults;
use crate::prefix::Prefix;
use crate::progress::Progress;

/// The entries of a run, in the order of their paths' bytes.
#[derive(Debug)]
pub(crate) struct Listing {
    pub(crate) entries: Vec<Entry>,
    /// How many bytes the listed files hold.
    pub(crate) bytes: u64,
    /// How many of them run with the rights of their owner or group.
    pub(crate) set_id: usize,
}

/// Leaves out, with a fault each, the candidates that are not below the prefix.
pub(crate) fn keep_prefixed(candidates: &mut Vec<Candidate>, prefix: &Prefix, faults: &mut Faults) {
    candidates.retain(|candidate| {
        let path = candidate.path_bytes();
        let below = prefix.strip(path).is_some();
        if !below {
            faults.add(format_args!("`{}' is not below the prefix {prefix}", printable(path)));
        }
        below
    });
}

/// Hashes and classifies the candidates, all of which are below the prefix.
pub(crate) fn list(
    candidates: Vec<Candidate>,
    batch: &Batch,
    rule: Classify,
    prefix: &Prefix,
    progress: &Progress,
    faults: &mut Faults,
) -> Listing {
    let inspect = |candidate: &Candidate, file: &File| tell_type(candidate, file, rule);
    let results = batch.run(&candidates, inspect, |_, bytes| progress.advance(bytes));
    let mut interpreters = Interpreters::default();
    let mut hashed = Vec::with_capacity(candidates.len());
    let (mut sum, mut set_id): (u64, usize) = (0, 0);
    for (candidate, result) in candidates.into_iter().zip(results) {
        match result {
            Ok(outcome) => {
                let Classification { entry_type, interpreter } = outcome.inspected;
                if let Some(interpreter) = interpreter {
                    interpreters.add(interpreter, prefix.root());
                }
                sum = sum.saturating_add(outcome.bytes);
                set_id = set_id.saturating_add(candidate.set_id().into());
                hashed.push((candidate, outcome.digest, entry_type));
            }
            Err(error) => {
                let path = printable(candidate.path_bytes());
                faults.add(format_args!("Cannot calculate hash `{path}': {error}"));
            }
        }
    }
    let mut entries = Vec::with_capacity(hashed.len());
    for (candidate, digest, entry_type) in hashed {
        let runs_scripts = interpreters.files.contains(&candidate.identity());
        let extra = if runs_scripts { EntryType::INDIRECT } else { EntryType::EMPTY };
        match entry(&candidate, prefix, digest, entry_type | extra) {
            Ok(entry) => entries.push(entry),
            Err(reason) => {
                let path = printable(candidate.path_bytes());
                faults.add(format_args!("Cannot list `{path}': {reason}"));
            }
        }
    }
    Listing { entries, bytes: sum, set_id }
}

fn tell_type(candidate: &Candidate, file: &File, rule: Classify) -> io::Result<Classification> {
    let entry_type = match rule {
        Classify::Content => return classify(file, candidate.executable()),
        Classify::Mode if candidate.executable() => EntryType::DIRECT,
        Classify::Mode => EntryType::INDIRECT | EntryType::FILE,
    };
    Ok(Classification { entry_type, interpreter: None })
}

fn entry(
    candidate: &Candidate,
    prefix: &Prefix,
    digest: Digest,
    entry_type: EntryType,
) -> Result<Entry, String> {
    let path = prefix.strip(candidate.path_bytes()).ok_or("it is not below the prefix")?;
    Entry::new(path.to_vec(), digest, entry_type).map_err(|error| error.to_string())
}

/// The programs that run the listed scripts.
#[derive(Default)]
struct Interpreters {
    /// Those seen, by the name that the scripts use.
    seen: HashSet<Vec<u8>>,
    /// The same, whatever their names: a driver holds one entry for all hard links of a file, and
    /// refuses a second that differs.
    files: HashSet<Identity>,
}

impl Interpreters {
    fn add(&mut self, name: Vec<u8>, root: &Path) {
        if self.seen.contains(&name) {
            return;
        }
        let real = fingerprint::resolve_in(root, Path::new(OsStr::from_bytes(&name)));
        if let Ok(metadata) = real.and_then(fs::metadata) {
            self.files.insert(Identity::of(&metadata));
        }
        self.seen.insert(name);
    }
}
