//! `boot`: the module, the signatures, and then the strict level, as a machine starts.

mod own;
mod preparation;
mod troubles;

use std::path::Path;

use anyhow::{Context, Result, ensure};
use veriexec::StrictLevel;

use crate::commands::boot::preparation::Preparation;
use crate::commands::boot::troubles::Troubles;
use crate::commands::load::{self, Proof};
use crate::exit::Exit;
use crate::machine::module_state::ModuleState;
use crate::machine::{Machine, shown};

/// Does all of it. The level is raised when nothing is left that could fail, and what does fail is
/// dealt with as the configuration says.
pub(crate) fn run(machine: &mut impl Machine, config: &Path, signatures: &Path) -> Result<Exit> {
    let mut troubles = Troubles::default();
    if is_raised(machine) {
        // Who uses the machine now has nothing to do with how it was started.
        stay(machine, config, &mut troubles)?;
        return Ok(troubles.exit());
    }
    match start(machine, config, signatures, &mut troubles) {
        Ok(()) => Ok(troubles.exit()),
        Err(error) => troubles::give_up(machine, troubles.rule, error),
    }
}

const NOT_RAISED: &str = "the strict level is not raised";

fn is_raised(machine: &impl Machine) -> bool {
    let is_live = machine.module().is_ok_and(|state| state == ModuleState::Live);
    is_live && machine.level().is_ok_and(|level| level > StrictLevel::Learning)
}

/// Leaves a machine as it is that was started before.
fn stay(machine: &mut impl Machine, config: &Path, troubles: &mut Troubles) -> Result<()> {
    let (_, configuration) = own::configuration(machine, config, troubles).context(NOT_RAISED)?;
    let wanted = configuration.strict;
    if let Proof::Skipped(level) = load::load(machine, None).context(NOT_RAISED)? {
        ensure!(
            level >= wanted,
            "the strict level is {} already, and not raised to {}: at this level no signatures can \
             be loaded; veriexecctl strict {} raises it all the same",
            shown(level),
            shown(wanted),
            wanted.number()
        );
    }
    Ok(())
}

fn start(
    machine: &mut impl Machine,
    config: &Path,
    signatures: &Path,
    troubles: &mut Troubles,
) -> Result<()> {
    let (own, configuration) = own::configuration(machine, config, troubles).context(NOT_RAISED)?;
    prove(machine, troubles).context(NOT_RAISED)?;
    let configuration = &configuration;
    let level = Preparation { machine, troubles, configuration, signatures }
        .run(own)
        .with_context(|| format!("the strict level stays {}", shown(StrictLevel::Learning)))?;
    raise(machine, level)?;
    let level = format!("strict level {}", shown(level));
    match troubles.exit() {
        Exit::Done => machine.say(&level),
        _ => machine.complain(&format!("{level}, in spite of the errors above")),
    }
    Ok(())
}

/// Loads the module, with the self-test.
fn prove(machine: &mut impl Machine, troubles: &mut Troubles) -> Result<()> {
    match load::load(machine, None) {
        Ok(_) => Ok(()),
        // What it denies may be better than nothing, if it is there.
        Err(error) if machine.level().is_ok() => troubles.meet(machine, &error),
        Err(error) => Err(error),
    }
}

fn raise(machine: &mut impl Machine, wanted: StrictLevel) -> Result<()> {
    if wanted > StrictLevel::Learning {
        machine.set("strict", wanted.number().into())?;
        let level = machine.level()?;
        ensure!(level == wanted, "the strict level is {}, not {}", shown(level), shown(wanted));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
