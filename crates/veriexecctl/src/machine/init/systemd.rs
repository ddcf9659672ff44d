//! systemd(1): what it executes beside units.

use std::collections::HashSet;
use std::os::unix::fs::PermissionsExt;

use super::{INIT, is_called, scripts};
use crate::machine::requirements::{Deed, Requirements, base_name, joined};
use crate::machine::tree::Tree;
use crate::machine::units;

/// Where it has programs of its own.
const OWN: [&[u8]; 2] = [b"/usr/lib/systemd", b"/lib/systemd"];

/// Those of them with which it starts a machine, runs it, and turns it off.
const PROGRAMS: [&[u8]; 9] = [
    b"systemd",
    b"systemd-executor",
    b"systemd-shutdown",
    b"systemd-sulogin-shell",
    b"systemd-cgroups-agent",
    b"systemd-journald",
    b"systemd-udevd",
    b"systemd-logind",
    b"systemd-fsck",
];

/// Where programs are that it executes all of; the first of a name counts.
const PLACES: [&[u8]; 5] = [
    b"/run/systemd",
    b"/etc/systemd",
    b"/usr/local/lib/systemd",
    b"/usr/lib/systemd",
    b"/lib/systemd",
];

/// The directories there.
const EXECUTED: [&[u8]; 3] =
    [b"system-generators", b"system-environment-generators", b"system-shutdown"];

/// What it and its own services make whenever a unit starts or somebody logs in.
const MADE: [(&[u8], &[u8]); 5] = [
    (b"/run/systemd/generator/UNIT", b"systemd's generators"),
    (b"/run/systemd/sessions/SESSION", b"systemd-logind.service"),
    (b"/run/log/journal/MACHINE/system.journal", b"systemd-journald.service"),
    (b"/run/udev/data/DEVICE", b"systemd-udevd.service"),
    (b"/var/lib/systemd/random-seed", b"systemd-random-seed.service"),
];

/// What it reads before any unit.
const READ: [&[u8]; 7] = [
    b"/etc/systemd/system.conf",
    b"/etc/systemd/journald.conf",
    b"/etc/systemd/logind.conf",
    b"/etc/udev/udev.conf",
    b"/etc/machine-id",
    b"/etc/fstab",
    b"/usr/lib/os-release",
];

/// Adds what it needs, if it is this tree's init.
pub(super) fn require(tree: &Tree, requirements: &mut Requirements<'_>) -> bool {
    if !is_called(tree, &[b"systemd"]) {
        return false;
    }
    for directory in OWN {
        for program in PROGRAMS {
            requirements.add_known(Deed::Execute, &joined(directory, program), INIT);
        }
    }
    requirements.add_known(Deed::Execute, b"/bin/systemctl", b"whoever stops or starts units");
    for directory in EXECUTED {
        add_all(requirements, directory);
    }
    for path in READ {
        requirements.add_present(Deed::Read, path, INIT);
    }
    for (path, by) in MADE {
        requirements.add(Deed::Write, path, by);
    }
    let services = units::require(requirements);
    scripts::require_for_systemd(requirements, &services);
    true
}

fn add_all(requirements: &mut Requirements<'_>, directory: &[u8]) {
    let mut known: HashSet<Vec<u8>> = HashSet::new();
    for place in PLACES {
        for path in requirements.entries(&joined(place, directory), INIT) {
            // A link to /dev/null, or an empty file, takes another's place.
            if !known.insert(base_name(&path).to_vec()) {
                continue;
            }
            let Some((_, metadata)) = requirements.file(&path, INIT) else { continue };
            if metadata.len() > 0 && metadata.permissions().mode() & 0o111 != 0 {
                requirements.add(Deed::Execute, &path, INIT);
            }
        }
    }
}
