//! Debian's own scanners of files beside the module: neither waits for the other, and both deny.

use crate::machine::debian;
use crate::machine::disk::Disk;
use crate::scenario::Scenario;

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "scanners",
    script: debian::ALONE,
    programs: &["veriexecctl", "veriexecgen"],
    disks: &[Disk::ScannersDebian],
    prepare: |_, root| {
        debian::put(root, "scenario", include_bytes!("scanners/scanners.sh"))?;
        debian::put(root, "clamonacc", include_bytes!("scanners/clamonacc.sh"))?;
        debian::put(root, "fapolicyd", include_bytes!("scanners/fapolicyd.sh"))
    },
    has_whole_debian: true,
    boots: &["clamonacc", "fapolicyd"],
    cpus: 2,
    limit: 600,
    is_soak: true,
    ..Scenario::PLAIN
};
