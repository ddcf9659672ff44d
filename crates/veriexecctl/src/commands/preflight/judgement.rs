//! What the policy says of what is needed.

use std::collections::HashMap;
use std::path::Path;

use fingerprint::{Algorithm, Batch, Job, Outcome};
use sigfile::Line;
use veriexec::{Access, Decision, Event, Object, StrictLevel, policy};

use super::demand::{Demanded, Demands, Found, Role, Use};
use crate::answer::grounds::{self, Facts};
use crate::answer::progress::Progress;
use crate::list::listing::Listing;
use crate::machine::contents::Contents;

/// A needed file, and what would be denied of it.
pub(super) struct Judged<'a> {
    pub(super) file: &'a Demanded,
    /// The line that lists it.
    pub(super) line: Option<&'a Line>,
    /// What would be denied, most vital first.
    pub(super) denied: Vec<Denied>,
}

/// A use that would be denied.
pub(super) struct Denied {
    pub(super) usage: Use,
    pub(super) role: Role,
    /// `None` if the file was not found.
    pub(super) decision: Option<Decision>,
    pub(super) reason: String,
}

/// Judges everything that is needed, in its order. Listed files are hashed.
pub(super) fn judge<'a>(
    demands: &'a Demands<'_>,
    listing: &'a Listing,
    level: StrictLevel,
    batch: &Batch,
    show_progress: bool,
) -> Vec<Judged<'a>> {
    let line = |file: &Demanded| file.found.as_ref().and_then(|found| listing.line(found.identity));
    let jobs: Vec<ToHash<'_>> = demands
        .files
        .iter()
        .enumerate()
        .filter_map(|(index, file)| {
            let (found, line) = (file.found.as_ref()?, line(file)?);
            Some(ToHash { index, found, algorithm: line.entry.algorithm() })
        })
        .collect();
    let progress =
        Progress::of_bytes(show_progress, jobs.iter().map(Job::size).fold(0, u64::saturating_add));
    let results = batch.run(&jobs, |_, _| Ok(()), |_, bytes| progress.advance(bytes));
    drop(progress);
    let hashed = jobs.iter().map(|job| job.index).zip(results);
    let mut hashed: HashMap<usize, _> = hashed.collect();

    let judged = demands.files.iter().enumerate().map(|(index, file)| {
        let line = line(file);
        let digest =
            hashed.remove(&index).map(|result| result.map(|Outcome { digest, .. }| digest));
        let contents =
            line.zip(digest).map(|(line, digest)| Contents::of(digest, line.entry.fingerprint()));
        Judged { file, line, denied: denied(file, line, contents.as_ref(), level) }
    });
    judged.collect()
}

fn denied(
    file: &Demanded,
    line: Option<&Line>,
    contents: Option<&Contents>,
    level: StrictLevel,
) -> Vec<Denied> {
    let listed = line.map(|line| line.entry.entry_type().or_direct());
    let object = match (listed, contents) {
        (Some(listed), Some(contents)) => Object::Listed(listed, contents.evaluation()),
        _ => Object::Unlisted,
    };
    let used = Use::ALL.into_iter().zip(file.uses).filter_map(|(usage, role)| Some((usage, role?)));
    let mut denied: Vec<Denied> = used
        .filter_map(|(usage, role)| {
            if file.found.is_none() {
                let reason = "not found".to_owned();
                return Some(Denied { usage, role, decision: None, reason });
            }
            let decide = |access: &Access| {
                let event = Event::Access(*access);
                (event, policy::decide(level, event, object))
            };
            let mut decisions = usage.accesses().iter().map(decide);
            let (event, first) = decisions.next()?;
            let allowed = |decision: &Decision| decision.verdict.is_allowed();
            if allowed(&first) || decisions.any(|(_, decision)| allowed(&decision)) {
                return None;
            }
            let reason = grounds::tell(event, &first, Facts { listed, contents });
            Some(Denied { usage, role, decision: Some(first), reason })
        })
        .collect();
    denied.sort_by_key(|denied| std::cmp::Reverse(denied.role));
    denied
}

struct ToHash<'a> {
    index: usize,
    found: &'a Found,
    algorithm: Algorithm,
}

impl Job for ToHash<'_> {
    fn path(&self) -> &Path {
        &self.found.place
    }

    fn size(&self) -> u64 {
        self.found.size
    }

    fn algorithm(&self) -> Option<Algorithm> {
        Some(self.algorithm)
    }
}
