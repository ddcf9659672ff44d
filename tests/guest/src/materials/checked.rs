//! A kernel that checks itself, and its modules: Debian's sources, built small, with the detectors
//! that `checked.config` names. Building it takes some ten minutes on two processors, and 2 GiB.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread::available_parallelism;

use anyhow::{Context, Result, ensure};

use crate::materials::cache::Cache;
use crate::materials::packages;
use crate::materials::program::{output, require};
use crate::materials::tools::Tools;

/// What differs from a kernel with nothing in it.
pub(crate) const CONFIG: &str = include_str!("checked.config");

const PACKAGE: &str = "linux-source-6.12";

/// Sources that take their time to unpack and that nothing in the configuration needs.
const LEFT_OUT: [&str; 8] = [
    "*/Documentation/*/*",
    "*/drivers/gpu/*.[ch]",
    "*/drivers/media/*.[ch]",
    "*/drivers/net/*/*.[ch]",
    "*/drivers/staging/*.[ch]",
    "*/sound/*.[ch]",
    "*/tools/testing/*",
    "*.dts*",
];

/// What the module's build needs of the sources, beside the Makefile and `.config`.
const KEPT: [&str; 4] = ["arch", "include", "scripts", "tools"];

/// Builds it into a directory that is laid out as Debian's packages are.
pub(crate) fn build(cache: &Cache, tools: &Tools, into: &Path) -> Result<()> {
    require(&[("gcc", "gcc"), ("perl", "perl"), ("tar", "tar")])?;
    let package = into.join("package");
    packages::unpack(&[PACKAGE], &package)?;
    let sources = into.join("sources");
    fs::create_dir(&sources)?;
    let mut tar = Command::new("tar");
    tar.args(["--strip-components=1", "--xz", "-C"]).arg(&sources);
    tar.args(LEFT_OUT.map(|pattern| format!("--exclude={pattern}")));
    tar.arg("-xf").arg(package.join(format!("usr/src/{PACKAGE}.tar.xz")));
    output(&mut tar)?;
    fs::remove_dir_all(&package)?;

    eprintln!("building a kernel that checks itself, which takes a while");
    let fragment = into.join("fragment");
    fs::write(&fragment, CONFIG)?;
    let make = || make(cache, tools, &sources);
    let all = format!("KCONFIG_ALLCONFIG={}", fragment.display());
    output(make()?.args([&all, "allnoconfig"]))?;
    check_configuration(&fs::read_to_string(sources.join(".config"))?)?;
    output(make()?.args(["bzImage", "modules"]))?;
    let release = output(make()?.args(["-s", "kernelrelease"]))?;
    lay_out(&sources, release.trim(), into)
}

/// make in the sources, with what it needs beside a compiler.
fn make(cache: &Cache, tools: &Tools, sources: &Path) -> Result<Command> {
    let wanted = ["bc", "bison", "flex", "libelf-dev", "libelf1", "m4"];
    let fill = |place: &Path| packages::unpack(&packages::closure(&wanted)?, place);
    let unpacked = cache.directory("tools-kernel", fill)?;
    let processors = available_parallelism()?;
    let headers = format!("-I{}", unpacked.join("usr/include").display());
    let library = unpacked.join("usr/lib/x86_64-linux-gnu");
    let mut make = tools.make_with(&unpacked);
    make.env("BISON_PKGDATADIR", unpacked.join("usr/share/bison"));
    make.env("M4", unpacked.join("usr/bin/m4"));
    make.arg("-C").arg(sources);
    make.arg(format!("-j{processors}")).arg(format!("HOSTCFLAGS={headers}"));
    make.arg(format!("LIBELF_FLAGS={headers}"));
    make.arg(format!("LIBELF_LIBS=-L{} -lelf", library.display()));
    Ok(make)
}

/// # Errors
/// Names what was asked for and is not there: what a detector depends on can change its name.
fn check_configuration(made: &str) -> Result<()> {
    let wanted = CONFIG.lines().filter(|line| line.starts_with("CONFIG_") && !line.ends_with("=n"));
    let lost: Vec<_> = wanted.filter(|line| !made.lines().any(|made| made == *line)).collect();
    ensure!(lost.is_empty(), "the kernel cannot be configured with {}", lost.join(", "));
    Ok(())
}

fn lay_out(sources: &Path, release: &str, into: &Path) -> Result<()> {
    let boot = into.join("boot");
    fs::create_dir_all(&boot)?;
    let image = sources.join("arch/x86/boot/bzImage");
    fs::rename(image, boot.join(format!("vmlinuz-{release}")))?;
    fs::rename(sources.join("System.map"), boot.join(format!("System.map-{release}")))?;
    let modules = into.join("lib/modules").join(release).join("kernel");
    for name in fs::read_to_string(sources.join("modules.order"))?.lines() {
        let name = Path::new(name).with_extension("ko");
        let file = modules.join(&name);
        fs::create_dir_all(file.parent().context("a module is in a directory")?)?;
        fs::rename(sources.join(&name), file)?;
    }
    for entry in fs::read_dir(sources)? {
        let entry = entry?;
        let name = entry.file_name();
        let is_kept = KEPT.iter().any(|kept| name == *kept);
        if entry.file_type()?.is_dir() && !is_kept {
            fs::remove_dir_all(entry.path())?;
        }
    }
    for name in ["vmlinux", "vmlinux.a", "vmlinux.o"] {
        let _ = fs::remove_file(sources.join(name));
    }
    let headers = into.join("usr/src");
    fs::create_dir_all(&headers)?;
    fs::rename(sources, headers.join(format!("linux-headers-{release}")))?;
    fs::write(into.join("release"), release)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_and_lost_is_named() {
        check_configuration(CONFIG).unwrap();
        let made = CONFIG.replace("CONFIG_KASAN=y", "# CONFIG_KASAN is not set");
        let error = check_configuration(&made).unwrap_err().to_string();
        assert_eq!(error, "the kernel cannot be configured with CONFIG_KASAN=y");
    }
}
