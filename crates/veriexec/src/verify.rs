//! Access checks: veriexec_verify(9).

use fingerprint::{Algorithm, Digest};

use crate::entry::Entry;
use crate::policy::{Access, Decision, Evaluation, Event, Notice, Object, Verdict, decide};
use crate::{
    Errno, FileId, FileKind, Located, Loudness, Message, Platform, Priority, Report, Status,
    StrictLevel, Veriexec,
};

/// How far an access check has come.
#[derive(Debug)]
#[must_use = "an access is denied only if somebody denies it"]
pub enum Step {
    /// This is the answer.
    Decided(Verdict),
    /// The file must be hashed, without a lock held, and the result handed to
    /// [`Veriexec::complete`].
    Hash(Ticket),
}

/// What is to be hashed for an access check.
#[derive(Debug)]
pub struct Ticket {
    file: FileId,
    algorithm: Algorithm,
    access: Access,
    /// The stamp of the entry that asked.
    stamp: u64,
    /// How many more times the check may begin again.
    retries: u8,
}

impl Ticket {
    /// The file to hash.
    #[must_use]
    pub fn file(&self) -> FileId {
        self.file
    }

    /// The algorithm to hash it with.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

/// What would happen, see [`Veriexec::would`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// What the policy was asked about: what kind of file, which entry, and how its contents
    /// compare now.
    pub object: Object,
    /// What it said.
    pub decision: Decision,
}

impl Veriexec {
    /// How often a check begins again because the file was purged, or its entry replaced, while
    /// it was hashed. Then it counts as one that does not match.
    const RETRIES: u8 = 2;

    /// Checks an access to a file: veriexec_verify(9). The file is hashed if its entry says
    /// `untrusted` or nothing is known of its contents, and what comes out is recorded.
    ///
    /// The path is how the file was reached, for reports. [`begin`](Self::begin),
    /// [`Platform::fingerprint`] and [`complete`](Self::complete) in a row: a kernel, which holds
    /// no lock while it hashes, calls them itself.
    pub fn verify(
        &mut self,
        platform: &impl Platform,
        path: &[u8],
        located: Located,
        access: Access,
    ) -> Verdict {
        let mut step = self.begin(platform, path, located, access);
        loop {
            match step {
                Step::Decided(verdict) => return verdict,
                Step::Hash(ticket) => {
                    let hashed = platform.fingerprint(path, ticket.file, ticket.algorithm);
                    step = self.complete(platform, path, ticket, hashed);
                }
            }
        }
    }

    /// Begins an access check. It allocates nothing and changes nothing.
    pub fn begin(
        &self,
        platform: &impl Platform,
        path: &[u8],
        located: Located,
        access: Access,
    ) -> Step {
        if self.is_bypassed() {
            return Step::Decided(Verdict::Allow);
        }
        if located.kind != FileKind::Regular {
            return self.decided(platform, path, access, Object::NotRegular);
        }
        self.step(platform, path, located.id, access, Self::RETRIES)
    }

    /// Goes on with an access check after the file was hashed, or could not be.
    ///
    /// The result is recorded only if neither the entry changed nor the file was purged since the
    /// check began; else the check begins again. It allocates nothing.
    pub fn complete(
        &mut self,
        platform: &impl Platform,
        path: &[u8],
        ticket: Ticket,
        hashed: Result<Digest, Errno>,
    ) -> Step {
        let Ticket { file, access, stamp, retries, .. } = ticket;
        let Some(entry) = self.entry_mut(file).filter(|entry| entry.stamp == stamp) else {
            return match retries.checked_sub(1) {
                Some(retries) => self.step(platform, path, file, access, retries),
                None => self.give_up(platform, path, file, access),
            };
        };
        if let Ok(found) = &hashed {
            record(entry, found);
        }
        let Some(entry) = self.entry(file) else {
            return self.decided(platform, path, access, Object::Unlisted);
        };
        let evaluation = match &hashed {
            Ok(found) => {
                let listed = &entry.fingerprint;
                let message = Message::Comparing { listed, found };
                let name = entry.name_or(path);
                let report = Report { priority: Priority::Notice, message, name, process: None };
                self.notify(platform, Loudness::Debug, &report);
                Evaluation::from(entry.status)
            }
            Err(errno) => Evaluation::Failed(*errno),
        };
        self.decided(platform, entry.name_or(path), access, listed(entry, evaluation))
    }

    /// What a check of that access would say at a level. The file is hashed if need be, but
    /// nothing is recorded and nothing reported.
    #[must_use]
    pub fn would(
        &self,
        platform: &impl Platform,
        path: &[u8],
        located: Located,
        access: Access,
        level: StrictLevel,
    ) -> Forecast {
        let object = match (located.kind, self.entry(located.id)) {
            (FileKind::Regular, Some(entry)) => {
                listed(entry, foresee(platform, path, located.id, entry))
            }
            (FileKind::Regular, None) => Object::Unlisted,
            _ => Object::NotRegular,
        };
        let decision = if !self.loaded && level == StrictLevel::Learning {
            Decision::QUIETLY_ALLOWED
        } else {
            decide(level, Event::Access(access), object)
        };
        Forecast { object, decision }
    }

    fn step(
        &self,
        platform: &impl Platform,
        path: &[u8],
        file: FileId,
        access: Access,
        retries: u8,
    ) -> Step {
        let Some(entry) = self.entry(file) else {
            return self.decided(platform, path, access, Object::Unlisted);
        };
        if entry.needs_evaluation() {
            let algorithm = entry.fingerprint.algorithm();
            return Step::Hash(Ticket { file, algorithm, access, stamp: entry.stamp, retries });
        }
        let object = listed(entry, Evaluation::from(entry.status));
        self.decided(platform, entry.name_or(path), access, object)
    }

    /// The answer for a file that changed each time it was hashed.
    fn give_up(&self, platform: &impl Platform, path: &[u8], file: FileId, access: Access) -> Step {
        let (name, object) = match self.entry(file) {
            Some(entry) => (entry.name_or(path), listed(entry, Evaluation::NotEvaluated)),
            None => (path, Object::Unlisted),
        };
        self.decided(platform, name, access, object)
    }

    fn decided(
        &self,
        platform: &impl Platform,
        name: &[u8],
        access: Access,
        object: Object,
    ) -> Step {
        let decision = decide(self.strict, Event::Access(access), object);
        if let Some(notice) = decision.notice {
            self.report_finding(platform, name, notice);
        }
        Step::Decided(decision.verdict)
    }

    fn report_finding(&self, platform: &impl Platform, name: &[u8], notice: Notice) {
        let Notice { finding, loudness, alarm } = notice;
        if loudness.is_heard(self.verbosity) {
            let (priority, process) = if alarm {
                (Priority::Alert, platform.process())
            } else {
                (Priority::Notice, None)
            };
            let message = Message::Finding(finding);
            platform.report(&Report { priority, message, name, process });
        }
    }
}

fn listed(entry: &Entry, evaluation: Evaluation) -> Object {
    Object::Listed(entry.entry_type, evaluation)
}

/// Records what hashing gave. Two checks that hashed at once and do not agree saw contents that
/// change unseen: then the mismatch stays.
fn record(entry: &mut Entry, found: &Digest) {
    let status = if *found == entry.fingerprint { Status::Valid } else { Status::Mismatch };
    if entry.needs_evaluation() || status == Status::Mismatch {
        entry.status = status;
    }
}

/// What hashing the file now would record for it.
fn foresee(platform: &impl Platform, path: &[u8], file: FileId, entry: &Entry) -> Evaluation {
    if !entry.needs_evaluation() {
        return Evaluation::from(entry.status);
    }
    match platform.fingerprint(path, file, entry.fingerprint.algorithm()) {
        Ok(found) if found == entry.fingerprint => Evaluation::Valid,
        Ok(_) => Evaluation::Mismatch,
        Err(errno) => Evaluation::Failed(errno),
    }
}
