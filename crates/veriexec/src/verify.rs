//! Access checks: veriexec_verify(9).

use fingerprint::{Algorithm, Digest};

use crate::entry::Entry;
use crate::policy::{Access, Decision, Evaluation, Event, Notice, Object, Verdict, decide};
use crate::subsystem::Settings;
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
            return self.settings.answer(platform, path, access, Object::NotRegular);
        }
        self.step(platform, path, located.id, access, Some(Self::RETRIES))
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
        let settings = self.settings;
        let Some(entry) = self.entry_mut(file).filter(|entry| entry.stamp == stamp) else {
            return self.step(platform, path, file, access, retries.checked_sub(1));
        };
        let evaluation = match hashed {
            Ok(found) => {
                record(entry, &found);
                let message = Message::Comparing { listed: &entry.fingerprint, found: &found };
                settings.notify(platform, Loudness::Debug, message, entry.name_or(path));
                Evaluation::from(entry.status)
            }
            Err(errno) => Evaluation::Failed(errno),
        };
        let object = Object::Listed(entry.entry_type, evaluation);
        settings.answer(platform, entry.name_or(path), access, object)
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
                Object::Listed(entry.entry_type, foresee(platform, path, located.id, entry))
            }
            (FileKind::Regular, None) => Object::Unlisted,
            _ => Object::NotRegular,
        };
        let decision = if self.settings.bypasses(level) {
            Decision::QUIETLY_ALLOWED
        } else {
            decide(level, Event::Access(access), object)
        };
        Forecast { object, decision }
    }

    /// The next step of a check that may begin again so many times after this one; `None` if it
    /// may not even hash the file once more.
    fn step(
        &self,
        platform: &impl Platform,
        path: &[u8],
        file: FileId,
        access: Access,
        retries: Option<u8>,
    ) -> Step {
        let Some(entry) = self.entry(file) else {
            return self.settings.answer(platform, path, access, Object::Unlisted);
        };
        let evaluation = match retries {
            _ if !entry.needs_evaluation() => Evaluation::from(entry.status),
            Some(retries) => {
                let algorithm = entry.fingerprint.algorithm();
                return Step::Hash(Ticket { file, algorithm, access, stamp: entry.stamp, retries });
            }
            None => Evaluation::NotEvaluated,
        };
        let object = Object::Listed(entry.entry_type, evaluation);
        self.settings.answer(platform, entry.name_or(path), access, object)
    }
}

impl Settings {
    fn answer(self, platform: &impl Platform, name: &[u8], access: Access, object: Object) -> Step {
        let decision = decide(self.strict, Event::Access(access), object);
        for Notice { finding, loudness, alarm } in decision.notices.into_iter().flatten() {
            let message = Message::Finding(finding);
            if !alarm {
                self.notify(platform, loudness, message, name);
            } else if loudness.is_heard(self.verbosity) {
                let process = platform.process();
                platform.report(&Report { priority: Priority::Alert, message, name, process });
            }
        }
        Step::Decided(decision.verdict)
    }
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
