//! A whole Debian, with everything on it listed: what works at each level, and what does not.

use crate::machine::debian;
use crate::machine::disk::Disk;
use crate::scenario::Scenario;

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "debian",
    script: debian::WITH_SYSTEMD,
    programs: &["veriexecctl", "veriexecgen"],
    disks: &[Disk::Debian],
    prepare: |_, root| {
        debian::put(root, "attack.py", include_bytes!("debian/attack.py"))?;
        debian::put(root, "login.py", include_bytes!("debian/login.py"))?;
        debian::put(root, "memory.py", include_bytes!("debian/memory.py"))?;
        debian::put(root, "serve.py", include_bytes!("debian/serve.py"))?;
        debian::put(root, "scenario", include_bytes!("debian.sh"))
    },
    has_whole_debian: true,
    limit: 900,
    ..Scenario::PLAIN
};
