//! The system calls, and what they are for the policy.

use sigfile::EntryType;
use veriexec::{Access, Evaluation, Event, Image};

use super::entry_types;
use crate::scenario::rows::{Place, State};

/// A system call.
#[derive(Debug)]
pub(super) struct Call {
    /// Its name in `programs/rows/*_calls.c`.
    pub(super) name: &'static str,
    /// What it is for the policy.
    pub(super) event: Event,
    /// Whether the file is opened first, which is another question.
    pub(super) opens: bool,
    pub(super) objects: Objects,
    pub(super) place: Place,
    /// What it answers if it is allowed.
    pub(super) success: i32,
    /// What Linux itself says of a file that somebody has open for write, before anybody is asked.
    pub(super) busy: Option<i32>,
    /// What the log calls it, if not by the file's name: `ROW` is the row's directory.
    pub(super) name_in_log: Option<&'static str>,
}

/// What a call can be made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Objects {
    /// Files whose contents are asked for, some of which cannot be read.
    Contents,
    /// The same, where Linux itself would be the first to read.
    ReadableContents,
    /// Files that were open for write before they were listed.
    Held,
    /// Files of which the status alone is asked for.
    Status,
    /// Files whose names or attributes change.
    Name,
    /// A file that is listed.
    Listed,
    /// A file that is not.
    Unlisted,
    /// Nothing that has contents.
    NotRegular,
}

/// What a call is made of, once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject {
    /// What the file is listed for, if it is.
    pub(super) entry: Option<EntryType>,
    pub(super) evaluation: Evaluation,
    pub(super) is_match: bool,
    pub(super) state: State,
    pub(super) is_regular: bool,
}

const EIO: i32 = 5;
const ENOEXEC: i32 = 8;
const ETXTBSY: i32 = 26;

/// What a file that cannot be read says.
pub(super) const UNREADABLE: Evaluation = Evaluation::Failed(veriexec::Errno::from_raw(EIO));

const PLAIN: Call = Call {
    name: "",
    event: Event::Link,
    opens: false,
    objects: Objects::Name,
    place: Place::Shared,
    success: 0,
    busy: None,
    name_in_log: None,
};

const fn contents(name: &'static str, event: Event) -> Call {
    Call { name, event, objects: Objects::Contents, ..PLAIN }
}

const fn name(name: &'static str, event: Event) -> Call {
    Call { name, event, objects: Objects::Name, ..PLAIN }
}

/// A call about something without contents, that is called so in the log.
const fn other(name: &'static str, event: Event, name_in_log: &'static str) -> Call {
    let objects = Objects::NotRegular;
    Call { name, event, objects, name_in_log: Some(name_in_log), ..PLAIN }
}

const fn made(name: &'static str, objects: Objects) -> Call {
    Call { name, event: Event::Create, objects, name_in_log: Some("ROW/new"), ..PLAIN }
}

const fn executed(name: &'static str, access: Access) -> Call {
    let objects = Objects::ReadableContents;
    Call { name, event: Event::Access(access), objects, busy: Some(ETXTBSY), ..PLAIN }
}

const fn taken_in(name: &'static str, image: Image, success: i32) -> Call {
    let event = Event::KernelLoad(image);
    Call { success, busy: Some(ETXTBSY), ..contents(name, event) }
}

const fn mounted(name: &'static str, hides: bool, place: Place) -> Call {
    let objects = if hides { Objects::Listed } else { Objects::Unlisted };
    let event = Event::MountOver { hides };
    Call { name, event, objects, place, name_in_log: Some("ROW/place"), ..PLAIN }
}

const fn unmounted(name: &'static str, listed: bool) -> Call {
    let objects = if listed { Objects::Listed } else { Objects::Unlisted };
    let event = Event::Unmount { listed };
    Call { name, event, objects, place: Place::Own, name_in_log: Some("ROW"), ..PLAIN }
}

const fn raw(name: &'static str, event: Event, device: &'static str) -> Call {
    let objects = Objects::Listed;
    Call { name, event, objects, place: Place::Disk, name_in_log: Some(device), ..PLAIN }
}

/// Every call.
pub(super) const CALLS: &[Call] = &[
    executed("execve", Access::Direct),
    executed("execveat", Access::Direct),
    executed("script", Access::Indirect),
    contents("mmap", Event::Access(Access::Indirect)),
    Call { objects: Objects::NotRegular, ..contents("mmap-zero", Event::Access(Access::Indirect)) },
    contents("open-read", Event::Access(Access::File)),
    other("open-directory", Event::Access(Access::File), ""),
    other("open-device", Event::Access(Access::File), ""),
    other("open-sysctl", Event::Write, ""),
    contents("open-write", Event::Write),
    contents("open-both", Event::Write),
    contents("open-append", Event::Write),
    contents("open-trunc", Event::Write),
    contents("truncate", Event::Truncate),
    Call { objects: Objects::Held, ..contents("ftruncate", Event::Resize) },
    Call { objects: Objects::Status, ..contents("mprotect", Event::Protect) },
    other("mprotect-anonymous", Event::Protect, ""),
    made("creat", Objects::Unlisted),
    made("mknod", Objects::Unlisted),
    made("mknod-pipe", Objects::NotRegular),
    made("mkdir", Objects::NotRegular),
    made("symlink", Objects::NotRegular),
    name("unlink-of-two", Event::Remove),
    other("unlink-pipe", Event::Remove, "ROW/pipe"),
    name("rename-away", Event::Rename { target_listed: false }),
    name("rename-over-one-of-two", Event::Rename { target_listed: true }),
    name("exchange", Event::Rename { target_listed: false }),
    other("rename-pipe", Event::Rename { target_listed: false }, "ROW/pipe"),
    name("link", Event::Link),
    name("chmod", Event::SetAttributes),
    name("chown", Event::SetAttributes),
    name("utimes", Event::SetAttributes),
    taken_in("finit-module", Image::Module, 0),
    other("init-module", Event::KernelLoad(Image::Module), ""),
    taken_in("kexec-file-load", Image::Kexec, ENOEXEC),
    other("kexec-load", Event::KernelLoad(Image::Kexec), ""),
    Call {
        opens: true,
        objects: Objects::ReadableContents,
        ..taken_in("firmware", Image::Firmware, 0)
    },
    unmounted("umount", false),
    unmounted("umount", true),
    unmounted("umount-detached", false),
    unmounted("umount-detached", true),
    mounted("mount", false, Place::Own),
    mounted("mount", true, Place::Below),
    mounted("bind", false, Place::Own),
    mounted("bind", true, Place::Below),
    mounted("move", false, Place::Own),
    mounted("move", true, Place::Below),
    mounted("move-mount", false, Place::Own),
    mounted("move-mount", true, Place::Below),
    Call { name_in_log: None, ..mounted("bind-file", false, Place::Own) },
    Call { name_in_log: None, ..mounted("bind-file", true, Place::Own) },
    raw("raw-read", Event::RawRead, ""),
    raw("raw-write", Event::RawWrite { listed: true }, "/dev/disk1p1"),
    raw("raw-write-disk", Event::RawWrite { listed: true }, "/dev/disk1"),
    other("raw-read-unlisted", Event::RawRead, ""),
    other("raw-write-unlisted", Event::RawWrite { listed: false }, "/dev/disk3"),
    // Lockdown asks as much about those who only read it.
    other("memory-read", Event::MemoryWrite, "physical memory"),
    other("memory-write", Event::MemoryWrite, "/dev/mem"),
    other("nvme", Event::PassThrough, "/dev/disk3"),
    other("scsi", Event::PassThrough, "/dev/sda"),
];

/// What a call is made of, one by one.
pub(super) fn subjects(objects: Objects) -> Vec<Subject> {
    let unlisted = Subject {
        entry: None,
        evaluation: Evaluation::NotEvaluated,
        is_match: true,
        state: State::Fresh,
        is_regular: true,
    };
    let listed = |entry, evaluation, state| Subject {
        entry: Some(entry),
        evaluation,
        is_match: evaluation != Evaluation::Mismatch,
        state,
        is_regular: true,
    };
    let states: &[(Evaluation, State)] = match objects {
        Objects::Unlisted => return vec![unlisted],
        Objects::NotRegular => return vec![Subject { is_regular: false, ..unlisted }],
        Objects::Listed => {
            let entry = EntryType::DIRECT | EntryType::FILE;
            return vec![listed(entry, Evaluation::Valid, State::Evaluated)];
        }
        Objects::Contents => &[
            (Evaluation::Valid, State::Fresh),
            (Evaluation::Valid, State::Evaluated),
            (Evaluation::Mismatch, State::Fresh),
            (Evaluation::Mismatch, State::Evaluated),
            (Evaluation::Busy, State::Busy),
            (UNREADABLE, State::Fresh),
        ],
        Objects::ReadableContents => &[
            (Evaluation::Valid, State::Fresh),
            (Evaluation::Valid, State::Evaluated),
            (Evaluation::Mismatch, State::Fresh),
            (Evaluation::Mismatch, State::Evaluated),
            (Evaluation::Busy, State::Busy),
        ],
        Objects::Held => &[(Evaluation::NotEvaluated, State::Busy)],
        Objects::Status | Objects::Name => &[
            (Evaluation::NotEvaluated, State::Fresh),
            (Evaluation::Valid, State::Evaluated),
            (Evaluation::Mismatch, State::Evaluated),
        ],
    };
    let mut subjects = vec![unlisted];
    for entry in entry_types() {
        subjects
            .extend(states.iter().map(|(evaluation, state)| listed(entry, *evaluation, *state)));
    }
    subjects
}
