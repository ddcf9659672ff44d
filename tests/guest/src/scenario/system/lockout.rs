//! Lists that lack one thing which a Debian cannot do without: preflight names it, and the machine
//! that is started with the list shows what that means.

use crate::machine::debian;
use crate::machine::disk::Disk;
use crate::scenario::Scenario;

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "lockout",
    script: debian::ALONE,
    programs: &["veriexecctl", "veriexecgen"],
    disks: &[Disk::Debian],
    prepare: |_, root| debian::put(root, "scenario", include_bytes!("lockout.sh")),
    has_whole_debian: true,
    limit: 300,
    boots: &["agetty", "sshd", "login"],
    ..Scenario::PLAIN
};
