//! All at once, for long: executions, openings, renamings, writes and requests at level 1.

use std::path::Path;

use anyhow::Result;

use super::{Materials, Scenario};
use crate::compiler::{self, Linking};
use crate::root::Root;

pub(super) const SCENARIO: Scenario = Scenario {
    name: "soak",
    script: include_str!("soak.sh"),
    programs: &["veriexecctl"],
    c_programs: &["soak"],
    prepare,
    cpus: 2,
    is_soak: true,
    ..Scenario::PLAIN
};

fn prepare(materials: &Materials<'_>, root: &mut Root) -> Result<()> {
    let program = compiler::program(materials.cache, "nothing", Linking::Bare)?;
    root.copy(&program, Path::new("/nothing"))
}
