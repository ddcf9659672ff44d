//! Names that act on a terminal are shown harmlessly wherever they turn up.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;

use crate::tree::{Run, Tree};

/// Names that clear the screen, set its title, turn the text, or are no text at all.
const NAMES: [&[u8]; 5] = [
    b"esc\x1b[2J\x1b]0;title\x07",
    b"c1\xc2\x9b2J",
    "bidi\u{202e}txt.\u{200b}".as_bytes(),
    b"new\nline\rand\ttab",
    b"bytes\xff\xfe\\end",
];

/// Runs the program with the name for each `NAME`; it has something to say, and says it harmlessly.
#[track_caller]
fn shows(tree: &Tree, name: &[u8], words: &[&str], status: i32) {
    let word = |word: &&str| match word.split_once("NAME") {
        Some((before, after)) => {
            OsStr::from_bytes(&[before.as_bytes(), name, after.as_bytes()].concat()).to_owned()
        }
        None => OsString::from(word),
    };
    let words: Vec<OsString> = words.iter().map(word).collect();
    let run = Run::of(&tree.command().args(&words).output().unwrap()).expect(status);
    for text in [&run.stdout, &run.stderr] {
        let acts = |character: char| {
            (character.is_control() && character != '\n')
                || matches!(character, '\u{200b}' | '\u{202e}' | '\u{fffd}')
        };
        assert!(!text.contains(acts) && !text.contains("\nline"), "{words:?}: {run:?}");
    }
    assert!(!(run.stdout.is_empty() && run.stderr.is_empty()), "{words:?} says nothing");
}

#[test]
fn whatever_is_done_with_a_name_is_told_harmlessly() {
    for name in NAMES {
        let tree = Tree::new();
        let below = |directory: &str| tree.path(directory).join(OsStr::from_bytes(name));
        tree.program(below("dir"));
        fs::create_dir_all(tree.path("dangling")).unwrap();
        tree.program(below("sub").join("program"));
        tree.link("nowhere", below("dangling"));
        tree.file(below("list"), [name, b"\n/none/", name].concat(), 0o644);
        tree.file(below("bad"), [b"/", name, b" MD5 00 ", name, b"\n"].concat(), 0o644);
        let shows = |words: &[&str], status| shows(&tree, name, words, status);

        shows(&["-v", "-d", "dir", "-d", "sub/NAME", "-o", "dir/out-NAME"], 0);
        shows(&["-v", "-d", "dir", "-d", "sub/NAME", "-o", "dir/out-NAME"], 0);
        shows(&["-v", "-A", "-d", "dir", "-o", "dir/out-NAME"], 0);
        shows(&["-A", "-d", "dir", "-o", "bad/NAME"], 1);
        shows(&["-d", "none/NAME", "-o", "S"], 1);
        shows(&["-W", "-d", "dangling", "-o", "S"], 1);
        shows(&["-W", "--allow-empty", "-d", "dangling", "-o", "S"], 2);
        shows(&["--refresh", "-v", "dir/NAME", "-o", "dir/out-NAME"], 0);
        shows(&["--refresh", "none/NAME", "-o", "dir/out-NAME"], 1);
        shows(&["--refresh", "sub/NAME", "-o", "dir/out-NAME"], 1);
        shows(&["--refresh", "dir", "-o", "none/NAME"], 1);
        shows(&["--json", "-d", "dir", "-d", "sub/NAME", "-o", "dir/json-NAME"], 0);
        shows(&["-f", "list/NAME", "-o", "S"], 1);
        shows(&["-f", "none/NAME", "-o", "S"], 1);
        shows(&["-d", "dir", "-o", "none/NAME"], 1);
        shows(&["-d", "dir", "-o", "sub/NAME"], 1);
        shows(&["-d", "dir", "-p", "NAME", "-o", "S"], 1);
        shows(&["-d", "dir", "-p", "/NAME", "-o", "S"], 1);
        shows(&["-d", "dir", "-t", "NAME", "-o", "S"], 1);
    }
}

#[test]
fn a_name_where_none_is_due_is_told_harmlessly() {
    let tree = Tree::new();
    for name in NAMES {
        for words in
            [&["NAME"][..], &["--NAME"], &["--classify", "NAME"], &["--threads=NAME"], &["-xNAME"]]
        {
            shows(&tree, name, words, 1);
        }
    }
}
