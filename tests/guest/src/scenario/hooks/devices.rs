//! Devices: ways to a disk, or to the kernel's memory, that lead past the files.

use crate::machine::disk::Disk;
use crate::scenario::Scenario;

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "devices",
    script: include_str!("devices.sh"),
    programs: &["veriexecctl"],
    c_programs: &["attack", "device", "partition"],
    kernel_modules: &[
        "drivers/block/loop",
        "drivers/md/dm-mod",
        "fs/configfs/configfs",
        "drivers/nvme/target/nvmet",
    ],
    disks: &[
        Disk::Empty(32),
        Disk::Empty(32),
        Disk::Empty(32),
        Disk::Empty(16),
        Disk::Empty(16),
        Disk::Empty(16),
        Disk::Empty(16),
        Disk::Empty(16),
    ],
    limit: 300,
    ..Scenario::PLAIN
};
