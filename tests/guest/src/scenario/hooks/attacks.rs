//! Attacks: whatever could have something run, or be read, that was not evaluated as it is.

use std::path::Path;

use anyhow::Result;

use crate::machine::disk::Disk;
use crate::machine::root::Root;
use crate::materials::Materials;
use crate::materials::compiler::{self, Linking};
use crate::scenario::Scenario;

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "attacks",
    script: include_str!("attacks.sh"),
    programs: &["veriexecctl"],
    c_programs: &["attack", "partition"],
    own_modules: &["probe"],
    kernel_modules: &["drivers/block/loop", "fs/overlayfs/overlay", "lib/libcrc32c", "fs/xfs/xfs"],
    disks: &[Disk::Empty(32), Disk::Xfs, Disk::Empty(32)],
    prepare,
    limit: 900,
    ..Scenario::PLAIN
};

fn prepare(materials: &Materials<'_>, root: &mut Root) -> Result<()> {
    let compile = |name, linking| compiler::program(materials.cache, name, linking);
    root.copy(&compile("victim", Linking::Bare)?, Path::new("/victim"))?;
    root.copy(&compile("preloaded", Linking::Library)?, Path::new("/preloaded.so"))?;
    root.program(&compile("dynamic", Linking::Dynamic)?)
}
