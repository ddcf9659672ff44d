//! `verify`.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::fs;
use std::os::unix::fs::symlink;

use fingerprint::Algorithm;
use serde_json::json;

use crate::elf::elf;
use crate::machine::{Machine, lines};

fn machine() -> Machine {
    let machine = Machine::with(&["bin/a", "bin/b", "bin/c", "bin/d"]);
    machine.sign("S", &["bin/a", "bin/b", "bin/c", "bin/d"]);
    machine
}

#[test]
fn a_tree_as_listed_is_passed_over_in_silence() {
    let run = machine().run(&["verify", "S"]).done();
    assert_eq!(run.stdout, "");
}

#[test]
fn every_kind_of_deviation_has_its_line_in_the_order_of_the_list() {
    let machine = machine();
    fs::write(machine.path("bin/d"), "bin/x").unwrap();
    fs::remove_file(machine.path("bin/b")).unwrap();
    fs::remove_file(machine.path("bin/c")).unwrap();
    fs::create_dir(machine.path("bin/c")).unwrap();
    let run = machine.run(&["verify", "S"]).expect(1);
    assert_eq!(
        machine.relative(&run.stdout),
        "missing: ./bin/b\nnot a regular file: ./bin/c\nchanged: ./bin/d\n"
    );
    assert_eq!(run.stderr, "");
}

#[test]
fn one_flipped_bit_is_found() {
    let machine = machine();
    let mut bytes = vec![7; 1 << 20];
    machine.file("bin/large", &bytes, 0o755);
    machine.sign("S", &["bin/a", "bin/large"]);
    machine.run(&["verify", "S"]).done();
    bytes[700_000] ^= 0x10;
    machine.file("bin/large", &bytes, 0o755);
    let run = machine.run(&["verify", "S"]).expect(1);
    assert_eq!(machine.relative(&run.stdout), "changed: ./bin/large\n");
}

#[test]
fn a_file_is_read_once_whatever_many_names_it_has() {
    let machine = machine();
    for name in ["bin/e", "bin/f"] {
        fs::hard_link(machine.path("bin/a"), machine.path(name)).unwrap();
    }
    machine.sign("S", &["bin/a", "bin/e", "bin/f"]);
    let report = machine.run(&["--json", "verify", "S"]).done().json();
    assert_eq!((&report["as_listed"], &report["bytes"]), (&json!(3), &json!("bin/a".len())));

    // Each is one more that is not as listed.
    fs::write(machine.path("bin/e"), "bin/x").unwrap();
    let run = machine.run(&["verify", "S"]).expect(1);
    assert_eq!(
        machine.relative(&run.stdout),
        "changed: ./bin/a\nchanged: ./bin/e\nchanged: ./bin/f\n"
    );
}

#[test]
fn a_fifo_is_not_waited_for_and_a_device_is_not_opened() {
    let machine = machine();
    let fifo = machine.path("bin/a");
    fs::remove_file(&fifo).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &fifo,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RWXU,
        0,
    )
    .unwrap();
    let run = machine.run(&["verify", "S"]).expect(1);
    assert_eq!(machine.relative(&run.stdout), "not a regular file: ./bin/a\n");
}

#[test]
fn a_loop_of_links_is_not_known_and_a_dangling_link_is_missing() {
    let machine = machine();
    for (name, target) in [("bin/a", "a"), ("bin/b", "nowhere")] {
        fs::remove_file(machine.path(name)).unwrap();
        symlink(target, machine.path(name)).unwrap();
    }
    let run = machine.run(&["verify", "S"]).expect(1);
    let text = machine.relative(&run.stdout);
    let [first, second] = text.lines().collect::<Vec<_>>()[..] else { unreachable!("{text}") };
    assert!(first.starts_with("unknown: ./bin/a: "), "{first}");
    assert_eq!(second, "missing: ./bin/b");
}

#[test]
fn each_line_has_its_own_algorithm() {
    let machine = machine();
    let mut entries: Vec<_> = Algorithm::ALL
        .into_iter()
        .map(|algorithm| machine.entry_by(algorithm, "bin/a", "direct"))
        .collect();
    fs::write(machine.path("S"), lines(&entries)).unwrap();
    machine.run(&["verify", "S"]).done();
    entries.truncate(5);
    fs::write(machine.path("bin/a"), "other").unwrap();
    fs::write(machine.path("S"), lines(&entries)).unwrap();
    let run = machine.run(&["verify", "S"]).expect(1);
    assert_eq!(machine.relative(&run.stdout), "changed: ./bin/a\n".repeat(5));
}

#[test]
fn unlisted_programs_and_libraries_are_found_by_identity() {
    let machine = machine();
    machine.file("bin/new", "", 0o755);
    // What a library is called is of no matter.
    machine.file("bin/deep/binding.node", elf(None, &[], None), 0o644);
    machine.file("bin/data", "", 0o644);
    fs::hard_link(machine.path("bin/a"), machine.path("bin/another-name")).unwrap();
    symlink("/usr/bin/env", machine.path("bin/outside")).unwrap();
    symlink("nowhere", machine.path("bin/dangling")).unwrap();
    machine.run(&["verify", "S"]).done();

    let run = machine.run(&["verify", "S", "--unlisted", "bin"]).expect(1);
    let expected = "unlisted: ./bin/deep/binding.node\nunlisted: ./bin/new\n";
    assert_eq!(machine.relative(&run.stdout), expected);
    assert_eq!(run.stderr, "");

    let run = machine.run(&["verify", "S", "-a", "--unlisted", "bin"]).expect(1);
    let expected = format!("unlisted: ./bin/data\n{expected}");
    assert_eq!(machine.relative(&run.stdout), expected);

    // The list cannot list itself, and a file below two directories is named once.
    let twice = ["verify", "S", "-a", "--unlisted", ".", "--unlisted", "bin/deep"];
    let run = machine.run(&twice).expect(1);
    assert_eq!(machine.relative(&run.stdout), expected);
}

#[test]
fn a_directory_that_is_not_there_is_an_error() {
    machine().run(&["verify", "S", "--unlisted", "none"]).fails(&["`none'", "No such file"]);
}

#[test]
fn a_tree_mounted_elsewhere_is_held_in_by_its_root() {
    let machine = Machine::new();
    machine.file("mnt/usr/bin/env", "good", 0o755);
    machine.file("mnt/usr/bin/new", "", 0o755);
    symlink("/usr/bin", machine.path("mnt/bin")).unwrap();
    let digest = fingerprint::Hasher::digest(Algorithm::Sha256, b"good");
    let list = format!("/bin/env SHA256 {digest} direct\n/none SHA256 {digest} direct\n");
    fs::write(machine.path("S"), list).unwrap();
    let arguments = ["verify", "S", "-p", "mnt", "--unlisted", "/usr"];
    let run = machine.run(&arguments).expect(1);
    assert_eq!(run.stdout, "missing: /none\nunlisted: /usr/bin/new\n");
    machine.run(&["verify", "S", "--root", "none"]).fails(&["`none'"]);
    machine.run(&["verify", "S", "--root", "S"]).fails(&["`S' is no directory"]);
}

#[test]
fn quiet_leaves_the_status_and_the_errors() {
    let machine = machine();
    assert_eq!(machine.run(&["verify", "-q", "S"]).done().stdout, "");
    fs::write(machine.path("bin/a"), "").unwrap();
    let run = machine.run(&["verify", "-q", "S"]).expect(1);
    assert_eq!((run.stdout, run.stderr), (String::new(), String::new()));
    machine.run(&["verify", "-q", "none"]).fails(&["cannot read none"]);
}

#[test]
fn a_bad_line_leaves_the_others_to_be_verified() {
    let machine = machine();
    fs::write(machine.path("bin/d"), "").unwrap();
    let text = fs::read_to_string(machine.path("S")).unwrap();
    let run = machine.run_with_input(&["verify", "-"], format!("/x\n{text}").as_bytes());
    assert_eq!(machine.relative(&run.stdout), "changed: ./bin/d\n");
    run.fails(&["-:1:1: path stands alone"]);
    machine.run_with_input(&["verify", "-"], b"bad\n").fails(&["-:1:1: "]);
}

#[test]
fn verbose_counts() {
    let machine = machine();
    fs::write(machine.path("bin/d"), "").unwrap();
    let run = machine.run(&["verify", "-v", "S", "--unlisted", "bin"]).expect(1);
    let last = run.stdout.lines().last().unwrap();
    assert!(last.starts_with("3 files as listed, 1 not, 0 unlisted; 15 bytes in "), "{last}");
}

#[test]
fn json_has_what_the_lines_have_and_more() {
    let machine = machine();
    fs::write(machine.path("bin/b"), "").unwrap();
    fs::remove_file(machine.path("bin/d")).unwrap();
    machine.file("bin/new", "", 0o755);
    let found = machine.json(&["verify", "S", "--unlisted", "bin"], 1);
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(
        found,
        json!({
            "file": "S", "listed": 4, "as_listed": 2, "as_driver_says": 0, "bytes": 10,
            "errors": 0,
            "deviations": [
                {
                    "deviation": "changed", "found": empty, "source": "read", "line": 2,
                    "path": machine.name("bin/b"),
                },
                {"deviation": "missing", "line": 4, "path": machine.name("bin/d")},
                {"deviation": "unlisted", "path": machine.name("bin/new")},
            ],
        })
    );
}

#[test]
fn nothing_verified_is_no_success() {
    let machine = machine();
    fs::write(machine.path("S"), "# nothing\n").unwrap();
    machine.run(&["verify", "S"]).fails(&["S lists nothing"]);
    machine.run(&["verify", "-q", "S"]).fails(&["S lists nothing"]);
    machine.run_with_input(&["verify", "-"], b"").fails(&["- lists nothing"]);
    fs::create_dir(machine.path("empty")).unwrap();
    machine.run(&["verify", "--unlisted", "empty", "S"]).fails(&["S lists nothing"]);
}
