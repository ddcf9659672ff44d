//! The scripts of sysvinit's run levels, and what they say that they start.

use std::collections::HashSet;

use crate::machine::requirements::{Deed, Requirements, base_name, joined, words};

/// What runs them, where there is such a thing.
const RUNNERS: [&[u8]; 9] = [
    b"/etc/init.d/rc",
    b"/etc/init.d/rcS",
    b"/etc/rc.d/rc",
    b"/etc/rc.d/rc.sysinit",
    b"/lib/init/rc",
    b"/lib/init/rcS",
    b"/bin/startpar",
    b"/sbin/startpar",
    b"/lib/startpar/startpar",
];

/// What such scripts read before all else.
const READ: [&[u8]; 4] = [
    b"/lib/lsb/init-functions",
    b"/lib/init/vars.sh",
    b"/lib/init/init-d-script",
    b"/etc/default/rcS",
];

/// Variables that hold the program which a script starts.
const STARTED: [&[u8]; 3] = [b"DAEMON=", b"command=", b"exec="];

/// Adds the scripts that are started and stopped, and what runs them; says whether there are any.
pub(super) fn require(requirements: &mut Requirements<'_>) -> bool {
    let mut found = false;
    for runner in RUNNERS {
        found |= requirements.add_known(Deed::Execute, runner, b"init");
    }
    for level in *b"S0123456" {
        let directory = [b"/etc/rc", &[level][..], b".d"].concat();
        for link in requirements.entries(&directory, b"init") {
            if matches!(base_name(&link).first(), Some(b'S' | b'K')) {
                found = true;
                script(requirements, &link, &directory);
            }
        }
    }
    if found {
        read(requirements);
    }
    found
}

/// Adds the scripts that systemd starts because no unit takes their place.
pub(super) fn require_for_systemd(
    requirements: &mut Requirements<'_>,
    services: &HashSet<Vec<u8>>,
) {
    let mut found = false;
    for level in *b"2345" {
        let directory = [b"/etc/rc", &[level][..], b".d"].concat();
        for link in requirements.entries(&directory, b"systemd") {
            let name = base_name(&link);
            let Some(name) = name.strip_prefix(b"S").and_then(|name| name.get(2..)) else {
                continue;
            };
            let unit = [name, b".service"].concat();
            let units =
                [&b"/etc/systemd/system"[..], b"/usr/lib/systemd/system", b"/lib/systemd/system"];
            let has_unit = services.contains(&unit)
                || units.iter().any(|directory| {
                    let path = joined(directory, &unit);
                    requirements.link(&path).is_some()
                        || requirements.file(&path, b"systemd").is_some()
                });
            if !has_unit {
                found = true;
                script(requirements, &link, &unit);
            }
        }
    }
    if found {
        read(requirements);
    }
}

fn read(requirements: &mut Requirements<'_>) {
    for path in READ {
        requirements.add_present(Deed::Read, path, b"init scripts");
    }
    for path in requirements.entries(b"/lib/lsb/init-functions.d", b"init scripts") {
        requirements.add_present(Deed::Read, &path, b"init scripts");
    }
}

/// Adds a script and the programs that it names as what it starts.
pub(super) fn script(requirements: &mut Requirements<'_>, path: &[u8], by: &[u8]) {
    if !requirements.add_known(Deed::Execute, path, by) {
        return;
    }
    let Some(text) = requirements.text(path, by) else { return };
    let values = text.split(|byte| *byte == b'\n').filter_map(|line| {
        STARTED.iter().find_map(|variable| line.trim_ascii_start().strip_prefix(*variable))
    });
    let programs: Vec<Vec<u8>> = values.filter_map(program).collect();
    for program in programs {
        requirements.add_known(Deed::Execute, &program, path);
    }
}

/// The path that a value is, if it says so by itself.
fn program(value: &[u8]) -> Option<Vec<u8>> {
    let unquoted: Vec<u8> =
        value.iter().copied().filter(|byte| !matches!(byte, b'"' | b'\'')).collect();
    let first = words(&unquoted).next()?;
    // `${VARIABLE:-/path}`
    let at = first.windows(2).position(|pair| pair == b"-/");
    let path = match at {
        Some(at) if first.starts_with(b"${") => first.get(at + 1..)?.strip_suffix(b"}")?,
        _ => first,
    };
    (path.starts_with(b"/") && !path.contains(&b'$')).then(|| path.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_a_program_if_it_is_a_path() {
        for (value, expected) in [
            ("/usr/sbin/sshd", Some("/usr/sbin/sshd")),
            ("\"/usr/sbin/cron\" # the daemon", Some("/usr/sbin/cron")),
            ("\"${SSHD_BINARY:-/usr/sbin/sshd}\"", Some("/usr/sbin/sshd")),
            ("/usr/sbin/$NAME", None),
            ("", None),
        ] {
            assert_eq!(program(value.as_bytes()), expected.map(|path| path.into()), "{value}");
        }
    }
}
