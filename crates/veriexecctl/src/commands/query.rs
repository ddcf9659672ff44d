//! `query`: what the driver holds of a file.

use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};
use kmod_ioctl::Access;
use sigfile::printable;

use crate::answer::json::{self, Object, Print};
use crate::answer::to_standard_output;
use crate::bytes;
use crate::cli::Cli;
use crate::device::open;
use crate::device::sending::has_no_entry;
use crate::exit::Exit;
use crate::machine::mount_point;

/// Prints the six lines of NetBSD's tool.
pub(crate) fn run(cli: &Cli, file: &Path) -> Result<Exit> {
    let name = printable(bytes(file));
    let held = match open(cli, Access::READ)?.query(bytes(file)) {
        Ok(held) => held,
        Err(error) if has_no_entry(&error) => bail!("No Veriexec entry for `{name}'"),
        Err(error) => return Err(error.into()),
    };
    let mount_point = mount_point::of(file).with_context(|| format!("`{name}'"))?;
    if cli.json {
        let object = Object::new()
            .name("path", bytes(file))
            .name("mount", bytes(&mount_point))
            .with("algorithm", held.fingerprint.algorithm().name())
            .with("fingerprint", held.fingerprint.to_string())
            .with("flags", json::flags(held.entry_type))
            .with("status", held.status.name());
        let kept = held.file.as_deref();
        kept.into_iter().fold(object, |object, kept| object.name("kept_name", kept)).print()?;
        return Ok(Exit::Done);
    }
    let text = format!(
        "Filename: {name}\n\
         Mount: {}\n\
         Entry flags: {}\n\
         Entry status: {}\n\
         Fingerprint algorithm: {}\n\
         Fingerprint: {}\n",
        printable(bytes(&mount_point)),
        held.entry_type,
        held.status,
        held.fingerprint.algorithm(),
        held.fingerprint,
    );
    to_standard_output(io::stdout().write_all(text.as_bytes()))?;
    Ok(Exit::Done)
}
