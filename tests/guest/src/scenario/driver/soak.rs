//! All at once, for long: executions, openings, renamings, writes and requests at level 1.

use std::path::Path;

use anyhow::Result;

use crate::machine::root::Root;
use crate::materials::Materials;
use crate::materials::compiler::{self, Linking};
use crate::scenario::Scenario;

pub(crate) const SCENARIO: Scenario = Scenario {
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
