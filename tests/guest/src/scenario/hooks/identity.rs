//! Which file is which: numbers that are used again, and inodes that come and go.

use crate::machine::disk::Disk;
use crate::scenario::Scenario;

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "identity",
    script: include_str!("identity.sh"),
    programs: &["veriexecctl"],
    c_programs: &["subvolume", "served"],
    kernel_modules: super::FILE_SYSTEMS,
    disks: &[
        Disk::Empty(48),
        Disk::Xfs,
        Disk::Btrfs,
        Disk::Empty(16),
        Disk::Empty(16),
        Disk::Empty(64),
    ],
    limit: 900,
    ..Scenario::PLAIN
};
