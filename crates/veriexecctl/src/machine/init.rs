//! What the first process of a machine executes, by what its configuration says.

mod inittab;
mod openrc;
mod scripts;
mod systemd;
mod udev;

use crate::machine::requirements::{Deed, Requirements, base_name};
use crate::machine::tree::Tree;

/// The program that a kernel starts.
pub(crate) const INIT: &[u8] = b"/sbin/init";

/// Programs that a kernel, or whoever turns a machine off or on again, executes.
const ALWAYS: [&[u8]; 12] = [
    b"/sbin/modprobe",
    b"/bin/mount",
    b"/bin/umount",
    b"/sbin/swapon",
    b"/sbin/fsck",
    b"/sbin/halt",
    b"/sbin/poweroff",
    b"/sbin/reboot",
    b"/sbin/shutdown",
    b"/sbin/telinit",
    b"/sbin/start-stop-daemon",
    b"/usr/sbin/start-stop-daemon",
];

/// Adds what init executes.
pub(crate) fn require(tree: &Tree, requirements: &mut Requirements<'_>) {
    for program in ALWAYS {
        requirements.add_known(Deed::Execute, program, b"init");
    }
    if !is_any(requirements) {
        return;
    }
    // By what is there, not by which program is init: a machine may have been told to start
    // another.
    let systemd = systemd::require(tree, requirements);
    let inittab = !systemd && inittab::require(requirements);
    let openrc = openrc::require(requirements);
    let scripts = !systemd && !openrc && scripts::require(requirements);
    udev::require(requirements);
    let rc = requirements.add_present(Deed::Read, b"/etc/rc", INIT);
    if !(systemd || inittab || openrc || scripts || rc) {
        requirements.skipped.push(
            "what init executes: it is not one of systemd, sysvinit, BusyBox, OpenRC, and BSD's"
                .to_owned(),
        );
    }
}

fn is_any(requirements: &mut Requirements<'_>) -> bool {
    requirements.file(INIT, b"the kernel").is_some()
}

/// Whether init is a program of that name.
fn is_called(tree: &Tree, names: &[&[u8]]) -> bool {
    let place = tree.place(INIT).and_then(std::fs::canonicalize);
    place.is_ok_and(|place| names.contains(&base_name(crate::bytes(&place))))
}
