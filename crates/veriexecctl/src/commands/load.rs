//! `load`: a signatures file into the driver, entry by entry.

mod replacement;
mod tally;

use std::io::{self, Write};
use std::path::Path;

use anyhow::{Result, bail};
use kmod_ioctl::{Access, Device};
use sigfile::{Line, printable};

use crate::answer::complain;
use crate::answer::complaints::Complaints;
use crate::answer::counted::Counted;
use crate::answer::progress::Progress;
use crate::answer::to_standard_output;
use crate::bytes;
use crate::cli::Cli;
use crate::commands::load::tally::{Change, Tally};
use crate::device::open;
use crate::device::sending::{about_one_file, is_same, options, refused};
use crate::exit::Exit;
use crate::list::signatures;

/// Loads every good line of the file; the status says whether any was not.
pub(crate) fn run(cli: &Cli, file: &Path, replace: bool) -> Result<Exit> {
    let name = printable(bytes(file));
    let mut complaints = Complaints::default();
    let lines = signatures::good_lines(file, &mut complaints)?;
    if replace && complaints.count() > 0 {
        let bad = Counted(complaints.finish(), "error");
        bail!("{name} has {bad}, nothing was changed; --replace takes a file without any");
    }
    let mut tally = Tally::new(cli.verbose, cli.json);
    if replace || !lines.is_empty() {
        let mut device = open(cli, Access::READ_WRITE)?;
        let sent = if replace {
            replacement::send(cli, &mut device, file, &lines, &mut tally, &mut complaints)
        } else {
            send(cli, &mut device, file, &lines, &mut tally, &mut complaints)
        };
        device.close()?;
        sent?;
    }
    let errors = complaints.finish();
    let loaded = tally.loaded();
    if cli.json {
        tally.json().name("file", bytes(file)).with("errors", errors).print()?;
    } else if cli.verbose {
        tally.told()?;
        to_standard_output(writeln!(io::stdout(), "{name}: {tally}"))?;
    }
    if errors == 0 {
        return Ok(Exit::Done);
    }
    let (loaded, errors) = (Counted(loaded, "entry"), Counted(errors, "error"));
    complain(format_args!("cannot load all of {name}: {loaded} loaded, {errors}"));
    Ok(Exit::Failed)
}

/// Sends the entries one by one, and goes on after one that the driver does not take, unless it
/// takes none.
fn send(
    cli: &Cli,
    device: &mut Device,
    file: &Path,
    lines: &[Line],
    tally: &mut Tally,
    complaints: &mut Complaints,
) -> Result<()> {
    let options = options(cli);
    let progress = Progress::of_entries(!cli.verbose, "loading", lines.len());
    for line in lines {
        let entry = &line.entry;
        // Only who wants to know it pays for another request.
        let present = tally.is_wanted()
            && device.query(entry.path()).is_ok_and(|present| is_same(&present, entry));
        let change = if present { Change::Unchanged } else { Change::Added };
        tally.announce(change, entry.path());
        match device.load_or_same(entry, options) {
            Ok(_) => tally.add(change, entry.path()),
            Err(error) => {
                let error = about_one_file(error)?;
                progress.aside(|| refused(complaints, file, line, &error));
            }
        }
        progress.advance(1);
    }
    Ok(())
}
