//! Nothing found is no success.

use crate::tree::{ABC, Tree};

/// Runs the program in a way that finds nothing: a list that is there stays, and is replaced by an
/// empty one where that is asked for.
#[track_caller]
fn finds_nothing(tree: &Tree, arguments: &[&str], input: &[u8], says: &str) {
    tree.file("S", "kept", 0o644);
    let _ = std::fs::remove_file(tree.path("S.old"));
    let arguments = [arguments, &["-o", "S"]].concat();
    let run = tree.run_with_input(&arguments, input).expect(1);
    assert!(run.stderr.contains(says), "{says}: {run:#?}");
    assert!(run.stderr.contains("--allow-empty"), "{run:#?}");
    assert_eq!(tree.text("S"), "kept");
    assert!(!tree.path("S.old").exists());
    let run = tree.run_with_input(&[&arguments[..], &["--allow-empty"]].concat(), input).expect(0);
    assert_eq!((&*tree.text("S"), &*tree.text("S.old")), ("", "kept"), "{run:#?}");
}

#[test]
fn an_empty_list_is_an_error_unless_it_is_asked_for() {
    let tree = Tree::with_programs(&["deep/down/a"]);
    tree.file("data/one", "", 0o644);
    tree.file("more/one", "", 0o644);
    tree.file("more/two", "", 0o644);
    std::fs::create_dir(tree.path("empty")).unwrap();
    tree.file("names", "", 0o644);
    finds_nothing(&tree, &["-d", "empty"], b"", "No file to list was found");
    finds_nothing(&tree, &["-r", "-d", "empty"], b"", "No file to list was found");
    finds_nothing(
        &tree,
        &["-d", "deep"],
        b"",
        "deep: directories and no files directly in it; did you forget -r?",
    );
    finds_nothing(&tree, &["-d", "data"], b"", "(-a lists it)");
    finds_nothing(
        &tree,
        &["-d", "more"],
        b"",
        "None of 2 files is a program or shared library (-a lists them)",
    );
    finds_nothing(
        &tree,
        &["-f", "-"],
        b"",
        "stdin: no names; did what should have written them fail?",
    );
    finds_nothing(&tree, &["-0", "-f", "names"], b"", "names: no names;");
    finds_nothing(
        &tree,
        &["-a", "-f", "-"],
        b"deep\n",
        "No file to list was found (passed over: 1 directory)",
    );
}

#[test]
fn one_empty_source_among_others_is_seen() {
    let tree = Tree::with_programs(&["dir/a", "deep/down/b"]);
    tree.file("S", "kept", 0o644);
    let run = tree.run_with_input(&["-d", "dir", "-f", "-", "-o", "S"], b"").expect(1);
    run.complains("stdin: no names; did what should have written them fail?", "permits none");
    assert_eq!(tree.text("S"), "kept");
    let run = tree.run(&["-d", "dir", "-d", "deep", "-o", "S"]).expect(0);
    run.complains("deep: directories and no files directly in it; did you forget -r?", "");
    let quiet = tree.run(&["-r", "-d", "dir", "-d", "deep", "-o", "S"]).expect(0);
    assert_eq!(quiet.stderr, "");
}

#[test]
fn what_fails_all_together_leaves_nothing_to_write() {
    let tree = Tree::new();
    std::fs::create_dir(tree.path("dir")).unwrap();
    tree.link("nowhere", "dir/dangling");
    tree.file("S", "kept", 0o644);
    tree.run(&["-W", "-d", "dir", "-o", "S"]).expect(1).complains("No file to list was found", "");
    assert_eq!(tree.text("S"), "kept");
    tree.run(&["-W", "--allow-empty", "-d", "dir", "-o", "S"]).expect(2);
    assert_eq!(tree.text("S"), "");
}

#[test]
fn nothing_new_to_append_is_no_error() {
    let tree = Tree::with_programs(&["dir/a"]);
    let line = format!("{} SHA256 {ABC} direct, file", tree.name("dir/a"));
    tree.file("S", &line, 0o644);
    tree.run(&["-A", "-d", "dir", "-o", "S"]).expect(0);
    assert_eq!(tree.text("S"), line);
    std::fs::create_dir(tree.path("empty")).unwrap();
    tree.run(&["-A", "-d", "empty", "-o", "S"]).expect(1).complains("No file to list", "");
}
