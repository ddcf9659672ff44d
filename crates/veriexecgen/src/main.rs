//! veriexecgen(8): fingerprints files and writes a signatures file.
#![forbid(unsafe_code)]

mod candidate;
mod cli;
mod exit;
mod faults;
mod header;
mod immutable;
mod listing;
mod narration;
mod output;
mod prefix;
mod previous;
mod progress;
mod replacement;
mod sources;

use std::ffi::{OsStr, OsString};
use std::io::{self, ErrorKind, Write};
use std::mem;
use std::os::unix::ffi::OsStrExt;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::Parser;
use fingerprint::{Algorithm, Batch, Engine, Job};
use sigfile::printable;

use crate::candidate::{Candidate, Selection};
use crate::cli::Cli;
use crate::exit::Exit;
use crate::faults::Faults;
use crate::listing::Listing;
use crate::narration::Narration;
use crate::output::Output;
use crate::prefix::Prefix;
use crate::previous::Previous;
use crate::progress::Progress;
use crate::replacement::Replaced;
use crate::sources::Sources;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let ended = match Cli::try_parse_from(&arguments) {
        Ok(cli) => run(&cli),
        Err(usage) if usage.use_stderr() => Ok(cli::complain(&usage, &arguments)),
        Err(help) => show(&help),
    };
    let exit = ended.unwrap_or_else(|error| {
        faults::report(format_args!("{error:#}"));
        Exit::Failed
    });
    exit.into()
}

/// Shows what was asked for; that nobody reads it is no error.
fn show(help: &clap::Error) -> Result<Exit> {
    match help.print() {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("Cannot write to standard output")
        }
        _ => Ok(Exit::Done),
    }
}

/// From the command line to the written list.
fn run(cli: &Cli) -> Result<Exit> {
    let started = Instant::now();
    let algorithm = algorithm(&cli.algorithm)?;
    let mut batch = Batch::new(algorithm, cli.threads)?;
    match &cli.engine {
        Some(name) if name == "list" => return list_engines(algorithm),
        Some(name) => batch = batch.with_engine(engine(algorithm, name)?),
        None => {}
    }
    let prefix = Prefix::new(cli.prefix.as_deref());
    let output = Output::new(&cli.output, cli.append)?;
    if cli.immutable && output.file().is_none() {
        bail!("-S makes the output immutable, but it is no file; use -o with the name of one");
    }
    let header = cli.timestamp.then(header::header).transpose()?;
    let mut faults = Faults::new(cli.warn);
    let mut narration = Narration::new(cli.verbose, matches!(output, Output::Stdout));

    let previous = match output.file() {
        Some(file) if cli.append => Previous::read(file, &mut faults)?,
        _ => Previous::default(),
    };
    let candidates = search(cli, &batch, algorithm, &output, &prefix, &mut faults, &mut narration)?;
    faults.check()?;

    let progress =
        Progress::new(!cli.verbose, candidates.iter().map(Job::size).fold(0, u64::saturating_add));
    let mut listing =
        listing::list(candidates, &batch, cli.classify, &prefix, &progress, &mut faults);
    progress.finish();
    let hashed = (listing.len(), listing.bytes, started.elapsed().as_secs_f64());
    if let (true, Some(file)) = (cli.append, output.file()) {
        listing.retain(|entry| previous.is_new(file, entry, &mut faults));
    }
    faults.check()?;
    if narration.is_on() {
        for entry in listing.entries() {
            narration.say(format_args!("Adding {}.", printable(entry.path())));
        }
    }

    write(cli, &batch, &output, &previous, header.as_deref(), &listing, &mut narration)?;
    if let (true, Some(file)) = (cli.immutable, output.file()) {
        immutable::set(file).context("Can't set immutable flag")?;
    }
    advise(&listing, hashed, &mut narration);
    // The program ends: millions of paths need not be given back one by one.
    mem::forget(listing);
    narration.finish().context("Cannot write to standard output")?;
    Ok(faults.exit())
}

fn algorithm(name: &OsStr) -> Result<Algorithm> {
    Algorithm::from_name(name.as_bytes()).with_context(|| {
        let known = Algorithm::ALL.map(Algorithm::name).join(", ");
        format!("No such hash algorithm ({}); expected one of {known}", printable(name.as_bytes()))
    })
}

fn engine(algorithm: Algorithm, name: &OsStr) -> Result<Engine> {
    name.to_str().and_then(|name| Engine::named(algorithm, name)).with_context(|| {
        let known: Vec<_> = Engine::all(algorithm).iter().map(Engine::name).collect();
        let (name, known) = (printable(name.as_bytes()), known.join(", "));
        format!("This machine has no such engine for {algorithm} ({name}); expected one of {known}")
    })
}

/// Shows the engines; that nobody reads it is no error.
fn list_engines(algorithm: Algorithm) -> Result<Exit> {
    let engines = Engine::all(algorithm).into_iter();
    let names: String = engines.map(|engine| format!("{}\n", engine.name())).collect();
    match io::stdout().write_all(names.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("Cannot write to standard output")
        }
        _ => Ok(Exit::Done),
    }
}

/// Finds what is to be listed, in order.
fn search(
    cli: &Cli,
    batch: &Batch,
    algorithm: Algorithm,
    output: &Output,
    prefix: &Prefix,
    faults: &mut Faults,
    narration: &mut Narration,
) -> Result<Vec<Candidate>> {
    let sources = Sources::new(cli, prefix);
    narration.say(format_args!(
        "Fingerprinting {sources} ({}) ({}) using {algorithm}",
        if cli.all { "all files" } else { "executables only" },
        if cli.recursive { "recursive" } else { "non-recursive" },
    ));
    narration.flush();
    let selection = Selection::new(cli.all, output.identities());
    let mut candidates = sources.find(&selection, batch, faults, narration)?;
    candidate::sort(&mut candidates, batch);
    listing::keep_prefixed(&mut candidates, prefix, faults);
    narration.flush();
    Ok(candidates)
}

fn write(
    cli: &Cli,
    batch: &Batch,
    output: &Output,
    previous: &Previous,
    header: Option<&str>,
    listing: &Listing<'_>,
    narration: &mut Narration,
) -> Result<()> {
    // With nothing to add, a file that is added to stays the very file it was.
    if cli.append && listing.len() == 0 && output.file().is_some_and(|file| file.exists()) {
        return Ok(());
    }
    let shown = output.is_terminal();
    let contents = |out: &mut dyn Write| {
        previous.write(out)?;
        if let Some(header) = header {
            writeln!(out, "{header}")?;
        }
        listing.write(out, shown, batch)
    };
    if let Replaced::Kept(backup) = output.write(!cli.append, contents)? {
        let backup = printable(backup.as_os_str().as_bytes());
        narration.say(format_args!("\nBacking up existing fingerprint file to \"{backup}\"\n"));
    }
    Ok(())
}

/// The last words of `-v`: what was done, and what is left to do.
fn advise(
    listing: &Listing<'_>,
    (files, bytes, seconds): (usize, u64, f64),
    narration: &mut Narration,
) {
    let rate = bytes as f64 / 1e9 / seconds;
    narration.say(format_args!("{files} files, {bytes} bytes in {seconds:.2} s ({rate:.2} GB/s)"));
    narration.say(format_args!("{} of them setuid or setgid", listing.set_id));
    narration.say(format_args!(
        "The entry types say what each file seems to be for. Look through them, above all at what\n\
         is direct or indirect, before the list is loaded: at strict level 2 nothing else runs."
    ));
}
