//! What the program's exit status says.

use std::process::ExitCode;

/// How a run ended; veriexecgen(8), EXIT STATUS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All was done.
    Done,
    /// An error. Whatever file the list was to go to is complete: the old list, or the new one if
    /// it was written before the error.
    Failed,
    /// The list was written, and with `-W` something is missing from it.
    Skipped,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Done => Self::SUCCESS,
            Exit::Failed => Self::FAILURE,
            Exit::Skipped => Self::from(2),
        }
    }
}
