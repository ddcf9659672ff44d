//! What is said for programs, and before anything is done.

#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::tree::{ABC, Run, Tree};

fn read(run: &Run) -> Value {
    assert_eq!(run.stdout.lines().count(), 1, "{run:#?}");
    serde_json::from_str(&run.stdout).unwrap()
}

#[test]
fn json_says_what_was_done() {
    let tree = Tree::with_programs(&["dir/a", "dir/b"]);
    std::fs::hard_link(tree.path("dir/a"), tree.path("dir/again")).unwrap();
    tree.link("..", "dir/up");
    tree.file("dir/data", "", 0o644);
    tree.file("S", "old", 0o644);
    let run = tree.run(&["--json", "-v", "-r", "-d", "dir", "-o", "S"]).expect(0);
    let mut report = read(&run);
    assert!(run.stderr.contains("Adding "), "{run:#?}");
    assert!(report["seconds"].take().is_number());
    let up = tree.name("dir/up");
    let expected = json!({
        "output": "S", "written": true, "dry_run": false, "backup": "S.old",
        "algorithm": "SHA256", "files": 3, "linked": 1, "bytes": 6, "set_id": 0, "seconds": null,
        "passed_over": { "link_to_directory": 1, "not_asked": 1 },
        "passed_over_paths": [{ "path": up, "kind": "link_to_directory" }],
        "faults": [], "exit": 0,
    });
    assert_eq!(report, expected);
    let again = read(&tree.run(&["--json", "-r", "-d", "dir", "-o", "S"]).expect(0));
    assert_eq!((&again["written"], &again["backup"]), (&json!(false), &Value::Null));

    tree.program("new/c");
    let appended = read(&tree.run(&["--json", "-A", "-d", "new", "-o", "S"]).expect(0));
    let path = tree.name("new/c");
    assert_eq!(appended["changes"], json!([{ "path": path, "change": "added" }]));
    assert_eq!((&appended["added"], &appended["unchanged"]), (&json!(1), &json!(3)));
}

#[test]
fn json_says_what_failed() {
    let tree = Tree::with_programs(&["dir/a"]);
    tree.link("nowhere", "dir/dangling");
    let failed = read(&tree.run(&["--json", "-d", "dir", "-o", "S"]).expect(1));
    assert_eq!((&failed["written"], &failed["exit"]), (&json!(false), &json!(1)));
    assert_eq!(failed["error"], "1 error, nothing was written; -W skips what fails");
    let fault = failed["faults"][0].as_str().unwrap().to_owned();
    assert!(fault.starts_with("Cannot stat symlink `"), "{fault}");
    let skipped = read(&tree.run(&["--json", "-W", "-d", "dir", "-o", "S"]).expect(2));
    assert_eq!((&skipped["written"], &skipped["exit"]), (&json!(true), &json!(2)));
    assert_eq!(skipped["faults"], json!([fault]));
    let early = read(&tree.run(&["--json", "-d", "dir", "-o", "none/S"]).expect(1));
    assert!(early["error"].as_str().unwrap().starts_with("Cannot write `none/S'"), "{early}");
}

#[test]
fn json_and_the_list_do_not_mix() {
    let tree = Tree::with_programs(&["dir/a"]);
    for name in ["-", "/dev/stdout"] {
        let run = tree.run(&["--json", "-d", "dir", "-o", name]).expect(1);
        assert!(!run.stdout.contains(ABC), "{run:#?}");
        run.complains("--json and the list cannot both go to standard output", "");
    }
    let fifo = tree.run(&["--json", "-d", "dir", "-o", "/dev/null"]).expect(0);
    assert_eq!(read(&fifo)["written"], json!(true));
}

#[test]
fn a_dry_run_shows_the_lines_that_would_change_and_writes_nothing() {
    let tree = Tree::with_programs(&["dir/a", "dir/b"]);
    let line = |name: &str| format!("{} SHA256 {ABC} direct, file", tree.name(name));
    let first = tree.run(&["--dry-run", "-d", "dir", "-o", "S"]).expect(0);
    assert_eq!(first.stdout, format!("+{}\n+{}\n", line("dir/a"), line("dir/b")));
    assert!(!tree.path("S").exists());

    tree.run(&["-d", "dir", "-o", "S"]).expect(0);
    let text = tree.text("S");
    let nothing = tree.run(&["--dry-run", "-d", "dir", "-o", "S"]).expect(0);
    assert_eq!((&*nothing.stdout, &*nothing.stderr), ("", ""));

    tree.file("dir/a", "", 0o755);
    std::fs::remove_file(tree.path("dir/b")).unwrap();
    tree.program("dir/c");
    let before: BTreeMap<_, _> = tree.held("").into_iter().collect();
    let run = tree.run(&["--dry-run", "-v", "-d", "dir", "-o", "S"]).expect(0);
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let changed = line("dir/a").replace(ABC, empty);
    let expected =
        format!("-{}\n+{changed}\n-{}\n+{}\n", line("dir/a"), line("dir/b"), line("dir/c"));
    assert_eq!(run.stdout, expected);
    assert!(run.stderr.contains("S: 1 would be added, 1 changed, 1 removed"), "{run:#?}");
    let report = read(&tree.run(&["--dry-run", "--json", "-d", "dir", "-o", "S"]).expect(0));
    assert_eq!((&report["written"], &report["dry_run"]), (&json!(false), &json!(true)));
    assert_eq!((&report["added"], &report["removed"]), (&json!(1), &json!(1)));
    let one = tree.run(&["--dry-run", "--refresh", "dir/a", "-o", "S"]).expect(0);
    assert_eq!(one.stdout, format!("-{}\n+{changed}\n", line("dir/a")));
    assert_eq!(tree.held("").into_iter().collect::<BTreeMap<_, _>>(), before);
    assert_eq!(tree.text("S"), text);
}

#[test]
fn shells_are_told_how_to_complete() {
    let tree = Tree::new();
    for (shell, word) in
        [("bash", "complete -F"), ("zsh", "#compdef veriexecgen"), ("fish", "complete -c")]
    {
        let run = tree.run(&["--completions", shell]).expect(0);
        assert!(run.stdout.contains(word) && run.stdout.contains("refresh"), "{shell}");
        assert_eq!(run.stderr, "");
    }
}
