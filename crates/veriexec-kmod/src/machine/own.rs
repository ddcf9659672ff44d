//! The entries of the files that the machine is started with: the configuration and the list.

use anyhow::{Context, Result, anyhow, ensure};
use fingerprint::{Digest, of_file};
use kmod_ioctl::{Access, Device, DeviceError, DeviceSpec, LoadOptions, Reason};
use sigfile::{Entry, EntryType, printable};
use veriexec::Status;

use crate::machine::source::Source;

/// Deletes the entry of a file, if there is one.
pub(crate) fn delist(source: &Source) -> Result<()> {
    let mut device = Device::open(&DeviceSpec::default(), Access::WRITE)?;
    match device.delete(&source.path) {
        Err(error) if !has_no_entry(&error) => Err(error.into()),
        _ => Ok(()),
    }
}

/// Lists a file, to be opened alone, with the fingerprint of what was read of it. An entry that is
/// there already stays, and must be right.
pub(crate) fn list(source: &Source, read: Digest) -> Result<()> {
    let name = printable(&source.path);
    let mut device = Device::open(&DeviceSpec::default(), Access::READ_WRITE)?;
    match device.query(&source.path) {
        Ok(listed) => {
            let (found, _) = of_file(&source.file, listed.fingerprint.algorithm())
                .map_err(|error| anyhow!("{name}: {error}"))?;
            ensure!(
                found == listed.fingerprint,
                "{name} is listed with another fingerprint; list it anew, or leave it out of the \
                 list"
            );
            return Ok(());
        }
        Err(error) if has_no_entry(&error) => {}
        Err(error) => return Err(error.into()),
    }
    let entry = Entry::new(source.path.clone(), read, EntryType::FILE)?;
    // Evaluated at once, so that it is seen if another file has the name by now.
    let options = LoadOptions { keep_filename: true, eval_on_load: true };
    device.load(&entry, options)?;
    let listed = device.query(&source.path).context("it was listed a moment ago")?;
    ensure!(
        listed.status != Status::Mismatch,
        "{name} has changed since it was read; start again when nothing writes to it"
    );
    Ok(())
}

fn has_no_entry(error: &DeviceError) -> bool {
    error.refusal().is_some_and(|refusal| refusal.reason() == Reason::NoEntry)
}
