//! Where entries are looked up: in a driver, or in the file that it is loaded from.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::Result;
use fingerprint::{Digest, Identity};
use kmod_ioctl::{Access, DeviceError};
use serde_json::Value;
use sigfile::{EntryType, printable};
use veriexec::{Errno, Status};

use crate::answer::complain;
use crate::answer::complaints::Complaints;
use crate::answer::json::{self, Object};
use crate::bytes;
use crate::cli::{Cli, ExplainArgs};
use crate::device::open;
use crate::device::witness::Witness;
use crate::list::listing::Listing;
use crate::machine::tree::{Tree, is_missing};

/// The default of `--device`, which need not be there.
const DEVICE: &str = "/dev/veriexec";
/// The default of `--signatures`.
const SIGNATURES: &str = "/etc/signatures";

/// What knows the entries.
pub(super) struct Source {
    /// The driver.
    witness: Witness,
    /// Whether it is asked for the entries, and the file for their lines alone.
    is_asked: bool,
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
    /// A driver that was named is asked. Else it is the signatures file, if that was named, if
    /// there is no driver, or if what will be another machine is looked at.
    pub(super) fn open(
        cli: &Cli,
        args: &ExplainArgs,
        tree: &Tree,
        complaints: &mut Complaints,
    ) -> Result<Self> {
        let named = cli.device != DEVICE;
        let asked = if !named && (args.signatures.is_some() || args.root.is_some()) {
            None
        } else {
            match open(cli, Access::READ) {
                Ok(device) => Some(device),
                Err(error) if !named && is_absent(&error) => None,
                Err(error) => return Err(error),
            }
        };
        let is_asked = asked.is_some();
        let file = args.signatures.as_deref().unwrap_or(Path::new(SIGNATURES)).to_owned();
        let listing = match Listing::read(&file, tree, complaints) {
            Ok(listing) => Some(listing),
            // The entry is known all the same.
            Err(error) if is_asked && args.signatures.is_none() => {
                if !error.downcast_ref().is_some_and(is_missing) {
                    complain(format_args!("{error:#}; lines are not named"));
                }
                None
            }
            Err(error) => return Err(error),
        };
        let witness = asked.map_or_else(|| Witness::new(cli), Witness::opened);
        Ok(Self { witness, is_asked, listing, file })
    }

    /// The driver, to be asked what this program cannot find out itself.
    pub(super) fn witness(&mut self) -> &mut Witness {
        &mut self.witness
    }

    /// The entry of a file.
    pub(super) fn listed(&mut self, place: &Path, file: Identity) -> Result<Option<Listed>> {
        let line = self.listing.as_ref().and_then(|listing| listing.line(file));
        let origin = line.map(|line| Origin {
            file: self.file.clone(),
            number: line.number,
            name: line.entry.path().to_vec(),
        });
        if !self.is_asked {
            return Ok(line.map(|line| Listed {
                fingerprint: *line.entry.fingerprint(),
                entry_type: line.entry.entry_type().or_direct(),
                status: None,
                line: origin,
            }));
        }
        let Some(held) = self.witness.query(place)? else { return Ok(None) };
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

    /// Whether listed files of a file system are below a directory of it: a mount there would hide
    /// them. `None` if the driver does not know all its entries by name.
    pub(super) fn is_above_listed(&mut self, directory: &Path, device: u64) -> Option<bool> {
        let directory = fs::canonicalize(directory).ok()?;
        let is_below = |place: &Path| {
            let real = fs::canonicalize(place).unwrap_or_else(|_| place.to_owned());
            let there = real
                .metadata()
                .map_or(Some(device), |metadata| metadata.is_file().then(|| metadata.dev()));
            real.starts_with(&directory) && real != directory && there == Some(device)
        };
        let is_listed = self.listing.as_ref().is_some_and(|listing| listing.places().any(is_below));
        if !self.is_asked {
            return Some(is_listed);
        }
        let names = self.witness.names().ok()?;
        if names.iter().any(|name| is_below(crate::path(name))) {
            return Some(true);
        }
        // What was loaded without its name, as the list has it, may be there.
        (!names.is_empty() && !is_listed).then_some(false)
    }

    /// Asks the driver for the status again: it may have evaluated the file since.
    pub(super) fn look_again(&mut self, place: &Path, listed: &mut Listed) -> Result<()> {
        if listed.status.is_some()
            && let Some(held) = self.witness.query(place)?
        {
            listed.status = Some(held.status);
        }
        Ok(())
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
