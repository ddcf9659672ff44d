//! An entry on its way to the driver, and what may come back.

use std::fmt::Display;
use std::path::Path;

use anyhow::Result;
use kmod_ioctl::{DeviceError, LoadOptions, QueryReply, Reason};
use sigfile::{Entry, Line, printable};
use veriexec::Errno;

use crate::answer::complaints::Complaints;
use crate::bytes;
use crate::cli::Cli;

/// What `-k` and `-e` ask for.
pub(crate) fn options(cli: &Cli) -> LoadOptions {
    LoadOptions { keep_filename: cli.keep_filename, eval_on_load: cli.eval_on_load }
}

/// Whether loading the entry would change nothing.
pub(crate) fn is_same(present: &QueryReply, entry: &Entry) -> bool {
    present.fingerprint == *entry.fingerprint()
        && present.entry_type == entry.entry_type().or_direct()
}

/// Whether the driver holds nothing of a file.
pub(crate) fn has_no_entry(error: &DeviceError) -> bool {
    error.refusal().is_some_and(|refusal| refusal.reason() == Reason::NoEntry)
}

/// Whether the file is not there.
pub(crate) fn is_missing(error: &DeviceError) -> bool {
    error.refusal().is_some_and(|refusal| {
        matches!(refusal.reason(), Reason::NoFile | Reason::Other(Errno::NOTDIR))
    })
}

/// The error of one entry, after which the next one can be tried; any other ends the run.
pub(crate) fn about_one_file(error: DeviceError) -> Result<DeviceError> {
    if error.is_about_one_file() { Ok(error) } else { Err(error.into()) }
}

/// Complains of a line that the driver did not take.
pub(crate) fn refused(complaints: &mut Complaints, file: &Path, line: &Line, error: &impl Display) {
    let file = printable(bytes(file));
    complaints.add(format_args!("{file}:{}: {error}", line.number));
}
