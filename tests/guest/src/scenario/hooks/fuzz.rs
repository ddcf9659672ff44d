//! Whatever a user can do to listed files, at random: none of them is used that was changed.

use crate::machine::disk::Disk;
use crate::scenario::Scenario;

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "fuzz",
    script: include_str!("fuzz/fuzz.sh"),
    programs: &["veriexecctl"],
    c_programs: &["fuzz"],
    kernel_modules: super::FILE_SYSTEMS,
    disks: &[Disk::Empty(32), Disk::Ext4, Disk::Xfs, Disk::Btrfs, Disk::Empty(32)],
    cpus: 2,
    limit: 700,
    is_soak: true,
    ..Scenario::PLAIN
};
