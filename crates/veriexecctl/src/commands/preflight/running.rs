//! What runs now, as proc(5) shows it.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use fingerprint::Identity;

use super::demand::{Demands, Need, Role, Use};
use crate::bytes;

const PROC: &str = "/proc";
/// What the kernel puts after the name of a file that has none any more.
const DELETED: &[u8] = b" (deleted)";

/// Files that processes have mapped, and that another has taken the name of since, with those
/// processes. What is mapped no level takes away.
pub(super) type Replaced = BTreeMap<Vec<u8>, BTreeSet<u32>>;

/// Adds the executables that run, and what they have mapped executable; that of init is vital.
///
/// This is Linux's /proc. Elsewhere there is no way to it without unsafe code.
pub(super) fn add(demands: &mut Demands<'_>, skipped: &mut Vec<String>) -> Replaced {
    let mut replaced = Replaced::new();
    if !Path::new("/proc/self/exe").exists() {
        skipped.push("running programs: there is no /proc that shows them".to_owned());
        return replaced;
    }
    let Ok(entries) = fs::read_dir(PROC) else {
        skipped.push("running programs: /proc cannot be read".to_owned());
        return replaced;
    };
    let mut processes: Vec<u32> =
        entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect();
    processes.sort_unstable();
    let mut hidden: usize = 0;
    for process in processes {
        match Running::new(process, demands, &mut replaced).add() {
            Ok(()) => {}
            Err(_) if process == 1 => {
                skipped.push("init as it runs: /proc/1 does not show it".to_owned());
            }
            // It has ended, or is one of the kernel's own.
            Err(error) if is_gone(&error) => {}
            Err(_) => hidden = hidden.saturating_add(1),
        }
    }
    if hidden > 0 {
        skipped.push(format!("{hidden} processes: not ours to look at; ask as root"));
    }
    replaced
}

/// A process that is looked at.
struct Running<'r, 'd> {
    process: u32,
    /// What proc(5) has of it.
    directory: PathBuf,
    /// What it is called.
    name: Vec<u8>,
    demands: &'r mut Demands<'d>,
    replaced: &'r mut Replaced,
}

impl<'r, 'd> Running<'r, 'd> {
    fn new(process: u32, demands: &'r mut Demands<'d>, replaced: &'r mut Replaced) -> Self {
        let directory = PathBuf::from(format!("{PROC}/{process}"));
        let name = format!("process {process}").into_bytes();
        Self { process, directory, name, demands, replaced }
    }

    fn add(&mut self) -> io::Result<()> {
        let link = self.directory.join("exe");
        let target = fs::read_link(&link)?;
        let metadata = fs::metadata(&link)?;
        if is_same(&target, &metadata) || !bytes(&target).ends_with(DELETED) {
            // The link goes with the process; the file stays.
            let place = if is_same(&target, &metadata) { &target } else { &link };
            self.file(bytes(&target), place, &metadata, &[Use::Run]);
            self.init(&link, &metadata);
        } else if let Some((place, metadata)) = self.nameless(bytes(&target), &[Use::Run]) {
            self.init(&place, &metadata);
        }
        let maps = fs::read(self.directory.join("maps"))?;
        for mapped in maps.split(|byte| *byte == b'\n').filter_map(executable) {
            if mapped == target {
                continue;
            }
            // What was mapped can be asked for only by its range; by name it may be another by now.
            let place = inside(&self.directory, &mapped);
            let Ok(metadata) = fs::metadata(&place) else {
                self.nameless(bytes(&mapped), &[Use::Map]);
                continue;
            };
            if metadata.is_file() && metadata.nlink() > 0 {
                let place = if is_same(&mapped, &metadata) { &mapped } else { &place };
                self.file(bytes(&mapped), place, &metadata, &[Use::Map]);
            }
        }
        Ok(())
    }

    fn file(&mut self, name: &[u8], place: &Path, metadata: &fs::Metadata, uses: &[Use]) {
        let need = Need { uses, role: Role::Running, by: Some(&self.name) };
        self.demands.running(name, place, metadata, need);
    }

    /// Adds the executable of the first process, and what that needs.
    fn init(&mut self, place: &Path, metadata: &fs::Metadata) {
        if self.process == 1 {
            let need = Need { uses: &[Use::Run], role: Role::Vital, by: None };
            self.demands.file(place, metadata, need);
            self.demands.needs_of(place, metadata, Role::Vital);
        }
    }

    /// Adds what has lost its name: the file that has the name now is what the process will have
    /// when it is started again, and is returned. If there is none, the next will have no name
    /// either.
    fn nameless(&mut self, name: &[u8], uses: &[Use]) -> Option<(PathBuf, fs::Metadata)> {
        let name = name.strip_suffix(DELETED).unwrap_or(name);
        let place = inside(&self.directory, crate::path(name));
        match fs::metadata(&place) {
            Ok(metadata) if metadata.is_file() => {
                self.replaced.entry(name.to_vec()).or_default().insert(self.process);
                let ours = crate::path(name);
                let place = if is_same(ours, &metadata) { ours.to_owned() } else { place };
                self.file(name, &place, &metadata, uses);
                Some((place, metadata))
            }
            _ => {
                let need = Need { uses, role: Role::Running, by: Some(&self.name) };
                self.demands.nameless(name, need);
                None
            }
        }
    }
}

/// The file of a line of /proc/PID/maps, if it is one and mapped executable.
fn executable(line: &[u8]) -> Option<PathBuf> {
    let mut fields = line.splitn(6, |byte| *byte == b' ');
    let permissions = fields.nth(1)?;
    let name = fields.nth(3)?.trim_ascii_start();
    let executable = permissions.get(2) == Some(&b'x');
    (executable && name.starts_with(b"/")).then(|| OsString::from_vec(unescaped(name)).into())
}

/// The only byte that the kernel escapes there is the newline.
fn unescaped(name: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some((first, after)) = rest.split_first() {
        match rest.strip_prefix(b"\\012") {
            Some(after) => {
                text.push(b'\n');
                rest = after;
            }
            None => {
                text.push(*first);
                rest = after;
            }
        }
    }
    text
}

/// The path as the process sees it, which may be in a container.
fn inside(process: &Path, path: &Path) -> PathBuf {
    let below = path.as_os_str().as_bytes().strip_prefix(b"/").unwrap_or_default();
    process.join("root").join(crate::path(below))
}

/// Whether we see the same file by its plain name.
fn is_same(path: &Path, file: &fs::Metadata) -> bool {
    fs::metadata(path).is_ok_and(|ours| Identity::of(&ours) == Identity::of(file))
}

fn is_gone(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound || error.raw_os_error() == Some(ESRCH)
}

/// No such process.
const ESRCH: i32 = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_that_are_mapped_executable_count() {
        let found = |line: &str| executable(line.as_bytes());
        let library = "7f00-7f10 r-xp 00001000 08:01 42                       /usr/lib/a b.so";
        assert_eq!(found(library), Some("/usr/lib/a b.so".into()));
        assert_eq!(found(&library.replace("r-xp", "rw-p")), None);
        assert_eq!(found("7f00-7f10 r-xp 00000000 00:00 0     [vdso]"), None);
        assert_eq!(found("7f00-7f10 r-xp 00000000 00:00 0 "), None);
        assert_eq!(found(&format!("{library}\\012c")), Some("/usr/lib/a b.so\nc".into()));
    }
}
