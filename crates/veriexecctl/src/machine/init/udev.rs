//! udev(7): the programs that its rules execute.

use std::collections::BTreeMap;

use crate::machine::requirements::{Deed, Requirements, base_name, joined, words};

/// Where rules are; the first file of a name counts.
const RULES: [&[u8]; 5] = [
    b"/etc/udev/rules.d",
    b"/run/udev/rules.d",
    b"/usr/local/lib/udev/rules.d",
    b"/usr/lib/udev/rules.d",
    b"/lib/udev/rules.d",
];

/// Where a program without a directory is.
const PROGRAMS: [&[u8]; 2] = [b"/usr/lib/udev", b"/lib/udev"];

/// What udevd is called where it does not come with systemd.
const DAEMONS: [&[u8]; 4] =
    [b"/sbin/udevd", b"/usr/sbin/udevd", b"/lib/udev/udevd", b"/usr/lib/eudev/udevd"];

/// Keys whose value is a command.
const COMMANDS: [&[u8]; 3] = [b"RUN", b"PROGRAM", b"IMPORT"];

/// Adds the daemon, if it is one of its own, the rules, and what they execute.
pub(super) fn require(requirements: &mut Requirements<'_>) {
    for daemon in DAEMONS {
        requirements.add_known(Deed::Execute, daemon, b"init");
    }
    requirements.add_known(Deed::Execute, b"/bin/udevadm", b"init");
    let mut files: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
    for directory in RULES {
        for path in requirements.entries(directory, b"udevd") {
            if path.ends_with(b".rules") {
                files.entry(base_name(&path).to_vec()).or_insert(path);
            }
        }
    }
    for path in files.values() {
        let Some(text) = requirements.text(path, b"udevd") else { continue };
        for program in programs(&text) {
            if program.starts_with(b"/") {
                requirements.add_known(Deed::Execute, &program, path);
                continue;
            }
            for directory in PROGRAMS {
                requirements.add_known(Deed::Execute, &joined(directory, &program), path);
            }
        }
    }
}

/// The programs of the commands of rules.
fn programs(text: &[u8]) -> Vec<Vec<u8>> {
    let mut programs = Vec::new();
    let lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_start);
    for line in lines.filter(|line| !line.starts_with(b"#")) {
        for (key, value) in pairs(line) {
            let (key, attribute) = match key.iter().position(|byte| *byte == b'{') {
                Some(at) => key.split_at_checked(at).unwrap_or((key, b"")),
                None => (key, &b""[..]),
            };
            let is_program = match key {
                b"IMPORT" => attribute == b"{program}",
                b"RUN" => attribute.is_empty() || attribute == b"{program}",
                _ => attribute.is_empty(),
            };
            if COMMANDS.contains(&key) && is_program {
                programs.extend(words(value).next().map(<[u8]>::to_vec));
            }
        }
    }
    programs
}

/// The keys of a rule, each with what stands between quotes behind it.
fn pairs(line: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut pairs = Vec::new();
    let mut parts = line.split(|byte| *byte == b'"');
    while let (Some(before), Some(value)) = (parts.next(), parts.next()) {
        let end = before.iter().rposition(|byte| !b"+=!:- \t".contains(byte));
        let key = end.and_then(|end| before.get(..=end)).unwrap_or_default();
        let key = key.rsplit(|byte| matches!(byte, b',' | b' ' | b'\t')).next();
        pairs.push((key.unwrap_or_default(), value));
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_told_from_other_keys() {
        let rules = b"# PROGRAM=\"/bin/no\"\n\
            KERNEL==\"sd*\", PROGRAM=\"/bin/one -a\", RUN+=\"two $name\", MODE=\"0660\"\n\
            IMPORT{program} = \"/sbin/blkid -o udev\", IMPORT{builtin}=\"path_id\"\n\
            RUN{builtin}+=\"kmod load\", RUN{program}+=\"/bin/three\", ENV{PROGRAM}=\"/bin/no\"\n";
        let found = programs(rules);
        assert_eq!(found, [&b"/bin/one"[..], b"two", b"/sbin/blkid", b"/bin/three"]);
    }
}
