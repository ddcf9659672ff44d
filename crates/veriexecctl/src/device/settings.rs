//! What can be set of a driver, and its tables in numbers: from a mock device itself, of a kernel's
//! driver through sysctl(8).

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use anyhow::Result;
use kmod_ioctl::{Access, Device, DeviceSpec, MockDevice, TableOverview};
use veriexec::{EventKind, Status, StrictLevel, Tally};

use crate::bytes;
use crate::cli::Cli;
use crate::device::mock;
use crate::device::open;
use crate::device::sysctl::Sysctl;
use crate::machine::mount_point;

/// A strict level as a driver says it: NetBSD's takes any number above 3 for lockdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Level(pub(crate) i64);

impl Level {
    pub(crate) fn name(self) -> &'static str {
        StrictLevel::from_number(self.0.clamp(0, 3)).unwrap_or_default().name()
    }
}

impl From<StrictLevel> for Level {
    fn from(level: StrictLevel) -> Self {
        Self(level.number().into())
    }
}

/// The settings of the driver that the command line names.
pub(crate) enum Settings {
    Mock(Box<Device>),
    Kernel(Sysctl),
}

/// A table in numbers.
pub(crate) struct Table {
    /// Where its file system is mounted, if that can be found out.
    pub(crate) mount: Option<Vec<u8>>,
    pub(crate) entries: usize,
    /// How many entries have each status, if that is known.
    pub(crate) statuses: Option<[usize; Status::ALL.len()]>,
}

impl Settings {
    /// A kernel's settings need no open device: who has that open keeps nobody from them.
    pub(crate) fn open(cli: &Cli, access: Access) -> Result<Self> {
        Ok(match DeviceSpec::try_from(cli.device.as_os_str())? {
            DeviceSpec::Mock(_) => Self::Mock(Box::new(open(cli, access)?)),
            DeviceSpec::Node(_) => Self::Kernel(Sysctl::of_this_system()),
        })
    }

    pub(crate) fn strict(&mut self) -> Result<Level> {
        Ok(match self {
            Self::Mock(device) => mock(device)?.strict().into(),
            Self::Kernel(sysctl) => Level(sysctl.number("strict")?),
        })
    }

    /// Raises the level, which is lower as far as is known.
    pub(crate) fn raise(&mut self, level: StrictLevel) -> Result<()> {
        match self {
            Self::Mock(device) => Ok(mock(device)?.raise(level)?),
            Self::Kernel(sysctl) => Ok(sysctl.set("strict", level.number().into())?),
        }
    }

    pub(crate) fn verbosity(&mut self) -> Result<i64> {
        Ok(match self {
            Self::Mock(device) => mock(device)?.overview().verbosity.into(),
            Self::Kernel(sysctl) => sysctl.number("verbose")?,
        })
    }

    pub(crate) fn set_verbosity(&mut self, verbosity: i32) -> Result<()> {
        match self {
            Self::Mock(device) => Ok(mock(device)?.set_verbosity(verbosity)?),
            Self::Kernel(sysctl) => Ok(sysctl.set("verbose", verbosity.into())?),
        }
    }

    /// The names of the algorithms, as the driver has them.
    pub(crate) fn algorithms(&mut self) -> Result<Vec<String>> {
        Ok(match self {
            Self::Mock(device) => {
                mock(device)?.overview().algorithms.iter().map(ToString::to_string).collect()
            }
            Self::Kernel(sysctl) => {
                let names = String::from_utf8_lossy(&sysctl.get("algorithms")?).into_owned();
                names.split_ascii_whitespace().map(str::to_owned).collect()
            }
        })
    }

    pub(crate) fn tables(&mut self) -> Result<Vec<Table>> {
        match self {
            Self::Mock(device) => Ok(tables_of_mock(mock(device)?)),
            Self::Kernel(sysctl) => {
                let known = |table: crate::device::sysctl::Table| Table {
                    mount: Some(table.mount).filter(|mount| !mount.is_empty()),
                    entries: table.entries,
                    statuses: None,
                };
                Ok(sysctl.tables()?.into_iter().map(known).collect())
            }
        }
    }

    /// How often each kind of event was decided about, of those that ever were; a kernel's driver
    /// does not tell.
    pub(crate) fn decisions(&mut self) -> Option<Vec<(EventKind, Tally)>> {
        match self {
            Self::Mock(device) => Some(device.mock()?.overview().statistics),
            Self::Kernel(_) => None,
        }
    }

    /// Makes what was set last.
    pub(crate) fn close(self) -> Result<()> {
        match self {
            Self::Mock(device) => Ok(device.close()?),
            Self::Kernel(_) => Ok(()),
        }
    }
}

/// How many entries the driver behind an open device holds, if that is known.
pub(crate) fn entries_held(device: &mut Device) -> Option<usize> {
    let sum = |entries: &mut dyn Iterator<Item = usize>| entries.fold(0, usize::saturating_add);
    match device.mock() {
        Some(mock) => Some(sum(&mut mock.overview().tables.iter().map(TableOverview::entries))),
        None => {
            let tables = Sysctl::of_this_system().tables().ok()?;
            Some(sum(&mut tables.iter().map(|table| table.entries)))
        }
    }
}

fn tables_of_mock(mock: &MockDevice) -> Vec<Table> {
    let known = |table: TableOverview| {
        let mount = table.name.as_deref().and_then(|name| mount_of(name, table.device));
        Table { mount, entries: table.entries(), statuses: Some(table.statuses) }
    };
    mock.overview().tables.into_iter().map(known).collect()
}

/// Where a file is mounted, if it is still on that device.
fn mount_of(name: &[u8], device: u64) -> Option<Vec<u8>> {
    let name = Path::new(OsStr::from_bytes(name));
    let there = fs::metadata(name).is_ok_and(|metadata| metadata.dev() == device);
    let mount = mount_point::of(name).ok().filter(|_| there)?;
    Some(bytes(&mount).to_vec())
}
