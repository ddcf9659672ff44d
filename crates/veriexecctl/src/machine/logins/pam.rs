//! PAM: the modules that the services of pam.d(5) name.

use crate::machine::requirements::{Deed, Requirements, base_name, joined, words};

/// Where services are described.
const SERVICES: [&[u8]; 3] = [b"/etc/pam.d", b"/usr/lib/pam.d", b"/usr/share/pam.d"];

/// Where modules are, but for those of a system with directories for several machines.
const MODULES: [&[u8]; 5] = [
    b"/lib/security",
    b"/lib64/security",
    b"/usr/lib/security",
    b"/usr/lib64/security",
    b"/usr/lib/pam",
];

/// Where a system has such directories.
const PARENTS: [&[u8]; 2] = [b"/lib", b"/usr/lib"];

/// What modules read by themselves.
const READ: [(&[u8], &[u8]); 6] = [
    (b"pam_env.so", b"/etc/environment"),
    (b"pam_env.so", b"/etc/security/pam_env.conf"),
    (b"pam_limits.so", b"/etc/security/limits.conf"),
    (b"pam_access.so", b"/etc/security/access.conf"),
    (b"pam_group.so", b"/etc/security/group.conf"),
    (b"pam_time.so", b"/etc/security/time.conf"),
];

/// A line of a service.
#[derive(Debug, PartialEq, Eq)]
enum Line {
    Module {
        name: Vec<u8>,
        arguments: Vec<Vec<u8>>,
        /// Whether nothing is said if the module is not there.
        is_optional: bool,
    },
    /// Another service, or its path.
    Include(Vec<u8>),
}

/// Adds the modules, what they execute and what they read.
pub(super) fn require(requirements: &mut Requirements<'_>) {
    let mut directories: Vec<Vec<u8>> = MODULES.iter().map(|name| name.to_vec()).collect();
    for parent in PARENTS {
        let several = requirements.entries(parent, b"PAM").into_iter();
        directories.extend(
            several
                .filter(|path| base_name(path).contains(&b'-'))
                .map(|path| joined(&path, b"security")),
        );
    }
    let mut pending: Vec<Vec<u8>> = Vec::new();
    for directory in SERVICES {
        pending.extend(requirements.entries(directory, b"PAM"));
    }
    pending.push(b"/etc/pam.conf".to_vec());
    pending.reverse();
    let mut entered: Vec<Vec<u8>> = Vec::new();
    while let Some(path) = pending.pop() {
        if entered.contains(&path) {
            continue;
        }
        entered.push(path.clone());
        let Some(text) = requirements.text(&path, b"PAM") else { continue };
        // There a line begins with its service.
        let has_services = path == b"/etc/pam.conf";
        for line in parse(&text, has_services) {
            match line {
                Line::Include(name) if name.starts_with(b"/") => pending.push(name),
                Line::Include(name) => {
                    pending.extend(SERVICES.iter().map(|directory| joined(directory, &name)));
                }
                Line::Module { name, arguments, is_optional } => {
                    let there = module(requirements, &directories, (&name, &arguments), &path);
                    if !there && !is_optional {
                        missed(requirements, &directories, &name, &path);
                    }
                }
            }
        }
    }
}

/// Adds a module with what its line names, and says whether it is there.
fn module(
    requirements: &mut Requirements<'_>,
    directories: &[Vec<u8>],
    (name, arguments): (&[u8], &[Vec<u8>]),
    by: &[u8],
) -> bool {
    let mut there = false;
    if name.starts_with(b"/") {
        there |= requirements.add_present(Deed::Load, name, by);
    } else {
        for directory in directories {
            there |= requirements.add_present(Deed::Load, &joined(directory, name), by);
        }
    }
    let name = base_name(name);
    for argument in arguments {
        let path = argument.iter().position(|byte| *byte == b'/');
        let Some(path) = path.and_then(|at| argument.get(at..)) else { continue };
        // pam_exec(8) executes its argument; others name files by `option=`.
        if name == b"pam_exec.so" && path.len() == argument.len() {
            requirements.add_known(Deed::Execute, path, by);
        } else {
            requirements.add_present(Deed::Read, path, by);
        }
    }
    for (_, path) in READ.iter().filter(|(module, _)| *module == name) {
        requirements.add_present(Deed::Read, path, name);
    }
    there
}

/// Adds a module that was there once.
fn missed(requirements: &mut Requirements<'_>, directories: &[Vec<u8>], name: &[u8], by: &[u8]) {
    let places: Vec<_> = match name.starts_with(b"/") {
        true => vec![name.to_vec()],
        false => directories.iter().map(|directory| joined(directory, name)).collect(),
    };
    if let Some(path) = places.iter().find_map(|path| requirements.missed(path)) {
        requirements.add(Deed::Load, &path, by);
    }
}

/// The lines of a service that name a module or another service.
fn parse(text: &[u8], has_services: bool) -> Vec<Line> {
    let mut found = Vec::new();
    let mut whole: Vec<u8> = Vec::new();
    for line in text.split(|byte| *byte == b'\n') {
        let line = line.split(|byte| *byte == b'#').next().unwrap_or_default().trim_ascii();
        if let Some(begun) = line.strip_suffix(b"\\") {
            whole.extend_from_slice(begun);
            whole.push(b' ');
            continue;
        }
        whole.extend_from_slice(line);
        found.extend(parse_line(&std::mem::take(&mut whole), has_services));
    }
    found
}

fn parse_line(line: &[u8], has_services: bool) -> Option<Line> {
    let line = line.trim_ascii();
    let mut rest = words(line);
    if has_services {
        rest.next()?;
    }
    let kind = rest.next()?;
    if kind == b"@include" {
        return Some(Line::Include(rest.next()?.to_vec()));
    }
    let control = rest.next()?;
    if control.starts_with(b"[") {
        // It has blanks in it, and ends with the bracket.
        let mut last = control;
        while !last.ends_with(b"]") {
            last = rest.next()?;
        }
    }
    let name = rest.next()?.to_vec();
    if control == b"include" || control == b"substack" {
        return Some(Line::Include(name));
    }
    let is_optional = kind.starts_with(b"-");
    Some(Line::Module { name, arguments: rest.map(<[u8]>::to_vec).collect(), is_optional })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_name_modules_and_services() {
        let text = b"# none\n@include common-auth\n\
            auth [success=1 default=ignore] pam_unix.so nullok\n\
            -session optional pam_systemd.so\n\
            account substack \\\n system # more\n\
            session required /opt/pam_own.so\n";
        let module = |name: &str, arguments: &[&str]| Line::Module {
            name: name.into(),
            arguments: arguments.iter().map(|&argument| argument.into()).collect(),
            is_optional: name == "pam_systemd.so",
        };
        let expected = [
            Line::Include(b"common-auth".to_vec()),
            module("pam_unix.so", &["nullok"]),
            module("pam_systemd.so", &[]),
            Line::Include(b"system".to_vec()),
            module("/opt/pam_own.so", &[]),
        ];
        assert_eq!(parse(text, false), expected);
        let own = parse(b"login auth required pam_unix.so\n", true);
        assert_eq!(own, [module("pam_unix.so", &[])]);
    }
}
