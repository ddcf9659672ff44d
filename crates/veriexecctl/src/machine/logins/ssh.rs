//! sshd(8): what it executes and reads beside what it is linked with.

use crate::machine::requirements::{Deed, Requirements, base_name, joined, lines, words};

const FILE: &[u8] = b"/etc/ssh/sshd_config";

/// Where it is.
const DAEMONS: [&[u8]; 3] = [b"/usr/sbin/sshd", b"/usr/local/sbin/sshd", b"/usr/bin/sshd"];

/// Where the programs are that serve a connection, from OpenSSH 9.8 on.
const DIRECTORIES: [&[u8]; 6] = [
    b"/usr/lib/openssh",
    b"/usr/libexec",
    b"/usr/libexec/openssh",
    b"/usr/lib/ssh",
    b"/usr/local/libexec",
    b"/usr/lib/misc",
];
const PROGRAMS: [&[u8]; 2] = [b"sshd-session", b"sshd-auth"];

/// Settings whose value is a program.
const EXECUTED: [&[u8]; 4] =
    [b"subsystem", b"authorizedkeyscommand", b"authorizedprincipalscommand", b"forcecommand"];

/// Settings whose value is a file.
const READ: [&[u8]; 6] = [
    b"hostkey",
    b"hostcertificate",
    b"trustedusercakeys",
    b"banner",
    b"modulifile",
    b"revokedkeys",
];

/// Adds what it needs, if it is there.
pub(super) fn require(requirements: &mut Requirements<'_>) {
    let daemons = DAEMONS.into_iter();
    let daemons: Vec<_> =
        daemons.filter(|path| requirements.file(path, b"init").is_some()).collect();
    let Some(daemon) = daemons.first() else { return };
    for directory in DIRECTORIES {
        for program in PROGRAMS {
            requirements.add_known(Deed::Execute, &joined(directory, program), daemon);
        }
    }
    let mut has_host_key = false;
    let mut pending = vec![FILE.to_vec()];
    let mut entered: Vec<Vec<u8>> = Vec::new();
    while let Some(path) = pending.pop() {
        if entered.contains(&path) {
            continue;
        }
        entered.push(path.clone());
        let Some(text) = requirements.text(&path, daemon) else { continue };
        for line in lines(&text) {
            let (key, values) = setting(line);
            let Some(value) = values.last().filter(|_| !values.is_empty()) else { continue };
            if key == b"include" {
                for pattern in &values {
                    pending.extend(included(requirements, pattern));
                }
            } else if EXECUTED.contains(&&key[..]) {
                for value in values.iter().filter(|value| value.starts_with(b"/")) {
                    requirements.add_known(Deed::Execute, value, &path);
                }
            } else if READ.contains(&&key[..]) {
                has_host_key |= key == b"hostkey";
                requirements.add_present(Deed::Read, value, &path);
            }
        }
    }
    if !has_host_key {
        for path in requirements.entries(b"/etc/ssh", daemon) {
            if base_name(&path).starts_with(b"ssh_host_") && path.ends_with(b"_key") {
                requirements.add_present(Deed::Read, &path, daemon);
            }
        }
    }
}

/// A setting's name, in small letters, and its values.
fn setting(line: &[u8]) -> (Vec<u8>, Vec<Vec<u8>>) {
    let unquoted: Vec<u8> =
        line.iter().map(|byte| if matches!(byte, b'"' | b'=') { b' ' } else { *byte }).collect();
    let mut words = words(&unquoted).map(<[u8]>::to_vec);
    let key = words.next().unwrap_or_default().to_ascii_lowercase();
    (key, words.collect())
}

/// The files of `Include`: a path whose last part may hold one `*`.
fn included(requirements: &mut Requirements<'_>, pattern: &[u8]) -> Vec<Vec<u8>> {
    let path =
        if pattern.starts_with(b"/") { pattern.to_vec() } else { joined(b"/etc/ssh", pattern) };
    let at = path.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
    let (directory, name) = path.split_at_checked(at).unwrap_or_default();
    let name = name.get(1..).unwrap_or_default();
    let Some(star) = name.iter().position(|byte| *byte == b'*') else { return vec![path.clone()] };
    let (before, after) = name.split_at_checked(star).unwrap_or_default();
    let after = after.get(1..).unwrap_or_default();
    let entries = requirements.entries(directory, FILE).into_iter();
    let fits = |entry: &Vec<u8>| {
        base_name(entry).strip_prefix(before).is_some_and(|rest| rest.ends_with(after))
    };
    entries.filter(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_told_whatever_their_case() {
        let (key, values) = setting(b"Subsystem sftp \"/usr/lib/openssh/sftp-server\" -f AUTH");
        assert_eq!(key, b"subsystem");
        assert_eq!(values[1], b"/usr/lib/openssh/sftp-server");
        assert_eq!(setting(b"HostKey=/k").1, [b"/k".to_vec()]);
    }
}
