//! Bad input to veriexecctl: a message that says where and why, status 1, and what existed before
//! still there, byte for byte.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at once")]

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use veriexec_tests::programs::veriexecctl;

/// A mock device that already holds the entry of one file, `before`.
struct Machine {
    place: tempfile::TempDir,
}

impl Machine {
    fn new() -> Self {
        let machine = Self { place: tempfile::tempdir().unwrap() };
        machine.file("before", "before");
        machine.load(&machine.line_of("before", "")).assert_done();
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    fn state(&self) -> PathBuf {
        self.path("state")
    }

    fn file(&self, name: &str, contents: &str) -> PathBuf {
        fs::write(self.path(name), contents).unwrap();
        self.path(name)
    }

    /// The line that lists a file with a digest of its length, right or not.
    fn line_of(&self, name: &str, flags: &str) -> String {
        format!("{} SHA256 {} {flags}\n", self.path(name).display(), "0".repeat(64))
    }

    fn load(&self, signatures: &str) -> Outcome {
        fs::write(self.path("signatures"), signatures).unwrap();
        self.control(&[OsStr::new("-k"), OsStr::new("load"), self.path("signatures").as_os_str()])
    }

    fn control(&self, words: &[&OsStr]) -> Outcome {
        let mut device = OsString::from("mock:");
        device.push(self.state());
        let output = veriexecctl([OsStr::new("--device"), &device].iter().chain(words));
        Outcome {
            status: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    fn loaded(&self) -> Vec<String> {
        let outcome = self.control(&[OsStr::new("dump")]);
        outcome.assert_done();
        let name =
            |line: &str| Path::new(line.split(' ').next().unwrap()).file_name().unwrap().to_owned();
        outcome.stdout.lines().map(|line| name(line).into_string().unwrap()).collect()
    }
}

struct Outcome {
    status: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Outcome {
    fn assert_done(&self) {
        assert_eq!(self.status, Some(0), "{}", self.stderr);
        assert_eq!(self.stderr, "");
    }

    fn assert_failed(&self, expected: &[&str]) {
        assert_eq!(self.status, Some(1), "{}", self.stderr);
        for text in expected {
            assert!(self.stderr.contains(text), "{text:?} is not in {:?}", self.stderr);
        }
        assert!(
            self.stderr.lines().all(|line| line.starts_with("veriexecctl: ")),
            "{}",
            self.stderr
        );
    }
}

/// Loads one bad line between two good ones: both are loaded, and the message names the place.
fn assert_bad_line(bad: impl Fn(&Machine) -> String, place: &str, expected: &[&str]) {
    let machine = Machine::new();
    machine.file("first", "1");
    machine.file("last", "2");
    let lines = [machine.line_of("first", "file"), bad(&machine), machine.line_of("last", "")];
    let outcome = machine.load(&lines.concat());
    outcome.assert_failed(&[&format!("signatures:{place}: ")]);
    outcome.assert_failed(expected);
    assert_eq!(machine.loaded(), ["before", "first", "last"]);
}

#[test]
fn an_unknown_flag() {
    let line = |_: &Machine| format!("/x MD5 {} direct,fool\n", "0".repeat(32));
    assert_bad_line(line, "2:48", &["unknown flag \"fool\"", "expected direct, indirect, file"]);
}

#[test]
fn an_unknown_algorithm() {
    let line = |_: &Machine| format!("/x SHA3 {}\n", "0".repeat(64));
    assert_bad_line(line, "2:4", &["\"SHA3\"", "SHA256"]);
}

#[test]
fn an_odd_fingerprint() {
    let line = |_: &Machine| format!("/x SHA256 {}\n", "0".repeat(63));
    assert_bad_line(line, "2:11", &["63", "64"]);
}

#[test]
fn an_overlong_fingerprint() {
    let line = |_: &Machine| format!("/x SHA256 {}\n", "0".repeat(66));
    assert_bad_line(line, "2:11", &["66", "64"]);
}

#[test]
fn a_fingerprint_that_is_not_hexadecimal() {
    let line = |_: &Machine| format!("/x MD5 {}g{}\n", "0".repeat(16), "0".repeat(15));
    assert_bad_line(line, "2:24", &["hexadecimal"]);
}

#[test]
fn a_path_without_a_slash() {
    let line = |_: &Machine| format!("x MD5 {}\n", "0".repeat(32));
    assert_bad_line(line, "2:1", &["\"x\"", "/"]);
}

#[test]
fn a_path_alone() {
    assert_bad_line(|_| "/x\n".to_owned(), "2:1", &["alone", "ALGORITHM"]);
}

#[test]
fn a_missing_file() {
    let line = |machine: &Machine| machine.line_of("missing", "");
    assert_bad_line(line, "2", &["/missing: no such file"]);
}

#[test]
fn a_directory_where_a_file_is_due() {
    let line = |machine: &Machine| {
        fs::create_dir(machine.path("directory")).unwrap();
        machine.line_of("directory", "")
    };
    assert_bad_line(line, "2", &["/directory: not a regular file"]);
}

#[test]
fn a_bad_line_gives_no_flags_to_the_next() {
    let machine = Machine::new();
    machine.file("next", "1");
    let bad = format!("/x MD5 {} indirect, bogus\n", "0".repeat(32));
    machine.load(&(bad + &machine.line_of("next", ""))).assert_failed(&["bogus"]);
    let answer = machine.control(&[OsStr::new("query"), machine.path("next").as_os_str()]);
    assert!(answer.stdout.contains("Entry flags: direct\n"), "{}", answer.stdout);
}

#[test]
fn a_trailing_comment_and_a_last_line_without_a_newline() {
    let machine = Machine::new();
    machine.file("first", "1");
    machine.file("last", "2");
    let first = machine.line_of("first", "file # why");
    machine.load(&(first + machine.line_of("last", "").trim_end())).assert_done();
    assert_eq!(machine.loaded(), ["before", "first", "last"]);
}

#[test]
fn a_binary_signatures_file() {
    let machine = Machine::new();
    let before = fs::read(machine.state()).unwrap();
    let program = fs::read(std::env::current_exe().unwrap()).unwrap();
    fs::write(machine.path("binary"), &program[..100_000]).unwrap();
    let outcome = machine.control(&[OsStr::new("load"), machine.path("binary").as_os_str()]);
    outcome.assert_failed(&["binary:1:1: "]);
    assert!(outcome.stderr.len() < 100_000, "the messages are bounded");
    assert!(!outcome.stderr.contains(|c: char| c.is_control() && c != '\n'));
    assert_eq!(fs::read(machine.state()).unwrap(), before);
}

#[test]
fn a_missing_signatures_file_needs_no_device() {
    let machine = Machine::new();
    fs::write(machine.state(), "not a device").unwrap();
    let outcome = machine.control(&[OsStr::new("load"), machine.path("none").as_os_str()]);
    outcome.assert_failed(&["none", "No such file"]);
}

#[test]
fn nothing_but_bad_lines_needs_no_device() {
    let machine = Machine::new();
    fs::write(machine.state(), "not a device").unwrap();
    let outcome = machine.load("/x\n");
    outcome.assert_failed(&["signatures:1:1: "]);
    assert!(!outcome.stderr.contains("not a device"), "{}", outcome.stderr);
    assert_eq!(fs::read(machine.state()).unwrap(), b"not a device");
}

#[test]
fn a_corrupt_state_is_named_and_kept() {
    let machine = Machine::new();
    let good = fs::read(machine.state()).unwrap();
    for end in [1, good.len() / 2, good.len() - 10] {
        fs::write(machine.state(), &good[..end]).unwrap();
        machine.file("new", "1");
        machine.load(&machine.line_of("new", "")).assert_failed(&["state:"]);
        machine.control(&[OsStr::new("dump")]).assert_failed(&["state:"]);
        assert_eq!(fs::read(machine.state()).unwrap(), &good[..end]);
    }
}

#[test]
fn a_file_listed_twice_differently() {
    let machine = Machine::new();
    let outcome = machine.load(&machine.line_of("before", "file"));
    outcome.assert_failed(&["signatures:1: ", "before", "another entry"]);
    assert_eq!(machine.loaded(), ["before"]);
    machine.load(&machine.line_of("before", "direct")).assert_done();
}

#[test]
fn a_raised_level_refuses_changes_and_keeps_the_table() {
    let machine = Machine::new();
    machine.control(&["strict", "1"].map(OsStr::new)).assert_done();
    machine.file("new", "1");
    machine.load(&machine.line_of("new", "")).assert_failed(&["strict level"]);
    let before = machine.path("before");
    machine.control(&[OsStr::new("delete"), before.as_os_str()]).assert_failed(&["strict level"]);
    machine.control(&[OsStr::new("flush")]).assert_failed(&["strict level"]);
    machine.control(&["strict", "0"].map(OsStr::new)).assert_failed(&["raised"]);
    assert_eq!(machine.loaded(), ["before"]);
}

#[test]
fn delete_and_query_tell_no_file_from_no_entry() {
    let machine = Machine::new();
    machine.file("unlisted", "1");
    for command in ["query", "delete"] {
        let ask = |name| machine.control(&[OsStr::new(command), machine.path(name).as_os_str()]);
        ask("missing").assert_failed(&["missing", "o such file"]);
        ask("unlisted").assert_failed(&["unlisted", " entry for "]);
    }
    let place = machine.place.path().as_os_str();
    machine.control(&[OsStr::new("delete"), place]).assert_failed(&["mount point"]);
    assert_eq!(machine.loaded(), ["before"]);
    let before = machine.path("before");
    machine.control(&[OsStr::new("delete"), before.as_os_str()]).assert_done();
    assert_eq!(machine.loaded(), [] as [&str; 0]);
}

#[test]
fn a_device_that_is_not_there() {
    let output = veriexecctl(["--device", "/dev/veriexec-is-not-here", "flush"]);
    assert_eq!(output.status.code(), Some(1));
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(errors.contains("/dev/veriexec-is-not-here"), "{errors}");
}
