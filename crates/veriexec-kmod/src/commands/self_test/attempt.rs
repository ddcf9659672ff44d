//! One access of the self-test, in a process of its own: the module holds the thread that asks for
//! it to a strict level that the rest of the system is not at.

use std::fs::{self, File};
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::str;

use anyhow::{Context, Result, anyhow, bail};
use clap::ValueEnum;
use nix::errno::Errno;
use nix::sys::mman::{MapFlags, ProtFlags, mmap};

use crate::commands::self_test::narrow;
use crate::exit::Exit;
use crate::machine::settings::Settings;

/// What the kernel answered.
pub(crate) type Answer = Result<(), Errno>;

/// What is done to the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Deed {
    /// It is executed. It must be a copy of this program.
    Execute,
    /// It is opened for reading.
    Open,
    /// It is mapped executable, by the descriptor that is standard input: opening it anew would
    /// be asked about, too.
    Map,
    /// Nothing is done to it: the system calls of 32-bit programs are made.
    Narrow,
    /// Nothing: this is what it does when it is executed.
    Nothing,
}

impl Deed {
    /// The word for it on the command line.
    const fn word(self) -> &'static str {
        match self {
            Self::Execute => "execute",
            Self::Open => "open",
            Self::Map => "map",
            Self::Narrow => "narrow",
            Self::Nothing => "nothing",
        }
    }
}

/// Does it, and prints the number of the error, 0 if there was none.
pub(crate) fn run(deed: Deed, file: &Path) -> Result<Exit> {
    // The name that the module's reports have; started as it was, this process is called "exe".
    let _ = fs::write("/proc/self/comm", "veriexec-kmod");
    let answer = attempt(deed, file)?;
    let number = answer.err().map_or(0, |errno| errno as i32);
    writeln!(io::stdout(), "{number}").context("standard output")?;
    Ok(Exit::Done)
}

/// Has a process of its own do it, to a file that was opened before. The answer is an error if that
/// process could not try.
pub(crate) fn answer(deed: Deed, file: &Path, opened: &File) -> Result<Answer> {
    let mut command = command(Path::new("/proc/self/exe"), deed, file);
    let output = command.stdin(opened.try_clone()?).output()?;
    let said = |text: &[u8]| sigfile::printable(text.trim_ascii()).to_string();
    if !output.status.success() {
        bail!("{}: {}", output.status, said(&output.stderr));
    }
    let number = str::from_utf8(output.stdout.trim_ascii_end()).ok();
    match number.and_then(|number| number.parse().ok()) {
        Some(0) => Ok(Ok(())),
        Some(number) => Ok(Err(Errno::from_raw(number))),
        None => bail!("an attempt of the self-test answered {}", said(&output.stdout)),
    }
}

/// A process that does it.
pub(crate) fn command(program: &Path, deed: Deed, file: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(["attempt", deed.word()]).arg(file);
    command
}

fn attempt(deed: Deed, file: &Path) -> Result<Answer> {
    match deed {
        Deed::Execute => {
            become_strict()?;
            // It returns if it fails.
            refused::<()>(Err(command(file, Deed::Nothing, file).exec()))
        }
        Deed::Open => {
            become_strict()?;
            refused(File::open(file))
        }
        Deed::Map => {
            become_strict()?;
            Ok(map(io::stdin()))
        }
        Deed::Narrow => {
            narrow::make();
            Ok(Ok(()))
        }
        Deed::Nothing => Ok(Ok(())),
    }
}

/// Has the module take the strict level for 1, as far as this thread is concerned.
fn become_strict() -> Result<()> {
    Settings::default().set("trial", 1)
}

/// The answer, if it is the kernel's.
fn refused<T>(answer: io::Result<T>) -> Result<Answer> {
    match answer {
        Ok(_) => Ok(Ok(())),
        Err(error) => match error.raw_os_error() {
            Some(number) => Ok(Err(Errno::from_raw(number))),
            None => Err(anyhow!(error)),
        },
    }
}

/// Maps the beginning of a file, executable, for as long as this process is there.
#[expect(unsafe_code, reason = "mmap(2) has no safe form")]
fn map(file: impl AsFd) -> Answer {
    let length = NonZeroUsize::MIN;
    let protection = ProtFlags::PROT_READ | ProtFlags::PROT_EXEC;
    // SAFETY: the kernel chooses the place, so that no other mapping is replaced, and nobody uses
    // the memory.
    unsafe { mmap(None, length, protection, MapFlags::MAP_PRIVATE, file, 0) }.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deed_is_the_word_that_the_command_line_takes() {
        for deed in Deed::value_variants() {
            assert_eq!(Deed::from_str(deed.word(), false).as_ref(), Ok(deed));
        }
    }

    #[test]
    fn a_file_is_mapped_executable() {
        let file = File::open(std::env::current_exe().unwrap()).unwrap();
        assert_eq!(map(&file), Ok(()));
        assert_eq!(map(File::open("/").unwrap()), Err(Errno::ENODEV));
    }

    #[test]
    fn an_error_of_the_kernel_is_an_answer() {
        let missing = refused(File::open("/nowhere/file")).unwrap();
        assert_eq!(missing, Err(Errno::ENOENT));
        assert_eq!(refused(File::open("/")).unwrap(), Ok(()));
        assert!(refused::<()>(Err(io::Error::other("not the kernel's"))).is_err());
    }
}
