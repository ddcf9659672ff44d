//! inittab(5), of sysvinit and of BusyBox.

use super::INIT;
use crate::machine::requirements::{Deed, Requirements, lines, words};

const FILE: &[u8] = b"/etc/inittab";

/// Bytes that make init give a command to the shell.
const FOR_THE_SHELL: &[u8] = b"~`!$^&*()=|\\{}[];\"'<>?";

/// Adds what it names, if it is there.
pub(super) fn require(requirements: &mut Requirements<'_>) -> bool {
    let Some(text) = requirements.text(FILE, INIT) else { return false };
    let commands: Vec<Vec<u8>> = lines(&text).filter_map(command).collect();
    for command in commands {
        // The first word that is a path is the program: before it may be `exec` or a variable.
        let mut paths = words(&command).filter(|word| word.starts_with(b"/"));
        if let Some(program) = paths.next() {
            requirements.add_known(Deed::Execute, program, FILE);
        }
    }
    requirements.add(Deed::Write, b"/var/run/utmp", INIT);
    requirements.add(Deed::Write, b"/var/log/wtmp", INIT);
    true
}

/// The command of a line: `id:levels:action:command`.
fn command(line: &[u8]) -> Option<Vec<u8>> {
    let mut fields = line.splitn(4, |byte| *byte == b':');
    let action = fields.nth(2)?;
    let command = fields.next()?;
    if action == b"off" {
        return None;
    }
    // `+` keeps init from writing down a login; `-` makes a shell of BusyBox's a login shell.
    let start = command.iter().position(|byte| !b"+@-".contains(byte))?;
    let command = command.get(start..)?.iter();
    let blank = |byte: &u8| if FOR_THE_SHELL.contains(byte) { b' ' } else { *byte };
    Some(command.map(blank).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_has_a_command() {
        let found = |line: &str| {
            let command = command(line.as_bytes())?;
            let path = words(&command).find(|word| word.starts_with(b"/"))?;
            Some(String::from_utf8_lossy(path).into_owned())
        };
        for (line, program) in [
            ("si::sysinit:/etc/init.d/rcS", Some("/etc/init.d/rcS")),
            ("1:2345:respawn:/sbin/getty --noclear 38400 tty1", Some("/sbin/getty")),
            ("::respawn:-/bin/sh", Some("/bin/sh")),
            ("pf::powerwait:+/etc/init.d/powerfail start", Some("/etc/init.d/powerfail")),
            ("x:2:once:exec '/sbin/a b'", Some("/sbin/a")),
            ("id:2:initdefault:", None),
            ("t:2:off:/sbin/getty", None),
            ("nothing", None),
        ] {
            assert_eq!(found(line).as_deref(), program, "{line}");
        }
    }
}
