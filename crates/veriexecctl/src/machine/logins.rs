//! What somebody logs in with, and what is asked who that is.

mod accounts;
mod name_service;
mod pam;
mod ssh;

use crate::machine::requirements::{Deed, Requirements};

/// Programs with which somebody logs in or becomes root, wherever a system has them.
const PROGRAMS: [(&[u8], &[u8]); 22] = [
    (b"/sbin/agetty", b"whoever logs in"),
    (b"/sbin/getty", b"whoever logs in"),
    (b"/sbin/mingetty", b"whoever logs in"),
    (b"/usr/libexec/getty", b"whoever logs in"),
    (b"/bin/login", b"whoever logs in"),
    (b"/usr/bin/login", b"whoever logs in"),
    (b"/sbin/nologin", b"whoever logs in"),
    (b"/usr/sbin/nologin", b"whoever logs in"),
    (b"/sbin/sulogin", b"whoever logs in when the start fails"),
    (b"/usr/sbin/sulogin", b"whoever logs in when the start fails"),
    (b"/bin/su", b"whoever becomes root"),
    (b"/usr/bin/su", b"whoever becomes root"),
    (b"/usr/bin/sudo", b"whoever becomes root"),
    (b"/usr/bin/doas", b"whoever becomes root"),
    (b"/usr/local/bin/sudo", b"whoever becomes root"),
    (b"/usr/pkg/bin/sudo", b"whoever becomes root"),
    (b"/usr/bin/run0", b"whoever becomes root"),
    (b"/usr/sbin/sshd", b"whoever logs in"),
    (b"/usr/sbin/dropbear", b"whoever logs in"),
    (b"/sbin/unix_chkpwd", b"pam_unix.so"),
    (b"/usr/sbin/unix_chkpwd", b"pam_unix.so"),
    (b"/usr/local/sbin/sshd", b"whoever logs in"),
];

/// Files that these read.
const READ: [&[u8]; 10] = [
    b"/etc/passwd",
    b"/etc/group",
    b"/etc/shadow",
    b"/etc/gshadow",
    b"/etc/master.passwd",
    b"/etc/login.defs",
    b"/etc/securetty",
    b"/etc/shells",
    b"/etc/sudoers",
    b"/etc/sudo.conf",
];

/// What sudo(8) loads to decide by its own configuration.
const PLUGINS: [&[u8]; 4] = [
    b"/usr/libexec/sudo/sudoers.so",
    b"/usr/lib/sudo/sudoers.so",
    b"/usr/lib64/sudo/sudoers.so",
    b"/usr/local/libexec/sudo/sudoers.so",
];

/// Files that these write, where there is such a thing.
const WRITTEN: [&[u8]; 5] =
    [b"/run/utmp", b"/var/run/utmp", b"/var/log/wtmp", b"/var/log/btmp", b"/var/log/lastlog"];

/// Adds what is needed to log in.
pub(crate) fn require(requirements: &mut Requirements<'_>) {
    for (program, by) in PROGRAMS {
        requirements.add_known(Deed::Execute, program, by);
    }
    for path in PLUGINS {
        requirements.add_known(Deed::Load, path, b"/usr/bin/sudo");
    }
    for path in READ {
        requirements.add_present(Deed::Read, path, b"whoever logs in");
    }
    for path in WRITTEN {
        if requirements.file(path, b"login").is_some() {
            requirements.add(Deed::Write, path, b"whoever logs in");
        }
    }
    accounts::require(requirements);
    pam::require(requirements);
    name_service::require(requirements);
    ssh::require(requirements);
}
