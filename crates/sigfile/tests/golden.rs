//! Whole files beside what is read from them: `NAME` holds a signatures file, `NAME.read` one line
//! for each entry and diagnostic, and `NAME.written`, where it exists, what the entries give when
//! they are written again.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use sigfile::{Line, entries, printable, write_entry};

/// What is read from a file, as text.
fn read(name: &str, file: &[u8]) -> String {
    let show = |line: Line| {
        let Line { number, entry, .. } = line;
        let path = printable(entry.path()).to_string();
        let (digest, flags) = (entry.fingerprint(), entry.entry_type());
        format!("{name}:{number}: {path} {} {digest} [{flags}]\n", entry.algorithm())
    };
    let items = entries(file);
    items.map(|item| item.map_or_else(|e| format!("{}\n", e.in_file(name)), show)).collect()
}

#[test]
fn everything_odd_that_is_right_is_read() {
    let file = include_bytes!("golden/odd");
    assert_eq!(read("odd", file), include_str!("golden/odd.read"));
}

#[test]
fn what_was_read_is_written_in_one_form() {
    let file = include_bytes!("golden/odd");
    let read = |file: &[u8]| entries(file).map(|item| item.unwrap().entry).collect::<Vec<_>>();
    let mut written = Vec::new();
    for entry in read(file) {
        write_entry(&mut written, &entry).unwrap();
    }
    assert!(written == include_bytes!("golden/odd.written"));
    assert_eq!(read(&written), read(file));
}

#[test]
fn everything_bad_is_reported_and_the_rest_is_read() {
    let file = include_bytes!("golden/bad");
    assert_eq!(read("bad", file), include_str!("golden/bad.read"));
}
