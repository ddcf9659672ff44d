//! What is recorded as valid is what others will read: pages that somebody holds, and sizes that change.

use crate::machine::disk::Disk;
use crate::scenario::Scenario;

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "validity",
    script: include_str!("validity/validity.sh"),
    programs: &["veriexecctl"],
    c_programs: &["pins", "cuts"],
    kernel_modules: &["fs/overlayfs/overlay", "fs/fuse/fuse"],
    disks: &[Disk::Empty(64)],
    cpus: 2,
    limit: 600,
    ..Scenario::PLAIN
};
