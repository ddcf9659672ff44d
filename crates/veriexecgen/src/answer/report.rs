//! What was done, for programs: veriexecgen(8), JSON OUTPUT, is what it must agree with.

use std::io::{self, ErrorKind, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use fingerprint::Algorithm;
use serde_json::{Map, Value};
use sigfile::{Change, Difference, printable};

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
        let mut line = ascii(&self.json(faults, passed_over, exit).to_string());
        line.push('\n');
        match io::stdout().lock().write_all(line.as_bytes()) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            written => written,
        }
    }

    fn json(&self, faults: &Faults, passed_over: &PassedOver, exit: Exit) -> Value {
        let mut report = Map::new();
        name(&mut report, "output", self.output.as_os_str().as_bytes());
        report.insert("written".into(), self.written.into());
        report.insert("dry_run".into(), self.dry_run.into());
        if let Some(backup) = &self.backup {
            name(&mut report, "backup", backup.as_os_str().as_bytes());
        }
        if let Some(algorithm) = self.algorithm {
            report.insert("algorithm".into(), algorithm.name().into());
        }
        if let Some(hashed) = self.hashed {
            report.insert("files".into(), hashed.files.into());
            report.insert("linked".into(), hashed.linked.into());
            report.insert("bytes".into(), hashed.bytes.into());
            report.insert("set_id".into(), hashed.set_id.into());
            report.insert("seconds".into(), hashed.seconds.into());
        }
        if let Some(changes) = &self.changes {
            for what in ["added", "changed", "removed"] {
                report.insert(what.into(), changes.count(what).into());
            }
            report.insert("unchanged".into(), changes.unchanged.into());
            let paths = changes.paths.iter().map(|(what, path)| with_path("change", what, path));
            report.insert("changes".into(), paths.collect());
        }
        let counts = passed_over.counts().into_iter();
        let mut counts: Map<String, Value> =
            counts.map(|(reason, count)| (reason.word().to_owned(), count.into())).collect();
        counts.insert("not_asked".into(), passed_over.not_asked().into());
        report.insert("passed_over".into(), counts.into());
        let paths = passed_over
            .found()
            .map(|(path, reason)| with_path("kind", reason.word(), path.as_os_str().as_bytes()));
        report.insert("passed_over_paths".into(), paths.collect());
        report.insert("faults".into(), faults.texts().into());
        if let Some(error) = &self.error {
            report.insert("error".into(), error.as_str().into());
        }
        report.insert("exit".into(), exit.code().into());
        report.into()
    }
}

fn with_path(key: &str, word: &str, path: &[u8]) -> Value {
    let mut object = Map::new();
    name(&mut object, "path", path);
    object.insert(key.into(), word.into());
    object.into()
}

/// Adds a file name, which need not be text: if it is not, it is given as it is shown to people, and
/// `KEY_bytes` has its bytes in hexadecimal.
fn name(object: &mut Map<String, Value>, key: &str, name: &[u8]) {
    if let Ok(text) = str::from_utf8(name) {
        object.insert(key.into(), text.into());
    } else {
        object.insert(key.into(), printable(name).to_string().into());
        let hex: String = name.iter().map(|byte| format!("{byte:02x}")).collect();
        object.insert(format!("{key}_bytes"), hex.into());
    }
}

/// The same JSON without a character that a terminal acts on.
fn ascii(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        if matches!(character, ' '..='~') {
            text.push(character);
        } else {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_is_carried_exactly_and_in_ascii() {
        let hostile = "/\x1b[2J\u{202e}\u{1f512}\n\"\\";
        let text = ascii(&with_path("kind", "fifo", hostile.as_bytes()).to_string());
        assert!(text.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{text}");
        let read: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read, serde_json::json!({ "path": hostile, "kind": "fifo" }));
        let value = with_path("kind", "fifo", b"/\xff");
        assert_eq!((&value["path"], &value["path_bytes"]), (&"/\\xff".into(), &"2fff".into()));
    }
}
