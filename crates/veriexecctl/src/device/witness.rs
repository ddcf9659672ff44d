//! The driver, as a witness of what is in files that this program is not let read.

use std::ffi::OsString;
use std::path::Path;

use anyhow::{Result, bail};
use kmod_ioctl::{Access, Device, DeviceSpec, DumpedEntry, QueryReply};

use crate::bytes;
use crate::cli::Cli;
use crate::device::sending::has_no_entry;

/// The driver that the command line names. It is opened when it is first asked, and stays open: a
/// kernel's driver takes one program at a time.
///
/// A driver evaluates a listed file before it refuses to open it, and remembers what came out. So
/// it is asked after this program has tried to read the file.
#[derive(Debug)]
pub(crate) struct Witness {
    device: OsString,
    state: State,
}

#[derive(Debug)]
enum State {
    NotAsked,
    Open(Device),
    /// It cannot be asked, for this reason.
    Silent(String),
}

impl Witness {
    /// The driver that the command line names, not asked yet.
    pub(crate) fn new(cli: &Cli) -> Self {
        Self { device: cli.device.clone(), state: State::NotAsked }
    }

    /// A driver that is open for reading already.
    pub(crate) fn opened(device: Device) -> Self {
        Self { device: OsString::new(), state: State::Open(device) }
    }

    /// What the driver holds of a file; `None` if it has no entry for it.
    ///
    /// # Errors
    /// That it cannot be asked, or what it says.
    pub(crate) fn query(&mut self, place: &Path) -> Result<Option<QueryReply>> {
        match self.device()?.query(bytes(place)) {
            Ok(held) => Ok(Some(held)),
            Err(error) if has_no_entry(&error) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The names of entries, as far as the driver keeps them.
    ///
    /// # Errors
    /// That it cannot be asked, or what it says.
    pub(crate) fn names(&mut self) -> Result<Vec<Vec<u8>>> {
        let dumped = self.device()?.dump()?;
        Ok(dumped.iter().map(|DumpedEntry { entry, .. }| entry.path().to_vec()).collect())
    }

    /// The driver, to be asked.
    fn device(&mut self) -> Result<&mut Device> {
        if let State::NotAsked = self.state {
            self.state = match open(&self.device) {
                Ok(device) => State::Open(device),
                Err(error) => State::Silent(format!("{error:#}")),
            };
        }
        match &mut self.state {
            State::Open(device) => Ok(device),
            State::Silent(reason) => bail!("{reason}"),
            State::NotAsked => bail!("the driver was not asked"),
        }
    }
}

fn open(device: &OsString) -> Result<Device> {
    Ok(Device::open(&DeviceSpec::try_from(device.as_os_str())?, Access::READ)?)
}
