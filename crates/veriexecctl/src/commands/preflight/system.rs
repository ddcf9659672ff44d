//! What any system needs, and the programs that it has.

use std::collections::HashSet;
use std::fs::{self, Metadata};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use fingerprint::Identity;
use sigfile::printable;

use super::demand::{Demands, Need, Role, Use};
use crate::machine::requirements::Requirements;
use crate::machine::tree::Tree;
use crate::machine::{init, libraries, logins};
use crate::{bytes, path};

/// Where programs are on any system.
const DIRECTORIES: [&[u8]; 10] = [
    b"/sbin",
    b"/bin",
    b"/usr/sbin",
    b"/usr/bin",
    b"/usr/local/sbin",
    b"/usr/local/bin",
    b"/usr/pkg/sbin",
    b"/usr/pkg/bin",
    b"/rescue",
    b"/usr/games",
];

const SHELL: &[u8] = b"/bin/sh";

/// Adds init, the shells and veriexecctl, what init and those who log in need, and what all that
/// needs. What is not there is skipped.
pub(super) fn vital(
    tree: &Tree,
    missed: &HashSet<Vec<u8>>,
    demands: &mut Demands<'_>,
    skipped: &mut Vec<String>,
) {
    let missing = |name: &[u8]| tree.path_of_missing(name).filter(|path| missed.contains(path));
    let names = DIRECTORIES.map(|directory| [directory, b"/veriexecctl"].concat());
    let installed = names.iter().find(|name| file(tree, name).is_some());
    let installed = installed.or_else(|| names.iter().find(|name| missing(name).is_some()));
    let programs = [
        ("init", Some(init::INIT.to_vec()), &b"the kernel"[..]),
        ("the shell", Some(SHELL.to_vec()), b"scripts"),
        ("veriexecctl", installed.cloned(), b"whoever asks the driver"),
    ];
    for (what, name, by) in programs {
        let Some(name) = name else {
            skipped.push(format!("{what}: none is installed"));
            continue;
        };
        match file(tree, &name) {
            Some((place, metadata)) => demands.program(&place, &metadata, Role::Vital),
            None => match missing(&name) {
                Some(path) => demands.missing(&path, &[Use::Execute], Role::Vital, by),
                None => skipped.push(format!("{what}: there is no {}", printable(&name))),
            },
        }
    }
    // What starts a machine is scripts, on every system.
    if let Some((place, metadata)) = file(tree, SHELL) {
        let need = Need { uses: &[Use::Map], role: Role::Vital, by: Some(b"scripts") };
        demands.file(&place, &metadata, need);
    }
    let mut requirements = Requirements::new(tree, missed);
    libraries::require(&mut requirements);
    // What everybody needs to get in is named before the many files of units.
    logins::require(&mut requirements);
    init::require(tree, &mut requirements);
    for required in &requirements.list {
        demands.requirement(required, Role::Vital);
    }
    for unread in &requirements.unread {
        demands.unread(unread, Role::Vital);
    }
    skipped.append(&mut requirements.skipped);
}

/// Adds the executable files of the directories for programs and, on this machine, of `$PATH`.
pub(super) fn programs(tree: &Tree, here: bool, demands: &mut Demands<'_>) {
    let mut directories: Vec<PathBuf> = Vec::new();
    if here && let Some(list) = std::env::var_os("PATH") {
        directories.extend(std::env::split_paths(&list).filter(|path| path.is_absolute()));
    }
    directories.extend(DIRECTORIES.iter().map(|directory| path(directory).to_owned()));
    let mut seen = HashSet::new();
    for directory in directories {
        let Ok(place) = tree.place(bytes(&directory)) else { continue };
        let Ok(metadata) = place.metadata() else { continue };
        if !seen.insert(Identity::of(&metadata)) {
            continue;
        }
        let Ok(entries) = fs::read_dir(&place) else { continue };
        let mut names: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        names.sort_unstable();
        for name in names {
            // A symbolic link is followed inside the tree.
            let Some((place, metadata)) = file(tree, &tree.path(&name)) else { continue };
            if metadata.permissions().mode() & 0o111 != 0 {
                demands.program(&place, &metadata, Role::Other);
            }
        }
    }
}

/// The regular file that a path of the tree leads to.
fn file(tree: &Tree, name: &[u8]) -> Option<(PathBuf, Metadata)> {
    let place = tree.place(name).ok()?;
    let metadata = place.metadata().ok().filter(Metadata::is_file)?;
    Some((place, metadata))
}
