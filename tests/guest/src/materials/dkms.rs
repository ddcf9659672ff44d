//! The module as a user's machine gets it: built by Debian's dkms(8), from the tree that
//! `cargo xtask dist` lays out.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::materials::cache::Cache;
use crate::materials::kernel::Kernel;
use crate::materials::packages;
use crate::materials::program::output;

/// Builds the module for a kernel, and returns its file and all that make said.
pub(crate) fn build(cache: &Cache, kernel: &Kernel, tree: &Path) -> Result<(PathBuf, String)> {
    let unpacked = cache.directory("dkms", |place| packages::unpack(&["dkms"], place))?;
    let sources = tree.join("usr/src");
    let version = version(&sources)?;
    let place = cache.empty_directory(&format!("dkms-{}", kernel.series))?;
    let mut dkms = Command::new("bash");
    dkms.arg(unpacked.join("usr/sbin/dkms")).args(["build", "-m", "veriexec", "-v", &version]);
    dkms.args(["-k", &kernel.release, "--arch", "x86_64", "--kernelsourcedir"]);
    dkms.arg(&kernel.headers).arg("--sourcetree").arg(&sources);
    dkms.arg("--dkmstree").arg(&place).arg("--installtree").arg(place.join("modules"));
    let built = output(&mut dkms);
    let module = place.join("veriexec").join(&version);
    let made = module.join(&kernel.release).join("x86_64");
    let logs = [made.join("log/make.log"), module.join("build/make.log")];
    let said = logs.iter().find_map(|log| fs::read_to_string(log).ok()).unwrap_or_default();
    if let Err(error) = built {
        bail!("{error:#}\n{said}");
    }
    let file = made.join("module/veriexec.ko");
    ensure!(file.is_file(), "dkms made no {}", file.display());
    Ok((file, said))
}

/// The version of the one module whose sources are there.
fn version(sources: &Path) -> Result<String> {
    let failed = || format!("{}; expected what cargo xtask dist lays out", sources.display());
    for module in fs::read_dir(sources).with_context(failed)? {
        let name = module?.file_name();
        if let Some(version) = name.to_str().and_then(|name| name.strip_prefix("veriexec-")) {
            return Ok(version.to_owned());
        }
    }
    bail!(failed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_in_the_name_of_the_sources() {
        let sources = tempfile::tempdir().unwrap();
        assert!(version(sources.path()).is_err());
        fs::create_dir(sources.path().join("veriexec-1.2.3")).unwrap();
        assert_eq!(version(sources.path()).unwrap(), "1.2.3");
    }
}
