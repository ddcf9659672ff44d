//! `strict` and `verbose`: the driver's settings, shown or changed.

use std::io::{self, Write};

use anyhow::{Result, bail};
use kmod_ioctl::Access;
use veriexec::StrictLevel;

use crate::answer::json::{Object, Print};
use crate::answer::to_standard_output;
use crate::cli::Cli;
use crate::device::settings::{Level, Settings};
use crate::exit::Exit;

/// Shows the strict level, or raises it.
pub(crate) fn level(cli: &Cli, wanted: Option<StrictLevel>) -> Result<Exit> {
    let mut settings = Settings::open(cli, access(wanted.is_some()))?;
    let now = settings.strict()?;
    let Some(wanted) = wanted else {
        show_level(cli, now)?;
        return Ok(Exit::Done);
    };
    if Level::from(wanted).0 < now.0 {
        bail!("the strict level is {}; it can only be raised", now.0);
    }
    settings.raise(wanted)?;
    settings.close()?;
    if cli.json {
        show_level(cli, wanted.into())?;
    }
    Ok(Exit::Done)
}

/// Shows the verbosity, or sets it.
pub(crate) fn verbosity(cli: &Cli, wanted: Option<i32>) -> Result<Exit> {
    let mut settings = Settings::open(cli, access(wanted.is_some()))?;
    let shown = match wanted {
        None => Some(settings.verbosity()?),
        Some(wanted) => {
            settings.set_verbosity(wanted)?;
            settings.close()?;
            cli.json.then_some(wanted.into())
        }
    };
    match shown {
        Some(verbosity) if cli.json => Object::new().with("verbosity", verbosity).print()?,
        Some(verbosity) => to_standard_output(writeln!(io::stdout(), "{verbosity}"))?,
        None => {}
    }
    Ok(Exit::Done)
}

fn access(change: bool) -> Access {
    if change { Access::WRITE } else { Access::READ }
}

fn show_level(cli: &Cli, level: Level) -> Result<()> {
    if cli.json {
        return Object::new().with("level", level.0).with("name", level.name()).print();
    }
    to_standard_output(writeln!(io::stdout(), "{} {}", level.0, level.name()))
}
