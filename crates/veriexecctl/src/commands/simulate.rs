//! `simulate`: what a deed would be answered.

use std::io::{self, Write};
use std::path::Path;

use anyhow::{Result, anyhow, bail};
use kmod_ioctl::{Access, LogLine, Simulation};
use serde_json::Value;
use sigfile::printable;
use veriexec::{Errno, Evaluation, Object, StrictLevel, Verdict};

use crate::answer::json::Object as Json;
use crate::answer::json::Print;
use crate::answer::to_standard_output;
use crate::bytes;
use crate::cli::{Cli, Deed};
use crate::device::mock;
use crate::device::open;
use crate::exit::Exit;

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
        .map_err(|errno| anyhow!("`{}': {}", printable(bytes(file)), obstacle(deed, errno)))?;
    let Simulation { level, forecast, log } = simulation;
    if let Object::Listed(_, Evaluation::Failed(errno)) = forecast.object {
        // A driver reads with rights of its own.
        let name = printable(bytes(file));
        bail!("`{name}': cannot be read here, so that it is not known: {errno}");
    }
    let (denied, exit) = match forecast.decision.verdict {
        Verdict::Allow => (None, Exit::Done),
        Verdict::Deny(errno) => (Some(errno), Exit::Failed),
    };
    if cli.json {
        let errno =
            denied.map(|errno| errno.name().map_or_else(|| errno.raw().into(), Value::from));
        let line = |line: &LogLine| serde_json::from_str::<Value>(&line.json);
        let log = log.iter().map(line).collect::<Result<Vec<_>, _>>()?;
        Json::new()
            .name("path", bytes(file))
            .with("level", level.number())
            .with("name", level.name())
            .with("allowed", denied.is_none())
            .with("errno", errno)
            .with("log", log)
            .print()?;
        return Ok(exit);
    }
    let answer = denied.map_or_else(|| "allowed".to_owned(), |errno| format!("denied, {errno}"));
    let mut text = format!("{answer}, at strict level {} ({level})\n", level.number());
    for line in log {
        text.push_str(&line.text);
        text.push('\n');
    }
    to_standard_output(io::stdout().write_all(text.as_bytes()))?;
    Ok(exit)
}

/// Why a deed cannot be done at all, whatever the level.
fn obstacle(deed: Deed, errno: Errno) -> String {
    match (deed, errno) {
        (Deed::Create, Errno::NOENT) => "no such directory".to_owned(),
        (_, Errno::NOENT) => "no such file".to_owned(),
        (Deed::Create, Errno::EXIST) => "there is such a file already".to_owned(),
        (Deed::Unmount, Errno::INVAL) => "nothing is mounted there".to_owned(),
        (_, errno) => errno.to_string(),
    }
}
