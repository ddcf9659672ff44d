//! Level 3: what is read and what is made, too.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use super::system::{INTERPRETER, System};
use crate::harness::elf::elf;

const GLIBC: &str = "/usr/lib64/ld-linux-x86-64.so.2";

fn machine() -> System {
    let mut system = System::new(GLIBC, ("libc.so.6", "/usr/lib/x86_64-linux-gnu/libc.so.6"));
    system.vital("/usr/bin/sh", elf(Some(GLIBC), &["libc.so.6"], None), INTERPRETER);
    system.program("/usr/bin/login");
    system.program("/usr/sbin/sshd");
    system.library("/usr/lib/x86_64-linux-gnu/security/pam_env.so", &[], None);
    for (path, text) in DATA {
        system.data(path, text);
        system.vital.insert(path.to_owned(), "file");
    }
    system
}

const DATA: [(&str, &str); 14] = [
    ("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"),
    ("/etc/group", "root:x:0:\n"),
    ("/etc/shadow", "root:*:1::::::\n"),
    ("/etc/login.defs", "UMASK 022\n"),
    ("/etc/nsswitch.conf", "passwd: files\n"),
    ("/etc/ld.so.cache", "glibc-ld.so.cache1.1"),
    ("/etc/pam.d/login", "auth include common\n"),
    ("/etc/pam.d/common", "auth required pam_env.so readenv=1 envfile=/etc/default/locale\n"),
    ("/etc/default/locale", "LANG=C.UTF-8\n"),
    ("/etc/environment", ""),
    ("/etc/ssh/sshd_config", "Include sshd_config.d/*.conf\n"),
    ("/etc/ssh/sshd_config.d/own.conf", "Port 22\n"),
    ("/etc/ssh/ssh_host_ed25519_key", "key\n"),
    ("/root/.ssh/authorized_keys", "ssh-ed25519 AAAA\n"),
];

#[test]
fn data_without_which_nobody_logs_in_must_be_listed() {
    let system = machine();
    system.sign_without(None);
    system.preflight(&["--level", "3"]).done();
    for (path, _) in DATA {
        system.sign_without(Some(path));
        system.preflight(&["--level", "2"]).done();
        let run = system.preflight(&["--level", "3"]).expect(1);
        let vital: Vec<_> = run.stdout.lines().filter(|line| line.starts_with("vital: ")).collect();
        assert_eq!(vital.len(), 1, "{run:#?}");
        assert!(vital[0].starts_with(&format!("vital: {path}: not listed; needed by ")), "{run:?}");
        assert!(vital[0].ends_with("; list it as file"), "{run:?}");
    }
}

#[test]
fn what_is_made_is_refused_whatever_is_listed() {
    let mut system = machine();
    system.program("/usr/lib/systemd/systemd");
    system.link("/usr/sbin/init", "../lib/systemd/systemd");
    system.program("/usr/sbin/daemon");
    for (path, text) in [
        ("/usr/lib/systemd/system/default.target", "[Unit]\nWants=daemon.service\n"),
        (
            "/usr/lib/systemd/system/daemon.service",
            "[Service]\nExecStart=/usr/sbin/daemon\nPIDFile=/run/daemon.pid\n\
             StandardOutput=append:/var/log/%N.log\nEnvironmentFile=-/etc/default/daemon\n",
        ),
        ("/etc/default/daemon", "OPTIONS=\n"),
        ("/var/log/wtmp", ""),
    ] {
        system.data(path, text);
        system.vital.insert(path.to_owned(), "file");
    }
    system.sign_without(None);
    let run = system.preflight(&["--level", "3", "-v"]).expect(1);
    for line in [
        "vital: /run/daemon.pid: no file is made; a machine that needs this stays below level 3\n    \
         needed by daemon.service\n",
        "vital: /var/log/daemon.log: no file is made; ",
        "vital: /var/log/wtmp: listed files are not written; ",
        "    needed by systemd-journald.service\n",
    ] {
        assert!(run.stdout.contains(line), "{line}: {run:#?}");
    }
    // A listed file is not written at level 2, either.
    system.vital.remove("/var/log/wtmp");
    system.sign_without(None);
    system.preflight(&["--level", "2"]).done();
    for path in ["/etc/default/daemon", "/usr/lib/systemd/system/daemon.service"] {
        system.sign_without(Some(path));
        let run = system.preflight(&["--level", "3", "-v"]).expect(1);
        assert!(run.stdout.contains(&format!("vital: {path}: not listed; list it as file\n")));
    }
    let answer = system.preflight(&["--level", "3", "--json"]).expect(1).json();
    let findings = answer["findings"].as_array().unwrap();
    let made = findings.iter().find(|finding| finding["path"] == "/run/daemon.pid").unwrap();
    assert_eq!(made["denied"][0]["use"], "write");
    assert_eq!(made["denied"][0]["errno"], "EPERM");
    assert_eq!(made["needed_by"][0]["name"], "daemon.service");
}
