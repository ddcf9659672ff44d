//! The driver that is asked: which it is, what it is sent, and what can be set of it.

pub(crate) mod sending;
pub(crate) mod settings;
mod sysctl;
pub(crate) mod witness;

use anyhow::{Context, Result};
use kmod_ioctl::{Access, Device, DeviceSpec, MockDevice};

use crate::cli::Cli;

/// The driver that the command line names.
pub(crate) fn open(cli: &Cli, access: Access) -> Result<Device> {
    Ok(Device::open(&DeviceSpec::try_from(cli.device.as_os_str())?, access)?)
}

/// The device as what only a mock device can do.
pub(crate) fn mock(device: &mut Device) -> Result<&mut MockDevice> {
    device.mock().context("only a mock device does this; name one with --device mock:FILE")
}
