//! The files that are to be listed.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use fingerprint::{Batch, FileError, FoundFile, Identity, Job, Status, Version};
use rayon::slice::ParallelSliceMut;
use sigfile::{is_program_or_library, printable};

use crate::answer::faults::Faults;
use crate::answer::passed_over::Reason;
use crate::search::prefix::Prefix;

/// A regular file that is to be listed.
#[derive(Debug)]
pub(crate) struct Candidate {
    /// Its absolute path, without symbolic links.
    path: Box<Path>,
    identity: Identity,
    seen: Version,
    mode: u32,
    linked: bool,
}

impl Candidate {
    /// The path as bytes.
    pub(crate) fn path_bytes(&self) -> &[u8] {
        self.path.as_os_str().as_bytes()
    }

    /// What it is told by under each of its names.
    pub(crate) fn identity(&self) -> Identity {
        self.identity
    }

    /// Whether anyone may execute it.
    pub(crate) fn executable(&self) -> bool {
        self.mode & 0o111 != 0
    }

    /// Whether it runs with the rights of its owner or group.
    pub(crate) fn set_id(&self) -> bool {
        self.executable() && self.mode & 0o6000 != 0
    }
}

impl Job for Candidate {
    fn path(&self) -> &Path {
        &self.path
    }

    fn seen(&self) -> Option<Version> {
        Some(self.seen)
    }

    fn linked(&self) -> Option<Identity> {
        self.linked.then_some(self.identity)
    }
}

/// Tells which files are candidates.
#[derive(Debug)]
pub(crate) struct Selection {
    /// Whether all are: `-a`.
    all: bool,
    /// What the run itself is about to replace.
    written: Vec<Identity>,
}

/// What a selection makes of a file.
#[derive(Debug)]
pub(crate) enum Choice {
    Listed(Candidate),
    /// Neither a program nor a shared library, and only those were asked for.
    NotAsked,
    /// It is not listed, whatever was asked for.
    PassedOver(PathBuf, Reason),
    /// It may be a shared library, and cannot be looked into.
    Untold(PathBuf, FileError),
}

impl Selection {
    pub(crate) fn new(all: bool, written: Vec<Identity>) -> Self {
        Self { all, written }
    }

    pub(crate) fn choose(&self, found: FoundFile) -> Choice {
        let FoundFile { path, status } = found;
        let Status { identity, mode, linked, version: seen } = status;
        if self.written.contains(&identity) {
            return Choice::PassedOver(path, Reason::Replaced);
        }
        let asked = if self.all { Ok(true) } else { is_program_or_library(&path, &status) };
        match asked {
            Ok(true) => {
                let path = path.into_boxed_path();
                Choice::Listed(Candidate { path, identity, seen, mode, linked })
            }
            Ok(false) => Choice::NotAsked,
            Err(error) => Choice::Untold(path, error),
        }
    }
}

/// Puts the candidates into the order of their paths' bytes, each of them once.
pub(crate) fn sort(candidates: &mut Vec<Candidate>, batch: &Batch) {
    batch.threads().install(|| {
        candidates.par_sort_unstable_by(|one, other| one.path_bytes().cmp(other.path_bytes()));
    });
    candidates.dedup_by(|one, other| one.path_bytes() == other.path_bytes());
}

/// Leaves out, with a fault each, the candidates that are not below the prefix.
pub(crate) fn keep_prefixed(candidates: &mut Vec<Candidate>, prefix: &Prefix, faults: &mut Faults) {
    candidates.retain(|candidate| {
        let path = candidate.path_bytes();
        let below = prefix.strip(path).is_some();
        if !below {
            faults.add(format_args!("`{}' is not below the prefix {prefix}", printable(path)));
        }
        below
    });
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use fingerprint::{Algorithm, Found};

    use super::*;

    fn chosen(selection: &Selection, path: &Path) -> Choice {
        match fingerprint::locate(path).unwrap() {
            Found::File(file) => selection.choose(file),
            Found::PassedOver(path, other) => Choice::PassedOver(path, Reason::Is(other)),
        }
    }

    #[test]
    fn without_all_only_programs_and_libraries_are_chosen() {
        let dir = tempfile::tempdir().unwrap();
        for (name, mode, without_all) in [("program", 0o755, true), ("data", 0o644, false)] {
            let path = dir.path().join(name);
            fs::write(&path, "").unwrap();
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            let programs = Selection::new(false, Vec::new());
            let listed = matches!(chosen(&programs, &path), Choice::Listed(_));
            assert_eq!(listed, without_all, "{name}");
            let all = Selection::new(true, Vec::new());
            assert!(matches!(chosen(&all, &path), Choice::Listed(_)), "{name}");
        }
    }

    #[test]
    fn what_is_written_is_known_by_any_name() {
        let dir = tempfile::tempdir().unwrap();
        let output = dir.path().join("signatures");
        fs::write(&output, "").unwrap();
        fs::hard_link(&output, dir.path().join("other")).unwrap();
        let written = vec![Identity::of(&fs::metadata(&output).unwrap())];
        let selection = Selection::new(true, written);
        assert!(matches!(chosen(&selection, &dir.path().join("other")), Choice::PassedOver(..)));
    }

    #[test]
    fn order_is_that_of_bytes_not_of_components() {
        let identity = Identity::of(&fs::metadata("/").unwrap());
        let seen = Version::of(&fs::metadata("/").unwrap());
        let candidate = |path: &str| Candidate {
            path: Path::new(path).into(),
            identity,
            seen,
            mode: 0,
            linked: false,
        };
        let mut candidates: Vec<_> =
            ["/a/b", "/a.b", "/a", "/a/b", "/a b", "/\u{ff}"].map(candidate).into();
        let batch = Batch::new(Algorithm::Sha256, None).unwrap();
        sort(&mut candidates, &batch);
        let paths: Vec<_> = candidates.iter().map(|one| one.path.to_str().unwrap()).collect();
        assert_eq!(paths, ["/a", "/a b", "/a.b", "/a/b", "/\u{ff}"]);
    }
}
