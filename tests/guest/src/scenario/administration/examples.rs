//! Every example of README and the manual that needs a kernel or a whole system, on a Debian.

use crate::machine::debian;
use crate::machine::disk::Disk;
use crate::scenario::Scenario;

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "examples",
    script: debian::WITH_SYSTEMD,
    programs: &["veriexec-kmod", "veriexecctl", "veriexecgen"],
    disks: &[Disk::Debian],
    prepare: |_, root| {
        let unit = include_bytes!("../../../../../dist/veriexec.service");
        let settings = include_bytes!("../../../../../dist/veriexec.conf");
        let sources = include_bytes!("../../../../../kmod/linux/dkms.conf");
        debian::put(root, "veriexec.service", unit)?;
        debian::put(root, "veriexec.conf", settings)?;
        debian::put(root, "dkms.conf", sources)?;
        debian::put(root, "scenario", include_bytes!("examples.sh"))
    },
    has_whole_debian: true,
    limit: 900,
    ..Scenario::PLAIN
};
