//! What the program's exit status says.

use std::process::ExitCode;

/// How a run ended; veriexec-kmod(8), EXIT STATUS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All was done.
    Done,
    /// An error, or the answer is "no".
    Failed,
    /// The module is loaded, but nothing was proved of it.
    Skipped,
    /// The machine is started at the level that could be reached, in spite of errors.
    InSpiteOfErrors,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Done => Self::SUCCESS,
            Exit::Failed => Self::FAILURE,
            Exit::Skipped | Exit::InSpiteOfErrors => Self::from(2),
        }
    }
}
