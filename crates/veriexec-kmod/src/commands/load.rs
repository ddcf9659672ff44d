//! `load`: the module into the kernel, and a proof that it enforces.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use sigfile::printable;
use veriexec::StrictLevel;

use crate::exit::Exit;
use crate::machine::module_state::ModuleState;
use crate::machine::{Machine, shown};

/// What is known of a module that is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// The self-test has passed, at level 0.
    Passed,
    /// The self-test could not be made: at this level nothing can be listed for it.
    Skipped(StrictLevel),
}

/// Loads the module; the status says whether it was proved to enforce.
pub(crate) fn run(machine: &mut impl Machine, file: Option<&Path>) -> Result<Exit> {
    Ok(match load(machine, file)? {
        Proof::Passed => Exit::Done,
        Proof::Skipped(_) => Exit::Skipped,
    })
}

/// Loads the module unless that was done, and has it prove itself if it can.
///
/// A module that does not pass stays loaded: what it denies may be better than nothing, and
/// nothing relies on it before this has succeeded.
pub(crate) fn load(machine: &mut impl Machine, file: Option<&Path>) -> Result<Proof> {
    match machine.module()? {
        ModuleState::Absent => {
            let file = machine.insert(file)?;
            machine.say(&format!("loaded {}", printable(file.as_os_str().as_encoded_bytes())));
        }
        ModuleState::Live => machine.say("the module is loaded already"),
        state @ (ModuleState::Loading | ModuleState::Unloading) => {
            bail!("the module is {}; try again when that is done", state.name())
        }
    }
    let level = machine.level().context(NOT_ENFORCING)?;
    if level > StrictLevel::Learning {
        machine.say(&format!(
            "strict level {}: nothing can be listed at this level, the self-test is skipped",
            shown(level)
        ));
        return Ok(Proof::Skipped(level));
    }
    let passed = machine.self_test().context("the self-test could not be made");
    let passed = passed.context(NOT_ENFORCING)?;
    ensure!(passed, "{NOT_ENFORCING}: the self-test has failed");
    machine.say(&format!("enforcing: the self-test has passed; strict level {}", shown(level)));
    Ok(Proof::Passed)
}

const NOT_ENFORCING: &str = "NOT ENFORCING, though the module is loaded";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::fake::Fake;

    fn failure(machine: &mut Fake) -> String {
        format!("{:#}", run(machine, None).unwrap_err())
    }

    #[test]
    fn a_module_is_inserted_once_and_proved_each_time() {
        let mut machine = Fake::default();
        assert_eq!(run(&mut machine, None).unwrap(), Exit::Done);
        assert_eq!(run(&mut machine, None).unwrap(), Exit::Done);
        assert_eq!(machine.did(), ["insert", "test", "test"]);
        assert_eq!(
            machine.said(),
            [
                "loaded /lib/modules/here/veriexec.ko",
                "enforcing: the self-test has passed; strict level 0 (learning)",
                "the module is loaded already",
                "enforcing: the self-test has passed; strict level 0 (learning)",
            ]
        );
    }

    #[test]
    fn a_file_name_is_shown_harmlessly() {
        let mut machine = Fake::default();
        run(&mut machine, Some(Path::new("/tmp/\u{1b}[2J.ko"))).unwrap();
        assert_eq!(machine.said().first(), Some(&"loaded /tmp/\\x1b[2J.ko"));
    }

    #[test]
    fn above_level_0_the_self_test_is_skipped_and_that_is_said() {
        let mut machine = Fake::loaded(2);
        assert_eq!(run(&mut machine, None).unwrap(), Exit::Skipped);
        assert!(machine.did().is_empty());
        assert_eq!(
            machine.said(),
            [
                "the module is loaded already",
                "strict level 2 (IPS): nothing can be listed at this level, the self-test is skipped",
            ]
        );
    }

    #[test]
    fn a_module_that_is_not_inserted_is_not_tested() {
        let mut machine = Fake { insertion: Err("refused"), ..Fake::default() };
        assert_eq!(failure(&mut machine), "refused");
        assert_eq!(machine.did(), ["insert"]);
        for state in [ModuleState::Loading, ModuleState::Unloading] {
            let mut machine = Fake { state, ..Fake::default() };
            assert!(failure(&mut machine).ends_with("; try again when that is done"));
            assert!(machine.did().is_empty());
        }
    }

    #[test]
    fn without_a_proof_enforcing_is_never_said() {
        let machines = [
            Fake { self_test: Ok(false), ..Fake::default() },
            Fake { self_test: Err("no device"), ..Fake::default() },
            Fake { has_settings: false, ..Fake::default() },
        ];
        let because =
            ["the self-test has failed", "could not be made: no device", "no such setting"];
        for (mut machine, because) in machines.into_iter().zip(because) {
            let text = failure(&mut machine);
            assert!(text.starts_with("NOT ENFORCING") && text.ends_with(because), "{text}");
            assert!(!machine.said().iter().any(|line| line.contains("enforcing")));
            assert!(!machine.did().contains(&"remove"));
        }
    }
}
