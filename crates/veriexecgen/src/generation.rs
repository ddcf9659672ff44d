//! A run from the command line to the written list.

use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::mem;
use std::os::unix::ffi::OsStrExt;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use fingerprint::{Algorithm, Batch, Job};
use sigfile::printable;

use crate::answer::Answer;
use crate::answer::faults::Faults;
use crate::answer::progress::Progress;
use crate::answer::report::Hashed;
use crate::cli::Cli;
use crate::engines;
use crate::exit::Exit;
use crate::listing::{Lister, Listing};
use crate::output::differing::Differing;
use crate::output::previous::Previous;
use crate::output::replacement::Replaced;
use crate::output::{Output, header, immutable};
use crate::refresh;
use crate::search::candidate::{self, Candidate, Selection};
use crate::search::prefix::Prefix;
use crate::search::sources::Sources;

/// What a list is made of and with, from the beginning of a run to its end.
pub(crate) struct Generation<'a> {
    pub(crate) cli: &'a Cli,
    pub(crate) started: Instant,
    pub(crate) algorithm: Algorithm,
    pub(crate) batch: Batch,
    pub(crate) prefix: Prefix,
    pub(crate) output: Output,
}

/// Makes the list and writes it, with that algorithm if it was given.
pub(crate) fn run(cli: &Cli, algorithm: Option<Algorithm>) -> Exit {
    let mut answer = Answer::new(cli, Output::is_stdout(&cli.output));
    let ended = begin(cli, algorithm, &mut answer);
    answer.conclude(ended)
}

fn begin(cli: &Cli, algorithm: Option<Algorithm>, answer: &mut Answer) -> Result<()> {
    let output = Output::new(&cli.output, cli.append || cli.refresh, !cli.append)?;
    if cli.json && matches!(output, Output::Stdout) {
        bail!("--json and the list cannot both go to standard output; use -o with another name");
    }
    if cli.refresh {
        return refresh::run(cli, algorithm, output, answer);
    }
    let algorithm = algorithm.unwrap_or(Algorithm::Sha256);
    Generation::new(cli, algorithm, output, answer)?.make(answer)
}

impl<'a> Generation<'a> {
    /// Finds out what can be known to fail before the work is done.
    pub(crate) fn new(
        cli: &'a Cli,
        algorithm: Algorithm,
        output: Output,
        answer: &mut Answer,
    ) -> Result<Self> {
        let started = Instant::now();
        let mut batch = Batch::new(algorithm, cli.threads)?;
        if let Some(name) = &cli.engine {
            batch = batch.with_engine(engines::engine(algorithm, name)?);
        }
        if cli.immutable && output.file().is_none() {
            bail!("-S makes the output immutable, but it is no file; use -o with the name of one");
        }
        answer.report.algorithm = Some(algorithm);
        let prefix = Prefix::new(cli.prefix.as_deref());
        Ok(Self { cli, started, algorithm, batch, prefix, output })
    }

    /// Makes a list, or what one lacks.
    fn make(&self, answer: &mut Answer) -> Result<()> {
        let header = self.cli.timestamp.then(header::header).transpose()?;
        let previous = match self.output.file() {
            Some(file) if self.cli.append => Previous::read(file, &mut answer.faults)?,
            _ => Previous::default(),
        };
        let candidates = self.search(answer)?;
        answer.faults.check()?;
        let mut listing = self.list(candidates, &mut answer.faults);
        let seconds = self.started.elapsed().as_secs_f64();
        let hashed = Hashed { seconds, ..listing.hashed };
        answer.report.hashed = Some(hashed);
        if let (true, Some(file)) = (self.cli.append, self.output.file()) {
            listing.retain(|entry| previous.is_new(file, entry, &mut answer.faults));
        }
        answer.faults.check()?;
        if hashed.files == 0 && !self.cli.allow_empty {
            bail!("{}, nothing was written; --allow-empty writes an empty list", nothing(answer));
        }
        if answer.narration.is_on() {
            for entry in listing.entries() {
                answer.narration.say(format_args!("Adding {}.", printable(entry.path())));
            }
        }
        // With nothing to add, a file that is added to stays the very file it was.
        let header = header.filter(|_| !self.cli.append || listing.len() > 0);
        let shown = self.output.is_terminal() && !self.cli.dry_run;
        let contents = |out: &mut dyn Write| {
            previous.write(out, listing.len() > 0)?;
            if let Some(header) = &header {
                writeln!(out, "{header}")?;
            }
            listing.write(out, shown, &self.batch)
        };
        self.write(contents, answer)?;
        advise(hashed, answer);
        // The program ends: millions of paths need not be given back one by one.
        mem::forget(listing);
        Ok(())
    }

    /// Finds what is to be listed, in order.
    fn search(&self, answer: &mut Answer) -> Result<Vec<Candidate>> {
        let sources = Sources::new(self.cli)?;
        answer.narration.say(format_args!(
            "Fingerprinting {sources} ({}) ({}) using {}",
            if self.cli.all { "all files" } else { "executables only" },
            if self.cli.recursive { "recursive" } else { "non-recursive" },
            self.algorithm,
        ));
        answer.narration.flush();
        let candidates = sources.find(&self.selection(), &self.batch, &self.prefix, answer);
        let candidates = self.in_order(candidates, answer);
        answer.narration.flush();
        Ok(candidates)
    }

    /// What is listed of all that is found.
    pub(crate) fn selection(&self) -> Selection {
        Selection::new(self.cli.all, self.output.identities())
    }

    /// Those of the candidates that are below the prefix, in order, each of them once.
    pub(crate) fn in_order(
        &self,
        mut candidates: Vec<Candidate>,
        answer: &mut Answer,
    ) -> Vec<Candidate> {
        candidate::sort(&mut candidates, &self.batch);
        candidate::keep_prefixed(&mut candidates, &self.prefix, &mut answer.faults);
        candidates
    }

    /// Hashes the candidates.
    pub(crate) fn list(&self, candidates: Vec<Candidate>, faults: &mut Faults) -> Listing<'_> {
        let bytes = candidates.iter().map(Job::size).fold(0, u64::saturating_add);
        let progress = Progress::new(!self.cli.verbose, bytes);
        let Self { batch, prefix, cli, .. } = self;
        let lister = Lister { batch, prefix, rule: cli.classify };
        let listing = lister.list(candidates, &progress, faults);
        progress.finish();
        listing
    }

    /// Writes the list, or shows what would be written.
    pub(crate) fn write(
        &self,
        contents: impl FnOnce(&mut dyn Write) -> io::Result<()>,
        answer: &mut Answer,
    ) -> Result<()> {
        if self.cli.dry_run {
            return self.show(contents, answer);
        }
        let tells_changes = self.cli.append && self.cli.json;
        let before = if tells_changes { Some(self.output.read()?) } else { None };
        let written = self.output.write(!self.cli.append, contents)?;
        answer.report.written = written.before != Replaced::Same;
        let name = printable(self.cli.output.as_os_str().as_bytes());
        match written.before {
            Replaced::Same => answer.narration.say(format_args!("\n{name} is up to date\n")),
            Replaced::Nothing => {}
            Replaced::Kept(backup) => {
                let shown = printable(backup.as_os_str().as_bytes());
                let text = format_args!("\nBacking up existing fingerprint file to \"{shown}\"\n");
                answer.narration.say(text);
                answer.report.backup = Some(backup);
            }
        }
        if let Some(trouble) = written.trouble {
            answer.faults.regret(format_args!("{trouble:#}"));
        }
        if let Some(before) = before {
            let after = self.output.read()?;
            let both = Differing { before: &before, after: &after };
            answer.report.changes = Some(both.changes());
        }
        if let (true, Some(file)) = (self.cli.immutable, self.output.file())
            && let Err(error) = immutable::set(file)
        {
            answer.faults.regret(format_args!("Can't set immutable flag: {error}"));
        }
        Ok(())
    }

    fn show(
        &self,
        contents: impl FnOnce(&mut dyn Write) -> io::Result<()>,
        answer: &mut Answer,
    ) -> Result<()> {
        let before = self.output.read()?;
        let mut after = Vec::new();
        contents(&mut after)?;
        let both = Differing { before: &before, after: &after };
        let changes = both.changes();
        if !self.cli.json {
            let stdout = io::stdout().lock();
            let shown = stdout.is_terminal();
            let mut out = BufWriter::new(stdout);
            match both.write(&mut out, shown).and_then(|()| out.flush()) {
                Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
                written => written.context("Cannot write to standard output")?,
            }
        }
        let counts = ["added", "changed", "removed"].map(|what| changes.count(what));
        let [added, changed, removed] = counts;
        answer.narration.say(format_args!(
            "{}: {added} would be added, {changed} changed, {removed} removed",
            printable(self.cli.output.as_os_str().as_bytes()),
        ));
        answer.report.changes = Some(changes);
        Ok(())
    }
}

/// Why there is nothing to list.
fn nothing(answer: &Answer) -> String {
    match answer.passed_over.not_asked() {
        0 => format!("No file to list was found (passed over: {})", answer.passed_over),
        1 => "The one file is neither a program nor a shared library (-a lists it)".to_owned(),
        files => format!("None of {files} files is a program or shared library (-a lists them)"),
    }
}

/// The last words of `-v`: what was done, and what is left to do.
pub(crate) fn advise(hashed: Hashed, answer: &mut Answer) {
    let Hashed { files, linked, bytes, set_id, seconds } = hashed;
    let rate = bytes as f64 / 1e9 / seconds;
    let Answer { narration, passed_over, .. } = answer;
    narration.say(format_args!("{files} files, {bytes} bytes in {seconds:.2} s ({rate:.2} GB/s)"));
    narration.say(format_args!("{set_id} of them setuid or setgid"));
    if linked > 0 {
        narration.say(format_args!("{linked} of them further names of files, read once"));
    }
    narration.say(format_args!("Passed over: {passed_over}"));
    narration.say(format_args!(
        "The entry types say what each file seems to be for. Look through them, above all at what\n\
         is direct or indirect, before the list is loaded: at strict level 2 nothing else runs."
    ));
}
