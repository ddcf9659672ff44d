//! openrc(8): its own programs, and the services of its run levels.

use super::scripts;
use crate::machine::requirements::{Deed, Requirements, base_name, joined};

/// Its programs, wherever a system has them.
const PROGRAMS: [&[u8]; 12] = [
    b"openrc",
    b"openrc-init",
    b"openrc-run",
    b"openrc-shutdown",
    b"rc",
    b"rc-service",
    b"rc-status",
    b"rc-update",
    b"runscript",
    b"start-stop-daemon",
    b"supervise-daemon",
    b"mkmntdirs",
];

const DIRECTORIES: [&[u8]; 4] = [b"/sbin", b"/bin", b"/usr/sbin", b"/usr/bin"];

/// Where it keeps what it executes and reads.
const OWN: [&[u8]; 5] =
    [b"/lib/rc", b"/lib64/rc", b"/usr/libexec/rc", b"/usr/lib/rc", b"/libexec/rc"];

/// Adds what it needs, if it is there.
pub(super) fn require(requirements: &mut Requirements<'_>) -> bool {
    let mut there = false;
    for directory in DIRECTORIES {
        for name in [&b"openrc"[..], b"rc"] {
            there |= requirements.file(&joined(directory, name), b"init").is_some();
        }
    }
    let runlevels = requirements.entries(b"/etc/runlevels", b"openrc");
    if !there || runlevels.is_empty() {
        return false;
    }
    for directory in DIRECTORIES {
        for program in PROGRAMS {
            requirements.add_known(Deed::Execute, &joined(directory, program), b"openrc");
        }
    }
    for directory in OWN {
        for part in [&b"bin"[..], b"sbin"] {
            for path in requirements.entries(&joined(directory, part), b"openrc") {
                requirements.add_known(Deed::Execute, &path, b"openrc");
            }
        }
        for path in requirements.entries(&joined(directory, b"sh"), b"openrc") {
            // Some of them are executed, all are read.
            let executed = [&b"openrc-run.sh"[..], b"runscript.sh", b"gendepends.sh", b"init.sh"];
            let deed =
                if executed.contains(&base_name(&path)) { Deed::Execute } else { Deed::Read };
            requirements.add_known(deed, &path, b"openrc");
        }
    }
    requirements.add_present(Deed::Read, b"/etc/rc.conf", b"openrc");
    for runlevel in runlevels {
        for service in requirements.entries(&runlevel, b"openrc") {
            let name = base_name(&service).to_vec();
            scripts::script(requirements, &joined(b"/etc/init.d", &name), &runlevel);
            requirements.add_present(Deed::Read, &joined(b"/etc/conf.d", &name), &runlevel);
        }
    }
    requirements.add(Deed::Write, b"/run/openrc/softlevel", b"openrc");
    true
}
