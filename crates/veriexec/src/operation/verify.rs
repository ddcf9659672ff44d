//! Checks: veriexec_verify(9), and what else the policy is asked.

use fingerprint::{Algorithm, Digest};
use sigfile::EntryType;

use crate::entries::Entry;
use crate::operation::{Action, Operation};
use crate::policy::{Access, Decision, Evaluation, Event, Object, Verdict, decide};
use crate::{
    Errno, FileId, FileKind, Located, Loudness, Message, Platform, Priority, Status, StrictLevel,
    Veriexec,
};

/// How far a check has come.
#[derive(Debug)]
#[must_use = "an access is denied only if somebody denies it"]
pub enum Step<'a> {
    /// This is the answer.
    Decided(Verdict),
    /// The file must be hashed, by [`Ticket::hash`] and without a lock held, and the result handed
    /// to [`Veriexec::complete`].
    Hash(Ticket<'a>),
    /// It is allowed, but an entry changes before it happens: [`Veriexec::settle`] must be asked.
    Exclusive(Operation<'a>),
}

/// What is to be hashed for a check.
#[derive(Debug)]
pub struct Ticket<'a> {
    operation: Operation<'a>,
    file: FileId,
    algorithm: Algorithm,
    /// The stamp of the entry that asked.
    stamp: u64,
    /// How many more times the check may begin again.
    retries: u8,
}

impl Ticket<'_> {
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

    /// Hashes the file.
    ///
    /// # Errors
    /// What [`Platform::fingerprint`] says.
    pub fn hash(&self, platform: &impl Platform) -> Result<Digest, Errno> {
        let path = self.operation.path;
        if self.operation.action.writes() {
            platform.fingerprint_for_writer(path, self.file, self.algorithm)
        } else {
            platform.fingerprint(path, self.file, self.algorithm)
        }
    }
}

/// What would happen, see [`Veriexec::forecast`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// The level that was asked about.
    pub level: StrictLevel,
    /// What the policy was asked: which event,
    pub event: Event,
    /// and about what: what kind of file, which entry, and how its contents compare now.
    pub object: Object,
    /// What it said.
    pub decision: Decision,
}

/// What a check does next.
enum Next<'a> {
    Ask(Event, Object),
    Hash(Ticket<'a>),
}

impl Veriexec {
    /// How often a check begins again because the file was purged, or its entry replaced, while
    /// it was hashed. Then it counts as one that does not match.
    const RETRIES: u8 = 2;

    /// Checks an access to a file: veriexec_verify(9). The file is hashed if its entry says
    /// `untrusted` or nothing is known of its contents, and what comes out is recorded.
    ///
    /// The path is how the file was reached, for reports.
    pub fn verify(
        &mut self,
        platform: &impl Platform,
        path: &[u8],
        located: Located,
        access: Access,
    ) -> Verdict {
        self.check(platform, Operation { path, action: Action::Access(located, access) })
    }

    /// Checks an operation: [`settle`](Self::settle), [`Ticket::hash`] and
    /// [`complete`](Self::complete) in a row. A kernel, which holds no lock while it hashes, calls
    /// them itself, and [`begin`](Self::begin) first.
    pub fn check(&mut self, platform: &impl Platform, operation: Operation<'_>) -> Verdict {
        let mut step = self.settle(platform, operation);
        loop {
            step = match step {
                Step::Decided(verdict) => return verdict,
                Step::Exclusive(operation) => self.settle(platform, operation),
                Step::Hash(ticket) => {
                    let hashed = ticket.hash(platform);
                    self.complete(platform, ticket, hashed)
                }
            }
        }
    }

    /// Begins a check. It allocates nothing and changes no entry: it can run beside others.
    ///
    /// Only [`Event::needs_contents`] leads to [`Step::Hash`]; the other checks can be made where
    /// nobody may sleep.
    pub fn begin<'a>(&self, platform: &impl Platform, operation: Operation<'a>) -> Step<'a> {
        self.note(&operation);
        if self.is_bypassed() {
            return Step::Decided(Verdict::Allow);
        }
        if self.namesake(&operation).is_some() {
            return Step::Exclusive(operation);
        }
        match self.next(operation, Some(Self::RETRIES)) {
            Next::Hash(ticket) => Step::Hash(ticket),
            Next::Ask(event, object) => {
                let level = self.level_for(platform);
                let decision = decide(level, event, object);
                if decision.changes_entries() {
                    return Step::Exclusive(operation);
                }
                self.announce(platform, operation, Forecast { level, event, object, decision });
                Step::Decided(decision.verdict)
            }
        }
    }

    /// Begins a check, and changes the entries as its answer says.
    pub fn settle<'a>(&mut self, platform: &impl Platform, operation: Operation<'a>) -> Step<'a> {
        self.note(&operation);
        if self.is_bypassed() {
            return Step::Decided(Verdict::Allow);
        }
        while let Some(namesake) = self.namesake(&operation) {
            self.purge(namesake);
        }
        self.go_on(platform, operation, Some(Self::RETRIES))
    }

    /// Goes on with a check after the file was hashed, or could not be, and changes the entries as
    /// the answer says.
    ///
    /// The result is recorded only if neither the entry changed nor the file was purged since the
    /// check began; else the check begins again. It allocates nothing.
    pub fn complete<'a>(
        &mut self,
        platform: &impl Platform,
        ticket: Ticket<'a>,
        hashed: Result<Digest, Errno>,
    ) -> Step<'a> {
        let Ticket { operation, file, stamp, retries, .. } = ticket;
        let settings = self.settings;
        let Some(entry) = self.entry_mut(file).filter(|entry| entry.stamp == stamp) else {
            return self.go_on(platform, operation, retries.checked_sub(1));
        };
        let evaluation = match hashed {
            Ok(found) => {
                let stays_open = matches!(operation.action, Action::Command(_));
                let status = record(entry, &found, stays_open);
                let message = Message::Comparing { listed: &entry.fingerprint, found: &found };
                settings.notify(platform, Loudness::Debug, message, entry.name_or(operation.path));
                Evaluation::from(status)
            }
            Err(Errno::TXTBSY) => Evaluation::Busy,
            Err(errno) => Evaluation::Failed(errno),
        };
        let object = Object::Listed(entry.entry_type, evaluation);
        let event = self.event(&operation);
        self.finish(platform, operation, event, object)
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
        let operation = Operation { path, action: Action::Access(located, access) };
        self.forecast(platform, operation, level)
    }

    /// What a check of that operation would say at a level. The file is hashed if need be, but
    /// nothing is recorded and nothing reported.
    #[must_use]
    pub fn forecast(
        &self,
        platform: &impl Platform,
        operation: Operation<'_>,
        level: StrictLevel,
    ) -> Forecast {
        let (event, object) = match self.next(operation, Some(0)) {
            Next::Ask(event, object) => (event, object),
            Next::Hash(ticket) => {
                let entry = self.entry(ticket.file);
                let object = entry.map_or(Object::Unlisted, |entry| {
                    Object::Listed(entry.entry_type, foresee(platform, &ticket, entry))
                });
                (self.event(&operation), object)
            }
        };
        let decision = if self.settings.bypasses(level) {
            Decision::QUIETLY_ALLOWED
        } else {
            decide(level, event, object)
        };
        Forecast { level, event, object, decision }
    }

    /// What comes next in a check that may begin again so many times after this one; `None` if it
    /// may not even hash the file once more.
    fn next<'a>(&self, operation: Operation<'a>, retries: Option<u8>) -> Next<'a> {
        let event = self.event(&operation);
        let file = operation.action.file().filter(|file| file.kind == FileKind::Regular);
        let object = match file.map(|file| (file.id, self.entry(file.id))) {
            Some((file, Some(entry))) => {
                let evaluation = match retries {
                    _ if !entry.needs_evaluation() => Evaluation::from(entry.status),
                    Some(retries) if event.needs_contents() => {
                        let algorithm = entry.fingerprint.algorithm();
                        let stamp = entry.stamp;
                        return Next::Hash(Ticket { operation, file, algorithm, stamp, retries });
                    }
                    _ => Evaluation::NotEvaluated,
                };
                Object::Listed(entry.entry_type, evaluation)
            }
            Some((_, None)) => Object::Unlisted,
            None => self.object_without_contents(&operation.action),
        };
        Next::Ask(event, object)
    }

    /// What something is to the policy that is no file, or none with contents.
    fn object_without_contents(&self, action: &Action<'_>) -> Object {
        match *action {
            Action::Create(FileKind::Regular) => Object::Unlisted,
            Action::RemoveVolume(mount) if self.has_table(mount) => {
                Object::Listed(EntryType::EMPTY, Evaluation::NotEvaluated)
            }
            Action::RemoveVolume(_) => Object::Unlisted,
            _ => Object::NotRegular,
        }
    }

    fn go_on<'a>(
        &mut self,
        platform: &impl Platform,
        operation: Operation<'a>,
        retries: Option<u8>,
    ) -> Step<'a> {
        match self.next(operation, retries) {
            Next::Hash(ticket) => Step::Hash(ticket),
            Next::Ask(event, object) => self.finish(platform, operation, event, object),
        }
    }

    fn finish<'a>(
        &mut self,
        platform: &impl Platform,
        operation: Operation<'a>,
        event: Event,
        object: Object,
    ) -> Step<'a> {
        let level = self.level_for(platform);
        let decision = decide(level, event, object);
        self.announce(platform, operation, Forecast { level, event, object, decision });
        if decision.changes_entries() {
            self.apply(platform, operation, decision);
        }
        Step::Decided(decision.verdict)
    }

    /// The level that counts for whoever asks.
    fn level_for(&self, platform: &impl Platform) -> StrictLevel {
        self.strict().max(platform.trial())
    }

    /// Counts a decision, and reports what is to be reported.
    fn announce(&self, platform: &impl Platform, operation: Operation<'_>, forecast: Forecast) {
        self.counters.count(forecast.event.kind(), forecast.decision.verdict);
        let verbosity = self.verbosity();
        let notices = forecast.decision.notices.into_iter().flatten();
        for notice in notices.filter(|notice| notice.loudness.is_heard(verbosity)) {
            let mut report = self.report_of(operation, forecast, notice);
            report.process = platform.process();
            if let Some(occasion) = &mut report.occasion
                && self.strict() == StrictLevel::Learning
                && forecast.level > StrictLevel::Learning
            {
                occasion.is_trial = true;
                report.priority = Priority::Info;
            }
            platform.report(&report);
        }
    }
}

/// Records what hashing gave, and says what counts for who asked. Two checks that hashed at once and
/// do not agree saw contents that change unseen: then the mismatch stays.
///
/// A file that stays open may be written through that when the check is done: then nothing is recorded
/// as valid.
fn record(entry: &mut Entry, found: &Digest, stays_open: bool) -> Status {
    let status = if *found == entry.fingerprint { Status::Valid } else { Status::Mismatch };
    if status == Status::Valid && !entry.needs_evaluation() {
        return entry.status;
    }
    entry.status = match status {
        Status::Valid if stays_open => Status::NotEvaluated,
        status => status,
    };
    status
}

/// What hashing the file now would record for it.
fn foresee(platform: &impl Platform, ticket: &Ticket<'_>, entry: &Entry) -> Evaluation {
    match platform.fingerprint(ticket.operation.path, ticket.file, ticket.algorithm) {
        Ok(found) if found == entry.fingerprint => Evaluation::Valid,
        Ok(_) => Evaluation::Mismatch,
        Err(Errno::TXTBSY) => Evaluation::Busy,
        Err(errno) => Evaluation::Failed(errno),
    }
}
