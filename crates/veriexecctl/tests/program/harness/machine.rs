//! Files to run the program on, a mock device, and what a run left behind.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where its ground gives way")]

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use fingerprint::{Algorithm, Hasher};
use serde_json::Value;
use sigfile::{Entry, EntryType, write_entry};
use tempfile::TempDir;

/// A directory of its own, in which the program runs.
pub(crate) struct Machine {
    root: PathBuf,
    _dir: TempDir,
}

impl Machine {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self { root: fs::canonicalize(dir.path()).unwrap(), _dir: dir }
    }

    /// A machine with these files, each of which holds its name and is executable.
    pub(crate) fn with(names: &[&str]) -> Self {
        let machine = Self::new();
        for name in names {
            machine.file(name, name, 0o755);
        }
        machine
    }

    pub(crate) fn path(&self, below: impl AsRef<Path>) -> PathBuf {
        self.root.join(below)
    }

    /// The path as text.
    pub(crate) fn name(&self, below: &str) -> String {
        self.path(below).to_str().unwrap().to_owned()
    }

    pub(crate) fn file(&self, below: impl AsRef<Path>, content: impl AsRef<[u8]>, mode: u32) {
        let path = self.path(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    /// The entry that is true of a file as it is now.
    pub(crate) fn entry(&self, below: impl AsRef<Path>, flags: &str) -> Entry {
        self.entry_by(Algorithm::Sha256, below, flags)
    }

    pub(crate) fn entry_by(
        &self,
        algorithm: Algorithm,
        below: impl AsRef<Path>,
        flags: &str,
    ) -> Entry {
        let path = self.path(below);
        let digest = Hasher::digest(algorithm, &fs::read(&path).unwrap());
        entry(&path, digest, flags)
    }

    /// The line that is true of a file as it is now.
    pub(crate) fn line(&self, below: impl AsRef<Path>, flags: &str) -> String {
        String::from_utf8(lines(&[self.entry(below, flags)])).unwrap()
    }

    /// Writes a signatures file that is true of these files, each listed as `direct`.
    pub(crate) fn sign(&self, signatures: &str, names: &[&str]) {
        let entries: Vec<_> = names.iter().map(|name| self.entry(name, "direct")).collect();
        fs::write(self.path(signatures), lines(&entries)).unwrap();
    }

    /// The program, to be run in the directory.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_veriexecctl"));
        command.current_dir(&self.root).stdin(Stdio::null());
        command
    }

    /// Runs the program without a device.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        Run::of(&self.command().args(arguments).output().unwrap())
    }

    /// Lets everybody look into the directory, and use what is there.
    pub(crate) fn let_others_in(&self) {
        fs::set_permissions(&self.root, Permissions::from_mode(0o777)).unwrap();
        for file in ["S", "state", "state.lock"] {
            if self.path(file).exists() {
                fs::set_permissions(self.path(file), Permissions::from_mode(0o666)).unwrap();
            }
        }
    }

    /// Runs the program as one who is not the superuser, whom no permission keeps out.
    pub(crate) fn run_as_nobody(&self, arguments: &[&str]) -> Run {
        let mut command = self.command();
        if rustix::process::geteuid().is_root() {
            // Where it is, nobody may be.
            let copy = self.path("veriexecctl");
            if !copy.exists() {
                // Another process writes it: what this one has open for writing, a program that
                // another test starts at that moment has open too, and then it is not executed.
                let program = env!("CARGO_BIN_EXE_veriexecctl");
                let copied = Command::new("cp").arg(program).arg(&copy).status().unwrap();
                assert!(copied.success());
            }
            command = Command::new(copy);
            command.current_dir(&self.root).stdin(Stdio::null()).uid(65534).gid(65534);
        }
        Run::of(&command.args(arguments).output().unwrap())
    }

    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &[u8]) -> Run {
        let mut command = self.command();
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        Run::of(&child.wait_with_output().unwrap())
    }

    /// Runs the program with the mock device of the directory.
    pub(crate) fn control(&self, arguments: &[&str]) -> Run {
        self.run(&[&["--device", "mock:state"], arguments].concat())
    }

    /// Runs the program with the mock device of the directory, or with another that is named
    /// first.
    pub(crate) fn control_os(&self, arguments: &[impl AsRef<OsStr>]) -> Run {
        let mut command = self.command();
        if arguments.first().is_none_or(|first| first.as_ref() != "--device") {
            command.args(["--device", "mock:state"]);
        }
        Run::of(&command.args(arguments).output().unwrap())
    }

    /// What a run with `--json` prints.
    pub(crate) fn json(&self, arguments: &[&str], status: i32) -> Value {
        self.control(&[arguments, &["--json"]].concat()).expect(status).json()
    }

    /// Every command that the program says it has.
    pub(crate) fn commands(&self) -> BTreeSet<String> {
        let help = self.run(&["--help"]).done().stdout;
        let (_, commands) = help.split_once("Commands:\n").unwrap();
        let (commands, _) = commands.split_once("\n\n").unwrap();
        let names = commands.lines().filter_map(|line| line.split_whitespace().next());
        let names: BTreeSet<_> = names.filter(|name| *name != "help").map(str::to_owned).collect();
        assert!(names.len() > 10, "{names:?}");
        names
    }

    /// The names that the device dumps, relative to the directory, with their flags.
    pub(crate) fn dumped(&self) -> Vec<String> {
        let dump = self.control(&["dump"]).expect(0).stdout;
        let shown = |line: Result<sigfile::Line, sigfile::Diagnostic>| {
            let entry = line.unwrap_or_else(|fault| panic!("{fault}")).entry;
            let path = Path::new(OsStr::from_bytes(entry.path()));
            let name = path.strip_prefix(&self.root).unwrap_or(path).to_string_lossy();
            format!("{name} {}", entry.entry_type())
        };
        let mut names: Vec<_> = sigfile::entries(dump.as_bytes()).map(shown).collect();
        names.sort();
        names
    }

    /// Text with the directory's own name as `.`.
    pub(crate) fn relative(&self, text: &str) -> String {
        text.replace(self.root.to_str().unwrap(), ".")
    }
}

pub(crate) fn entry(path: &Path, digest: fingerprint::Digest, flags: &str) -> Entry {
    let words = flags.split(", ").filter(|word| !word.is_empty());
    let entry_type = words.fold(EntryType::EMPTY, |flags, word| {
        flags | EntryType::from_word(word.as_bytes()).unwrap()
    });
    Entry::new(path.as_os_str().as_bytes().to_vec(), digest, entry_type).unwrap()
}

pub(crate) fn lines(entries: &[Entry]) -> Vec<u8> {
    let mut text = Vec::new();
    entries.iter().for_each(|entry| write_entry(&mut text, entry).unwrap());
    text
}

pub(crate) fn os(name: &[u8]) -> OsString {
    OsStr::from_bytes(name).to_owned()
}

/// How a run ended and what it said.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    pub(crate) fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self {
            status: output.status.code(),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }

    /// Insists on the status.
    #[track_caller]
    pub(crate) fn expect(self, status: i32) -> Self {
        assert_eq!(self.status, Some(status), "{self:#?}");
        self
    }

    /// Insists on the status 0 and no message.
    #[track_caller]
    pub(crate) fn done(self) -> Self {
        assert_eq!(self.stderr, "", "{self:#?}");
        self.expect(0)
    }

    /// Insists on the status 1 and one line of standard error that holds all this behind the
    /// program's name.
    #[track_caller]
    pub(crate) fn fails(self, parts: &[&str]) -> Self {
        let mut lines = self.stderr.lines().filter_map(|line| line.strip_prefix("veriexecctl: "));
        let found = lines.any(|line| parts.iter().all(|part| line.contains(part)));
        assert!(found, "no line with {parts:?} in {self:#?}");
        self.expect(1)
    }

    /// The one JSON object on standard output.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        let line = self.stdout.strip_suffix('\n').unwrap_or_else(|| panic!("{self:#?}"));
        assert!(line.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{self:#?}");
        serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }
}
