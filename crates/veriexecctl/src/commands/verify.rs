//! `verify`: whether files are what a signatures file says.

mod unlisted;

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;
use fingerprint::{Algorithm, Batch, Digest, FileError, Identity, Job, Outcome, Status, Version};
use serde_json::Value;
use sigfile::{Entry, Line, printable};

use crate::answer::complaints::Complaints;
use crate::answer::counted::Counted;
use crate::answer::json::{Object, Print};
use crate::answer::progress::Progress;
use crate::answer::to_standard_output;
use crate::bytes;
use crate::cli::{Cli, VerifyArgs};
use crate::commands::verify::unlisted::Unlisted;
use crate::device::witness::Witness;
use crate::exit::Exit;
use crate::list::signatures;
use crate::machine::contents::{Contents, Source};
use crate::machine::tree::{Tree, is_missing};

/// Hashes the listed files, and says which are not as listed; the status says whether all are.
pub(crate) fn run(cli: &Cli, args: &VerifyArgs) -> Result<Exit> {
    let started = Instant::now();
    let mut complaints = Complaints::default();
    let lines = signatures::good_lines(&args.file, &mut complaints)?;
    if lines.is_empty() {
        signatures::complain_of_nothing(&args.file, &mut complaints);
    }
    let tree = Tree::new(args.root.as_deref())?;
    let files: Vec<Listed> = lines.iter().map(|line| Listed::find(&line.entry, &tree)).collect();
    let batch = Batch::new(Algorithm::Sha256, None)?;
    let mut witness = Witness::new(cli);
    let progress = !args.quiet && !cli.json;
    let hashed =
        compare(&lines, &files, Reading { batch: &batch, witness: &mut witness, progress });

    let Hashed { deviations, vouched, bytes: total } = hashed;
    let mut report = Report { deviations, vouched, unlisted: Vec::new() };
    if !args.unlisted.is_empty() {
        let known = files.iter().filter_map(|file| Some(file.status?.identity));
        let search = Unlisted::new(&tree, known, &args.file, args.all);
        report.unlisted = search.below(&args.unlisted, &batch, &mut complaints);
    }
    let bad = complaints.finish();
    let differing = report.deviations.len();
    let as_listed = lines.len().saturating_sub(differing);
    if cli.json {
        let object = Object::new()
            .name("file", bytes(&args.file))
            .with("listed", lines.len())
            .with("as_listed", as_listed)
            .with("as_driver_says", report.vouched.len())
            .with("bytes", total)
            .with("errors", bad);
        if !args.quiet {
            object.with("deviations", report.json()).print()?;
        }
    } else if !args.quiet {
        let out = BufWriter::new(io::stdout().lock());
        to_standard_output(report.print(out, cli.verbose))?;
        if cli.verbose {
            let seconds = started.elapsed().as_secs_f64();
            let rate = total as f64 / 1e9 / seconds;
            let text = format!(
                "{as_listed} files as listed, {differing} not, {} unlisted; {} bytes in \
                 {seconds:.2} s ({rate:.2} GB/s)\n",
                report.unlisted.len(),
                total,
            );
            to_standard_output(io::stdout().write_all(text.as_bytes()))?;
        }
    }
    let good = bad == 0 && differing == 0 && report.unlisted.is_empty();
    Ok(if good { Exit::Done } else { Exit::Failed })
}

/// A listed file, before it is opened.
struct Listed {
    place: PathBuf,
    algorithm: Algorithm,
    status: Option<Status>,
    /// What is found without opening it, and nothing else of it would be.
    fault: Option<Fault>,
}

impl Listed {
    fn find(entry: &Entry, tree: &Tree) -> Self {
        let algorithm = entry.algorithm();
        let nowhere = |error: io::Error| Self {
            place: PathBuf::new(),
            algorithm,
            status: None,
            fault: Some(error.into()),
        };
        let place = match tree.place(entry.path()) {
            Ok(place) => place,
            Err(error) => return nowhere(error),
        };
        // What is no regular file is not opened: that can have effects of its own.
        match place.metadata() {
            Ok(metadata) => Self {
                status: Some(Status::of(&metadata)),
                algorithm,
                fault: (!metadata.is_file()).then_some(Fault::NotRegular),
                place,
            },
            Err(error) => nowhere(error),
        }
    }
}

impl Job for &Listed {
    fn path(&self) -> &Path {
        &self.place
    }

    fn seen(&self) -> Option<Version> {
        self.status.map(|status| status.version)
    }

    fn algorithm(&self) -> Option<Algorithm> {
        Some(self.algorithm)
    }

    fn linked(&self) -> Option<Identity> {
        self.status.filter(|status| status.linked).map(|status| status.identity)
    }
}

/// How contents are found out.
struct Reading<'a> {
    batch: &'a Batch,
    /// Asked about what cannot be read.
    witness: &'a mut Witness,
    /// Whether to show how far it is.
    progress: bool,
}

/// What became of the listed files.
#[derive(Default)]
struct Hashed<'a> {
    deviations: Vec<Deviation<'a>>,
    /// Those that are as listed by what the driver says.
    vouched: Vec<&'a Line>,
    bytes: u64,
}

fn compare<'a>(lines: &'a [Line], files: &[Listed], reading: Reading<'_>) -> Hashed<'a> {
    let Reading { batch, witness, progress } = reading;
    let jobs: Vec<&Listed> = files.iter().filter(|file| file.fault.is_none()).collect();
    let total = jobs.iter().map(Job::size).fold(0, u64::saturating_add);
    let progress = Progress::of_bytes(progress, total);
    let results = batch.run(&jobs, |_, _| Ok(()), |_, bytes| progress.advance(bytes));
    drop(progress);

    let mut results = results.into_iter();
    let mut hashed = Hashed::default();
    for (line, file) in lines.iter().zip(files) {
        let fault = match &file.fault {
            Some(fault) => Some(fault.clone()),
            None => match results.next() {
                Some(Err(FileError::NotRegular(_))) => Some(Fault::NotRegular),
                Some(Err(FileError::Open(error))) if is_missing(&error) => Some(Fault::Missing),
                Some(result) => {
                    let digest = result.map(|Outcome { digest, bytes, shared, .. }| {
                        let read = if shared { 0 } else { bytes };
                        hashed.bytes = hashed.bytes.saturating_add(read);
                        digest
                    });
                    match Contents::of(digest, &file.place, line.entry.fingerprint(), witness) {
                        Contents::Same(Source::Read) => None,
                        Contents::Same(Source::Driver(_)) => {
                            hashed.vouched.push(line);
                            None
                        }
                        Contents::Other(found, source) => Some(Fault::Changed { found, source }),
                        Contents::Unknown(reason) => Some(Fault::Unknown { reason }),
                    }
                }
                // Every job has a result: what has none was not seen to be as listed.
                None => Some(Fault::Unknown { reason: "was not hashed".to_owned() }),
            },
        };
        hashed.deviations.extend(fault.map(|fault| Deviation { line, fault }));
    }
    hashed
}

/// A listed file that is not as listed, or not known to be.
struct Deviation<'a> {
    line: &'a Line,
    fault: Fault,
}

#[derive(Clone, Debug)]
enum Fault {
    /// Its contents are others, with this fingerprint if that is known.
    Changed {
        found: Option<Digest>,
        source: Source,
    },
    Missing,
    NotRegular,
    /// Neither can it be looked at here, nor does the driver know.
    Unknown {
        reason: String,
    },
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        if is_missing(&error) { Self::Missing } else { Self::Unknown { reason: error.to_string() } }
    }
}

impl Fault {
    /// The word for it in JSON, and with blanks in text.
    fn name(&self) -> &'static str {
        match self {
            Self::Changed { .. } => "changed",
            Self::Missing => "missing",
            Self::NotRegular => "not-a-regular-file",
            Self::Unknown { .. } => "unknown",
        }
    }

    /// What there is to say after the file's name.
    fn more(&self) -> String {
        match self {
            Self::Changed { source: Source::Driver(obstacle), .. } => {
                format!(": as the driver says; not readable here: {obstacle}")
            }
            Self::Unknown { reason } => format!(": {reason}"),
            Self::Changed { .. } | Self::Missing | Self::NotRegular => String::new(),
        }
    }
}

struct Report<'a> {
    deviations: Vec<Deviation<'a>>,
    vouched: Vec<&'a Line>,
    /// Paths of files that should be listed and are not.
    unlisted: Vec<Vec<u8>>,
}

impl Report<'_> {
    fn print(&self, mut out: impl Write, verbose: bool) -> io::Result<()> {
        for Deviation { line, fault } in &self.deviations {
            let path = printable(line.entry.path());
            writeln!(out, "{}: {path}{}", fault.name().replace('-', " "), fault.more())?;
        }
        let said = "valid, as the driver says; not readable here";
        if verbose {
            for line in &self.vouched {
                writeln!(out, "{said}: {}", printable(line.entry.path()))?;
            }
        } else if !self.vouched.is_empty() {
            writeln!(out, "{said}: {}", Counted(self.vouched.len(), "file"))?;
        }
        for path in &self.unlisted {
            writeln!(out, "unlisted: {}", printable(path))?;
        }
        out.flush()
    }

    fn json(&self) -> Value {
        let listed = self.deviations.iter().map(|Deviation { line, fault }| {
            let object = Object::new()
                .with("deviation", fault.name())
                .with("line", line.number)
                .name("path", line.entry.path());
            let object = match fault {
                Fault::Changed { found, source } => object
                    .with("found", found.map(|found| found.to_string()))
                    .with("source", source.word()),
                Fault::Unknown { reason } => object.with("reason", reason.as_str()),
                Fault::Missing | Fault::NotRegular => object,
            };
            Value::from(object)
        });
        let unlisted = self
            .unlisted
            .iter()
            .map(|path| Object::new().with("deviation", "unlisted").name("path", path).into());
        listed.chain(unlisted).collect::<Vec<_>>().into()
    }
}
