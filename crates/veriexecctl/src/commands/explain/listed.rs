//! Where entries are looked up: in a driver, or in the file that it is loaded from.

use std::path::{Path, PathBuf};

use anyhow::Result;
use fingerprint::{Digest, Identity};
use kmod_ioctl::{Access, Device, DeviceError};
use serde_json::Value;
use sigfile::{EntryType, printable};
use veriexec::{Errno, Status};

use crate::answer::complaints::Complaints;
use crate::answer::json::{self, Object};
use crate::bytes;
use crate::cli::Cli;
use crate::device::open;
use crate::device::sending::has_no_entry;
use crate::list::listing::Listing;
use crate::machine::tree::Tree;

/// The default of `--device`, which need not be there.
const DEVICE: &str = "/dev/veriexec";
/// The default of `--signatures`.
const SIGNATURES: &str = "/etc/signatures";

/// What knows the entries.
pub(super) struct Source {
    /// The driver that is asked.
    device: Option<Device>,
    /// What is asked without a driver; with one, it is where lines are looked up.
    listing: Option<Listing>,
    file: PathBuf,
}

/// An entry.
pub(super) struct Listed {
    pub(super) fingerprint: Digest,
    pub(super) entry_type: EntryType,
    /// What the driver knows of the contents, if one was asked.
    status: Option<Status>,
    line: Option<Origin>,
}

/// The line of a signatures file that says it.
struct Origin {
    file: PathBuf,
    number: usize,
    /// The name that is listed, which may be another one of the file.
    name: Vec<u8>,
}

impl Source {
    /// A driver that was named is asked. Else it is the signatures file, if that was named, or if
    /// there is no driver.
    pub(super) fn open(
        cli: &Cli,
        signatures: Option<&Path>,
        tree: &Tree,
        complaints: &mut Complaints,
    ) -> Result<Self> {
        let named = cli.device != DEVICE;
        let device = match open(cli, Access::READ) {
            _ if !named && signatures.is_some() => None,
            Ok(device) => Some(device),
            Err(error) if !named && is_absent(&error) => None,
            Err(error) => return Err(error),
        };
        let file = signatures.unwrap_or(Path::new(SIGNATURES));
        let optional = device.is_some() && signatures.is_none();
        let listing = if optional && !file.exists() {
            None
        } else {
            Some(Listing::read(file, tree, complaints)?)
        };
        Ok(Self { device, listing, file: file.to_owned() })
    }

    /// The entry of a file.
    pub(super) fn listed(&mut self, path: &[u8], file: Identity) -> Result<Option<Listed>> {
        let line = self.listing.as_ref().and_then(|listing| listing.line(file));
        let origin = line.map(|line| Origin {
            file: self.file.clone(),
            number: line.number,
            name: line.entry.path().to_vec(),
        });
        let Some(device) = &mut self.device else {
            return Ok(line.map(|line| Listed {
                fingerprint: *line.entry.fingerprint(),
                entry_type: line.entry.entry_type().or_direct(),
                status: None,
                line: origin,
            }));
        };
        let held = match device.query(path) {
            Ok(held) => held,
            Err(error) if has_no_entry(&error) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        // A line that says something else is not where this came from.
        let says_so = line.is_some_and(|line| {
            *line.entry.fingerprint() == held.fingerprint
                && line.entry.entry_type().or_direct() == held.entry_type
        });
        Ok(Some(Listed {
            fingerprint: held.fingerprint,
            entry_type: held.entry_type,
            status: Some(held.status),
            line: origin.filter(|_| says_so),
        }))
    }
}

/// Whether there is no such device, or no driver behind it.
fn is_absent(error: &anyhow::Error) -> bool {
    let absent = [Errno::NOENT, Errno::NODEV, Errno::from_raw(ENXIO)];
    match error.downcast_ref() {
        Some(DeviceError::Open { errno, .. }) => absent.contains(errno),
        _ => false,
    }
}

/// No such device or address, on every system.
const ENXIO: i32 = 6;

impl Listed {
    pub(super) fn text(&self, path: &[u8]) -> String {
        let mut text = format!("listed as {}", self.entry_type);
        if let Some(line) = &self.line {
            text.push_str(&format!(", {}:{}", printable(bytes(&line.file)), line.number));
            if line.name != path {
                text.push_str(&format!(", by the name {}", printable(&line.name)));
            }
        } else if self.status.is_some() {
            text.push_str(", by the driver");
        }
        if let Some(status) = self.status {
            text.push_str(&format!("; the driver's status of it: {status}"));
        }
        text
    }

    pub(super) fn json(&self) -> Value {
        let object = Object::new()
            .with("algorithm", self.fingerprint.algorithm().name())
            .with("fingerprint", self.fingerprint.to_string())
            .with("flags", json::flags(self.entry_type))
            .with("status", self.status.map(Status::name));
        match &self.line {
            Some(line) => object
                .name("file", bytes(&line.file))
                .with("line", line.number)
                .name("listed_path", &line.name)
                .into(),
            None => object.with("line", Value::Null).into(),
        }
    }
}
