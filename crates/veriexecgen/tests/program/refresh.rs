//! `--refresh`: some entries of a list, and nothing else of it.

use std::fs;
use std::os::unix::fs::MetadataExt;

use crate::tree::{ABC, Tree};

/// SHA-256 of "new".
const NEW: &str = "11507a0e2f5e69d5dfa40a62a1bd7b6ee57e6bcd85c67c9b8431b36fff21c437";

/// A list of all programs, edited since: with comments, another order, other types.
fn edited(tree: &Tree) -> String {
    let line = |name: &str, types: &str| format!("{} sha256 {ABC}{types}", tree.name(name));
    let text = format!(
        "# by hand\n\n{}\t # why\n\n{}\n# below\n{}\n{}",
        line("d/b", "  Indirect ,file"),
        line("d/a", " \\\n direct"),
        line("e/x", " direct"),
        line("e/y", ""),
    );
    tree.file("S", &text, 0o640);
    text
}

#[test]
fn a_changed_file_changes_its_fingerprint_and_nothing_else() {
    let tree = Tree::with_programs(&["d/a", "d/b", "e/x", "e/y"]);
    let before = edited(&tree);
    tree.file("d/b", "new", 0o755);
    tree.file("e/x", "somebody else's", 0o755);
    let run = tree.run(&["--refresh", "d/b", "d/a", "-o", "S"]).expect(0);
    assert_eq!((&*run.stdout, &*run.stderr), ("", ""));
    assert_eq!(tree.text("S"), before.replacen(ABC, NEW, 1));
    assert_eq!(tree.text("S.old"), before);
    assert_eq!(fs::metadata(tree.path("S")).unwrap().mode() & 0o7777, 0o640);
}

#[test]
fn what_is_as_it_was_is_left_alone() {
    let tree = Tree::with_programs(&["d/a", "d/b", "e/x", "e/y"]);
    let before = edited(&tree);
    tree.file("S.old", "older", 0o644);
    let file = fs::metadata(tree.path("S")).unwrap();
    let run = tree.run(&["--refresh", "-v", "-r", "d", "e", "-o", "S"]).expect(0);
    assert!(run.stdout.contains("S is up to date"), "{run:#?}");
    let after = fs::metadata(tree.path("S")).unwrap();
    assert_eq!((file.ino(), file.ctime_nsec()), (after.ino(), after.ctime_nsec()));
    assert_eq!((tree.text("S"), tree.text("S.old")), (before, "older".into()));
}

#[test]
fn new_files_are_added_beside_their_neighbours_and_gone_ones_removed() {
    let tree = Tree::with_programs(&["d/a", "d/b", "e/x", "e/y", "d/sub/c", "d/0", "d/z"]);
    let before = edited(&tree);
    tree.file("d/data", "", 0o644);
    fs::remove_file(tree.path("d/a")).unwrap();
    fs::remove_file(tree.path("e/y")).unwrap();
    tree.run(&["--refresh", "-r", "d", "-o", "S"]).expect(0);
    let line = |name: &str| format!("{} SHA256 {ABC} direct, file\n", tree.name(name));
    let removed = format!("{} sha256 {ABC} \\\n direct\n", tree.name("d/a"));
    let first = format!("{} sha256", tree.name("d/b"));
    let why = "\t # why\n";
    let expected = before
        .replace(&first, &format!("{}{first}", line("d/0")))
        .replace(why, &format!("{why}{}{}", line("d/sub/c"), line("d/z")))
        .replace(&removed, "");
    assert_eq!(tree.text("S"), expected);
    tree.run(&["--refresh", &tree.name("e/y"), "-o", "S"]).expect(0);
    let last = format!("{} sha256 {ABC}", tree.name("e/y"));
    assert_eq!(tree.text("S"), expected.replace(&last, ""));
}

#[test]
fn a_listed_file_that_would_not_be_listed_today_stays() {
    let tree = Tree::with_programs(&["d/a"]);
    tree.file("d/data", "abc", 0o644);
    tree.run(&["-a", "-r", "-d", "d", "-o", "S"]).expect(0);
    let before = tree.text("S");
    tree.file("d/data", "new", 0o644);
    tree.file("d/more", "abc", 0o644);
    tree.run(&["--refresh", "-r", "d", "-o", "S"]).expect(0);
    let (head, tail) = before.split_once("data").unwrap();
    let changed = format!("{head}data{}", tail.replacen(ABC, NEW, 1));
    assert_eq!(tree.text("S"), changed);
    tree.run(&["--refresh", "-a", "-r", "d", "-o", "S"]).expect(0);
    assert_eq!(tree.text("S"), format!("{changed}{} SHA256 {ABC} file\n", tree.name("d/more")));
}

#[test]
fn a_directory_that_is_gone_is_removed_with_all_below_it() {
    let tree = Tree::with_programs(&["d/app/a", "d/app/b/c", "d/app.d", "d/other"]);
    tree.run(&["-r", "-d", "d", "-o", "S"]).expect(0);
    fs::remove_dir_all(tree.path("d/app")).unwrap();
    let before = tree.text("S");
    let run = tree.run(&["--refresh", "d/app", "-o", "S"]).expect(1);
    run.complains("Cannot stat file `d/app': ", "2 files are listed below it, -r removes them");
    assert_eq!(tree.text("S"), before);
    tree.run(&["--refresh", "-r", "d/app", "-o", "S"]).expect(0);
    let left: Vec<_> = before.lines().filter(|line| !line.contains("/app/")).collect();
    assert_eq!(tree.text("S").lines().collect::<Vec<_>>(), left);
}

#[test]
fn names_through_links_find_what_is_listed_by_either_name() {
    let tree = Tree::with_programs(&["usr/bin/a", "usr/bin/b"]);
    tree.link("usr/bin", "bin");
    tree.link("b", "usr/bin/link");
    let line = |name: &str, digest: &str| format!("{} SHA256 {digest} direct\n", tree.name(name));
    tree.file("S", line("bin/a", ABC) + &line("usr/bin/b", ABC), 0o644);
    tree.file("usr/bin/a", "new", 0o755);
    tree.file("usr/bin/b", "new", 0o755);
    tree.run(&["--refresh", "bin/a", "bin/link", "-o", "S"]).expect(0);
    assert_eq!(tree.text("S"), line("bin/a", NEW) + &line("usr/bin/b", NEW));
    fs::remove_file(tree.path("usr/bin/b")).unwrap();
    tree.run(&["--refresh", "bin/b", "-o", "S"]).expect(0);
    assert_eq!(tree.text("S"), line("bin/a", NEW));
}

#[test]
fn algorithms_stay_and_new_lines_follow_the_first() {
    let tree = Tree::with_programs(&["d/a"]);
    tree.run(&["-t", "md5", "-d", "d", "-o", "S"]).expect(0);
    tree.program("d/b");
    tree.file("d/a", "new", 0o755);
    tree.run(&["--refresh", "-r", "d", "-o", "S"]).expect(0);
    let line = |name: &str, rest: &str| format!("{} {rest} direct, file\n", tree.name(name));
    let a = line("d/a", "MD5 22af645d1859cb5ca6da0c484f1f37ea");
    let b = line("d/b", "MD5 900150983cd24fb0d6963f7d28e17f72");
    assert_eq!(tree.text("S"), a.clone() + &b);
    tree.program("d/c");
    tree.run(&["--refresh", "-t", "sha256", "-r", "d", "-o", "S"]).expect(0);
    assert_eq!(tree.text("S"), a + &b + &line("d/c", &format!("SHA256 {ABC}")));
}

#[test]
fn what_comes_to_nothing_is_an_error_and_nothing_is_written() {
    let tree = Tree::with_programs(&["d/a", "deep/down/b"]);
    tree.file("data", "", 0o644);
    fs::create_dir(tree.path("empty")).unwrap();
    tree.run(&["-d", "d", "-o", "S"]).expect(0);
    tree.file("d/a", "new", 0o755);
    let before = tree.text("S");
    let fails = |arguments: &[&str], input: &str, says: &str| {
        let arguments = [&["--refresh"], arguments, &["-o", "S"]].concat();
        let run = tree.run_with_input(&arguments, input.as_bytes()).expect(1);
        assert!(run.stderr.contains(says), "{says}: {run:#?}");
        assert_eq!(tree.text("S"), before, "{arguments:?}");
        assert!(!tree.path("S.old").exists());
    };
    fails(&[], "", "--refresh without a name");
    fails(&["d"], "", "`d' is a directory; -r refreshes it with all that is below it");
    fails(
        &["d/a", "d/nne"],
        "",
        "Cannot stat file `d/nne': No such file or directory (os error 2), and it is not listed",
    );
    fails(&["data"], "", "`data' is neither a program nor a shared library, and not listed; -a");
    fails(&["-r", "empty"], "", "`empty': nothing below it is listed");
    fails(&["-f", "-"], "", "stdin: no names;");
    fails(&["-f", "-"], "d/a\n\n", "stdin:2: empty line");
    fails(&["/dev/null"], "", "`/dev/null' is a device, and not listed");
    fails(&["-p", "deep", "d/a"], "", "is not below the prefix");
    tree.run(&["--refresh", "d/a", "-o", "none"]).expect(1).complains("Cannot read `none', of", "");
    tree.run(&["--refresh", "d/a", "-o", "-"]).expect(1).complains("--refresh changes a list", "");
    assert!(!tree.path("none").exists());
    fs::remove_file(tree.path("d/a")).unwrap();
    fails(&["d/a"], "", "Nothing would be left in the list");
    tree.run(&["--refresh", "--allow-empty", "d/a", "-o", "S"]).expect(0);
    assert_eq!(tree.text("S"), "");
}

#[test]
fn a_list_with_a_wrong_line_anywhere_is_left_alone() {
    let tree = Tree::with_programs(&["d/a"]);
    let before = format!("{} SHA256 {ABC}\n/x SHA256 00 direct\n", tree.name("d/a"));
    tree.file("S", &before, 0o644);
    tree.file("d/a", "new", 0o755);
    for extra in ["-v", "-W"] {
        let run = tree.run(&["--refresh", extra, "d/a", "-o", "S"]).expect(1);
        run.complains("S:2:11: ", "expected 64 for SHA256").complains("nothing was written; ", "");
        assert_eq!(tree.text("S"), before);
    }
}

#[test]
fn with_w_what_fails_stays_as_it_is_listed() {
    let tree = Tree::with_programs(&["d/a", "d/b"]);
    tree.run(&["-d", "d", "-o", "S"]).expect(0);
    tree.file("d/a", "new", 0o755);
    fs::remove_file(tree.path("d/b")).unwrap();
    tree.link("b", "d/b");
    let before = tree.text("S");
    tree.run(&["--refresh", "d/a", "d/b", "-o", "S"]).expect(1);
    assert_eq!(tree.text("S"), before);
    let run = tree.run(&["--refresh", "-W", "d/a", "d/b", "-o", "S"]).expect(2);
    run.complains("Cannot stat symlink `d/b': Too many levels", "");
    assert_eq!(tree.text("S"), before.replacen(ABC, NEW, 1));
}

#[test]
fn a_foreign_tree_is_refreshed_by_the_names_it_will_have() {
    let tree = Tree::with_programs(&["root/bin/a", "root/bin/b"]);
    tree.link("/bin", "root/usr");
    tree.run(&["-r", "-d", "root/bin", "-p", "root", "-o", "S"]).expect(0);
    tree.file("root/bin/a", "new", 0o755);
    fs::remove_file(tree.path("root/bin/b")).unwrap();
    tree.run(&["--refresh", "-r", "-p", "root", "root", "-o", "S"]).expect(0);
    assert_eq!(tree.text("S"), format!("/bin/a SHA256 {NEW} direct, file\n"));
}

#[test]
fn json_names_what_changed() {
    let tree = Tree::with_programs(&["d/a", "d/b", "d/c"]);
    tree.run(&["-d", "d", "-o", "S"]).expect(0);
    tree.file("d/a", "new", 0o755);
    fs::remove_file(tree.path("d/b")).unwrap();
    tree.program("d/e");
    let run = tree.run(&["--refresh", "--json", "-r", "d", "-o", "S"]).expect(0);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let change =
        |name: &str, what: &str| serde_json::json!({ "path": tree.name(name), "change": what });
    let changes = [change("d/a", "changed"), change("d/b", "removed"), change("d/e", "added")];
    assert_eq!(report["changes"], serde_json::Value::from(changes.to_vec()));
    assert_eq!(report["unchanged"], 1);
    assert_eq!((&report["written"], &report["backup"]), (&true.into(), &"S.old".into()));
}
