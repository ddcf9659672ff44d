//! The files that a machine is started with: the configuration and the list.

use std::io;
use std::path::Path;

use anyhow::{Result, anyhow, ensure};
use fingerprint::{Algorithm, Digest, Hasher};
use sigfile::printable;

use crate::commands::boot::troubles::Troubles;
use crate::configuration::{Configuration, Reading, TEMPLATE};
use crate::machine::Machine;
use crate::machine::source::Source;

/// A file that was read, and will be listed.
pub(super) struct Own {
    pub(super) source: Source,
    /// Of all that was read.
    pub(super) fingerprint: Digest,
}

impl Own {
    /// Opens and reads a file. Nothing that is wrong with the way to it is said yet.
    fn read(machine: &impl Machine, file: &Path, expected: &str) -> Result<(Self, Vec<u8>)> {
        let name = shown(file);
        let failed = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => anyhow!("{name}: {error}; expected {expected}"),
            _ => anyhow!("{name}: {error}"),
        };
        let source = machine.open(file).map_err(failed)?;
        let text = source.text().map_err(failed)?;
        let fingerprint = Hasher::digest(Algorithm::Sha256, &text);
        Ok((Self { source, fingerprint }, text))
    }

    /// That others could have written it.
    fn is_roots_alone(&self) -> Result<()> {
        let objections = &self.source.objections;
        ensure!(objections.is_empty(), "{}", objections.join("; "));
        Ok(())
    }
}

/// Reads the configuration; what it says of errors is the rule from then on.
pub(super) fn configuration(
    machine: &mut impl Machine,
    file: &Path,
    troubles: &mut Troubles,
) -> Result<(Own, Configuration)> {
    let (own, text) = Own::read(machine, file, &format!("a copy of {TEMPLATE}"))?;
    let Reading { configuration, faults } = Reading::of(&text);
    troubles.rule = configuration.on_error;
    for fault in faults {
        troubles.meet(machine, &anyhow!("{}:{fault}", shown(file)))?;
    }
    troubles.unless_met(machine, own.is_roots_alone())?;
    Ok((own, configuration))
}

/// The list, and whether it lists anything; nothing if it cannot be read, and that is no reason to
/// stop.
pub(super) fn list(
    machine: &mut impl Machine,
    file: &Path,
    troubles: &mut Troubles,
) -> Result<Option<(Own, bool)>> {
    let read = Own::read(machine, file, "a list, which veriexecgen makes");
    let Some((own, text)) = troubles.unless_met(machine, read)? else { return Ok(None) };
    troubles.unless_met(machine, own.is_roots_alone())?;
    let is_list = sigfile::foreign(&text).is_none();
    let lists_something = is_list && sigfile::entries(&text).any(|line| line.is_ok());
    Ok(Some((own, lists_something)))
}

/// A file's name, harmlessly.
pub(super) fn shown(file: &Path) -> String {
    printable(file.as_os_str().as_encoded_bytes()).to_string()
}
