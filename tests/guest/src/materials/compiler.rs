//! Programs and modules of our own, for guests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::materials::cache::{Cache, repository};
use crate::materials::kernel::Kernel;
use crate::materials::program::output;
use crate::materials::tools::Tools;

/// What the source `NAME.c` of `tests/guest/programs`, or of its folder `system`, becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Linking {
    /// A program without libraries, with what is in the directories `NAME` and `guest`.
    Static,
    /// A program that needs the C library.
    Dynamic,
    /// A program without any library's code.
    Bare,
    /// A library.
    Library,
}

impl Linking {
    const fn flags(self) -> &'static [&'static str] {
        match self {
            Self::Static => &["-static", "-pthread"],
            Self::Dynamic => &[],
            Self::Library => &["-shared", "-fPIC"],
            Self::Bare => &["-static", "-nostdlib", "-s", "-Wl,--build-id=none,-z,noseparate-code"],
        }
    }
}

/// Compiles a program for a guest.
pub(crate) fn program(cache: &Cache, name: &str, linking: Linking) -> Result<PathBuf> {
    let sources = repository().join("tests/guest/programs");
    let program = cache.at("programs").join(name);
    fs::create_dir_all(cache.at("programs"))?;
    let mut gcc = Command::new("gcc-12");
    gcc.args(["-O2", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror"]);
    gcc.args(linking.flags()).arg("-o").arg(&program);
    gcc.arg(source(&sources, name));
    if linking == Linking::Static {
        gcc.args(sources_in(&sources.join("guest"))?);
        gcc.args(sources_in(&sources.join(name))?);
    }
    output(&mut gcc).with_context(|| name.to_owned())?;
    Ok(program)
}

fn source(sources: &Path, name: &str) -> PathBuf {
    let source = sources.join(name).with_extension("c");
    if source.is_file() { source } else { sources.join("system").join(name).with_extension("c") }
}

fn sources_in(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut sources = Vec::new();
    if directory.is_dir() {
        for file in directory.read_dir()? {
            sources.push(file?.path());
        }
    }
    sources.retain(|file| file.extension().is_some_and(|extension| extension == "c"));
    sources.sort();
    Ok(sources)
}

/// Builds the module `tests/guest/modules/NAME.c` for a kernel.
pub(crate) fn module(cache: &Cache, tools: &Tools, kernel: &Kernel, name: &str) -> Result<PathBuf> {
    let place = cache.empty_directory(&format!("module-{}-{name}", kernel.series))?;
    let source = repository().join("tests/guest/modules").join(name).with_extension("c");
    fs::copy(&source, place.join(name).with_extension("c"))
        .with_context(|| source.display().to_string())?;
    fs::write(place.join("Kbuild"), format!("obj-m := {name}.o\n"))?;
    let mut make = tools.make();
    make.arg("-C").arg(&kernel.headers).arg(format!("M={}", place.display())).arg("modules");
    let built = make.output().context("cannot run make")?;
    if !built.status.success() {
        let said = [built.stdout, built.stderr].concat();
        bail!("make ended with {}:\n{}", built.status, String::from_utf8_lossy(&said));
    }
    let file = place.join(name).with_extension("ko");
    output(Command::new("strip").arg("--strip-debug").arg(&file))?;
    Ok(file)
}
