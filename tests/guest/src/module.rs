//! The module, built for a kernel.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::cache::{Cache, repository};
use crate::kernel::Kernel;
use crate::program::output;
use crate::tools::Tools;

/// What of `kmod/linux` a kernel's build needs, beside the object.
const SOURCES: [&str; 12] = [
    "Kbuild",
    "Makefile",
    "checks.c",
    "checks.h",
    "core.h",
    "device.c",
    "files.c",
    "hooks.c",
    "mounts.c",
    "settings.c",
    "sysctl.h",
    "veriexec.h",
];

/// A built module.
#[derive(Debug)]
pub(crate) struct Module {
    pub(crate) file: PathBuf,
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
    ) -> Result<Self> {
        let place = cache.empty_directory(&format!("module-{}", kernel.series))?;
        for name in SOURCES {
            let source = repository().join("kmod/linux").join(name);
            fs::copy(&source, place.join(name)).with_context(|| source.display().to_string())?;
        }
        fs::copy(object, place.join("core.o_shipped"))
            .with_context(|| format!("{}; cargo xtask kmod makes it", object.display()))?;
        let mut make = tools.make();
        make.arg("-C").arg(&place).arg(format!("HEADERS={}", kernel.headers.display()));
        let built = make.output().context("cannot run make")?;
        let said = [built.stdout, built.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        if !built.status.success() || said.to_lowercase().contains("warning") {
            bail!("make ended with {}:\n{said}", built.status);
        }
        let stripped = place.join("veriexec.stripped.ko");
        let file = place.join("veriexec.ko");
        output(Command::new("strip").arg("--strip-debug").arg("-o").arg(&stripped).arg(&file))?;
        Ok(Self { stripped_size: fs::metadata(&stripped)?.len(), file: stripped })
    }
}
