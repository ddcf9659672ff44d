//! What veriexec(8) and veriexec(9) say of every event, outcome by outcome.

use sigfile::EntryType;
use veriexec::{
    Access, Decision, Errno, Evaluation, Event, Finding, Image, Loudness, Notice, Object,
    StrictLevel, Verdict,
};

/// Events, objects, and the outcomes at levels 0 to 3: `ok` or the error, what becomes of the
/// entry, and what is reported, `?` from verbosity 1 on and `!` as an alert.
///
/// A listed file is `right` if it has the flag for the event, else `wrong`.
const TABLE: &str = "
direct indirect file write truncate protect, not-regular: ok; ok; ok; ok
file write truncate, unlisted: ok no-entry?; ok no-entry?; ok no-entry?; EPERM no-entry!
direct indirect protect module kexec firmware, unlisted: ok no-entry?; ok no-entry?; EPERM no-entry!; EPERM no-entry!
module kexec firmware, not-regular: ok no-entry?; ok no-entry?; EPERM no-entry!; EPERM no-entry!
direct indirect file module kexec firmware protect write truncate, right-failed wrong-failed: error calculation-error!; error calculation-error!; error calculation-error!; error calculation-error!

direct indirect file module kexec firmware protect, right-valid: ok match?; ok match?; ok match?; ok match?
direct indirect file module kexec firmware protect, wrong-valid: ok incorrect-access match?; ok incorrect-access match?; EPERM incorrect-access!; EPERM incorrect-access!
direct indirect file module kexec firmware protect, right-mismatch: ok mismatch; EPERM mismatch!; EPERM mismatch!; EPERM mismatch!
direct indirect file module kexec firmware protect, wrong-mismatch: ok incorrect-access mismatch; EPERM incorrect-access mismatch!; EPERM incorrect-access!; EPERM incorrect-access!
direct indirect file module kexec firmware protect, right-busy: ok busy; EPERM busy!; EPERM busy!; EPERM busy!
direct indirect file module kexec firmware protect, wrong-busy: ok incorrect-access busy; EPERM incorrect-access busy!; EPERM incorrect-access!; EPERM incorrect-access!
direct indirect file module kexec firmware, right-unknown: ok unsettled; EPERM unsettled!; EPERM unsettled!; EPERM unsettled!
direct indirect file module kexec firmware, wrong-unknown: ok incorrect-access unsettled; EPERM incorrect-access unsettled!; EPERM incorrect-access!; EPERM incorrect-access!
protect, right-unknown: ok not-evaluated; EPERM not-evaluated!; EPERM not-evaluated!; EPERM not-evaluated!
protect, wrong-unknown: ok incorrect-access not-evaluated; EPERM incorrect-access not-evaluated!; EPERM incorrect-access!; EPERM incorrect-access!

write truncate, right-valid: ok purge match? write-request; ok purge match? write-request; EPERM match? write-request!; EPERM match? write-request!
write truncate, wrong-valid: ok purge incorrect-access match? write-request; ok purge incorrect-access match? write-request; EPERM incorrect-access!; EPERM incorrect-access!
write truncate, right-mismatch: ok purge mismatch write-request; EPERM mismatch!; EPERM mismatch!; EPERM mismatch!
write truncate, wrong-mismatch: ok purge incorrect-access mismatch write-request; EPERM incorrect-access mismatch!; EPERM incorrect-access!; EPERM incorrect-access!
write truncate, right-busy: ok purge busy write-request; EPERM busy!; EPERM busy!; EPERM busy!
write truncate, wrong-busy: ok purge incorrect-access busy write-request; EPERM incorrect-access busy!; EPERM incorrect-access!; EPERM incorrect-access!
write truncate, right-unknown: ok purge unsettled write-request; EPERM unsettled!; EPERM unsettled!; EPERM unsettled!
write truncate, wrong-unknown: ok purge incorrect-access unsettled write-request; EPERM incorrect-access unsettled!; EPERM incorrect-access!; EPERM incorrect-access!

resize, not-regular unlisted: ok; ok; ok; ok
resize, listed: ok purge; ok purge; EPERM write-request!; EPERM write-request!

create, not-regular: ok; ok; ok; ok
create, unlisted listed: ok; ok; ok; EPERM creation!
remove, not-regular unlisted: ok; ok; ok; EPERM no-entry!
remove, listed: ok delete remove-request; EPERM remove-request!; EPERM remove-request!; EPERM remove-request!
rename, not-regular unlisted: ok; ok; ok; EPERM rename-lockdown!
rename, listed: ok rename delete renamed; ok rename delete renamed; EPERM rename-monitored!; EPERM rename-lockdown!
rename-onto-listed, any: ok rename delete renamed; ok rename delete renamed; EPERM rename-monitored!; EPERM rename-lockdown!
link set-attributes, any: ok; ok; ok; ok

unmount, any: ok; ok; ok; EPERM unmount-lockdown!
unmount-listed, any: ok; ok unmount-allowed; EPERM unmount-monitored!; EPERM unmount-lockdown!
mount-over, any: ok; ok; ok; EPERM mount-over!
mount-over-listed, any: ok mount-over; ok mount-over; EPERM mount-over!; EPERM mount-over!
raw-read, any: ok; ok; ok; ok
raw-write, any: ok; ok; ok; EPERM raw-write!
raw-write-listed, any: ok purge raw-write; ok purge raw-write; EPERM raw-write!; EPERM raw-write!
memory-write, any: ok; ok; EPERM memory-write!; EPERM memory-write!
pass-through, any: ok; ok; EPERM pass-through!; EPERM pass-through!
";

/// Every event, by its name in the table, with the flag that it needs.
pub(crate) const EVENTS: [(&str, Event, EntryType); 25] = {
    use EntryType as Flag;
    [
        ("direct", Event::Access(Access::Direct), Flag::DIRECT),
        ("indirect", Event::Access(Access::Indirect), Flag::INDIRECT),
        ("file", Event::Access(Access::File), Flag::FILE),
        ("write", Event::Write, Flag::FILE),
        ("truncate", Event::Truncate, Flag::FILE),
        ("resize", Event::Resize, Flag::EMPTY),
        ("create", Event::Create, Flag::EMPTY),
        ("remove", Event::Remove, Flag::EMPTY),
        ("rename", Event::Rename { target_listed: false }, Flag::EMPTY),
        ("rename-onto-listed", Event::Rename { target_listed: true }, Flag::EMPTY),
        ("link", Event::Link, Flag::EMPTY),
        ("set-attributes", Event::SetAttributes, Flag::EMPTY),
        ("protect", Event::Protect, Flag::INDIRECT),
        ("module", Event::KernelLoad(Image::Module), Flag::INDIRECT),
        ("kexec", Event::KernelLoad(Image::Kexec), Flag::INDIRECT),
        ("firmware", Event::KernelLoad(Image::Firmware), Flag::INDIRECT),
        ("unmount", Event::Unmount { listed: false }, Flag::EMPTY),
        ("unmount-listed", Event::Unmount { listed: true }, Flag::EMPTY),
        ("mount-over", Event::MountOver { hides: false }, Flag::EMPTY),
        ("mount-over-listed", Event::MountOver { hides: true }, Flag::EMPTY),
        ("raw-read", Event::RawRead, Flag::EMPTY),
        ("raw-write", Event::RawWrite { listed: false }, Flag::EMPTY),
        ("raw-write-listed", Event::RawWrite { listed: true }, Flag::EMPTY),
        ("memory-write", Event::MemoryWrite, Flag::EMPTY),
        ("pass-through", Event::PassThrough, Flag::EMPTY),
    ]
};

/// Every object: entry types are all that there are, errors two of many.
pub(crate) fn objects() -> Vec<Object> {
    let mut objects = vec![Object::NotRegular, Object::Unlisted];
    for entry_type in (0..=u8::MAX).filter_map(EntryType::from_bits) {
        for evaluation in [
            Evaluation::Valid,
            Evaluation::Mismatch,
            Evaluation::NotEvaluated,
            Evaluation::Busy,
            Evaluation::Failed(Errno::IO),
            Evaluation::Failed(Errno::ACCES),
        ] {
            objects.push(Object::Listed(entry_type, evaluation));
        }
    }
    objects
}

/// The table, read.
pub(crate) struct Manual(Vec<Row>);

struct Row {
    events: Vec<&'static str>,
    objects: Vec<&'static str>,
    outcomes: [&'static str; 4],
    used: std::cell::Cell<bool>,
}

impl Manual {
    pub(crate) fn read() -> Self {
        let rows = TABLE.lines().filter(|line| !line.is_empty()).map(|line| {
            let (place, outcomes) = line.split_once(": ").unwrap();
            let (events, objects) = place.split_once(", ").unwrap();
            let outcomes: Vec<_> = outcomes.split("; ").collect();
            Row {
                events: events.split(' ').collect(),
                objects: objects.split(' ').collect(),
                outcomes: outcomes.try_into().unwrap(),
                used: false.into(),
            }
        });
        Self(rows.collect())
    }

    /// What the one row that fits says.
    pub(crate) fn says(
        &self,
        level: StrictLevel,
        event: &str,
        flag: EntryType,
        object: Object,
    ) -> Decision {
        let words = words(flag, object);
        let fits = |row: &&Row| {
            row.events.contains(&event)
                && row.objects.iter().any(|object| words.iter().any(|word| word == object))
        };
        let mut rows = self.0.iter().filter(fits);
        let row = rows.next().unwrap_or_else(|| panic!("no row for {event} of {words:?}"));
        assert!(rows.next().is_none(), "two rows for {event} of {words:?}");
        row.used.set(true);
        outcome(row.outcomes[usize::from(level.number())], object)
    }

    /// Whether each row had its turn.
    pub(crate) fn is_used_up(&self) -> bool {
        self.0.iter().all(|row| row.used.get())
    }
}

/// What the table may call an object.
fn words(flag: EntryType, object: Object) -> Vec<String> {
    let (entry_type, evaluation) = match object {
        Object::NotRegular => return vec!["any".into(), "not-regular".into()],
        Object::Unlisted => return vec!["any".into(), "unlisted".into()],
        Object::Listed(entry_type, evaluation) => (entry_type, evaluation),
    };
    let right = if entry_type.bits() & flag.bits() == 0 { "wrong" } else { "right" };
    let known = match evaluation {
        Evaluation::Valid => "valid",
        Evaluation::Mismatch => "mismatch",
        Evaluation::Busy => "busy",
        Evaluation::NotEvaluated => "unknown",
        Evaluation::Failed(_) => "failed",
    };
    vec!["any".into(), "listed".into(), format!("{right}-{known}")]
}

fn outcome(cell: &str, object: Object) -> Decision {
    let mut decision = Decision::QUIETLY_ALLOWED;
    let mut notices = Vec::new();
    for word in cell.split(' ') {
        match (word, object) {
            ("ok", _) => {}
            ("EPERM", _) => decision.verdict = Verdict::Deny(Errno::PERM),
            ("error", Object::Listed(_, Evaluation::Failed(errno))) => {
                decision.verdict = Verdict::Deny(errno);
            }
            ("purge", _) => decision.purge = true,
            ("delete", _) => decision.delete = true,
            ("rename", _) => decision.rename = true,
            _ => notices.push(Some(notice(word))),
        }
    }
    notices.resize(3, None);
    decision.notices = notices.try_into().unwrap();
    decision
}

fn notice(word: &str) -> Notice {
    let (word, loudness, alarm) = match (word.strip_suffix('?'), word.strip_suffix('!')) {
        (Some(word), _) => (word, Loudness::Verbose, false),
        (_, Some(word)) => (word, Loudness::Always, true),
        _ => (word, Loudness::Always, false),
    };
    let finding = match word {
        "no-entry" => Finding::NoEntry,
        "calculation-error" => Finding::CalculationError,
        "incorrect-access" => Finding::IncorrectAccess,
        "match" => Finding::Match,
        "mismatch" => Finding::Mismatch,
        "busy" => Finding::Busy,
        "unsettled" => Finding::Unsettled,
        "not-evaluated" => Finding::NotEvaluated,
        "write-request" => Finding::WriteRequest,
        "creation" => Finding::Creation,
        "remove-request" => Finding::RemoveRequest,
        "renamed" => Finding::Renamed,
        "rename-monitored" => Finding::RenameMonitored,
        "rename-lockdown" => Finding::RenameLockdown,
        "unmount-allowed" => Finding::UnmountAllowed,
        "unmount-monitored" => Finding::UnmountMonitored,
        "unmount-lockdown" => Finding::UnmountLockdown,
        "mount-over" => Finding::MountOver,
        "raw-write" => Finding::RawWrite,
        "memory-write" => Finding::MemoryWrite,
        "pass-through" => Finding::PassThrough,
        _ => panic!("no finding is called {word}"),
    };
    Notice { finding, loudness, alarm }
}
