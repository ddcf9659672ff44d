//! What veriexecgen lists, veriexecctl verifies, over files that this machine runs on: each change
//! is found, and nothing else.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at once")]

use std::ffi::OsStr;
use std::fs::{self, Metadata, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Output;

use veriexec_tests::programs::{veriexecctl, veriexecgen};

/// Where the machine has what it runs.
const DIRECTORIES: [&str; 4] = ["/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib/x86_64-linux-gnu"];
/// How much of each is copied, at most.
const FILES: usize = 100;
/// Larger files are left out.
const LARGEST: u64 = 1 << 18;

/// A copy of some of the machine's programs and libraries, and the list of it.
struct Copy {
    dir: tempfile::TempDir,
    files: Vec<PathBuf>,
}

impl Copy {
    fn of_this_machine() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(dir.path()).unwrap();
        let mut files = Vec::new();
        for directory in DIRECTORIES {
            let Ok(entries) = fs::read_dir(directory) else { continue };
            let there = root.join(directory.trim_start_matches('/'));
            fs::create_dir_all(&there).unwrap();
            let mut originals: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
            originals.sort();
            // What may not be read is none of ours.
            let copied = originals.iter().filter_map(|original| {
                let wanted = original.symlink_metadata().is_ok_and(|found| is_wanted(&found));
                let file = there.join(original.file_name()?);
                let copied = wanted && fs::copy(original, &file).is_ok();
                copied.then(|| writable(file))
            });
            files.extend(copied.take(FILES));
        }
        assert!(files.len() > 20, "a machine without programs: {files:?}");
        let copy = Self { dir, files };
        let (usr, list) = (root.join("usr"), copy.list());
        let arguments = ["-a", "-r", "-d"].map(OsStr::new).into_iter();
        let places = [usr.as_os_str(), OsStr::new("-o"), list.as_os_str()];
        let generated = veriexecgen(arguments.chain(places));
        assert!(generated.status.success(), "{generated:?}");
        copy
    }

    fn list(&self) -> PathBuf {
        self.dir.path().join("signatures")
    }

    fn verify(&self) -> Output {
        let (usr, list) = (self.dir.path().join("usr"), self.list());
        let arguments = ["verify", "--all", "--unlisted"].map(OsStr::new).into_iter();
        veriexecctl(arguments.chain([usr.as_os_str(), list.as_os_str()]))
    }

    /// Insists that these lines are found, and no others.
    #[track_caller]
    fn finds(&self, lines: &[String]) {
        let Output { status, stdout, stderr } = self.verify();
        let found = String::from_utf8_lossy(&stdout);
        assert_eq!(found.lines().collect::<Vec<_>>(), lines);
        assert_eq!(String::from_utf8_lossy(&stderr), "");
        assert_eq!(status.code(), Some(i32::from(!lines.is_empty())));
    }
}

fn is_wanted(metadata: &Metadata) -> bool {
    metadata.is_file() && (1..=LARGEST).contains(&metadata.len())
}

fn writable(file: PathBuf) -> PathBuf {
    fs::set_permissions(&file, Permissions::from_mode(0o755)).unwrap();
    file
}

fn line(word: &str, path: &Path) -> String {
    format!("{word}: {}", path.display())
}

#[test]
fn one_flipped_bit_one_missing_and_one_added_file_are_found() {
    let copy = Copy::of_this_machine();
    copy.finds(&[]);

    // The bit is anywhere: in the first byte of one file, in the last of another, between them.
    for (at, file) in copy.files.iter().step_by(copy.files.len() / 7).enumerate() {
        let good = fs::read(file).unwrap();
        let mut bad = good.clone();
        bad[at * (good.len() - 1) / 7] ^= 1 << at;
        fs::write(file, bad).unwrap();
        copy.finds(&[line("changed", file)]);
        fs::write(file, good).unwrap();
    }
    copy.finds(&[]);

    let [changed, missing] = [&copy.files[1], &copy.files[copy.files.len() / 2]];
    let added = missing.with_file_name("added");
    let mut bytes = fs::read(changed).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    fs::write(changed, bytes).unwrap();
    fs::rename(missing, &added).unwrap();
    copy.finds(&[line("changed", changed), line("missing", missing), line("unlisted", &added)]);
}
