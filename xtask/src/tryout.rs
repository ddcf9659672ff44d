//! A walk through the tools on a real tree, shown command by command.

use std::ffi::{OsStr, OsString};
use std::fs::{self, Metadata};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use walkdir::WalkDir;

use crate::command::{cargo, command, run, shown, target_dir};

/// The profile that `cargo xtask` itself is built with, so that what both need is built once.
const PROFILE: &str = "quick";

/// Fingerprints `dir`, loads it into a mock device, asks it, and lets it refuse a changed file.
///
/// # Errors
/// When a command does not end as it should.
pub(crate) fn run_in(dir: &Path) -> Result<()> {
    let dir = fs::canonicalize(dir).with_context(|| dir.display().to_string())?;
    say("First, build the two tools.")?;
    let programs = ["-p", "veriexecgen", "-p", "veriexecctl"];
    run(command(cargo()).args(["build", "--profile", PROFILE]).args(programs))?;
    let place = tempfile::Builder::new().prefix("veriexec-try-").tempdir()?;
    let trial = Trial::new(place.path());

    say("A program of our own stands beside the real ones, so that it can be changed later.")?;
    let program = trial.plant(&dir)?;

    say("Fingerprint the tree. -W: what cannot be fingerprinted is named and passed over.")?;
    let flags = ["-a", "-r", "-W"].map(OsString::from);
    let trees = ["-d".into(), dir.into(), "-d".into(), trial.planted.clone().into()];
    let output = ["-o".into(), trial.signatures.clone().into()];
    let started = Instant::now();
    let generated = trial.generate(flags.into_iter().chain(trees).chain(output))?;
    let elapsed = started.elapsed();
    ensure!(matches!(generated.status.code(), Some(0 | 2)), "veriexecgen failed");
    trial.show_head(&trial.signatures)?;

    say("Load it into a mock device, whose state is a file. -k: keep the names, for dump.")?;
    trial.control_ok(&["-k", "load"], Some(&trial.signatures))?;

    say("Ask what became of one file.")?;
    trial.control_ok(&["query"], Some(&program))?;

    say("Dump gives back what was loaded.")?;
    let dumped = trial.control_quiet(&["dump"])?;
    let entries = trial.same_lines(&dumped.stdout)?;
    println!("{entries} lines, the same as the signatures file's");

    say("At strict level 1 a program that is what it was may run.")?;
    trial.control_ok(&["strict", "1"], None)?;
    trial.control_ok(&["simulate", "exec"], Some(&program))?;

    say("Change one byte of it, and ask again.")?;
    flip_last_byte(&program)?;
    let refusal = trial.control(&["simulate", "exec"], Some(&program))?;
    ensure!(refusal.status.code() == Some(1), "the changed program was not refused");
    let reason = String::from_utf8_lossy(&refusal.stdout).trim().to_owned();

    say("In short:")?;
    println!("{entries} files fingerprinted in {:.2} s", elapsed.as_secs_f64());
    println!("{entries} entries loaded");
    println!("the changed copy: {reason}");
    println!("the programs: {}", target_dir().join(PROFILE).display());
    Ok(())
}

/// The files of one walk, all in a temporary directory.
struct Trial {
    planted: PathBuf,
    signatures: PathBuf,
    state: PathBuf,
}

impl Trial {
    fn new(place: &Path) -> Self {
        Self {
            planted: place.join("bin"),
            signatures: place.join("signatures"),
            state: place.join("veriexec.state"),
        }
    }

    /// Copies the first small program found in `dir` that has a plain name.
    fn plant(&self, dir: &Path) -> Result<PathBuf> {
        let found = WalkDir::new(dir)
            .sort_by_file_name()
            .into_iter()
            .flatten()
            .filter(|file| is_plain(file.file_name()))
            .find(|file| file.metadata().is_ok_and(|meta| is_program(&meta)))
            .with_context(|| format!("{} holds no small program", dir.display()))?;
        fs::create_dir(&self.planted)?;
        let program = fs::canonicalize(&self.planted)?.join(found.file_name());
        println!("$ cp {} {}", found.path().display(), program.display());
        fs::copy(found.path(), &program)?;
        Ok(program)
    }

    fn generate(&self, arguments: impl Iterator<Item = OsString>) -> Result<Output> {
        show_and_run(tool("veriexecgen").args(arguments))
    }

    fn control(&self, words: &[&str], file: Option<&Path>) -> Result<Output> {
        show_and_run(&mut self.control_command(words, file))
    }

    fn control_ok(&self, words: &[&str], file: Option<&Path>) -> Result<()> {
        let output = self.control(words, file)?;
        ensure!(output.status.success(), "veriexecctl {} failed", words.join(" "));
        Ok(())
    }

    fn control_quiet(&self, words: &[&str]) -> Result<Output> {
        let mut command = self.control_command(words, None);
        println!("$ {}", shown(&command));
        let output = command.output()?;
        ensure!(output.status.success(), "veriexecctl {} failed", words.join(" "));
        Ok(output)
    }

    fn control_command(&self, words: &[&str], file: Option<&Path>) -> Command {
        let mut device = OsString::from("mock:");
        device.push(&self.state);
        let mut command = tool("veriexecctl");
        command.arg("--device").arg(device).args(words).args(file);
        command
    }

    fn show_head(&self, file: &Path) -> Result<()> {
        println!("$ head -n 3 {}", file.display());
        let bytes = fs::read(file)?;
        for line in bytes.split_inclusive(|byte| *byte == b'\n').take(3) {
            std::io::stdout().write_all(line)?;
        }
        Ok(())
    }

    /// Whether a dump holds just the lines of the signatures file; how many they are.
    fn same_lines(&self, dump: &[u8]) -> Result<usize> {
        let signatures = fs::read(&self.signatures)?;
        let sorted = |text: &[u8]| {
            let mut lines: Vec<_> = text.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
            lines.sort();
            lines
        };
        ensure!(sorted(&signatures) == sorted(dump), "the dump differs from the signatures file");
        Ok(dump.iter().filter(|byte| **byte == b'\n').count())
    }
}

fn is_plain(name: &OsStr) -> bool {
    name.as_bytes().iter().all(u8::is_ascii_alphanumeric)
}

/// Whether it can be executed, and is not too large for a copy.
fn is_program(metadata: &Metadata) -> bool {
    let executable = metadata.is_file() && metadata.permissions().mode() & 0o111 != 0;
    executable && (1..1 << 24).contains(&metadata.len())
}

fn tool(name: &str) -> Command {
    command(target_dir().join(PROFILE).join(name))
}

fn say(text: &str) -> Result<()> {
    let mut out = std::io::stdout();
    writeln!(out, "\n# {text}")?;
    Ok(out.flush()?)
}

fn show_and_run(command: &mut Command) -> Result<Output> {
    println!("$ {}", shown(command));
    let output = command.output().with_context(|| format!("cannot run {}", shown(command)))?;
    std::io::stdout().write_all(&output.stdout)?;
    std::io::stderr().write_all(&output.stderr)?;
    if output.status.code().is_none() {
        bail!("{} was killed: {}", shown(command), output.status);
    }
    Ok(output)
}

fn flip_last_byte(file: &Path) -> Result<()> {
    println!("$ # flip the last byte of {}", file.display());
    let mut bytes = fs::read(file)?;
    let last = bytes.last_mut().context("the program is empty")?;
    *last ^= 1;
    Ok(fs::write(file, bytes)?)
}
