//! Accesses that pass: which most are, found out sooner than a check does.

use sigfile::EntryType;

use crate::policy::{Access, Evaluation, Event, Object, Verdict, is_quiet};
use crate::{FileKind, Located, Loudness, Platform, Status, StrictLevel, Veriexec};

/// Whether an access is quietly allowed, by level and access: what [`decide`] says, looked up.
///
/// [`decide`]: crate::policy::decide
type Quiet = [[bool; Access::ALL.len()]; StrictLevel::ALL.len()];

/// To what has no contents.
static NOT_REGULAR: Quiet = table(Quality::NotRegular);

/// To a file without an entry.
static UNLISTED: Quiet = table(Quality::Unlisted);

/// To a file that is listed for it, and has its fingerprint.
static VALID: Quiet = table(Quality::Valid);

/// What a file is that needs nothing to be known of beside it.
#[derive(Clone, Copy)]
enum Quality {
    NotRegular,
    Unlisted,
    Valid,
}

const fn table(quality: Quality) -> Quiet {
    let [learning, ids, ips, lockdown] = StrictLevel::ALL;
    [row(quality, learning), row(quality, ids), row(quality, ips), row(quality, lockdown)]
}

const fn row(quality: Quality, level: StrictLevel) -> [bool; Access::ALL.len()] {
    let [direct, indirect, file] = Access::ALL;
    [of(quality, level, direct), of(quality, level, indirect), of(quality, level, file)]
}

const fn of(quality: Quality, level: StrictLevel, access: Access) -> bool {
    let object = match quality {
        Quality::NotRegular => Object::NotRegular,
        Quality::Unlisted => Object::Unlisted,
        Quality::Valid => Object::Listed(access.flag(), Evaluation::Valid),
    };
    is_quiet(level, Event::Access(access), object)
}

impl Veriexec {
    /// Whether an access passes: it is allowed, and there is nothing to hash, to change or to say.
    /// If it does, it is counted; if not, it is to be checked: [`begin`](Self::begin).
    ///
    /// How it is accessed may depend on what it is listed for, `None` if it is not.
    ///
    /// It allocates nothing and changes no entry: it can run beside others.
    pub fn passes(
        &self,
        platform: &impl Platform,
        file: Located,
        access: impl FnOnce(Option<EntryType>) -> Access,
    ) -> bool {
        if self.is_bypassed() {
            return true;
        }
        if Loudness::Verbose.is_heard(self.settings.verbosity) {
            return false;
        }
        let is_regular = file.kind == FileKind::Regular;
        let entry = if is_regular { self.entry(file.id) } else { None };
        let access = access(entry.map(|entry| entry.entry_type));
        let quiet = match entry {
            None if !is_regular => &NOT_REGULAR,
            None => &UNLISTED,
            Some(entry) => {
                let is_valid = entry.status == Status::Valid && !entry.is_untrusted();
                if !is_valid || !entry.entry_type.contains(access.flag()) {
                    return false;
                }
                &VALID
            }
        };
        let level = self.strict().max(platform.trial());
        let row = quiet.get(usize::from(level.number()));
        let passes = row.and_then(|row| row.get(access as usize)).is_some_and(|quiet| *quiet);
        if passes {
            self.counters.count(Event::Access(access).kind(), Verdict::Allow);
        }
        passes
    }
}
