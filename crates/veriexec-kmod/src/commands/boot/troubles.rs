//! What becomes of an error while the machine is started: `veriexec_on_error`, veriexec.conf(5).

use anyhow::{Error, Result};

use crate::configuration::OnError;
use crate::exit::Exit;
use crate::machine::Machine;

/// The errors so far, and what is done about them.
#[derive(Debug, Default)]
pub(super) struct Troubles {
    /// As long as the configuration is not read, nothing goes on.
    pub(super) rule: OnError,
    count: usize,
}

impl Troubles {
    /// Meets an error.
    ///
    /// # Errors
    /// That error, unless it is to go on.
    pub(super) fn meet(&mut self, machine: &mut impl Machine, error: &Error) -> Result<()> {
        if self.rule != OnError::Continue {
            anyhow::bail!("{error:#}");
        }
        machine.complain(&format!("{error:#}; going on, as veriexec_on_error=continue wants it"));
        self.count = self.count.saturating_add(1);
        Ok(())
    }

    /// The same of what may be an error.
    pub(super) fn unless_met<T>(
        &mut self,
        machine: &mut impl Machine,
        done: Result<T>,
    ) -> Result<Option<T>> {
        match done {
            Ok(done) => Ok(Some(done)),
            Err(error) => self.meet(machine, &error).map(|()| None),
        }
    }

    /// How a machine that was started has been.
    pub(super) fn exit(&self) -> Exit {
        if self.count == 0 { Exit::Done } else { Exit::InSpiteOfErrors }
    }
}

/// Ends what nothing can be done about any more: the machine, if that is the rule.
pub(super) fn give_up(machine: &mut impl Machine, rule: OnError, error: Error) -> Result<Exit> {
    if rule != OnError::Halt {
        return Err(error);
    }
    machine.complain(&format!("{error:#}"));
    machine.complain(
        "powering off, as veriexec_on_error=halt wants it: nobody is to use a machine that is not \
         verified; systemd.mask=veriexec.service starts it without Veriexec",
    );
    machine.power_off()?;
    Ok(Exit::Failed)
}
