//! Each hook proves itself as the module is loaded: one that is left out is named.

use crate::machine::disk::Disk;
use crate::scenario::Scenario;

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "proofs",
    script: include_str!("proofs.sh"),
    programs: &["veriexec-kmod"],
    has_faults: true,
    disks: &[Disk::Empty(8)],
    limit: 600,
    ..Scenario::PLAIN
};
