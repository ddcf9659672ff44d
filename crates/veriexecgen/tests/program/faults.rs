//! What goes wrong, and what `-W` makes of it.

use crate::tree::{ABC, Tree};

#[test]
fn all_errors_are_seen_at_once_and_nothing_is_written() {
    let tree = Tree::with_programs(&["dir/a"]);
    tree.link("nowhere", "dir/dangling");
    tree.link("self", "dir/self");
    tree.file("list", "dir/a\n\ndir/none\ndir/a/below\ndir/dangling\n", 0o644);
    let arguments = ["-d", "none", "-d", "dir", "-f", "list", "-o", "S"];
    let faults = [
        ("Cannot stat file `none': No such file", ""),
        ("Cannot stat symlink `", "/dir/dangling': No such file or directory (os error 2)"),
        ("Cannot stat symlink `", "/dir/self': Too many levels of symbolic links (os error 40)"),
        ("list:2: empty line; expected a file name", ""),
        ("list:3: Cannot stat file `dir/none': No such file", ""),
        ("list:4: Cannot stat file `dir/a/below': Not a directory", ""),
        ("list:5: Cannot stat symlink `dir/dangling': No such file", ""),
    ];
    let check = |arguments: &[&str], status, last: &str| {
        let mut run = tree.run(arguments).expect(status);
        for (begin, end) in faults {
            run = run.complains(begin, end);
        }
        assert_eq!(run.stderr.lines().count(), faults.len() + 1, "{run:#?}");
        run.complains(last, "");
    };
    check(&arguments, 1, "7 errors, nothing was written; -W skips what fails");
    assert!(!tree.path("S").exists());
    check(&[&arguments[..], &["-W"]].concat(), 2, "7 errors, what failed is not listed");
    assert_eq!(tree.text("S"), format!("{} SHA256 {ABC} direct, file\n", tree.name("dir/a")));
}

#[test]
fn with_w_and_without_trouble_the_status_is_0() {
    let tree = Tree::with_programs(&["dir/a"]);
    let run = tree.run(&["-W", "-d", "dir", "-o", "S"]).expect(0);
    assert_eq!((&*run.stdout, &*run.stderr), ("", ""));
}

#[test]
#[cfg(target_os = "linux")]
fn a_file_that_cannot_be_read_has_no_hash() {
    let tree = Tree::with_programs(&["dir/a"]);
    // A regular file whose first page nobody can read, not even root.
    tree.file("list", "/proc/self/mem\ndir/a\n", 0o644);
    let hash = "Cannot calculate hash `/proc/";
    let end = "/mem': Input/output error (os error 5)";
    tree.run(&["-a", "-f", "list", "-o", "S"]).expect(1).complains(hash, end);
    assert!(!tree.path("S").exists());
    tree.run(&["-a", "-W", "-f", "list", "-o", "S"]).expect(2).complains(hash, end);
    assert_eq!(tree.text("S").lines().count(), 1);
}

#[test]
fn a_list_of_names_that_cannot_be_read_ends_the_run() {
    let tree = Tree::with_programs(&["dir/a"]);
    for extra in ["-r", "-W"] {
        let run = tree.run(&[extra, "-f", "none", "-d", "dir", "-o", "S"]).expect(1);
        run.complains("Error opening file none: No such file", "");
    }
    tree.run(&["-f", "dir", "-o", "S"]).expect(1).complains("Error opening file dir: Is a dir", "");
    assert!(!tree.path("S").exists());
}

#[test]
fn names_in_errors_are_harmless() {
    let tree = Tree::new();
    tree.file("list", "\x1b[2J\u{202e}\\\n", 0o644);
    let run = tree.run(&["-f", "list", "-o", "S"]).expect(1);
    run.complains("list:1: Cannot stat file `\\x1b[2J\\u{202e}\\\\': No such", "");
    tree.run(&["-d", "\x1b", "-o", "S"]).expect(1).complains("Cannot stat file `\\x1b': No", "");
}
