//! What can be wrong with a configuration.

use std::fmt;

use sigfile::printable;

/// Where a file is wrong, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(super) line: usize,
    /// In bytes, from 1.
    pub(super) column: usize,
    pub(super) problem: Problem,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    NoAssignment,
    Blanks,
    Unfinished(char),
    Expansion,
    Trailing,
    Unknown(Vec<u8>),
    Level,
    Verbosity,
    Flags,
    Preflight,
    OnError,
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}", self.line, self.column, self.problem)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAssignment => out.write_str("no setting; expected NAME=VALUE"),
            Self::Blanks => out.write_str("blanks around the =; expected NAME=VALUE, without any"),
            Self::Unfinished(quote) => write!(out, "no {quote} ends the value"),
            Self::Expansion => {
                out.write_str("this is no shell; expected a word, or words in quotes")
            }
            Self::Trailing => {
                out.write_str("something follows the value; expected words in quotes, or a comment")
            }
            Self::Unknown(name) => write!(
                out,
                "unknown setting {}; expected veriexec_strict, veriexec_verbose, veriexec_flags, \
                 veriexec_preflight or veriexec_on_error",
                printable(name)
            ),
            Self::Level => {
                out.write_str("expected a strict level: 0 learning, 1 IDS, 2 IPS or 3 lockdown")
            }
            Self::Verbosity => out.write_str("expected a verbosity: 0, 1 or 2"),
            Self::Flags => out.write_str("expected options of veriexecctl, as in \"-k -e\""),
            Self::Preflight => out.write_str("expected required or reported"),
            Self::OnError => out.write_str("expected refuse, continue or halt"),
        }
    }
}
