//! What the policy finds, in NetBSD's words where NetBSD has some.

/// What the policy finds about an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Finding {
    /// It is not listed.
    NoEntry,
    /// It could not be hashed.
    CalculationError,
    /// It is listed, but not for this access.
    IncorrectAccess,
    /// It is what it was.
    Match,
    /// It is not what it was.
    Mismatch,
    /// Somebody may be writing it. NetBSD does not notice.
    Busy,
    /// It changed each time it was hashed. NetBSD does not notice.
    Unsettled,
    /// It was not hashed, and cannot be now. NetBSD does not ask.
    NotEvaluated,
    /// It is listed, and opened for write or cut.
    WriteRequest,
    /// It is to be made at level 3.
    Creation,
    /// It is listed, and its name is to be removed.
    RemoveRequest,
    /// It was renamed, and it or what it replaced is listed.
    Renamed,
    /// It is to be renamed at level 2, and it or what it replaces is listed.
    RenameMonitored,
    /// It is to be renamed at level 3.
    RenameLockdown,
    /// A file system with listed files is unmounted at level 1.
    UnmountAllowed,
    /// A file system with listed files is to be unmounted at level 2.
    UnmountMonitored,
    /// A file system is to be unmounted at level 3.
    UnmountLockdown,
    /// A file system is to be mounted over something. NetBSD does not ask.
    MountOver,
    /// A disk is to be written raw. NetBSD does not report it.
    RawWrite,
    /// The memory is to be written. NetBSD does not report it.
    MemoryWrite,
    /// A command is to go through to a device. NetBSD does not report it.
    PassThrough,
}

impl Finding {
    /// NetBSD's words for it; where those name the file in their midst, the words without it.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::NoEntry => "No entry.",
            Self::CalculationError => "Fingerprint calculation error.",
            Self::IncorrectAccess => "Incorrect access type.",
            Self::Match => "Match.",
            Self::Mismatch => "Mismatch.",
            Self::Busy => "Open for write.",
            Self::Unsettled => "Changed during evaluation.",
            Self::NotEvaluated => "Not evaluated.",
            Self::WriteRequest => "Write access request.",
            Self::Creation => "Preventing new file creation.",
            Self::RemoveRequest => "Remove request.",
            Self::Renamed => "Renamed.",
            Self::RenameMonitored => "Preventing rename: IPS mode, file monitored.",
            Self::RenameLockdown => "Preventing rename: Lockdown mode.",
            Self::UnmountAllowed => "IDS mode, allowing unmount.",
            Self::UnmountMonitored => "IPS mode, preventing unmount with monitored files.",
            Self::UnmountLockdown => "Lockdown mode, preventing unmount.",
            Self::MountOver => "Mount request.",
            Self::RawWrite => "Raw write access request.",
            Self::MemoryWrite => "Memory write access request.",
            Self::PassThrough => "Device pass-through request.",
        }
    }

    /// A word for it that stays: in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::NoEntry => "no-entry",
            Self::CalculationError => "calculation-error",
            Self::IncorrectAccess => "incorrect-access",
            Self::Match => "match",
            Self::Mismatch => "mismatch",
            Self::Busy => "busy",
            Self::Unsettled => "unsettled",
            Self::NotEvaluated => "not-evaluated",
            Self::WriteRequest => "write-request",
            Self::Creation => "creation",
            Self::RemoveRequest => "remove-request",
            Self::Renamed => "renamed",
            Self::RenameMonitored => "rename-monitored",
            Self::RenameLockdown => "rename-lockdown",
            Self::UnmountAllowed => "unmount-allowed",
            Self::UnmountMonitored => "unmount-monitored",
            Self::UnmountLockdown => "unmount-lockdown",
            Self::MountOver => "mount-over",
            Self::RawWrite => "raw-write",
            Self::MemoryWrite => "memory-write",
            Self::PassThrough => "pass-through",
        }
    }
}
