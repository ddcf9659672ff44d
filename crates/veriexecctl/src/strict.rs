//! `strict`: the level, shown or raised.

use std::io::{self, Write};

use anyhow::{Context, Result, bail};
use kmod_ioctl::{Access, Device, MockDevice};
use veriexec::StrictLevel;

use crate::cli::Cli;
use crate::exit::Exit;
use crate::{open, to_standard_output};

/// Shows the strict level, or raises it.
pub(crate) fn run(cli: &Cli, level: Option<StrictLevel>) -> Result<Exit> {
    let Some(level) = level else {
        let now = mock(&mut open(cli, Access::READ)?)?.strict();
        to_standard_output(writeln!(io::stdout(), "{} {now}", now.number()))?;
        return Ok(Exit::Done);
    };
    let mut device = open(cli, Access::WRITE)?;
    let mock = mock(&mut device)?;
    let now = mock.strict();
    if mock.raise(level).is_err() {
        bail!("the strict level is {}; it can only be raised", now.number());
    }
    device.close()?;
    Ok(Exit::Done)
}

/// The device as what only a mock device can do.
pub(crate) fn mock(device: &mut Device) -> Result<&mut MockDevice> {
    device.mock().context("only a mock device does this; name one with --device mock:FILE")
}
