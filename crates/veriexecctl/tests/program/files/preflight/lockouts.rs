//! Lists that lack one thing which a machine cannot do without: each is refused by its name.

use super::system::{INTERPRETER, System};
use crate::harness::elf::elf;

const GLIBC: &str = "/usr/lib64/ld-linux-x86-64.so.2";
const UNITS: &str = "/usr/lib/systemd/system";
const OWN: &str = "/usr/lib/systemd";
const SH: &str = "#!/bin/sh\n";

/// A machine as Debian sets it up, with systemd.
fn with_systemd() -> System {
    let libraries = "/usr/lib/x86_64-linux-gnu";
    let mut system = System::new(GLIBC, ("libc.so.6", "/usr/lib/x86_64-linux-gnu/libc.so.6"));
    system.vital("/usr/bin/dash", elf(Some(GLIBC), &["libc.so.6"], None), INTERPRETER);
    system.link("/usr/bin/sh", "dash");

    // init, and what it executes beside units.
    let shared = ["libsystemd-shared.so"];
    system.program_with("/usr/lib/systemd/systemd", &shared, Some("$ORIGIN"));
    system.link("/usr/sbin/init", "../lib/systemd/systemd");
    system.library("/usr/lib/systemd/libsystemd-shared.so", &["libcap.so.2"], None);
    system.library(&format!("{libraries}/libcap.so.2"), &["libc.so.6"], None);
    system.library(&format!("{libraries}/glibc-hwcaps/x86-64-v3/libcap.so.2"), &[], None);
    for name in ["executor", "shutdown", "sulogin-shell", "logind", "journald"] {
        system.program(&format!("{OWN}/systemd-{name}"));
    }
    system.program("/usr/bin/udevadm");
    system.link(&format!("{OWN}/systemd-udevd"), "/bin/udevadm");
    system.program("/usr/bin/systemctl");
    for name in ["halt", "poweroff", "reboot", "shutdown"] {
        system.link(&format!("/usr/sbin/{name}"), "/bin/systemctl");
    }
    system.program(&format!("{OWN}/system-generators/systemd-fstab-generator"));
    system.script("/etc/systemd/system-generators/local", SH);
    system.script(&format!("{OWN}/system-environment-generators/30-environment"), SH);
    system.script(&format!("{OWN}/system-shutdown/raid.shutdown"), SH);
    // One that is masked.
    system.machine.file(format!("root{OWN}/system-generators/masked"), "#!/bin/sh\n", 0o755);
    system.link("/etc/systemd/system-generators/masked", "/dev/null");
    for program in ["mount", "umount"] {
        system.program(&format!("/usr/bin/{program}"));
    }
    system.program("/usr/sbin/modprobe");

    // Units, as they are enabled in all the ways there are.
    let unit = |name: &str, text: &str| system.data(&format!("{UNITS}/{name}"), text);
    unit("graphical.target", "[Unit]\nRequires=multi-user.target\n");
    unit("multi-user.target", "[Unit]\nRequires=basic.target\nWants=nothing.service\n");
    unit("basic.target", "[Unit]\nRequires=sysinit.target\n");
    unit("sysinit.target", "[Unit]\nWants=check.service\n");
    unit("check.service", "[Service]\nType=oneshot\nExecStart=-check-all --quietly\n");
    unit("getty@.service", "[Service]\nExecStart=-/sbin/agetty -o '-p -- \\\\u' - $TERM\n");
    unit("ssh.service", "[Service]\nExecStartPre=/usr/sbin/sshd -t\nExecStart=/usr/sbin/sshd -D\n");
    unit("rescue.target", "[Unit]\nRequires=rescue.service\n");
    unit("rescue.service", "[Service]\nExecStart=-/usr/lib/systemd/systemd-sulogin-shell rescue\n");
    unit("clean.timer", "[Timer]\nOnCalendar=daily\n");
    unit("clean.service", "[Service]\nExecStart=!!/usr/bin/clean-up\n");
    unit("talk.socket", "[Socket]\nListenStream=/run/talk\nAccept=yes\n");
    unit("talk@.service", "[Service]\nExecStart=:/usr/bin/talk-server %i\n");
    unit("disabled.service", "[Service]\nExecStart=/usr/bin/never\n");
    unit("masked.service", "[Service]\nExecStart=/usr/bin/never\n");
    unit("serve.service", "[Service]\nExecStart=/usr/bin/python3 /srv/serve.py\n");
    system.data("/srv/serve.py", "print()\n");
    system.data(
        "/etc/systemd/system/serve.service.d/stop.conf",
        "[Service]\nExecStop=+@/usr/bin/stop-it stop\n",
    );
    let etc = "/etc/systemd/system";
    system.link(&format!("{etc}/default.target"), &format!("{UNITS}/graphical.target"));
    system.link(&format!("{etc}/masked.service"), "/dev/null");
    for (place, name, file) in [
        (etc, "multi-user.target.wants/ssh.service", "ssh.service"),
        (etc, "multi-user.target.wants/masked.service", "masked.service"),
        (etc, "multi-user.target.wants/serve.service", "serve.service"),
        (etc, "multi-user.target.wants/getty@tty1.service", "getty@.service"),
        (UNITS, "timers.target.wants/clean.timer", "clean.timer"),
        (etc, "sysinit.target.requires/talk.socket", "talk.socket"),
    ] {
        system.link(&format!("{place}/{name}"), &format!("{UNITS}/{file}"));
    }
    system.data(&format!("{etc}/multi-user.target.d/timers.conf"), "[Unit]\nWants=timers.target\n");
    system.data(&format!("{UNITS}/timers.target"), "[Unit]\n");
    for program in [
        "/usr/sbin/agetty",
        "/usr/sbin/sshd",
        "/usr/bin/check-all",
        "/usr/bin/clean-up",
        "/usr/bin/talk-server",
        "/usr/bin/stop-it",
    ] {
        system.program(program);
    }
    // What runs scripts by hand, too.
    system.vital("/usr/bin/python3", elf(Some(GLIBC), &["libc.so.6"], None), INTERPRETER);
    system.vital("/usr/bin/env", elf(Some(GLIBC), &["libc.so.6"], None), INTERPRETER);
    // A script that no unit stands for.
    system.script("/etc/init.d/legacy", "#!/bin/sh\nDAEMON=/usr/sbin/legacyd\n");
    system.program("/usr/sbin/legacyd");
    system.link("/etc/rc2.d/S01legacy", "../init.d/legacy");
    system.data("/etc/init.d/ssh", SH);
    system.link("/etc/rc2.d/S01ssh", "../init.d/ssh");
    // udev's rules.
    system.data(
        &format!("{}/rules.d/60-disk.rules", "/usr/lib/udev"),
        "KERNEL==\"sd*\", IMPORT{program}=\"ata_id --export $devnode\"\n\
         ACTION==\"add\", RUN+=\"/usr/sbin/assemble $name\"\n",
    );
    system.program("/usr/lib/udev/ata_id");
    system.script("/usr/sbin/assemble", "#!/usr/bin/env -S python3 -I\n");
    who_logs_in(&mut system);
    system
}

/// Everything with which somebody logs in.
fn who_logs_in(system: &mut System) {
    let libraries = "/usr/lib/x86_64-linux-gnu";
    for program in ["/usr/bin/login", "/usr/bin/su"] {
        system.program_with(program, &["libpam.so.0"], None);
    }
    for program in ["/usr/bin/sudo", "/usr/sbin/sulogin", "/usr/sbin/unix_chkpwd", "/usr/bin/bash"]
    {
        system.program(program);
    }
    system.library("/usr/libexec/sudo/sudoers.so", &["libc.so.6"], None);
    system.library(&format!("{libraries}/libpam.so.0"), &["libc.so.6"], None);
    system.data(
        "/etc/passwd",
        "root:x:0:0:root:/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/bash\n\
         bin:x:2:2::/:/usr/bin/nothing\n",
    );
    system.data("/etc/shells", "# valid\n/bin/sh\n/bin/bash\n");
    system.data("/etc/pam.d/login", "@include common-auth\nsession substack more\n");
    system.data("/etc/pam.d/common-auth", "auth [success=1 default=ignore] pam_unix.so nullok\n");
    system.data(
        "/etc/pam.d/more",
        "-session optional pam_gone.so\nsession required pam_exec.so /usr/bin/greet\n",
    );
    system.library(&format!("{libraries}/security/pam_unix.so"), &["libcrypt.so.1"], None);
    system.library(&format!("{libraries}/security/pam_exec.so"), &[], None);
    system.library(&format!("{libraries}/libcrypt.so.1"), &[], None);
    system.script("/usr/bin/greet", SH);
    system.data("/etc/nsswitch.conf", "passwd: files own\ngroup: files [SUCCESS=merge] own\n");
    system.library(&format!("{libraries}/libnss_own.so.2"), &["libc.so.6"], None);
    system.data("/etc/ld.so.preload", "/usr/lib/libpre.so libfirst.so\n");
    system.library("/usr/lib/libpre.so", &[], None);
    system.library(&format!("{libraries}/libfirst.so"), &[], None);
    system.data("/etc/ssh/sshd_config", "Include sshd_config.d/*.conf\n");
    system.data(
        "/etc/ssh/sshd_config.d/sftp.conf",
        "subsystem sftp /usr/lib/openssh/sftp-server\nAuthorizedKeysCommand /usr/bin/keys %u\n",
    );
    for program in
        ["/usr/lib/openssh/sftp-server", "/usr/lib/openssh/sshd-session", "/usr/bin/keys"]
    {
        system.program(program);
    }
}

/// A machine with sysvinit, as Debian sets it up.
fn with_sysvinit() -> System {
    let mut system = System::new(GLIBC, ("libc.so.6", "/usr/lib/x86_64-linux-gnu/libc.so.6"));
    system.vital("/usr/bin/dash", elf(Some(GLIBC), &["libc.so.6"], None), INTERPRETER);
    system.link("/usr/bin/sh", "dash");
    system.data(
        "/etc/inittab",
        "id:2:initdefault:\nsi::sysinit:/etc/init.d/rcS\nl2:2:wait:/etc/init.d/rc 2\n\
         ca:12345:ctrlaltdel:/sbin/shutdown -t1 -a -r now\n\
         1:2345:respawn:/sbin/getty --noclear 38400 tty1\n~~:S:wait:/sbin/sulogin --force\n\
         po::powerokwait:exec /usr/sbin/powered 'again'\nx:2:off:/bin/never\n",
    );
    for program in [
        "/usr/sbin/init",
        "/usr/sbin/shutdown",
        "/usr/sbin/getty",
        "/usr/sbin/sulogin",
        "/usr/sbin/powered",
        "/usr/sbin/start-stop-daemon",
        "/usr/sbin/sshd",
        "/usr/sbin/udevd",
        "/usr/bin/startpar",
        "/usr/bin/login",
        "/usr/bin/mount",
    ] {
        system.program(program);
    }
    system.script("/etc/init.d/rcS", SH);
    system.script("/etc/init.d/rc", "#! /bin/sh\n");
    system.script("/etc/init.d/mountall.sh", SH);
    system.script("/etc/init.d/ssh", "#!/bin/sh\nDAEMON=\"/usr/sbin/sshd\"\n");
    system.script("/etc/init.d/umountfs", SH);
    system.link("/etc/rcS.d/S01mountall.sh", "../init.d/mountall.sh");
    system.link("/etc/rc2.d/S02ssh", "../init.d/ssh");
    system.link("/etc/rc6.d/K01umountfs", "../init.d/umountfs");
    system
}

/// A machine with OpenRC and musl, as Alpine sets it up, but for its BusyBox.
fn with_openrc() -> System {
    let musl = "/usr/lib/ld-musl-x86_64.so.1";
    let mut system = System::new("/lib/ld-musl-x86_64.so.1", ("libc.musl-x86_64.so.1", musl));
    system.vital.remove("/lib/ld-musl-x86_64.so.1");
    system.vital.insert(musl.to_owned(), super::system::LIBRARY);
    let shell = elf(Some("/lib/ld-musl-x86_64.so.1"), &["libc.so"], None);
    system.vital("/usr/bin/busybox", shell, INTERPRETER);
    for link in ["/usr/bin/sh", "/usr/sbin/init", "/usr/sbin/getty", "/usr/bin/login"] {
        system.link(link, "/bin/busybox");
    }
    system.data(
        "/etc/inittab",
        "::sysinit:/sbin/openrc sysinit\ntty1::respawn:/sbin/getty 38400 tty1\n\
         ::shutdown:/sbin/openrc shutdown\n",
    );
    system.program_with("/usr/sbin/openrc", &["librc.so.1"], None);
    system.vital(
        "/usr/sbin/openrc-run",
        elf(Some("/lib/ld-musl-x86_64.so.1"), &["librc.so.1"], None),
        INTERPRETER,
    );
    for program in ["/usr/sbin/supervise-daemon", "/usr/sbin/start-stop-daemon", "/usr/sbin/sshd"] {
        system.program(program);
    }
    system.program("/usr/libexec/rc/bin/ebegin");
    system.program("/usr/libexec/rc/sbin/mark_service_started");
    system.script("/usr/libexec/rc/sh/openrc-run.sh", SH);
    system.script("/usr/libexec/rc/sh/gendepends.sh", SH);
    system.script("/etc/init.d/sshd", "#!/sbin/openrc-run\ncommand=\"${SSHD:-/usr/sbin/sshd}\"\n");
    system.script("/etc/init.d/devfs", "#!/sbin/openrc-run\n");
    system.link("/etc/runlevels/default/sshd", "/etc/init.d/sshd");
    system.link("/etc/runlevels/sysinit/devfs", "/etc/init.d/devfs");
    // Where musl searches is said here alone; and what one object says goes for those it needs.
    system.data("/etc/ld-musl-x86_64.path", "/opt/lib\n");
    system.library("/opt/lib/librc.so.1", &["libdeep.so"], Some("/opt/rc"));
    system.library("/opt/rc/libdeep.so", &["libdeeper.so"], None);
    system.library("/opt/rc/libdeeper.so", &["libpthread.so.0"], None);
    system
}

#[test]
fn systemd_needs_each_of_them() {
    let count = with_systemd().locks_out();
    assert!(count >= 50, "{count}");
}

#[test]
fn sysvinit_needs_each_of_them() {
    let count = with_sysvinit().locks_out();
    assert!(count >= 18, "{count}");
}

#[test]
fn openrc_needs_each_of_them() {
    let count = with_openrc().locks_out();
    assert!(count >= 16, "{count}");
}

#[test]
fn what_needs_it_is_named() {
    let system = with_systemd();
    for (path, by) in [
        ("/usr/lib/systemd/systemd-executor", "/sbin/init"),
        ("/usr/bin/talk-server", "talk@.service"),
        ("/usr/bin/stop-it", "serve.service"),
        ("/usr/sbin/agetty", "autovt@tty1.service"),
        ("/usr/lib/x86_64-linux-gnu/security/pam_unix.so", "/etc/pam.d/common-auth"),
        ("/usr/lib/x86_64-linux-gnu/libnss_own.so.2", "/etc/nsswitch.conf"),
        ("/usr/lib/libpre.so", "/etc/ld.so.preload"),
        ("/usr/lib/openssh/sftp-server", "/etc/ssh/sshd_config.d/sftp.conf"),
        ("/usr/lib/udev/ata_id", "/usr/lib/udev/rules.d/60-disk.rules"),
        ("/usr/bin/bash", "the login shell of ann"),
    ] {
        system.sign_without(Some(path));
        let run = system.preflight(&["-v"]).expect(1);
        let (_, rest) = run.stdout.split_once(&format!("vital: {path}: not listed")).unwrap();
        let needed: Vec<_> =
            rest.lines().skip(1).map_while(|line| line.strip_prefix("    needed by ")).collect();
        if path.ends_with("agetty") {
            assert!(needed.contains(&"getty@tty1.service"), "{path}: {needed:?}");
        } else {
            assert!(needed.contains(&by), "{path}: {needed:?}");
        }
    }
}

#[test]
fn what_is_listed_and_gone_is_missed_where_it_is_named() {
    let mut system = with_systemd();
    system.sign_without(None);
    let security = "/usr/lib/x86_64-linux-gnu/security";
    for (path, by) in [
        ("/usr/bin/login", "whoever logs in"),
        ("/usr/bin/sudo", "whoever becomes root"),
        ("/usr/sbin/sshd", "whoever logs in"),
        ("/usr/sbin/agetty", "whoever logs in"),
        ("/usr/bin/talk-server", "talk@.service"),
        ("/usr/bin/python3", "serve.service"),
        ("/usr/lib/systemd/systemd-logind", "/sbin/init"),
        ("/usr/bin/udevadm", "/sbin/init"),
        ("/usr/lib/systemd/systemd", "the kernel"),
        ("/usr/bin/dash", "scripts"),
        ("/usr/bin/bash", "the login shell of ann"),
        ("/usr/bin/greet", "/etc/pam.d/more"),
        ("/usr/sbin/legacyd", "/etc/rc2.d/S01legacy"),
        ("/usr/lib/openssh/sftp-server", "/etc/ssh/sshd_config.d/sftp.conf"),
        (&format!("{security}/pam_unix.so"), "/etc/pam.d/common-auth"),
    ] {
        let found = system.without(path);
        let line = found.iter().find(|line| line.starts_with(&format!("vital: {path}: not found")));
        let line = line.unwrap_or_else(|| panic!("without {path}: {found:?}"));
        assert!(line.contains(by), "{line}");
        assert!(line.ends_with(
            "; it is listed: install it again, or remove what needs it and list \
                                anew"
        ));
    }
    // A command that may fail, and a module that is asked for if it is there.
    system.library(&format!("{security}/pam_gone.so"), &[], None);
    system.sign_without(None);
    for path in ["/usr/bin/check-all", &format!("{security}/pam_gone.so")] {
        assert_eq!(system.without(path), [""; 0], "{path}");
    }
}

#[test]
fn what_was_never_there_is_not_missed() {
    let system = with_systemd();
    for path in ["/usr/bin/login", "/usr/bin/talk-server", "/usr/bin/greet"] {
        system.sign_without(Some(path));
        assert_eq!(system.without(path), [""; 0], "{path}");
    }
}

#[test]
fn a_unit_that_is_passed_over_without_a_program_does_not_miss_it() {
    let system = with_systemd();
    system.sign_without(None);
    for (condition, missed) in [
        ("ConditionFileIsExecutable=/usr/bin/clean-up", 0),
        ("ConditionPathExists=|/usr/bin/clean-up", 0),
        ("ConditionPathExists=!/usr/bin/clean-up", 1),
        ("ConditionPathExists=/usr/bin/talk-server", 1),
    ] {
        let directory = format!("{UNITS}/clean.service.d");
        let text = format!("[Unit]\n{condition}\n");
        system.data(&format!("{directory}/condition.conf"), &text);
        assert_eq!(system.without("/usr/bin/clean-up").len(), missed, "{condition}");
    }
}
