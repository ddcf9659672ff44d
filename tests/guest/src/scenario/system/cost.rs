//! What the module costs, beside what others cost that keep a machine's programs as they are:
//! fapolicyd, and the kernel's own appraisal of hashes.
//!
//! There are two scenarios, because a kernel that appraises does so until it ends.

use anyhow::Result;

use crate::machine::debian;
use crate::machine::disk::Disk;
use crate::machine::root::Root;
use crate::materials::Materials;
use crate::materials::compiler::{self, Linking};
use crate::scenario::Scenario;

pub(crate) const COST: Scenario = Scenario {
    name: "cost",
    prepare: |materials, root| prepare(materials, root, include_bytes!("cost/module.sh")),
    ..PLAIN
};

pub(crate) const APPRAISAL: Scenario = Scenario {
    name: "appraisal",
    prepare: |materials, root| prepare(materials, root, include_bytes!("cost/appraisal.sh")),
    ..PLAIN
};

const PLAIN: Scenario = Scenario {
    script: debian::ALONE,
    programs: &["veriexecctl"],
    c_programs: &["cost"],
    disks: &[Disk::Debian],
    has_whole_debian: true,
    limit: 600,
    ..Scenario::PLAIN
};

fn prepare(materials: &Materials<'_>, root: &mut Root, script: &[u8]) -> Result<()> {
    root.program(&compiler::program(materials.cache, "nothing", Linking::Bare)?)?;
    debian::put(root, "measure", include_bytes!("cost/measure.sh"))?;
    debian::put(root, "scenario", script)
}
