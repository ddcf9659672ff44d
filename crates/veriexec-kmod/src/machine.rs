//! What the commands need of a system, so that tests can give them another.

mod insertion;
pub(crate) mod linux;
mod module_file;
pub(crate) mod module_state;
mod removal;
pub(crate) mod settings;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use veriexec::StrictLevel;

use crate::machine::module_state::ModuleState;

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

    /// Runs veriexecctl(8), and says whether it ended well; if not, it has said why.
    fn control(&mut self, arguments: &[&OsStr]) -> Result<bool>;

    /// Tells what was done.
    fn say(&mut self, line: &str);

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

#[cfg(test)]
pub(crate) mod fake {
    use super::*;
    use std::cell::Cell;

    /// A system that does as it is told, and remembers what was asked of it.
    #[derive(Debug)]
    pub(crate) struct Fake {
        pub(crate) state: ModuleState,
        /// Whether inserting the module puts settings there.
        pub(crate) has_settings: bool,
        pub(crate) level: Cell<i64>,
        pub(crate) insertion: Result<(), &'static str>,
        pub(crate) removal: Result<(), &'static str>,
        pub(crate) self_test: Result<bool, &'static str>,
        /// The first word of the commands of veriexecctl that fail.
        pub(crate) refused: &'static str,
        /// Whether setting the level changes it.
        pub(crate) raises: bool,
        /// What was done and said, in order.
        pub(crate) journal: Vec<String>,
    }

    impl Default for Fake {
        fn default() -> Self {
            Self {
                state: ModuleState::Absent,
                has_settings: true,
                level: Cell::new(0),
                insertion: Ok(()),
                removal: Ok(()),
                self_test: Ok(true),
                refused: "nothing",
                raises: true,
                journal: Vec::new(),
            }
        }
    }

    impl Fake {
        pub(crate) fn loaded(level: i64) -> Self {
            Self { state: ModuleState::Live, level: Cell::new(level), ..Self::default() }
        }

        pub(crate) fn did(&self) -> Vec<&str> {
            let done = self.journal.iter().filter(|line| !line.starts_with("said "));
            done.map(String::as_str).collect()
        }

        pub(crate) fn said(&self) -> Vec<&str> {
            self.journal.iter().filter_map(|line| line.strip_prefix("said ")).collect()
        }
    }

    impl Machine for Fake {
        fn module(&self) -> Result<ModuleState> {
            Ok(self.state.clone())
        }

        fn insert(&mut self, file: Option<&Path>) -> Result<PathBuf> {
            self.journal.push("insert".into());
            self.insertion.map_err(anyhow::Error::msg)?;
            self.state = ModuleState::Live;
            Ok(file.unwrap_or(Path::new("/lib/modules/here/veriexec.ko")).to_owned())
        }

        fn remove(&mut self) -> Result<()> {
            self.journal.push("remove".into());
            self.removal.map_err(anyhow::Error::msg)
        }

        fn number(&self, setting: &str) -> Result<i64> {
            if !self.has_settings || self.state != ModuleState::Live {
                anyhow::bail!("no such setting");
            }
            Ok(if setting == "strict" { self.level.get() } else { 7 })
        }

        fn set(&mut self, setting: &str, value: i64) -> Result<()> {
            self.journal.push(format!("set {setting} {value}"));
            if setting == "strict" && self.raises {
                self.level.set(value);
            }
            Ok(())
        }

        fn entries(&self) -> Result<u64> {
            Ok(12)
        }

        fn self_test(&mut self) -> Result<bool> {
            self.journal.push("test".into());
            self.self_test.map_err(anyhow::Error::msg)
        }

        fn control(&mut self, arguments: &[&OsStr]) -> Result<bool> {
            let words: Vec<_> = arguments.iter().map(|word| word.to_string_lossy()).collect();
            self.journal.push(words.join(" "));
            Ok(!words.iter().any(|word| word == self.refused))
        }

        fn say(&mut self, line: &str) {
            self.journal.push(format!("said {line}"));
        }
    }
}
