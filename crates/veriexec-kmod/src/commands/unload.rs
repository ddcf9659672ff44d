//! `unload`: the module out of the kernel, which is possible at strict level 0.

use anyhow::{Result, bail, ensure};
use veriexec::StrictLevel;

use crate::exit::Exit;
use crate::machine::module_state::ModuleState;
use crate::machine::{Machine, shown};

/// Unloads the module, unless that was done.
pub(crate) fn run(machine: &mut impl Machine) -> Result<Exit> {
    match machine.module()? {
        ModuleState::Absent => {
            machine.say("the module is not loaded");
            return Ok(Exit::Done);
        }
        ModuleState::Live => {}
        state @ (ModuleState::Loading | ModuleState::Unloading) => {
            bail!("the module is {}; try again when that is done", state.name())
        }
    }
    // A module without settings is no reason to keep it.
    let level = machine.level().unwrap_or_default();
    ensure!(
        level == StrictLevel::Learning,
        "the strict level is {}; above 0 the module stays loaded until the next start",
        shown(level)
    );
    machine.remove()?;
    machine.say("unloaded");
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::fake::Fake;

    #[test]
    fn a_module_is_removed_if_it_is_there() {
        let mut machine = Fake::loaded(0);
        assert_eq!(run(&mut machine).unwrap(), Exit::Done);
        assert_eq!(machine.journal, ["remove", "said unloaded"]);
        let mut machine = Fake::default();
        assert_eq!(run(&mut machine).unwrap(), Exit::Done);
        assert_eq!(machine.journal, ["said the module is not loaded"]);
    }

    #[test]
    fn above_level_0_it_is_not_even_tried() {
        for level in 1..=3 {
            let mut machine = Fake::loaded(level);
            let text = run(&mut machine).unwrap_err().to_string();
            assert!(text.starts_with(&format!("the strict level is {level} (")), "{text}");
            assert!(machine.journal.is_empty());
        }
    }

    #[test]
    fn what_cannot_be_removed_is_not_said_to_be() {
        let mut machine = Fake { removal: Err("in use"), ..Fake::loaded(0) };
        assert_eq!(run(&mut machine).unwrap_err().to_string(), "in use");
        assert_eq!(machine.journal, ["remove"]);
        let mut machine = Fake { state: ModuleState::Unloading, ..Fake::default() };
        assert!(run(&mut machine).is_err());
        assert!(machine.journal.is_empty());
    }

    #[test]
    fn a_module_without_settings_can_be_removed() {
        let mut machine = Fake { has_settings: false, ..Fake::loaded(0) };
        assert_eq!(run(&mut machine).unwrap(), Exit::Done);
        assert_eq!(machine.did(), ["remove"]);
    }
}
