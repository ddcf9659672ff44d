//! The system that the program runs on.

use std::env;
use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use sigfile::printable;

use crate::complain;
use crate::machine::Machine;
use crate::machine::module_state::ModuleState;
use crate::machine::settings::Settings;
use crate::machine::{insertion, module_file, removal};

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
