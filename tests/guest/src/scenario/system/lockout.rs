//! Lists that lack one thing which a Debian cannot do without: preflight names it, and the machine
//! that is started with the list shows what that means. The same machine does not fail with a list
//! that has everything.

use crate::machine::debian;
use crate::machine::disk::Disk;
use crate::scenario::Scenario;

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "lockout",
    script: debian::ALONE,
    programs: &["veriexecctl", "veriexecgen"],
    disks: &[Disk::Debian, Disk::Empty(16)],
    prepare: |_, root| {
        debian::put(root, "login.py", include_bytes!("lockout/login.py"))?;
        debian::put(root, "expectations", include_bytes!("lockout/expectations.sh"))?;
        debian::put(root, "scenario", include_bytes!("lockout.sh"))
    },
    has_whole_debian: true,
    limit: 600,
    boots: &[
        "everything",
        "agetty",
        "sshd",
        "login",
        "bash",
        "pam_unix",
        "udevd",
        "mount",
        "sh",
        "systemd-shutdown",
        "systemd",
    ],
    ..Scenario::PLAIN
};
