//! What is tried in a guest: a boot each, from a fresh root.

pub(crate) mod administration;
pub(crate) mod driver;
pub(crate) mod hooks;
pub(crate) mod rows;
pub(crate) mod system;

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::machine::disk::{self, Disk};
use crate::machine::protocol::Outcome;
use crate::machine::root::Root;
use crate::machine::{self, Hardware};
use crate::materials::Materials;
use crate::materials::compiler::{self, Linking};
use crate::materials::kernel::Series;

/// Every scenario, in the order in which they run.
pub(crate) const ALL: &[Scenario] = &[
    system::boot::SCENARIO,
    driver::module::SCENARIO,
    driver::device::SCENARIO,
    hooks::enforcement::SCENARIO,
    hooks::devices::SCENARIO,
    hooks::policy::SCENARIO,
    hooks::reports::SCENARIO,
    driver::answers::SCENARIO,
    driver::memory::SCENARIO,
    system::loader::SCENARIO,
    system::proofs::SCENARIO,
    system::starts::STARTS,
    system::starts::RULES,
    system::listeners::SCENARIO,
    administration::updates::SCENARIO,
    hooks::identity::SCENARIO,
    hooks::attacks::SCENARIO,
    system::mounts::SCENARIO,
    hooks::toctou::SCENARIO,
    hooks::fuzz::SCENARIO,
    hooks::validity::SCENARIO,
    driver::faults::SCENARIO,
    driver::soak::SCENARIO,
    driver::traffic::SCENARIO,
    administration::tools::SCENARIO,
    administration::debian::SCENARIO,
    administration::daily::DAILY,
    administration::daily::PROGRAMS,
    administration::daily::JOURNAL,
    system::lockout::SCENARIO,
    system::scanners::SCENARIO,
    system::starts::UNIT,
    administration::examples::SCENARIO,
    system::cost::COST,
    system::cost::APPRAISAL,
];

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
    /// Whether it takes a kernel with all that Debian's have.
    has_whole_debian: bool,
    /// Whether the module is one in which what needs memory fails when told to.
    pub(crate) has_faults: bool,
    /// Modules of ours that it inserts: `tests/guest/modules`.
    own_modules: &'static [&'static str],
    cpus: u8,
    disks: &'static [Disk],
    /// What it is booted for: the script knows each as `$boot`.
    boots: &'static [&'static str],
    /// Puts into the root what else it needs.
    prepare: fn(&Materials<'_>, &mut Root) -> Result<()>,
    /// How long a boot may take on a slow machine, in seconds.
    limit: u64,
    /// Whether it lasts as many minutes beside that as are asked for.
    is_soak: bool,
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
        has_whole_debian: false,
        has_faults: false,
        own_modules: &[],
        cpus: 1,
        disks: &[],
        boots: &[""],
        prepare: |_, _| Ok(()),
        limit: 120,
        is_soak: false,
    };

    /// Whether such a kernel has what it takes.
    pub(crate) fn suits(&self, series: Series) -> bool {
        series != Series::Checked || !self.has_whole_debian
    }

    /// Boots a kernel with it, as often as it says.
    pub(crate) fn run(&self, materials: &Materials<'_>, verbose: bool) -> Result<Outcome> {
        let mut boots = self.boots.iter();
        let first = boots.next().context("a scenario is booted once at least")?;
        let mut outcome = self.boot(materials, first, verbose)?;
        for boot in boots {
            outcome = outcome.and(self.boot(materials, boot, verbose)?);
        }
        Ok(outcome)
    }

    fn boot(&self, materials: &Materials<'_>, boot: &str, verbose: bool) -> Result<Outcome> {
        let kernel = materials.kernel;
        let preparing = materials.preparing.lock();
        let images = disk::images(materials.cache, self.disks)?;
        let root = self.root(materials, boot)?.finish()?;
        drop(preparing);
        let disks: Vec<_> = images.iter().map(|image| image.path().to_owned()).collect();
        let hardware = Hardware {
            cpus: self.cpus,
            memory: kernel.series.memory(),
            disks: &disks,
            counts_instructions: materials.count_instructions,
        };
        let soak = if self.is_soak { materials.minutes * 60 } else { 0 };
        let limit = Duration::from_secs(self.limit * kernel.series.slowness() + soak);
        let qemu = materials.tools.qemu();
        let run = machine::boot(qemu, &kernel.image, &root, &hardware, limit, verbose)?;
        let name = [self.name, boot].join(if boot.is_empty() { "" } else { "-" });
        let log = materials.cache.at(&format!("log/{}-{name}.txt", kernel.series));
        machine::keep(&run, &log)?;
        Ok(Outcome::read(&run, self.expected, log))
    }

    fn root(&self, materials: &Materials<'_>, boot: &str) -> Result<Root> {
        let Materials { cache, tools, kernel, minutes, seed, left_out, .. } = materials;
        let script = format!(
            "release={}\nminutes={minutes}\nseed={seed}\nleft_out={left_out}\nboot={boot}\ndisks={}\n\
             name_disks\n{}",
            kernel.release,
            self.disks.len(),
            self.script,
        );
        let mut root = Root::new(&tools.busybox(), &script)?;
        let module = match materials.faulty {
            Some(faulty) if self.has_faults => faulty,
            _ => materials.module,
        };
        root.copy(&module.file, Path::new("/lib/veriexec.ko"))?;
        root.copy(&module.compressed, Path::new("/lib/veriexec.ko.xz"))?;
        for name in self.programs {
            root.program(&materials.programs.join(name))?;
        }
        for name in self.c_programs {
            root.program(&compiler::program(cache, name, Linking::Static)?)?;
        }
        let modules = Path::new("/lib/modules");
        for name in self.own_modules {
            let file = compiler::module(cache, tools, kernel, name)?;
            root.copy(&file, &modules.join(name).with_extension("ko"))?;
        }
        for name in self.kernel_modules {
            if let Some(file) = kernel.module(name) {
                let name = file.file_name().context("a module has a name")?;
                root.copy(&file, &modules.join(name))?;
            }
        }
        (self.prepare)(materials, &mut root)?;
        Ok(root)
    }
}

/// The scenario of that name.
///
/// # Errors
/// Names those that there are.
pub(crate) fn named(name: &str) -> Result<&'static Scenario, String> {
    let names = || ALL.iter().map(|scenario| scenario.name).collect::<Vec<_>>().join(", ");
    let found = ALL.iter().find(|scenario| scenario.name == name);
    found.ok_or_else(|| format!("expected one of {}", names()))
}
