//! The system that the program runs on.

use std::env;
use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use fingerprint::Digest;
use nix::sys::reboot::{RebootMode, reboot};
use nix::unistd::sync;
use sigfile::printable;

use crate::complain;
use crate::machine::module_state::ModuleState;
use crate::machine::settings::Settings;
use crate::machine::source::Source;
use crate::machine::{Machine, insertion, module_file, own, removal};

/// How long the reason stays on the console before the power is off.
const TIME_TO_READ: Duration = Duration::from_secs(5);

/// This system.
#[derive(Debug, Default)]
pub(crate) struct Linux {
    settings: Settings,
}

impl Machine for Linux {
    fn module(&self) -> Result<ModuleState> {
        ModuleState::read(Path::new("/proc/modules"))
    }

    fn insert(&mut self, file: Option<&Path>) -> Result<PathBuf> {
        if let Some(file) = file {
            insertion::insert(file)?;
            return Ok(file.to_owned());
        }
        let release = module_file::running_release()?;
        let file = module_file::installed(Path::new("/lib/modules"), &release)?;
        insertion::insert_installed(&file)?;
        Ok(file)
    }

    fn remove(&mut self) -> Result<()> {
        removal::remove()
    }

    fn number(&self, setting: &str) -> Result<i64> {
        self.settings.number(setting)
    }

    fn set(&mut self, setting: &str, value: i64) -> Result<()> {
        self.settings.set(setting, value)
    }

    fn entries(&self) -> Result<u64> {
        self.settings.entries()
    }

    fn self_test(&mut self) -> Result<bool> {
        // A process of its own, because it will see other mounts than this one.
        let status = Command::new("/proc/self/exe").arg("self-test").status()?;
        Ok(status.success())
    }

    fn open(&self, file: &Path) -> io::Result<Source> {
        Source::open(file)
    }

    fn delist(&mut self, source: &Source) -> Result<()> {
        own::delist(source)
    }

    fn list(&mut self, source: &Source, read: Digest) -> Result<()> {
        own::list(source, read)
    }

    fn control(&mut self, arguments: &[&OsStr]) -> Result<bool> {
        let program = sibling("veriexecctl")?;
        let status = Command::new(&program)
            .args(arguments)
            .status()
            .with_context(|| printable(program.as_os_str().as_encoded_bytes()).to_string())?;
        if status.code().is_none() {
            complain(format_args!("veriexecctl: {status}"));
        }
        Ok(status.success())
    }

    fn say(&mut self, line: &str) {
        // Whether somebody reads it makes no difference to what is done.
        let _ = writeln!(io::stdout(), "veriexec-kmod: {line}");
    }

    fn complain(&mut self, line: &str) {
        complain(format_args!("{line}"));
    }

    fn power_off(&mut self) -> Result<()> {
        thread::sleep(TIME_TO_READ);
        sync();
        match reboot(RebootMode::RB_POWER_OFF) {
            Ok(never) => match never {},
            Err(errno) => bail!("cannot power off: {}", errno.desc()),
        }
    }
}

/// The program that is installed beside this one: no search path decides which it is.
fn sibling(name: &str) -> Result<PathBuf> {
    let this = env::current_exe().context("cannot find out where this program is")?;
    Ok(this.with_file_name(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn veriexecctl_is_the_one_beside_this_program() {
        let here = env::current_exe().unwrap();
        assert_eq!(sibling("veriexecctl").unwrap().parent(), here.parent());
        assert!(sibling("veriexecctl").unwrap().ends_with("veriexecctl"));
    }
}
