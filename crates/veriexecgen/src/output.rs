//! Where the list goes.

pub(crate) mod differing;
pub(crate) mod header;
pub(crate) mod immutable;
pub(crate) mod previous;
pub(crate) mod replacement;

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use fingerprint::Identity;
use sigfile::printable;

use crate::output::replacement::{Replaced, Written};

/// The names of standard output.
const STDOUT: [&str; 4] = ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

/// Where the list goes.
#[derive(Debug)]
pub(crate) enum Output {
    /// To standard output.
    Stdout,
    /// To something that is there to be written to, not to be replaced: a device, a FIFO.
    Special(PathBuf),
    /// To a file that is complete at every moment.
    File(PathBuf),
}

impl Output {
    /// Looks at where the list is to go, so that what will fail fails before the work is done.
    ///
    /// It is changed `in_place`, or another takes its place; with `backup` what it was is kept.
    pub(crate) fn new(name: &Path, in_place: bool, backup: bool) -> Result<Self> {
        if Self::is_stdout(name) {
            return Ok(Self::Stdout);
        }
        let shown = printable(name.as_os_str().as_bytes());
        match fs::metadata(name) {
            Ok(found) if found.is_dir() => {
                bail!("Cannot write `{shown}': it is a directory; expected the name of a file")
            }
            Ok(found) if !found.is_file() || is_descriptor(name) => {
                return Ok(Self::Special(name.to_owned()));
            }
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("Could not stat `{shown}'"));
            }
            _ => {}
        }
        // A link is added to where it leads, and set aside when a new list takes its place.
        let follow = in_place && fs::symlink_metadata(name).is_ok_and(|found| found.is_symlink());
        let file = if follow { fs::canonicalize(name).ok() } else { None };
        let file = file.unwrap_or_else(|| name.to_owned());
        replacement::check(&file, backup).with_context(|| format!("Cannot write `{shown}'"))?;
        Ok(Self::File(file))
    }

    /// Whether that is a name of standard output.
    pub(crate) fn is_stdout(name: &Path) -> bool {
        STDOUT.iter().any(|stdout| name == Path::new(stdout))
    }

    /// The file that holds what was listed before, if there is one to be kept or added to.
    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            Self::File(file) => Some(file),
            Self::Stdout | Self::Special(_) => None,
        }
    }

    /// Whether a person reads it.
    pub(crate) fn is_terminal(&self) -> bool {
        matches!(self, Self::Stdout) && io::stdout().is_terminal()
    }

    /// The files that will be replaced.
    pub(crate) fn identities(&self) -> Vec<Identity> {
        let found: Vec<io::Result<Metadata>> = match self {
            Self::Stdout => vec![stdout_metadata()],
            Self::Special(_) => Vec::new(),
            Self::File(file) => {
                let backup = replacement::backup_name(file);
                [&**file, &backup].into_iter().flat_map(both_ends).collect()
            }
        };
        found.into_iter().flatten().map(|metadata| Identity::of(&metadata)).collect()
    }

    /// What it holds; nothing if it does not exist, or is no file.
    pub(crate) fn read(&self) -> Result<Vec<u8>> {
        let Self::File(file) = self else { return Ok(Vec::new()) };
        match fs::read(file) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            read => read.with_context(|| {
                format!("Cannot read `{}'", printable(file.as_os_str().as_bytes()))
            }),
        }
    }

    /// Writes the list. A file is replaced by a complete one or left as it was; with `backup` what
    /// it was is kept beside it.
    pub(crate) fn write(
        &self,
        backup: bool,
        contents: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Written> {
        match self {
            Self::Stdout => write_through(io::stdout().lock(), contents)
                .context("Cannot write to standard output")?,
            Self::Special(name) => OpenOptions::new()
                .append(true)
                .open(name)
                .and_then(|file| write_through(file, contents))
                .with_context(|| {
                    format!("Cannot write `{}'", printable(name.as_os_str().as_bytes()))
                })?,
            Self::File(file) => return replacement::replace(file, backup, contents),
        }
        Ok(Written { before: Replaced::Nothing, trouble: None })
    }
}

fn write_through(
    out: impl Write,
    contents: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    contents(&mut out)?;
    out.flush()
}

/// Whether it is a name of an open descriptor, such as `/dev/stderr` or `/dev/fd/3`: what it leads
/// to may be a file, but the name is not that file's to be replaced.
fn is_descriptor(name: &Path) -> bool {
    let parent = name.parent().and_then(|parent| fs::canonicalize(parent).ok());
    let special = parent.is_some_and(|dir| dir == Path::new("/dev") || dir.starts_with("/proc"));
    special && fs::symlink_metadata(name).is_ok_and(|found| found.is_symlink())
}

/// What is at a path, and what that leads to.
fn both_ends(path: &Path) -> [io::Result<Metadata>; 2] {
    [fs::symlink_metadata(path), fs::metadata(path)]
}

fn stdout_metadata() -> io::Result<Metadata> {
    use std::os::fd::AsFd;
    File::from(io::stdout().as_fd().try_clone_to_owned()?).metadata()
}
