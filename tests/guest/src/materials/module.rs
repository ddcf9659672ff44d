//! The module, built for a kernel.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::materials::cache::{Cache, repository};
use crate::materials::dkms;
use crate::materials::kernel::Kernel;
use crate::materials::program::output;
use crate::materials::tools::Tools;

/// Whether what needs memory fails when told to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Faults {
    /// No: the module as it is installed.
    None,
    /// Yes: `kmod/linux/faults.c`.
    OnDemand,
}

/// A built module.
#[derive(Debug)]
pub(crate) struct Module {
    pub(crate) file: PathBuf,
    /// The same, as a kernel decompresses it.
    pub(crate) compressed: PathBuf,
    /// Its size without debugging information, as it would be installed, in bytes.
    pub(crate) stripped_size: u64,
}

impl Module {
    /// Builds the module around its Rust object. A warning, of whichever tool, is an error.
    pub(crate) fn build(
        cache: &Cache,
        tools: &Tools,
        kernel: &Kernel,
        object: &Path,
        faults: Faults,
    ) -> Result<Self> {
        let kind = if faults == Faults::None { "" } else { "-faults" };
        let place = cache.empty_directory(&format!("module-{}{kind}", kernel.series))?;
        copy_sources(&repository().join("kmod/linux"), &place)?;
        fs::copy(object, place.join("core.o_shipped"))
            .with_context(|| format!("{}; cargo xtask kmod makes it", object.display()))?;
        let mut make = tools.make();
        make.arg("-C").arg(&place).arg(format!("HEADERS={}", kernel.headers.display()));
        if faults == Faults::OnDemand {
            make.arg("VERIEXEC_FAULTS=1");
        }
        let built = make.output().context("cannot run make")?;
        let said = [built.stdout, built.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        if !built.status.success() {
            bail!("make ended with {}:\n{said}", built.status);
        }
        Self::of(&place.join("veriexec.ko"), &said, &place)
    }

    /// Builds it as a user's machine does, from the tree of a package.
    pub(crate) fn build_with_dkms(cache: &Cache, kernel: &Kernel, tree: &Path) -> Result<Self> {
        let (file, said) = dkms::build(cache, kernel, tree)?;
        let place = cache.empty_directory(&format!("module-{}", kernel.series))?;
        Self::of(&file, &said, &place)
    }

    fn of(file: &Path, said: &str, place: &Path) -> Result<Self> {
        if said.to_lowercase().contains("warning") {
            bail!("the module was built, but not without a warning:\n{said}");
        }
        let stripped = place.join("veriexec.stripped.ko");
        output(Command::new("strip").arg("--strip-debug").arg("-o").arg(&stripped).arg(file))?;
        output(Command::new("xz").args(["--check=crc32", "--keep"]).arg(&stripped))?;
        Ok(Self {
            stripped_size: fs::metadata(&stripped)?.len(),
            compressed: place.join("veriexec.stripped.ko.xz"),
            file: stripped,
        })
    }
}

/// Copies what a kernel's build needs of a folder, and of those in it: all but Rust and what a build in
/// the folder itself has left there.
fn copy_sources(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let source = entry?.path();
        let Some(name) = source.file_name() else { continue };
        let is_source = ["c", "h"].iter().any(|end| source.extension() == Some(end.as_ref()))
            || name == "Kbuild"
            || name == "Makefile";
        if source.is_dir() {
            copy_sources(&source, &to.join(name))?;
        } else if is_source && !name.to_string_lossy().ends_with(".mod.c") {
            fs::create_dir_all(to)?;
            fs::copy(&source, to.join(name)).with_context(|| source.display().to_string())?;
        }
    }
    Ok(())
}
