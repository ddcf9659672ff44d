//! What the commands need of a system, so that tests can give them another.

#[cfg(test)]
pub(crate) mod fake;
mod insertion;
pub(crate) mod linux;
mod module_file;
pub(crate) mod module_state;
mod own;
mod removal;
pub(crate) mod settings;
pub(crate) mod source;

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use fingerprint::Digest;
use veriexec::StrictLevel;

use crate::machine::module_state::ModuleState;
use crate::machine::source::Source;

/// A system, with or without the module.
pub(crate) trait Machine {
    /// What the kernel has of the module.
    fn module(&self) -> Result<ModuleState>;

    /// Inserts the module, the installed one if no file is given, and says which file that was.
    fn insert(&mut self, file: Option<&Path>) -> Result<PathBuf>;

    /// Removes the module.
    fn remove(&mut self) -> Result<()>;

    /// The value of a setting that is a number, one of `kern.veriexec`.
    fn number(&self, setting: &str) -> Result<i64>;

    /// Changes a setting.
    fn set(&mut self, setting: &str, value: i64) -> Result<()>;

    /// How many entries the module holds.
    fn entries(&self) -> Result<u64>;

    /// Whether the module denies what it must, and nothing else; what it does wrong is reported.
    fn self_test(&mut self) -> Result<bool>;

    /// Opens a file that decides how the machine starts.
    fn open(&self, file: &Path) -> io::Result<Source>;

    /// Deletes the entry of such a file, if there is one.
    fn delist(&mut self, source: &Source) -> Result<()>;

    /// Lists such a file with the fingerprint of what was read of it. An entry that is there already
    /// stays, and must be right.
    fn list(&mut self, source: &Source, read: Digest) -> Result<()>;

    /// Runs veriexecctl(8), and says whether it ended well; if not, it has said why.
    fn control(&mut self, arguments: &[&OsStr]) -> Result<bool>;

    /// Tells what was done.
    fn say(&mut self, line: &str);

    /// Tells what went wrong.
    fn complain(&mut self, line: &str);

    /// Powers the machine off, when what was said could be read.
    fn power_off(&mut self) -> Result<()>;

    /// The strict level.
    fn level(&self) -> Result<StrictLevel> {
        let number = self.number("strict")?;
        StrictLevel::from_number(number)
            .map_err(|_| anyhow!("kern.veriexec.strict: {number} is no strict level"))
    }
}

/// A level as it is shown.
pub(crate) fn shown(level: StrictLevel) -> String {
    format!("{} ({level})", level.number())
}
