//! Mounts and names, among which a listed file could be hidden or moved away, and what is done to
//! files by ioctl(2).

use crate::machine::disk::Disk;
use crate::scenario::Scenario;

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "mounts",
    script: include_str!("mounts.sh"),
    programs: &["veriexecctl"],
    c_programs: &["mounts", "ioctls", "partition"],
    kernel_modules: &["fs/overlayfs/overlay"],
    disks: &[Disk::Empty(32)],
    cpus: 2,
    limit: 600,
    ..Scenario::PLAIN
};
