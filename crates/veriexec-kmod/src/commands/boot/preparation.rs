//! All that comes before the level is raised: what is to be listed is, and what would be denied is
//! known.

use std::ffi::OsStr;
use std::path::Path;

use anyhow::{Result, anyhow, ensure};
use veriexec::StrictLevel;

use crate::commands::boot::own::{self, Own};
use crate::commands::boot::troubles::Troubles;
use crate::configuration::{Configuration, Preflight};
use crate::machine::{Machine, shown};

/// A machine whose module is loaded, and how it is to be started.
pub(super) struct Preparation<'a, M> {
    pub(super) machine: &'a mut M,
    pub(super) troubles: &'a mut Troubles,
    pub(super) configuration: &'a Configuration,
    /// The list.
    pub(super) signatures: &'a Path,
}

impl<M: Machine> Preparation<'_, M> {
    /// Prepares it, and says which level it can be raised to.
    pub(super) fn run(&mut self, config: Own) -> Result<StrictLevel> {
        let list = own::list(self.machine, self.signatures, self.troubles)?;
        let lists_something = list.as_ref().is_some_and(|(_, lists_something)| *lists_something);
        let own: Vec<Own> =
            [Some(config), list.map(|(own, _)| own)].into_iter().flatten().collect();
        for Own { source, .. } in &own {
            // What a start before this one listed it as is not what the list says.
            let delisted = self.machine.delist(source);
            self.attempt(delisted)?;
        }
        // It reads files that are listed for other accesses: once they are loaded, that is reported.
        let is_fit = !lists_something || self.judge()?;
        let loaded = if own.len() > 1 { self.load() } else { Ok(()) };
        let set = self.machine.set("verbose", self.configuration.verbose.into());
        let is_loaded = self.attempt(loaded)?.is_some();
        self.attempt(set)?;
        let entries = self.machine.entries()?;
        let name = own::shown(self.signatures);
        if entries == 0 && lists_something && is_loaded {
            let nothing = anyhow!("nothing that {name} lists was loaded");
            self.troubles.meet(self.machine, &nothing)?;
        }
        if own.len() > 1 {
            self.machine.say(&format!(
                "loaded {name}; the driver has {entries} entries, one for each file"
            ));
        }
        for Own { source, fingerprint } in &own {
            let listed = self.machine.list(source, *fingerprint);
            self.attempt(listed)?;
        }
        self.level(entries, is_fit)
    }

    fn level(&mut self, entries: u64, is_fit: bool) -> Result<StrictLevel> {
        let wanted = self.configuration.strict;
        if entries == 0 && wanted > StrictLevel::Ids {
            self.machine.complain(&format!(
                "no entry was loaded, level {} would deny every program: the strict level becomes {}",
                shown(wanted),
                shown(StrictLevel::Ids),
            ));
            return Ok(StrictLevel::Ids);
        }
        if !is_fit && self.configuration.preflight == Preflight::Reported {
            self.machine.say(&format!(
                "level {} will deny what is said above, as veriexec_preflight=reported wants it",
                shown(wanted)
            ));
            return Ok(wanted);
        }
        ensure!(
            is_fit,
            "level {} would deny what this machine needs, see above and veriexecctl preflight",
            shown(wanted)
        );
        Ok(wanted)
    }

    /// Whether the level can be lived with. What is wrong with the list is seen when it is loaded.
    fn judge(&mut self) -> Result<bool> {
        let wanted = self.configuration.strict;
        if wanted == StrictLevel::Learning {
            return Ok(true);
        }
        let number = wanted.number().to_string();
        let words = ["preflight", "--allow-errors", "--level", &number, "--signatures"];
        let words = words.map(OsStr::new);
        let judged = self.machine.control(&[&words[..], &[self.signatures.as_os_str()]].concat());
        // What could not be run has not found the level fit.
        Ok(self.attempt(judged)?.unwrap_or(false))
    }

    fn load(&mut self) -> Result<()> {
        let flags = self.configuration.flags.iter().map(OsStr::new);
        let words = ["load", "--allow-missing"].map(OsStr::new);
        let arguments: Vec<_> = flags.chain(words).chain([self.signatures.as_os_str()]).collect();
        let is_loaded = self.machine.control(&arguments)?;
        ensure!(is_loaded, "not all of {} was loaded", own::shown(self.signatures));
        Ok(())
    }

    fn attempt<T>(&mut self, done: Result<T>) -> Result<Option<T>> {
        self.troubles.unless_met(self.machine, done)
    }
}
