//! Names that lead to what other names lead to.

use std::fs;
use std::os::unix::net::UnixListener;

use rustix::fs::{CWD, FileType, Mode, mknodat};

use crate::tree::Tree;

/// f12: a file with many names is read once, wherever they are found, and has a line for each.
#[test]
fn f12_a_file_of_many_names_is_read_once() {
    let tree = Tree::new();
    tree.file("d/a", vec![7; 300_000], 0o644);
    fs::create_dir(tree.path("e")).unwrap();
    for index in 0..40 {
        let place = if index % 2 == 0 { "d" } else { "e" };
        fs::hard_link(tree.path("d/a"), tree.path(format!("{place}/l{index}"))).unwrap();
    }
    tree.file("d/other", vec![7; 300_000], 0o644);
    for threads in ["1", "4"] {
        let list = format!("S{threads}");
        let arguments = ["-v", "-a", "--threads", threads, "-d", "d", "-d", "e", "-o", &list];
        let run = tree.run(&arguments).expect(0);
        assert!(run.stdout.contains("\n42 files, 600000 bytes in "), "{run:#?}");
        assert!(run.stdout.contains("\n40 of them further names of files, read once\n"));
        let text = tree.text(&list);
        let rest = |line: &str| line.split_once(' ').unwrap().1.to_owned();
        let first = rest(text.lines().next().unwrap());
        assert_eq!(text.lines().filter(|line| rest(line) == first).count(), 42);
    }
}

/// f16: what is passed over is named and counted by what it is.
#[test]
fn f16_a_link_to_a_directory_is_named_and_counted() {
    let tree = Tree::with_programs(&["srv/app/x", "opt/y"]);
    tree.link("../srv/app", "opt/app");
    tree.link("/dev/null", "opt/device");
    mknodat(CWD, tree.path("opt/fifo"), FileType::Fifo, Mode::RWXU, 0).unwrap();
    let _socket = UnixListener::bind(tree.path("opt/socket")).unwrap();
    tree.file("opt/data", "", 0o644);
    let run = tree.run(&["-v", "-r", "-d", "opt", "-o", "l"]).expect(0);
    for (name, what) in [
        ("app", "a symbolic link to a directory"),
        ("device", "a device"),
        ("fifo", "a FIFO"),
        ("socket", "a socket"),
    ] {
        let line = format!("Passing over {}: {what}.\n", tree.name(&format!("opt/{name}")));
        assert!(run.stdout.contains(&line), "{line} {run:#?}");
    }
    let counts = "\nPassed over: 1 symbolic link to a directory, 1 socket, 1 FIFO, 1 device, \
                  1 neither programs nor shared libraries\n";
    assert!(run.stdout.contains(counts), "{run:#?}");
    assert_eq!(tree.text("l").lines().count(), 1);
}
