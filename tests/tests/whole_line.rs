//! One entry through the whole house: from files on disk to a signatures file, into a device, and
//! back out of it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at once")]

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use veriexec_tests::programs::{veriexecctl, veriexecgen};
use veriexec_tests::{netbsd_parser, odd_names, requirement};

/// A signatures file of a tree, and a mock device to load it into.
struct Line {
    place: tempfile::TempDir,
}

impl Line {
    fn new() -> Self {
        Self { place: tempfile::tempdir().unwrap() }
    }

    fn signatures(&self) -> PathBuf {
        self.place.path().join("signatures")
    }

    fn device(&self) -> OsString {
        let mut device = OsString::from("mock:");
        device.push(self.place.path().join("state"));
        device
    }

    /// Fingerprints a tree and gives the signatures file's bytes.
    fn generate(&self, tree: &Path) -> Vec<u8> {
        let arguments = ["-a", "-r", "-W", "-d"].map(OsStr::new);
        let rest = [tree.as_os_str(), OsStr::new("-o"), self.signatures().as_os_str()]
            .map(OsStr::to_os_string);
        let output = veriexecgen(arguments.map(OsStr::to_os_string).into_iter().chain(rest));
        let status = output.status.code();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(matches!(status, Some(0 | 2)), "status {status:?}: {errors}");
        assert_eq!(status == Some(0), errors.is_empty(), "a skip is named, and only a skip");
        fs::read(self.signatures()).unwrap()
    }

    fn control(&self, words: &[&OsStr]) -> Vec<u8> {
        let device = self.device();
        let all = [OsStr::new("--device"), &device].into_iter().chain(words.iter().copied());
        let output = veriexecctl(all);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{errors}");
        assert_eq!(errors, "");
        output.stdout
    }

    fn load(&self) {
        self.control(&[OsStr::new("load"), OsStr::new("-k"), self.signatures().as_os_str()]);
    }

    fn dump(&self) -> Vec<u8> {
        self.control(&[OsStr::new("dump")])
    }
}

/// The lines of a signatures file, sorted. An escaped newline splits a line, which is no harm: it
/// splits it on both sides of a comparison.
fn sorted(text: &[u8]) -> Vec<&[u8]> {
    let mut lines: Vec<_> = text.split(|byte| *byte == b'\n').collect();
    lines.sort_unstable();
    lines
}

fn digests(signatures: &[u8]) -> BTreeMap<Vec<u8>, String> {
    sigfile::entries(signatures)
        .map(|line| line.unwrap().entry)
        .map(|entry| (entry.path().to_vec(), entry.fingerprint().to_string()))
        .collect()
}

/// What `sha256sum` says of the same files.
fn sha256sum(paths: impl Iterator<Item = Vec<u8>>) -> BTreeMap<Vec<u8>, String> {
    let paths: Vec<OsString> = paths.map(OsString::from_vec).collect();
    let mut sums = BTreeMap::new();
    for some in paths.chunks(500) {
        let mut command = Command::new("sha256sum");
        let output = command.args(["--binary", "--zero", "--"]).args(some).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        for record in output.stdout.split(|byte| *byte == 0).filter(|record| !record.is_empty()) {
            let (sum, name) = record.split_at(64);
            sums.insert(name[2..].to_vec(), String::from_utf8(sum.to_vec()).unwrap());
        }
    }
    sums
}

/// Entries as NetBSD's own parser and as ours read them, in the same terms. A name that ends in a
/// backslash cannot be written for that parser at all: it takes the blank after it for quoted.
fn assert_read_alike(signatures: &[u8]) {
    let ours: Vec<_> = sigfile::entries(signatures)
        .map(|line| line.unwrap().entry)
        .filter(|entry| !entry.path().ends_with(b"\\"))
        .map(|entry| {
            let digest = entry.fingerprint().as_bytes().to_vec();
            (entry.path().to_vec(), entry.algorithm().name().as_bytes().to_vec(), digest, {
                entry.entry_type().or_direct().bits()
            })
        })
        .collect();
    let theirs: Vec<_> = netbsd_parser::parse(signatures)
        .into_iter()
        .map(|entry| (entry.access(), entry))
        .map(|(access, entry)| (entry.path, entry.algorithm, entry.fingerprint, access))
        .collect();
    assert_eq!(ours.len(), theirs.len());
    assert!(ours == theirs);
}

#[test]
fn the_real_usr_goes_through_and_comes_back() {
    let test = "the_real_usr_goes_through_and_comes_back";
    if !requirement::directory(test, "/usr") || !requirement::program(test, "sha256sum") {
        return;
    }
    let line = Line::new();
    let signatures = line.generate(Path::new("/usr"));
    let ours = digests(&signatures);
    assert!(!ours.is_empty());
    assert!(ours == sha256sum(ours.keys().cloned()), "a digest differs from sha256sum's");
    assert_read_alike(&signatures);

    line.load();
    assert!(sorted(&line.dump()) == sorted(&signatures), "the dump differs");
    assert!(line.generate(Path::new("/usr")) == signatures, "a second run differs");
}

#[test]
fn odd_names_go_through_and_come_back() {
    let test = "odd_names_go_through_and_come_back";
    let line = Line::new();
    let tree = line.place.path().join("tree");
    let names = [odd_names::all(), odd_names::with_newline()].concat();
    odd_names::plant(&tree, &names);

    let signatures = line.generate(&tree);
    let ours = digests(&signatures);
    assert_eq!(ours.len(), names.len() * 2);
    let real = fs::canonicalize(&tree).unwrap();
    for name in &names {
        let path = real.join(OsStr::from_bytes(name));
        assert!(ours.contains_key(path.as_os_str().as_bytes()), "{path:?}");
    }
    if requirement::program(test, "sha256sum") {
        assert_eq!(ours, sha256sum(ours.keys().cloned()));
    }

    line.load();
    assert_eq!(sorted(&line.dump()), sorted(&signatures));
    assert_eq!(line.generate(&tree), signatures);
    assert_every_name_answers_query(&line, &ours);
}

fn assert_every_name_answers_query(line: &Line, digests: &BTreeMap<Vec<u8>, String>) {
    for (path, digest) in digests {
        let answer = line.control(&[OsStr::new("query"), OsStr::from_bytes(path)]);
        let answer = String::from_utf8(answer).unwrap();
        assert!(answer.contains(&format!("Fingerprint: {digest}\n")), "{answer}");
        let control = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
        assert!(!answer.contains(control), "{answer:?}");
    }
}

#[test]
fn odd_names_read_alike_on_netbsd() {
    let line = Line::new();
    let tree = line.place.path().join("tree");
    odd_names::plant(&tree, &[odd_names::all(), odd_names::with_newline()].concat());
    assert_read_alike(&line.generate(&tree));
}

#[test]
fn help_needs_no_device() {
    for words in [&["--help"][..], &["load", "--help"], &["--version"]] {
        let output = veriexecctl(words);
        assert_eq!(output.status.code(), Some(0));
        assert!(!output.stdout.is_empty());
    }
    let output = veriexecctl([] as [&str; 0]);
    assert_eq!(output.status.code(), Some(1), "no command is a usage error");
    assert!(String::from_utf8_lossy(&output.stderr).contains("Usage"));
}
