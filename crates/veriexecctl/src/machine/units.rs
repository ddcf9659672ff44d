//! The units that systemd(1) starts, as systemd.unit(5) says where they are defined.

mod command;
mod definition;

use std::collections::{HashSet, VecDeque};

use crate::machine::requirements::{Deed, Requirements, base_name, joined};

use command::Command;
use definition::{Definition, Name};

/// Where units are defined; what comes first counts.
const DIRECTORIES: [&[u8]; 13] = [
    b"/etc/systemd/system.control",
    b"/run/systemd/system.control",
    b"/run/systemd/transient",
    b"/run/systemd/generator.early",
    b"/etc/systemd/system",
    b"/etc/systemd/system.attached",
    b"/run/systemd/system",
    b"/run/systemd/system.attached",
    b"/run/systemd/generator",
    b"/usr/local/lib/systemd/system",
    b"/usr/lib/systemd/system",
    b"/lib/systemd/system",
    b"/run/systemd/generator.late",
];

/// What a machine is started and stopped with, and what there is if that fails.
const ROOTS: [&[u8]; 9] = [
    b"default.target",
    b"sysinit.target",
    b"rescue.target",
    b"emergency.target",
    b"shutdown.target",
    b"poweroff.target",
    b"reboot.target",
    b"halt.target",
    // What logind starts on a terminal that somebody switches to.
    b"autovt@tty1.service",
];

/// Settings that name units which are started with a unit.
const PULLS: [&[u8]; 8] =
    [b"Requires", b"Wants", b"BindsTo", b"Upholds", b"OnFailure", b"Sockets", b"Service", b"Unit"];

/// Settings whose value is a command.
const COMMANDS: [&[u8]; 9] = [
    b"ExecCondition",
    b"ExecStartPre",
    b"ExecStart",
    b"ExecStartPost",
    b"ExecReload",
    b"ExecStop",
    b"ExecStopPre",
    b"ExecStopPost",
    b"ExecReloadPost",
];

/// Settings that name a program without which a unit is passed over.
const CONDITIONS: [&[u8]; 3] =
    [b"ConditionPathExists", b"ConditionFileIsExecutable", b"ConditionFileNotEmpty"];

/// Where a command without a directory is searched for.
const PATH: [&[u8]; 6] =
    [b"/usr/local/sbin", b"/usr/local/bin", b"/usr/sbin", b"/usr/bin", b"/sbin", b"/bin"];

/// Adds what the enabled units need, and returns the names of the services among them.
pub(crate) fn require(requirements: &mut Requirements<'_>) -> HashSet<Vec<u8>> {
    let mut services = HashSet::new();
    let mut entered: HashSet<Vec<u8>> = HashSet::new();
    let mut pending: VecDeque<Vec<u8>> = ROOTS.iter().map(|name| name.to_vec()).collect();
    while let Some(name) = pending.pop_front() {
        if !entered.insert(name.clone()) {
            continue;
        }
        let Some(name) = Name::parse(&name) else { continue };
        let Some(unit) = Definition::find(requirements, &name) else { continue };
        if name.kind() == b"service" {
            services.insert(name.whole().to_vec());
        }
        commands(requirements, &unit);
        files(requirements, &unit);
        pending.extend(pulled(requirements, &unit));
    }
    services
}

/// The units that are started with one.
fn pulled(requirements: &mut Requirements<'_>, unit: &Definition) -> Vec<Vec<u8>> {
    let mut names = Vec::new();
    for key in PULLS {
        for value in unit.values(key) {
            let words = value.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
            names.extend(words.map(|word| unit.expanded(word)));
        }
    }
    for name in unit.names() {
        for directory in DIRECTORIES {
            for suffix in [&b".wants"[..], b".requires", b".upholds"] {
                let directory = [directory, b"/", name, suffix].concat();
                let entries = requirements.entries(&directory, b"systemd");
                names.extend(entries.iter().map(|entry| base_name(entry).to_vec()));
            }
        }
    }
    // What it is there to start, if it does not say so itself.
    let own = unit.name();
    if [&b"socket"[..], b"timer", b"path"].contains(&own.kind()) {
        let accepts = unit
            .values(b"Accept")
            .last()
            .is_some_and(|value| [&b"yes"[..], b"true", b"on", b"1"].contains(&value.as_slice()));
        names.push(own.service(accepts));
    }
    names
}

fn commands(requirements: &mut Requirements<'_>, unit: &Definition) {
    let by = unit.name().whole().to_vec();
    // What runs in a root of its own is not of this tree.
    let elsewhere = [&b"RootDirectory"[..], b"RootImage"];
    let elsewhere = elsewhere.iter().any(|key| !unit.values(key).is_empty());
    for key in COMMANDS {
        for value in unit.values(key) {
            for command in Command::parse(&value) {
                if elsewhere {
                    continue;
                }
                let program = unit.expanded(&command.program);
                if let Some(path) = located(requirements, &program, &by) {
                    requirements.add(Deed::Execute, &path, &by);
                } else if !command.may_fail
                    && !skips_without(unit, &program)
                    && let Some(path) = missed(requirements, &program)
                {
                    requirements.add(Deed::Execute, &path, &by);
                }
                // What an interpreter is to run, and what else is read by its name.
                for argument in &command.arguments {
                    let argument = unit.expanded(argument);
                    if argument.starts_with(b"/") {
                        requirements.add_present(Deed::Read, &argument, &by);
                    }
                }
            }
        }
    }
}

/// The path of a command's program, if it is there.
fn located(requirements: &mut Requirements<'_>, program: &[u8], by: &[u8]) -> Option<Vec<u8>> {
    if program.starts_with(b"/") {
        return requirements.file(program, by).map(|_| program.to_vec());
    }
    let mut places = PATH.into_iter().map(|directory| joined(directory, program));
    places.find(|path| requirements.file(path, by).is_some())
}

/// The path that a command's program had, if it was there once.
fn missed(requirements: &Requirements<'_>, program: &[u8]) -> Option<Vec<u8>> {
    if program.starts_with(b"/") {
        return requirements.missed(program);
    }
    PATH.into_iter().find_map(|directory| requirements.missed(&joined(directory, program)))
}

/// Whether a unit is not started where a program is not there.
fn skips_without(unit: &Definition, program: &[u8]) -> bool {
    CONDITIONS.iter().any(|key| {
        let named = |value: &Vec<u8>| value.strip_prefix(b"|").unwrap_or(value) == program;
        unit.values(key).iter().any(named)
    })
}

/// Adds the files that a unit names.
fn files(requirements: &mut Requirements<'_>, unit: &Definition) {
    let by = unit.name().whole().to_vec();
    for value in unit.values(b"EnvironmentFile") {
        let path = unit.expanded(value.strip_prefix(b"-").unwrap_or(&value));
        requirements.add_present(Deed::Read, &path, &by);
    }
    for value in unit.values(b"PIDFile") {
        let value = unit.expanded(&value);
        let path = if value.starts_with(b"/") { value } else { joined(b"/run", &value) };
        requirements.add(Deed::Write, &path, &by);
    }
    for key in [&b"StandardOutput"[..], b"StandardError"] {
        for value in unit.values(key) {
            let path = [&b"file:"[..], b"append:", b"truncate:"]
                .iter()
                .find_map(|prefix| value.strip_prefix(*prefix));
            if let Some(path) = path {
                requirements.add(Deed::Write, &unit.expanded(path), &by);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    use super::*;
    use crate::machine::tree::Tree;

    struct System(tempfile::TempDir);

    impl System {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn file(&self, path: &str, text: &str) {
            let place = self.0.path().join(path);
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(place, text).unwrap();
        }

        fn link(&self, path: &str, target: &str) {
            let place = self.0.path().join(path);
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            symlink(Path::new(target), place).unwrap();
        }

        /// What is done with what, and by whom, but for reading units.
        fn requires(&self) -> Vec<String> {
            let tree = Tree::new(Some(self.0.path())).unwrap();
            let missed = HashSet::new();
            let mut requirements = Requirements::new(&tree, &missed);
            require(&mut requirements);
            assert!(requirements.unread.is_empty(), "{requirements:?}");
            let shown = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
            let told = requirements.list.iter().filter(|each| each.by != b"systemd");
            let mut told: Vec<_> = told
                .map(|each| format!("{:?} {} {}", each.deed, shown(&each.path), shown(&each.by)))
                .collect();
            told.sort();
            told
        }
    }

    const UNITS: &str = "usr/lib/systemd/system";

    #[test]
    fn what_the_default_target_pulls_in_is_executed() {
        let system = System::new();
        let unit = |name: &str, text: &str| system.file(&format!("{UNITS}/{name}"), text);
        for program in ["sbin/agetty", "usr/sbin/sshd", "bin/kmod", "bin/cat", "bin/off"] {
            system.file(program, "");
        }
        system.link("etc/systemd/system/default.target", "/usr/lib/systemd/system/multi.target");
        unit("multi.target", "[Unit]\nRequires=basic.target\nWants=none.service\n");
        unit("basic.target", "[Unit]\nWants=kmod.service masked.service\n");
        unit("kmod.service", "[Service]\nExecStart=-kmod static-nodes\n");
        unit("masked.service", "[Service]\nExecStart=/bin/off\n");
        system.link("etc/systemd/system/masked.service", "/dev/null");
        unit("off.service", "[Service]\nExecStart=/bin/off\n");
        unit("getty@.service", "[Service]\nExecStart=-/sbin/agetty -o '-p' %I $TERM\n");
        system.link(
            "etc/systemd/system/multi.target.wants/getty@tty1.service",
            "/usr/lib/systemd/system/getty@.service",
        );
        unit("ssh.service", "[Service]\nExecStart=/usr/sbin/sshd -D\nPIDFile=sshd.pid\n");
        unit("ssh.socket", "[Socket]\nListenStream=22\n");
        system.link(
            "etc/systemd/system/multi.target.wants/ssh.socket",
            "/usr/lib/systemd/system/ssh.socket",
        );
        system.file(
            "etc/systemd/system/ssh.service.d/more.conf",
            "[Service]\nExecStartPre=+@/bin/cat dog /usr/lib/systemd/system/ssh.socket\n",
        );
        assert_eq!(
            system.requires(),
            [
                "Execute /bin/cat ssh.service",
                "Execute /bin/kmod kmod.service",
                "Execute /sbin/agetty getty@tty1.service",
                "Execute /usr/sbin/sshd ssh.service",
                "Read /usr/lib/systemd/system/ssh.socket ssh.service",
                "Write /run/sshd.pid ssh.service",
            ]
        );
    }

    #[test]
    fn a_drop_in_takes_the_place_of_a_command() {
        let system = System::new();
        for program in ["bin/one", "bin/two", "bin/three"] {
            system.file(program, "");
        }
        system.file(
            &format!("{UNITS}/emergency.target"),
            "[Unit]\nRequires=a-b@x\\x2dy.service\n# Wants=none\n",
        );
        system.file(&format!("{UNITS}/a-b@.service"), "[Service]\nExecStart=/bin/one\n");
        system.file(
            "etc/systemd/system/a-b@.service.d/10.conf",
            "[Service]\nExecStart=\nExecStart=/bin/two \\\n# nothing\n  /bin/%I\n",
        );
        system.file("etc/systemd/system/service.d/x.conf", "[Service]\nExecStop=/bin/three\n");
        assert_eq!(
            system.requires(),
            ["Execute /bin/three a-b@x\\x2dy.service", "Execute /bin/two a-b@x\\x2dy.service",]
        );
    }

    #[test]
    fn aliases_and_what_is_triggered_are_followed() {
        let system = System::new();
        for program in ["bin/getty", "bin/job", "bin/each"] {
            system.file(program, "");
        }
        let unit = |name: &str, text: &str| system.file(&format!("{UNITS}/{name}"), text);
        unit("getty@.service", "[Service]\nExecStart=/bin/getty %i\n");
        system.link(&format!("{UNITS}/autovt@.service"), "getty@.service");
        unit("rescue.target", "[Unit]\nWants=job.timer\nWants=each.socket\n");
        unit("job.timer", "[Timer]\nOnBootSec=1\nUnit=work.service\n");
        unit("work.service", "[Service]\nExecStart=/bin/job\n");
        unit("each.socket", "[Socket]\nAccept=yes\n");
        unit("each@.service", "[Service]\nExecStart=/bin/each\n");
        assert_eq!(
            system.requires(),
            [
                "Execute /bin/each each@.service",
                "Execute /bin/getty autovt@tty1.service",
                "Execute /bin/job work.service",
            ]
        );
    }
}
