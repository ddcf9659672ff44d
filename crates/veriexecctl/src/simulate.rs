//! `simulate`: what a deed would be answered.

use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};
use kmod_ioctl::{Access, Simulation};
use sigfile::printable;
use veriexec::{StrictLevel, Verdict};

use crate::cli::{Cli, Deed};
use crate::exit::Exit;
use crate::strict::mock;
use crate::{bytes, open, to_standard_output};

/// Shows what a deed would be answered; the status is the answer.
pub(crate) fn run(
    cli: &Cli,
    deed: Deed,
    file: &Path,
    to: Option<&Path>,
    level: Option<StrictLevel>,
) -> Result<Exit> {
    if to.is_some() && deed != Deed::Rename {
        bail!("one path too many; only a rename takes two");
    }
    let to = to.map(bytes).unwrap_or_default();
    let mut device = open(cli, Access::READ)?;
    let simulation = mock(&mut device)?
        .simulate(deed.to(bytes(file), to), level)
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
