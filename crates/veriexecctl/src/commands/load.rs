//! `load`: a signatures file into the driver, entry by entry.

mod replacement;
mod tally;

use std::fmt::Display;
use std::io::{self, Write};
use std::path::Path;

use anyhow::{Result, bail};
use kmod_ioctl::{Access, Device, DeviceError};
use sigfile::{Line, printable};

use crate::answer::complain;
use crate::answer::complaints::Complaints;
use crate::answer::counted::Counted;
use crate::answer::json::Print;
use crate::answer::progress::Progress;
use crate::answer::to_standard_output;
use crate::bytes;
use crate::cli::Cli;
use crate::commands::load::tally::{Change, Tally};
use crate::device::open;
use crate::device::sending::{about_one_file, is_missing, is_same, options, refused};
use crate::exit::Exit;
use crate::list::signatures;

/// What is to become of what the driver holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    /// What is not listed goes.
    pub(crate) replace: bool,
    /// A file that lists nothing is no mistake.
    pub(crate) allow_empty: bool,
    /// Nor is a listed file that is not there.
    pub(crate) allow_missing: bool,
}

/// A signatures file, as it was read.
struct List<'a> {
    file: &'a Path,
    lines: &'a [Line],
}

/// What is told of a run: to people while it lasts, to programs after it.
struct Account {
    tally: Tally,
    complaints: Complaints,
    /// About files that are not there, if these are no errors.
    missing: Option<Complaints>,
}

impl Account {
    /// Complains of a line that the driver did not take.
    fn refuse(&mut self, list: &List<'_>, line: &Line, error: &impl Display) {
        refused(&mut self.complaints, list.file, line, error);
    }

    /// Says that the driver did not take a line, which may be no error.
    fn pass_over(&mut self, list: &List<'_>, line: &Line, error: &DeviceError) {
        match &mut self.missing {
            Some(missing) if is_missing(error) => refused(missing, list.file, line, error),
            _ => self.refuse(list, line, error),
        }
    }
}

/// Loads every good line of the file; the status says whether any was not.
pub(crate) fn run(cli: &Cli, file: &Path, wanted: Wanted) -> Result<Exit> {
    let name = printable(bytes(file));
    let mut complaints = Complaints::default();
    let lines = signatures::good_lines(file, &mut complaints)?;
    if wanted.replace && complaints.count() > 0 {
        let bad = Counted(complaints.finish(), "error");
        bail!("{name} has {bad}, nothing was changed; --replace takes a file without any");
    }
    if lines.is_empty() && complaints.count() == 0 && !wanted.allow_empty {
        bail!(
            "{name} lists nothing, nothing was changed; veriexecctl load --allow-empty takes it for a list"
        );
    }
    let tally = Tally::new(cli.verbose, cli.json);
    let missing = wanted.allow_missing.then(Complaints::of_missing_files);
    let mut account = Account { tally, complaints, missing };
    if wanted.replace || !lines.is_empty() {
        let mut device = open(cli, Access::READ_WRITE)?;
        let list = List { file, lines: &lines };
        let sent = if wanted.replace {
            replacement::send(cli, &mut device, &list, &mut account)
        } else {
            send(cli, &mut device, &list, &mut account)
        };
        device.close()?;
        sent?;
    }
    let Account { mut tally, complaints, missing } = account;
    let missing = missing.map(Complaints::finish);
    let errors = complaints.finish();
    let loaded = tally.loaded();
    if let Some(missing @ 1..) = missing {
        complain(format_args!("passed over in {name}: {}", Counted(missing, "missing file")));
    }
    if cli.json {
        let object = tally.json().name("file", bytes(file)).with("errors", errors);
        let object = match missing {
            Some(missing) => object.with("missing", missing),
            None => object,
        };
        object.print()?;
    } else if cli.verbose {
        tally.told()?;
        to_standard_output(writeln!(io::stdout(), "{name}: {tally}"))?;
    }
    if errors == 0 {
        return Ok(Exit::Done);
    }
    let (loaded, errors) = (Counted(loaded, "line"), Counted(errors, "error"));
    complain(format_args!("cannot load all of {name}: {loaded} loaded, {errors}"));
    Ok(Exit::Failed)
}

/// Sends the entries one by one, and goes on after one that the driver does not take, unless it
/// takes none.
fn send(cli: &Cli, device: &mut Device, list: &List<'_>, account: &mut Account) -> Result<()> {
    let options = options(cli);
    let progress = Progress::of_entries(!cli.verbose, "loading", list.lines.len());
    for line in list.lines {
        let entry = &line.entry;
        // Only who wants to know it pays for another request.
        let present = account.tally.is_wanted()
            && device.query(entry.path()).is_ok_and(|present| is_same(&present, entry));
        let change = if present { Change::Unchanged } else { Change::Added };
        account.tally.announce(change, entry.path());
        match device.load_or_same(entry, options) {
            Ok(_) => account.tally.add(change, entry.path()),
            Err(error) => {
                let error = about_one_file(error)?;
                progress.aside(|| account.pass_over(list, line, &error));
            }
        }
        progress.advance(1);
    }
    Ok(())
}
