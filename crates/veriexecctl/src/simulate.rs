//! `simulate`: what an access would be answered.

use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, Result};
use kmod_ioctl::{Access, Simulation};
use sigfile::printable;
use veriexec::{StrictLevel, Verdict};

use crate::cli::{Cli, SimulatedAccess};
use crate::exit::Exit;
use crate::strict::mock;
use crate::{bytes, open, to_standard_output};

/// Shows what an access would be answered; the status is the answer.
pub(crate) fn run(
    cli: &Cli,
    access: SimulatedAccess,
    file: &Path,
    level: Option<StrictLevel>,
) -> Result<Exit> {
    let mut device = open(cli, Access::READ)?;
    let simulation = mock(&mut device)?
        .simulate(access.needed(), bytes(file), level)
        .with_context(|| format!("`{}'", printable(bytes(file))))?;
    let Simulation { level, forecast, log } = simulation;
    let (answer, exit) = match forecast.decision.verdict {
        Verdict::Allow => ("allowed".to_owned(), Exit::Done),
        Verdict::Deny(errno) => (format!("denied, {errno}"), Exit::Failed),
    };
    let mut text = format!("{answer}, at strict level {} ({level})\n", level.number());
    for line in log {
        text.push_str(&line.text);
        text.push('\n');
    }
    to_standard_output(io::stdout().write_all(text.as_bytes()))?;
    Ok(exit)
}
