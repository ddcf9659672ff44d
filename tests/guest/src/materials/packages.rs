//! Debian's packages, fetched with apt-get and unpacked without being installed.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::materials::program::{output, require};

/// The packages that installing these would install too, these included.
///
/// What the machine has already is not among them, and nothing is installed.
pub(crate) fn closure(names: &[&str]) -> Result<Vec<String>> {
    ready()?;
    let mut simulation = Command::new("apt-get");
    simulation.args(["--simulate", "--no-install-recommends", "install"]).args(names);
    let mut all = to_install(&output(&mut simulation)?);
    for name in names {
        if !all.iter().any(|known| known == name) {
            all.push((*name).to_owned());
        }
    }
    Ok(all)
}

/// The packages that a package depends on and whose names begin so, alternatives included.
pub(crate) fn dependencies(name: &str, prefixes: &[&str]) -> Result<Vec<String>> {
    ready()?;
    let text = output(Command::new("apt-cache").args(["depends", name]))?;
    let wanted = |name: &String| prefixes.iter().any(|prefix| name.starts_with(prefix));
    Ok(depended_on(&text).filter(wanted).collect())
}

/// Whether there is a package of that name.
pub(crate) fn exists(name: &str) -> Result<bool> {
    ready()?;
    let shown = Command::new("apt-cache").args(["policy", name]).output()?;
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    Ok(shown.contains("Candidate:") && !shown.contains("Candidate: (none)"))
}

/// Fetches packages, and unpacks them all into one directory.
pub(crate) fn unpack(names: &[impl AsRef<str>], into: &Path) -> Result<()> {
    ready()?;
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    eprintln!("fetching Debian's packages into the cache: {}", names.join(" "));
    let fetched = tempfile::tempdir()?;
    let mut download = Command::new("apt-get");
    // As root it would fetch as a user that cannot write here, and warn.
    download.args(["--quiet", "-o", "APT::Sandbox::User=root", "download"]).args(&names);
    output(download.current_dir(fetched.path()))?;
    let mut unpacked = 0_usize;
    for package in fetched.path().read_dir()? {
        let package = package?.path();
        output(Command::new("dpkg-deb").arg("--extract").arg(&package).arg(into))
            .with_context(|| package.display().to_string())?;
        unpacked += 1;
    }
    ensure!(unpacked == names.len(), "fetched {unpacked} of {} packages", names.len());
    Ok(())
}

/// Lists of packages are needed once; a machine that was just made may have none.
fn ready() -> Result<()> {
    require(&[("apt-get", "apt"), ("apt-cache", "apt"), ("dpkg-deb", "dpkg")])?;
    let known = output(Command::new("apt-cache").args(["pkgnames", "linux-headers-cloud-amd64"]))?;
    if known.trim().is_empty() {
        eprintln!("fetching the lists of Debian's packages: apt-get update");
        output(Command::new("apt-get").args(["--quiet", "update"]))
            .context("the lists of Debian's packages are not there; apt-get update, as root")?;
    }
    Ok(())
}

/// The packages in the lines `Inst NAME ...` of a simulation.
fn to_install(simulation: &str) -> Vec<String> {
    let name = |line: &str| line.strip_prefix("Inst ")?.split(' ').next().map(str::to_owned);
    simulation.lines().filter_map(name).collect()
}

/// The packages in the lines `Depends: NAME` of `apt-cache depends`.
fn depended_on(text: &str) -> impl Iterator<Item = String> {
    text.lines().filter_map(|line| {
        let name = line.trim_start().trim_start_matches('|').strip_prefix("Depends: ")?;
        Some(name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_simulation_is_read() {
        let text = "NOTE: only a simulation\nRemv old [1]\nInst one (2 Debian [amd64])\n\
                    Inst two:i386 (3)\nConf one (2)\n";
        assert_eq!(to_install(text), ["one", "two:i386"]);
    }

    #[test]
    fn dependencies_are_read() {
        let text = "linux-headers\n  Depends: linux-base\n |Depends: one\n  Depends: two\n\
                    \x20 Recommends: three\n";
        assert_eq!(depended_on(text).collect::<Vec<_>>(), ["linux-base", "one", "two"]);
    }
}
