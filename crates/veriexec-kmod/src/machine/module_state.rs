//! Whether the kernel has the module: proc_modules(5).

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// The module's name.
pub(crate) const NAME: &str = "veriexec";

/// What the kernel has of the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ModuleState {
    /// Nothing.
    Absent,
    /// All of it, and it runs.
    Live,
    /// It is being loaded.
    Loading,
    /// It is being unloaded.
    Unloading,
}

impl ModuleState {
    /// What `/proc/modules` says.
    pub(crate) fn read(modules: &Path) -> Result<Self> {
        let text = fs::read_to_string(modules).with_context(|| modules.display().to_string())?;
        Ok(Self::of(&text))
    }

    /// Lines `NAME SIZE USERS USED_BY STATE ADDRESS`.
    fn of(text: &str) -> Self {
        let fields = text
            .lines()
            .map(|line| line.split(' ').collect::<Vec<_>>())
            .find(|fields| fields.first() == Some(&NAME));
        match fields.as_deref().map(|fields| fields.get(4).copied()) {
            None => Self::Absent,
            Some(Some("Loading")) => Self::Loading,
            Some(Some("Unloading")) => Self::Unloading,
            Some(_) => Self::Live,
        }
    }

    /// The state as it is shown.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Absent => "not loaded",
            Self::Live => "loaded",
            Self::Loading => "being loaded",
            Self::Unloading => "being unloaded",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_module_is_found_by_its_whole_name() {
        let line = |state| format!("ext4 1 2 - Live 0x0\nveriexec 77824 0 - {state} 0x0 (OE)\n");
        assert_eq!(ModuleState::of(&line("Live")), ModuleState::Live);
        assert_eq!(ModuleState::of(&line("Loading")), ModuleState::Loading);
        assert_eq!(ModuleState::of(&line("Unloading")), ModuleState::Unloading);
        for text in ["", "\n", "veriexec2 1 0 - Live 0x0\n", "a 1 1 veriexec, Live 0x0\n"] {
            assert_eq!(ModuleState::of(text), ModuleState::Absent);
        }
    }

    #[test]
    fn a_system_that_does_not_say_is_an_error() {
        let text = format!("{:#}", ModuleState::read(Path::new("/nowhere/modules")).unwrap_err());
        assert!(text.starts_with("/nowhere/modules: "), "{text}");
    }
}
