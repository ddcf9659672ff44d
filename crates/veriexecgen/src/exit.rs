//! What the program's exit status says.

use std::process::ExitCode;

/// How a run ended; veriexecgen(8), EXIT STATUS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All was done.
    Done,
    /// An error. Whatever file the list was to go to is as it was.
    Failed,
    /// The list was written, and with `-W` something is missing from it, or something that follows
    /// the writing failed.
    Skipped,
}

impl Exit {
    /// The number of it.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Skipped => 2,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
