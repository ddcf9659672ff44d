//! `load --replace`: the driver comes to hold what a file lists, and what it holds of that already
//! stays.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use anyhow::{Context, Result};
use fingerprint::Identity;
use kmod_ioctl::{Device, DeviceError, DumpedEntry, LoadOptions, QueryReply, Reason};
use sigfile::{Entry, Line, printable};
use veriexec::Errno;

use crate::answer::complain;
use crate::answer::counted::Counted;
use crate::answer::progress::Progress;
use crate::cli::Cli;
use crate::commands::load::tally::{Change, Tally};
use crate::commands::load::{Account, List};
use crate::device::sending::{about_one_file, has_no_entry, is_same, options};
use crate::device::settings;

/// Sends the difference between what the driver holds and what the file lists.
///
/// The driver is asked about each path, because a name it once kept may be that of another file
/// now; its dump only shows what is to be removed.
pub(super) fn send(
    cli: &Cli,
    device: &mut Device,
    list: &List<'_>,
    account: &mut Account,
) -> Result<()> {
    let lines = list.lines;
    let dumped = device.dump()?;
    let kept: HashSet<&[u8]> = dumped.iter().map(|dumped| dumped.entry.path()).collect();
    let listed = Listed::new(lines);
    let total = lines.len().saturating_add(dumped.len());
    let progress = Progress::of_entries(!cli.verbose, "replacing", total);
    let mut removed = HashSet::new();
    for DumpedEntry { entry, .. } in &dumped {
        if !listed.paths.contains(entry.path()) {
            remove(device, entry, &listed, &mut removed, &mut account.tally)?;
        }
        progress.advance(1);
    }

    // Without its name an entry would not be found by the next replacement.
    let options = LoadOptions { keep_filename: true, ..options(cli) };
    let mut run = Run { device: &mut *device, options, kept, removed, placed: HashSet::new() };
    for (line, identity) in lines.iter().zip(&listed.files) {
        match run.place(line, *identity, &mut account.tally)? {
            Placed::Done => {}
            Placed::Twice => progress.aside(|| {
                let path = printable(line.entry.path());
                let text = format_args!(
                    "cannot load {path}: a line above lists the same file as something else"
                );
                account.refuse(list, line, &text);
            }),
            Placed::Refused(error) => progress.aside(|| account.pass_over(list, line, &error)),
        }
        progress.advance(1);
    }
    drop(progress);
    tell_of_others(device, &listed);
    Ok(())
}

/// Entries whose names were not kept, or are those of other files by now, cannot be found.
fn tell_of_others(device: &mut Device, listed: &Listed<'_>) {
    let held = settings::entries_held(device);
    let others = held.map(|held| held.saturating_sub(listed.identities.len()));
    if let Some(others @ 1..) = others {
        complain(format_args!(
            "the driver holds {}, without a name to remove it by; flush removes all, then load \
             again",
            Counted(others, "more entry")
        ));
    }
}

/// What the file lists.
struct Listed<'a> {
    paths: HashSet<&'a [u8]>,
    /// The file of each line, where there is one.
    files: Vec<Option<Identity>>,
    identities: HashSet<Identity>,
}

impl<'a> Listed<'a> {
    fn new(lines: &'a [Line]) -> Self {
        let files: Vec<_> = lines.iter().map(|line| identity(line.entry.path())).collect();
        Self {
            paths: lines.iter().map(|line| line.entry.path()).collect(),
            identities: files.iter().copied().flatten().collect(),
            files,
        }
    }
}

fn identity(path: &[u8]) -> Option<Identity> {
    let metadata = fs::metadata(OsStr::from_bytes(path)).ok()?;
    Some(Identity::of(&metadata))
}

/// Removes what the driver holds of a file under a name that is not listed.
fn remove(
    device: &mut Device,
    entry: &Entry,
    listed: &Listed<'_>,
    removed: &mut HashSet<Identity>,
    tally: &mut Tally,
) -> Result<()> {
    let path = entry.path();
    let identity = identity(path);
    let linked = identity.is_some_and(|identity| listed.identities.contains(&identity));
    match device.query(path) {
        Ok(_) => {}
        Err(error) if is_gone(&error) => {
            // Another name of the same file was removed before this one.
            if !linked && identity.is_some_and(|identity| removed.contains(&identity)) {
                tally.announce(Change::Removed, path);
                tally.add(Change::Removed, path);
            }
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    }
    if !linked {
        tally.announce(Change::Removed, path);
    }
    device.delete(path)?;
    removed.extend(identity);
    // A hard link of a listed file: its entry comes back, with the listed names alone.
    if !linked {
        tally.add(Change::Removed, path);
    }
    Ok(())
}

/// Whether the driver holds nothing under a name any more.
fn is_gone(error: &DeviceError) -> bool {
    error.refusal().is_some_and(|refusal| {
        matches!(refusal.reason(), Reason::NoEntry | Reason::NoFile | Reason::Other(Errno::NOTDIR))
    })
}

/// The second half of a replacement, in which lines find their place in the driver.
struct Run<'a> {
    device: &'a mut Device,
    options: LoadOptions,
    /// The names that the driver had.
    kept: HashSet<&'a [u8]>,
    /// The files whose entries were removed.
    removed: HashSet<Identity>,
    /// The files whose entries are those of lines above.
    placed: HashSet<Identity>,
}

enum Placed {
    Done,
    /// A line above is about the same file, and says something else.
    Twice,
    /// The driver does not take it.
    Refused(DeviceError),
}

impl Run<'_> {
    fn place(
        &mut self,
        line: &Line,
        identity: Option<Identity>,
        tally: &mut Tally,
    ) -> Result<Placed> {
        let entry = &line.entry;
        let path = entry.path();
        let present = match self.device.query(path) {
            Ok(present) => Some(present),
            Err(error) if has_no_entry(&error) => None,
            Err(error) => return about_one_file(error).map(Placed::Refused),
        };
        let change = match &present {
            Some(present) if is_same(present, entry) => Change::Unchanged,
            Some(_) if identity.is_some_and(|file| self.placed.contains(&file)) => {
                return Ok(Placed::Twice);
            }
            Some(_) => Change::Changed,
            None if identity.is_some_and(|file| self.removed.contains(&file)) => Change::Unchanged,
            None => Change::Added,
        };
        tally.announce(change, path);
        let sent = match present {
            Some(present) if change == Change::Changed => self.exchange(&present, entry)?,
            // The driver may have the entry without this name of it.
            Some(_) if self.kept.contains(path) => Ok(()),
            _ => self.device.load_or_same(entry, self.options).map(drop),
        };
        match sent {
            Ok(()) => {
                tally.add(change, path);
                self.placed.extend(identity);
                Ok(Placed::Done)
            }
            Err(error) => about_one_file(error).map(Placed::Refused),
        }
    }

    /// Puts an entry in the place of another. If the driver does not take it, the other comes back.
    fn exchange(&mut self, present: &QueryReply, entry: &Entry) -> Result<Result<(), DeviceError>> {
        let before = Entry::new(entry.path().to_vec(), present.fingerprint, present.entry_type)?;
        if let Err(error) = self.device.delete(entry.path()) {
            return Ok(Err(error));
        }
        let Err(error) = self.device.load(entry, self.options) else { return Ok(Ok(())) };
        let options = LoadOptions { eval_on_load: false, ..self.options };
        self.device.load(&before, options).with_context(|| {
            let path = printable(entry.path());
            format!("{path} is not listed any more: {error}; and what it was listed as is refused")
        })?;
        Ok(Err(error))
    }
}
