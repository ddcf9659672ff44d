//! What is tried in a guest: a boot each, from a fresh root.

mod boot;
mod device;
mod enforcement;
mod module;
mod traffic;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::cache::{Cache, repository};
use crate::kernel::Kernel;
use crate::machine;
use crate::module::Module;
use crate::program::output;
use crate::protocol::Outcome;
use crate::root::Root;
use crate::tools::Tools;

/// Every scenario, in the order in which they run.
pub(crate) const ALL: [Scenario; 5] =
    [boot::SCENARIO, module::SCENARIO, device::SCENARIO, enforcement::SCENARIO, traffic::SCENARIO];

/// Something that is tried in a guest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    /// What the guest's shell runs.
    script: &'static str,
    /// The programs of ours that it calls.
    programs: &'static [&'static str],
    /// The programs in C that it calls: `tests/guest/programs`.
    c_programs: &'static [&'static str],
    /// The modules of the kernel's own that it inserts, as far as they are modules there.
    kernel_modules: &'static [&'static str],
    /// Lines of the kernel's log that are no failure here.
    expected: &'static [&'static str],
    cpus: u8,
    /// How long it may take on a slow machine, in seconds.
    limit: u64,
}

impl Scenario {
    /// What most scenarios are.
    const PLAIN: Self = Self {
        name: "",
        script: "",
        programs: &[],
        c_programs: &[],
        kernel_modules: &[],
        expected: &[],
        cpus: 1,
        limit: 120,
    };

    /// Boots a kernel with it.
    pub(crate) fn run(&self, materials: &Materials<'_>, verbose: bool) -> Result<Outcome> {
        let kernel = materials.kernel;
        let script = format!("release={}\n{}", kernel.release, self.script);
        let mut root = Root::new(&materials.tools.busybox(), &script)?;
        root.copy(&materials.module.file, Path::new("/lib/veriexec.ko"))?;
        for name in self.programs {
            root.program(&materials.programs.join(name))?;
        }
        for name in self.c_programs {
            root.program(&compile(materials.cache, name)?)?;
        }
        for name in self.kernel_modules {
            if let Some(file) = kernel.module(name) {
                let name = file.file_name().context("a module has a name")?;
                root.copy(&file, &Path::new("/lib/modules").join(name))?;
            }
        }
        let limit = Duration::from_secs(self.limit);
        let qemu = materials.tools.qemu();
        let root = root.finish()?;
        let run = machine::boot(qemu, &kernel.image, &root, self.cpus, limit, verbose)?;
        let log = materials.cache.at(&format!("log/{}-{}.txt", kernel.series, self.name));
        machine::keep(&run, &log)?;
        Ok(Outcome::read(&run, self.expected, log))
    }
}

/// What scenarios are made of.
pub(crate) struct Materials<'a> {
    pub(crate) cache: &'a Cache,
    pub(crate) tools: &'a Tools,
    pub(crate) kernel: &'a Kernel,
    pub(crate) module: &'a Module,
    /// Where veriexecctl and veriexecgen are.
    pub(crate) programs: &'a Path,
}

/// The scenario of that name.
///
/// # Errors
/// Names those that there are.
pub(crate) fn named(name: &str) -> Result<&'static Scenario, String> {
    let names = || ALL.map(|scenario| scenario.name).join(", ");
    let found = ALL.iter().find(|scenario| scenario.name == name);
    found.ok_or_else(|| format!("expected one of {}", names()))
}

/// Compiles a program for a guest, without libraries.
fn compile(cache: &Cache, name: &str) -> Result<PathBuf> {
    let source = repository().join("tests/guest/programs").join(name).with_extension("c");
    let program = cache.at("programs").join(name);
    std::fs::create_dir_all(cache.at("programs"))?;
    let mut gcc = Command::new("gcc-12");
    gcc.args(["-static", "-O2", "-Wall", "-Werror", "-o"]).arg(&program).arg(&source);
    output(&mut gcc).with_context(|| source.display().to_string())?;
    Ok(program)
}
