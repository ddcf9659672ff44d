//! A tree of files to run the program on, and what a run left behind.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where its ground gives way")]

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use sigfile::Entry;
use tempfile::TempDir;

/// SHA-256 of "abc", as FIPS 180 publishes it.
pub(crate) const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

/// A shared library without anything in it: the header of an ELF file of type `ET_DYN`.
pub(crate) fn library() -> Vec<u8> {
    let mut header = b"\x7fELF\x02\x01\x01".to_vec();
    header.resize(16, 0);
    header.extend([3, 0, 62, 0, 1, 0, 0, 0]);
    header.resize(64, 0);
    // Of the sizes, that of a row of the table of segments, which has none.
    header[54] = 56;
    header
}

/// A directory of its own, in which the program runs.
pub(crate) struct Tree {
    root: PathBuf,
    _dir: TempDir,
}

impl Tree {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self { root: fs::canonicalize(dir.path()).unwrap(), _dir: dir }
    }

    /// A tree with these programs, all of which hold "abc".
    pub(crate) fn with_programs(programs: &[&str]) -> Self {
        let tree = Self::new();
        for program in programs {
            tree.program(program);
        }
        tree
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

    pub(crate) fn program(&self, below: impl AsRef<Path>) {
        self.file(below, "abc", 0o755);
    }

    pub(crate) fn link(&self, target: impl AsRef<Path>, below: impl AsRef<Path>) {
        symlink(target, self.path(below)).unwrap();
    }

    /// The text of a file.
    pub(crate) fn text(&self, below: &str) -> String {
        String::from_utf8(fs::read(self.path(below)).unwrap()).unwrap()
    }

    /// Everything in a directory: names, and what regular files hold.
    pub(crate) fn held(&self, below: &str) -> Vec<(String, Vec<u8>)> {
        let entries = fs::read_dir(self.path(below)).unwrap().map(|entry| entry.unwrap());
        let mut held: Vec<_> = entries
            .map(|entry| {
                let name = entry.file_name().to_str().unwrap().to_owned();
                (name, fs::read(entry.path()).unwrap_or_default())
            })
            .collect();
        held.sort();
        held
    }

    /// The program, to be run in the tree.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_veriexecgen"));
        command.current_dir(&self.root).env_remove("SOURCE_DATE_EPOCH").stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        Run::of(&self.command().args(arguments).output().unwrap())
    }

    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &[u8]) -> Run {
        let mut command = self.command();
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        Run::of(&child.wait_with_output().unwrap())
    }

    /// Runs the program and reads the list that it wrote to standard output.
    pub(crate) fn list(&self, arguments: &[&str]) -> Vec<Entry> {
        let output = self.command().args(arguments).args(["-o", "-"]).output().unwrap();
        Run::of(&output).expect(0);
        entries(&output.stdout)
    }

    /// Runs the program and reads the names on its list, those in the tree relative to it.
    pub(crate) fn names(&self, arguments: &[&str]) -> Vec<String> {
        let list = self.list(arguments);
        list.iter().map(|entry| self.relative(entry.path())).collect()
    }

    fn relative(&self, path: &[u8]) -> String {
        let path = Path::new(OsStr::from_bytes(path));
        let path = path.strip_prefix(&self.root).unwrap_or(path);
        path.to_str().unwrap().to_owned()
    }
}

/// The entries of a list that must be without a fault.
pub(crate) fn entries(list: &[u8]) -> Vec<Entry> {
    sigfile::entries(list)
        .map(|line| line.unwrap_or_else(|fault| panic!("{fault}")).entry)
        .collect()
}

/// The entries as lines, sorted as they are.
pub(crate) fn summary(entries: &[Entry]) -> Vec<(String, String)> {
    let name = |entry: &Entry| {
        let path = Path::new(OsStr::from_bytes(entry.path()));
        path.file_name().unwrap().to_str().unwrap().to_owned()
    };
    entries.iter().map(|entry| (name(entry), entry.entry_type().to_string())).collect()
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

    /// Insists that one line of standard error begins and ends like this, behind the program's
    /// name.
    #[track_caller]
    pub(crate) fn complains(self, begin: &str, end: &str) -> Self {
        let mut lines = self.stderr.lines().filter_map(|line| line.strip_prefix("veriexecgen: "));
        let found = lines.any(|line| line.starts_with(begin) && line.ends_with(end));
        assert!(found, "no line {begin:?} ... {end:?} in {self:#?}");
        self
    }
}
