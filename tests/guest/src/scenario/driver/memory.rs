//! Memory that runs out, at each place where it can: a module is inserted whose needs fail when they
//! are told to.

use anyhow::Result;
use veriexec::Event;

use crate::machine::disk::Disk;
use crate::machine::root::Root;
use crate::materials::Materials;
use crate::scenario::Scenario;
use crate::scenario::hooks::policy;
use crate::scenario::rows::{self, Row};

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "memory",
    script: include_str!("memory.sh"),
    programs: &["veriexecctl"],
    c_programs: &["memory", "rows", "partition"],
    own_modules: &["requester"],
    kernel_modules: &[
        "drivers/scsi/scsi_common",
        "drivers/scsi/scsi_mod",
        "drivers/scsi/sd_mod",
        "drivers/scsi/scsi_debug",
    ],
    disks: &[Disk::Empty(32), Disk::Empty(32), Disk::Empty(8)],
    prepare,
    has_faults: true,
    limit: 600,
    ..Scenario::PLAIN
};

fn prepare(materials: &Materials<'_>, root: &mut Root) -> Result<()> {
    let rows: Vec<Row> = policy::representative_rows().flat_map(alike).collect();
    rows::install(&rows, materials, root)
}

/// As many rows as calls are made of one, two for each thing that may fail: see `rows/faults.c`.
fn alike((event, row): (Event, Row)) -> impl Iterator<Item = Row> {
    let can_fail = if event.needs_contents() { 18 } else { 8 };
    std::iter::repeat_n(row, 2 * can_fail)
}
