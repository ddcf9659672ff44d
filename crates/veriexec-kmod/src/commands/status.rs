//! `status`: whether the module is loaded, and what it does.

use std::io::{self, ErrorKind, Write};

use anyhow::{Context, Result};
use serde_json::json;
use veriexec::StrictLevel;

use crate::exit::Exit;
use crate::machine::module_state::ModuleState;
use crate::machine::{Machine, shown};

/// Shows it; the status says whether the module is loaded.
pub(crate) fn run(machine: &impl Machine, json: bool) -> Result<Exit> {
    let overview = Overview::of(machine)?;
    let text = if json { overview.json() } else { overview.text() };
    match io::stdout().write_all(text.as_bytes()) {
        // Who reads it has read enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
        written => written.context("standard output")?,
    }
    Ok(overview.exit())
}

/// What is known of the module.
#[derive(Debug, PartialEq, Eq)]
struct Overview {
    state: ModuleState,
    level: Option<StrictLevel>,
    hooks: Option<i64>,
    entries: Option<u64>,
    allocations: Option<i64>,
}

impl Overview {
    fn of(machine: &impl Machine) -> Result<Self> {
        let state = machine.module()?;
        if state != ModuleState::Live {
            return Ok(Self { state, level: None, hooks: None, entries: None, allocations: None });
        }
        Ok(Self {
            state,
            level: Some(machine.level()?),
            hooks: machine.number("hooks").ok(),
            entries: Some(machine.entries()?),
            allocations: machine.number("allocations").ok(),
        })
    }

    fn exit(&self) -> Exit {
        if self.state == ModuleState::Live { Exit::Done } else { Exit::Failed }
    }

    fn text(&self) -> String {
        let mut text = format!("Module: {}\n", self.state.name());
        if let Some(level) = self.level {
            let unknown = || "unknown".to_owned();
            let number = |number: Option<i64>| number.map_or_else(unknown, |one| one.to_string());
            text += &format!(
                "Strict level: {}\nHooks: {}\nEntries: {}\nAllocations: {}\n",
                shown(level),
                number(self.hooks),
                self.entries.map_or_else(unknown, |entries| entries.to_string()),
                number(self.allocations),
            );
        }
        text
    }

    fn json(&self) -> String {
        let object = json!({
            "module": self.state.name(),
            "loaded": self.state == ModuleState::Live,
            "level": self.level.map(StrictLevel::number),
            "name": self.level.map(StrictLevel::name),
            "hooks": self.hooks,
            "entries": self.entries,
            "allocations": self.allocations,
        });
        format!("{object}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::fake::Fake;

    #[test]
    fn a_loaded_module_is_shown_in_numbers() {
        let overview = Overview::of(&Fake::loaded(2)).unwrap();
        assert_eq!(
            overview.text(),
            "Module: loaded\nStrict level: 2 (IPS)\nHooks: 7\nEntries: 12\nAllocations: 7\n"
        );
        assert_eq!(overview.exit(), Exit::Done);
        let json: serde_json::Value = serde_json::from_str(&overview.json()).unwrap();
        let expected = json!({
            "module": "loaded", "loaded": true, "level": 2, "name": "IPS", "hooks": 7,
            "entries": 12, "allocations": 7,
        });
        assert_eq!(json, expected);
    }

    #[test]
    fn what_the_module_does_not_tell_is_unknown() {
        let known = Overview::of(&Fake::loaded(0)).unwrap();
        let overview = Overview { hooks: None, allocations: None, ..known };
        assert!(overview.text().contains("\nHooks: unknown\nEntries: 12\nAllocations: unknown\n"));
        assert!(overview.json().contains("\"hooks\":null"));
    }

    #[test]
    fn of_no_module_that_is_all() {
        for state in [ModuleState::Absent, ModuleState::Loading] {
            let overview = Overview::of(&Fake { state, ..Fake::default() }).unwrap();
            assert_eq!(overview.text(), format!("Module: {}\n", overview.state.name()));
            assert!(overview.json().contains("\"loaded\":false"));
            assert!(overview.json().contains("\"level\":null"));
            assert_eq!(overview.exit(), Exit::Failed);
        }
    }

    #[test]
    fn a_module_without_settings_is_an_error() {
        assert!(run(&Fake { has_settings: false, ..Fake::loaded(0) }, false).is_err());
    }
}
