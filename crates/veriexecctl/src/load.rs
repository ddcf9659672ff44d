//! `load`: a signatures file into the driver, entry by entry.

use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};
use kmod_ioctl::{Access, Device, LoadOptions};
use sigfile::{Line, printable};

use crate::cli::Cli;
use crate::exit::Exit;
use crate::{bytes, complain, open, to_standard_output};

/// How many messages about a file's lines are printed before they are only counted.
const MESSAGES: usize = 200;

/// Loads every good line of the file; the status says whether any was not.
pub(crate) fn run(cli: &Cli, file: &Path) -> Result<Exit> {
    let text = read(file)?;
    let mut complaints = Complaints::new(file);
    let lines = good_lines(&text, &mut complaints);
    let mut loaded = 0;
    if !lines.is_empty() {
        let mut device = open(cli, Access::READ_WRITE)?;
        let sent = send(cli, &mut device, &lines, &mut complaints);
        device.close()?;
        loaded = sent?;
    }
    complaints.finish();
    let name = printable(bytes(file));
    if cli.verbose {
        to_standard_output(writeln!(io::stdout(), "Loaded {loaded} entries from {name}."))?;
    }
    let lost = complaints.count;
    if lost == 0 {
        return Ok(Exit::Done);
    }
    complain(format_args!("cannot load all of {name}: {loaded} entries loaded, {lost} errors"));
    Ok(Exit::Failed)
}

fn read(file: &Path) -> Result<Vec<u8>> {
    if file.as_os_str() == "-" {
        let mut text = Vec::new();
        io::stdin().lock().read_to_end(&mut text).context("standard input")?;
        return Ok(text);
    }
    fs::read(file).with_context(|| format!("cannot read {}", printable(bytes(file))))
}

fn good_lines(text: &[u8], complaints: &mut Complaints<'_>) -> Vec<Line> {
    let parsed = sigfile::entries(text);
    parsed
        .filter_map(|line| match line {
            Ok(line) => Some(line),
            Err(diagnostic) => {
                complaints.add(format_args!("{}", diagnostic.in_file(complaints.file)));
                None
            }
        })
        .collect()
}

/// Sends the entries one by one, and goes on after one that the driver does not take, unless it
/// takes none.
fn send(
    cli: &Cli,
    device: &mut Device,
    lines: &[Line],
    complaints: &mut Complaints<'_>,
) -> Result<usize> {
    let options = LoadOptions { keep_filename: cli.keep_filename, eval_on_load: cli.eval_on_load };
    let progress = progress(cli, lines.len());
    let mut loaded = 0;
    for line in lines {
        if cli.verbose {
            let path = printable(line.entry.path());
            to_standard_output(writeln!(io::stdout(), "Adding file `{path}'."))?;
        }
        match device.load_or_same(&line.entry, options) {
            Ok(_) => loaded += 1,
            Err(error) if error.is_about_one_file() => {
                let file = printable(bytes(complaints.file));
                complaints.add(format_args!("{file}:{}: {error}", line.number));
            }
            Err(error) => return Err(error.into()),
        }
        progress.inc(1);
    }
    progress.finish_and_clear();
    Ok(loaded)
}

/// A bar on a terminal; elsewhere, and where every entry is named, none.
fn progress(cli: &Cli, entries: usize) -> ProgressBar {
    if cli.verbose {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(entries as u64);
    let style = ProgressStyle::with_template("loading {wide_bar} {human_pos}/{human_len} {eta}");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// Messages about a signatures file, bounded: a file that is none at all has thousands.
struct Complaints<'a> {
    file: &'a Path,
    count: usize,
}

impl<'a> Complaints<'a> {
    fn new(file: &'a Path) -> Self {
        Self { file, count: 0 }
    }

    fn add(&mut self, message: std::fmt::Arguments<'_>) {
        self.count += 1;
        if self.count <= MESSAGES {
            complain(message);
        }
    }

    fn finish(&self) {
        if self.count > MESSAGES {
            complain(format_args!("{} more errors like these", self.count - MESSAGES));
        }
    }
}
