//! What was done, for programs: veriexecgen(8), JSON OUTPUT, is what it must agree with.

use std::io::{self, ErrorKind, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use fingerprint::Algorithm;
use serde_json::Value;
use sigfile::json::Object;
use sigfile::{Change, Difference};

use crate::answer::faults::Faults;
use crate::answer::passed_over::PassedOver;
use crate::exit::Exit;

/// What was done, as far as the run came.
#[derive(Debug)]
pub(crate) struct Report {
    output: PathBuf,
    dry_run: bool,
    /// Whether what the output holds is another list than before.
    pub(crate) written: bool,
    /// Where the list is that was there before.
    pub(crate) backup: Option<PathBuf>,
    pub(crate) algorithm: Option<Algorithm>,
    pub(crate) hashed: Option<Hashed>,
    pub(crate) changes: Option<Changes>,
    /// Why nothing was written.
    pub(crate) error: Option<String>,
}

/// What was hashed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Hashed {
    /// Under how many names.
    pub(crate) files: usize,
    /// How many of those are further names of files that were hashed under another.
    pub(crate) linked: usize,
    /// How many bytes were read for it.
    pub(crate) bytes: u64,
    /// How many of them run with the rights of their owner or group.
    pub(crate) set_id: usize,
    pub(crate) seconds: f64,
}

impl Hashed {
    /// Takes note of one more name of a file, whose bytes were read for it unless it is shared.
    pub(crate) fn add(&mut self, bytes: u64, shared: bool) {
        self.files = self.files.saturating_add(1);
        self.linked = self.linked.saturating_add(shared.into());
        self.bytes = self.bytes.saturating_add(if shared { 0 } else { bytes });
    }
}

/// How a list differs from what was there before.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// What became of which path.
    pub(crate) paths: Vec<(&'static str, Vec<u8>)>,
    unchanged: usize,
}

impl Changes {
    pub(crate) fn of(difference: &Difference<'_>) -> Self {
        let word = |change: &Change<'_>| match change {
            Change::Added(_) => "added",
            Change::Removed(_) => "removed",
            Change::Changed { .. } => "changed",
        };
        let changes = difference.changes.iter();
        let paths = changes.map(|change| (word(change), change.entry().path().to_vec())).collect();
        Self { paths, unchanged: difference.unchanged }
    }

    /// Whether the new list has no entry where the old one had.
    pub(crate) fn is_left_empty(&self) -> bool {
        let removed = self.count("removed");
        removed > 0 && self.unchanged == 0 && removed == self.paths.len()
    }

    /// How many entries became that.
    pub(crate) fn count(&self, what: &str) -> usize {
        self.paths.iter().filter(|(word, _)| *word == what).count()
    }
}

impl Report {
    pub(crate) fn new(output: &Path, dry_run: bool) -> Self {
        Self {
            output: output.to_owned(),
            dry_run,
            written: false,
            backup: None,
            algorithm: None,
            hashed: None,
            changes: None,
            error: None,
        }
    }

    /// Prints it to standard output, on one line; that nobody reads it is no error.
    pub(crate) fn print(
        &self,
        faults: &Faults,
        passed_over: &PassedOver,
        exit: Exit,
    ) -> io::Result<()> {
        let line = self.json(faults, passed_over, exit).into_line();
        match io::stdout().lock().write_all(line.as_bytes()) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            written => written,
        }
    }

    fn json(&self, faults: &Faults, passed_over: &PassedOver, exit: Exit) -> Object {
        let mut report = Object::new()
            .name("output", self.output.as_os_str().as_bytes())
            .with("written", self.written)
            .with("dry_run", self.dry_run);
        if let Some(backup) = &self.backup {
            report = report.name("backup", backup.as_os_str().as_bytes());
        }
        if let Some(algorithm) = self.algorithm {
            report = report.with("algorithm", algorithm.name());
        }
        if let Some(hashed) = self.hashed {
            report = report
                .with("files", hashed.files)
                .with("linked", hashed.linked)
                .with("bytes", hashed.bytes)
                .with("set_id", hashed.set_id)
                .with("seconds", hashed.seconds);
        }
        if let Some(changes) = &self.changes {
            for what in ["added", "changed", "removed"] {
                report = report.with(what, changes.count(what));
            }
            let paths = changes.paths.iter().map(|(what, path)| with_path("change", what, path));
            report = report
                .with("unchanged", changes.unchanged)
                .with("changes", paths.map(Value::from).collect::<Vec<_>>());
        }
        let counts = passed_over
            .counts()
            .into_iter()
            .fold(Object::new(), |counts, (reason, count)| counts.with(reason.word(), count));
        let paths = passed_over
            .found()
            .map(|(path, reason)| with_path("kind", reason.word(), path.as_os_str().as_bytes()));
        report = report
            .with("passed_over", counts.with("not_asked", passed_over.not_asked()))
            .with("passed_over_paths", paths.map(Value::from).collect::<Vec<_>>())
            .with("faults", faults.texts());
        if let Some(error) = &self.error {
            report = report.with("error", error.as_str());
        }
        report.with("exit", exit.code())
    }
}

fn with_path(key: &str, word: &str, path: &[u8]) -> Object {
    Object::new().name("path", path).with(key, word)
}
