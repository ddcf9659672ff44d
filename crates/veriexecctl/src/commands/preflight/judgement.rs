//! What the policy says of what is needed.

use std::collections::HashMap;
use std::path::Path;

use fingerprint::{Algorithm, Batch, Job, Outcome};
use sigfile::Line;
use veriexec::{Decision, Event, StrictLevel};

use super::demand::{Demanded, Demands, Found, Role, Use};
use crate::answer::grounds::{Facts, Ruling};
use crate::answer::progress::Progress;
use crate::device::witness::Witness;
use crate::list::listing::Listing;
use crate::machine::contents::Contents;

/// A needed file, and what would be denied of it.
pub(super) struct Judged<'a> {
    pub(super) file: &'a Demanded,
    /// The line that lists it.
    pub(super) line: Option<&'a Line>,
    /// Whether it is listed, and not there.
    pub(super) is_missed: bool,
    /// What would be denied, most vital first.
    pub(super) denied: Vec<Denied>,
}

impl Judged<'_> {
    /// How much depends on what would be denied.
    pub(super) fn role(&self) -> Option<Role> {
        self.denied.first().map(|denied| denied.role)
    }
}

/// A use that would be denied.
pub(super) struct Denied {
    /// `None` if it could not be read to know what it needs.
    pub(super) usage: Option<Use>,
    pub(super) role: Role,
    /// `None` if the file was not found or could not be read, or if it depends on contents that
    /// nobody knows.
    pub(super) decision: Option<Decision>,
    pub(super) reason: String,
}

/// How contents are found out.
pub(super) struct Reading<'a> {
    pub(super) batch: &'a Batch,
    /// Asked about what cannot be read.
    pub(super) witness: &'a mut Witness,
    pub(super) show_progress: bool,
}

/// Judges everything that is needed, in its order. Listed files are hashed.
pub(super) fn judge<'a>(
    demands: &'a Demands<'_>,
    listing: &'a Listing,
    level: StrictLevel,
    reading: Reading<'_>,
) -> Vec<Judged<'a>> {
    let Reading { batch, witness, show_progress } = reading;
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
        let found = file.found.as_ref();
        let contents = line.zip(digest).zip(found).map(|((line, digest), found)| {
            Contents::of(digest, &found.place, line.entry.fingerprint(), witness)
        });
        let denied = denied(file, line, contents.as_ref(), level);
        let is_missed =
            found.is_none() && !file.is_nameless && listing.missing().contains(&file.path);
        Judged { file, line, is_missed, denied }
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
    let facts = Facts { listed, contents };
    let is_there = file.found.is_some();
    let used = Use::ALL.into_iter().zip(file.uses).filter_map(|(usage, role)| Some((usage, role?)));
    let mut denied: Vec<Denied> = used
        .filter_map(|(usage, role)| {
            if !is_there && !file.is_nameless && usage != Use::Write {
                let reason = "not found".to_owned();
                return Some(Denied { usage: Some(usage), role, decision: None, reason });
            }
            // What is not allowed first of a way in which it is used.
            let obstacle = |events: &&[Event]| {
                let mut rulings =
                    events.iter().map(|event| (*event, Ruling::on(level, *event, facts)));
                rulings.find(|(_, ruling)| ruling.is_allowed() != Some(true))
            };
            let mut obstacles = Vec::new();
            for way in usage.events(is_there) {
                obstacles.push(obstacle(way)?);
            }
            let (event, ruling) = obstacles.into_iter().next()?;
            let reason = match event {
                Event::Create => "no file is made".to_owned(),
                _ if file.is_nameless => "without a name, so that no list has it".to_owned(),
                _ => ruling.reason,
            };
            Some(Denied { usage: Some(usage), role, decision: ruling.decision, reason })
        })
        .collect();
    denied.extend(file.unread.as_ref().map(|(role, reason)| {
        let reason = format!("could not be read: {reason}");
        Denied { usage: None, role: *role, decision: None, reason }
    }));
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
