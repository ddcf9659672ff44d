//! Adding to a list.

use std::fs;
use std::os::unix::fs::MetadataExt;

use crate::tree::{ABC, Run, Tree};

fn line(tree: &Tree, name: &str) -> String {
    format!("{} SHA256 {ABC} direct, file\n", tree.name(name))
}

#[test]
fn what_is_new_follows_what_was_there() {
    let tree = Tree::with_programs(&["one/a", "two/b", "two/c"]);
    tree.run(&["-d", "two", "-o", "S"]).expect(0);
    tree.run(&["-A", "-d", "one", "-d", "two", "-o", "S"]).expect(0);
    let expected = line(&tree, "two/b") + &line(&tree, "two/c") + &line(&tree, "one/a");
    assert_eq!(tree.text("S"), expected);
    assert!(!tree.path("S.old").exists());
    let before = fs::metadata(tree.path("S")).unwrap();
    tree.run(&["-A", "-T", "-r", "-d", "one", "-d", "two", "-o", "S"]).expect(0);
    let after = fs::metadata(tree.path("S")).unwrap();
    assert_eq!(tree.text("S"), expected);
    assert_eq!((before.ino(), before.mtime_nsec()), (after.ino(), after.mtime_nsec()));
}

#[test]
fn without_a_list_one_is_begun() {
    let tree = Tree::with_programs(&["dir/a"]);
    tree.run(&["-A", "-d", "dir", "-o", "S"]).expect(0);
    assert_eq!(tree.text("S"), line(&tree, "dir/a"));
}

#[test]
fn the_old_bytes_stay_as_they_are() {
    let tree = Tree::with_programs(&["dir/a", "dir/b"]);
    let upper = line(&tree, "dir/a").replace("SHA256", "sha256").replace("direct, file", "SCRIPT");
    let old = format!("# by hand\n\n \t{} # why", upper.trim_end());
    tree.file("S", &old, 0o640);
    let mut command = tree.command();
    command.env("SOURCE_DATE_EPOCH", "0").args(["-AT", "-d", "dir", "-o", "S"]);
    Run::of(&command.output().unwrap()).expect(0);
    let added = tree.text("S").strip_prefix(&old).map(str::to_owned).unwrap();
    let (header, list) = added.strip_prefix('\n').unwrap().split_once('\n').unwrap();
    assert!(header.ends_with("Thu Jan  1 00:00:00 1970"), "{header}");
    assert_eq!(list, line(&tree, "dir/b"));
    assert_eq!(fs::metadata(tree.path("S")).unwrap().mode() & 0o7777, 0o640);
}

#[test]
fn what_is_listed_as_something_else_is_named_with_both() {
    let tree = Tree::with_programs(&["dir/a", "dir/b"]);
    tree.run(&["-d", "dir", "-o", "S"]).expect(0);
    tree.file("dir/b", "changed", 0o755);
    tree.program("dir/c");
    let before = tree.held("");
    let begin =
        format!("S:2: `{}' is listed as SHA256 {ABC} direct, file, but", tree.name("dir/b"));
    tree.run(&["-A", "-d", "dir", "-o", "S"]).expect(1).complains(&begin, "write a new list");
    assert_eq!(tree.held(""), before);

    tree.run(&["-A", "-W", "-d", "dir", "-o", "S"]).expect(2).complains(&begin, "");
    let expected = line(&tree, "dir/a") + &line(&tree, "dir/b") + &line(&tree, "dir/c");
    assert_eq!(tree.text("S"), expected);
}

#[test]
fn another_type_or_algorithm_is_something_else() {
    let tree = Tree::with_programs(&["dir/a"]);
    tree.file("S", line(&tree, "dir/a").replace("direct, file", ""), 0o644);
    tree.run(&["-A", "-d", "dir", "-o", "S"]).expect(1).complains("S:1: ", "write a new list");
    tree.run(&["-A", "-d", "dir", "-o", "S", "--classify", "mode"]).expect(0);
    tree.run(&["-A", "-d", "dir", "-o", "S", "--classify", "mode", "-t", "md5"]).expect(1);
}

#[test]
fn a_bad_line_of_the_old_list_is_located() {
    let tree = Tree::with_programs(&["dir/a"]);
    let old = "# fine\n/x SHA256 00 direct\n";
    tree.file("S", old, 0o644);
    let run = tree.run(&["-A", "-d", "dir", "-o", "S"]).expect(1);
    run.complains("S:2:11: ", "expected 64 for SHA256");
    assert_eq!(tree.text("S"), old);
    tree.run(&["-A", "-W", "-d", "dir", "-o", "S"]).expect(2).complains("S:2:11: ", "");
    assert_eq!(tree.text("S"), format!("{old}{}", line(&tree, "dir/a")));
}

#[test]
fn a_link_is_added_to_where_it_leads() {
    let tree = Tree::with_programs(&["dir/a"]);
    tree.file("real/S", "# kept\n", 0o644);
    tree.link("real/S", "S");
    tree.run(&["-A", "-d", "dir", "-o", "S"]).expect(0);
    assert!(fs::symlink_metadata(tree.path("S")).unwrap().is_symlink());
    assert_eq!(tree.text("real/S"), format!("# kept\n{}", line(&tree, "dir/a")));
    assert_eq!(tree.held("real").len(), 1);
}

/// f10: one package's entries can be brought up to date, and the refusal says how.
#[test]
fn f10_a_refusal_names_what_brings_a_line_up_to_date() {
    let tree = Tree::with_programs(&["d/a", "d/b"]);
    tree.run(&["-d", "d", "-o", "l"]).expect(0);
    tree.file("d/a", "new", 0o755);
    tree.file("d/b", "changed by somebody else", 0o755);
    let before = tree.text("l");
    let run = tree.run_with_input(&["-A", "-f", "-", "-o", "l"], b"d/a\n").expect(1);
    assert!(run.stderr.contains("; --refresh brings its line up to date"), "{run:#?}");
    assert_eq!(tree.text("l"), before);
    tree.run_with_input(&["--refresh", "-f", "-", "-o", "l"], b"d/a\n").expect(0);
    let [old, new] = [before, tree.text("l")];
    assert_ne!(old.lines().next(), new.lines().next());
    assert_eq!(old.lines().nth(1), new.lines().nth(1));
}
