//! What holds for every file and every entry.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use fingerprint::{Algorithm, Digest};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::RngSeed;
use sigfile::{Diagnostic, Entry, EntryType, Line, entries, write_entry};

type Item = Result<Line, Diagnostic>;

/// Bytes that mean something in a signatures file, more often than others.
fn telling_bytes() -> impl Strategy<Value = u8> {
    prop_oneof![select(&b"/\\ \t\r\n#,aF0\"\0"[..]), any::<u8>()]
}

fn path() -> impl Strategy<Value = Vec<u8>> {
    vec(telling_bytes().prop_filter("no name holds it", |byte| *byte != 0), 1..30).prop_map(
        |mut name| {
            name.insert(0, b'/');
            name
        },
    )
}

fn entry() -> impl Strategy<Value = Entry> {
    let digest = (select(&Algorithm::ALL[..]), any::<[u8; 64]>())
        .prop_map(|(algorithm, raw)| Digest::new(algorithm, &raw[..algorithm.digest_len()]));
    let entry_type = any::<u8>().prop_map(|bits| EntryType::from_bits(bits & 0x17));
    (path(), digest, entry_type).prop_map(|(path, digest, entry_type)| {
        Entry::new(path, digest.unwrap(), entry_type.unwrap()).unwrap()
    })
}

const WORDS: &[&str] = &[
    "/bin/ls",
    "/a\\ b",
    "/a\\\\",
    "/\\\n",
    "/",
    "MD5",
    "sha1",
    "SHA256",
    "0011",
    "zz",
    "file",
    "direct",
    "bogus",
    ",",
    " ",
    "\t",
    "\r",
    "\n",
    "\r\n",
    "\\\n",
    "\\",
    "# c \\",
    "#",
    "00112233445566778899aabbccddeeff",
];

/// A piece of a file that is, or nearly is, something.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => select(WORDS).prop_map(|word| word.as_bytes().to_vec()),
        1 => vec(telling_bytes(), 0..6),
        4 => (entry(), any::<bool>()).prop_map(|(entry, whole)| {
            let mut line = written(&[entry]);
            line.truncate(if whole { line.len() } else { line.len() - 1 });
            line
        }),
    ]
}

fn file() -> impl Strategy<Value = Vec<u8>> {
    vec(piece(), 0..30).prop_map(|pieces| pieces.concat())
}

fn written(entries: &[Entry]) -> Vec<u8> {
    let mut file = Vec::new();
    entries.iter().for_each(|entry| write_entry(&mut file, entry).unwrap());
    file
}

fn read(file: &[u8]) -> Vec<Item> {
    entries(file).collect()
}

/// The item, found that many lines further down.
fn moved(item: Item, lines: usize) -> Item {
    item.map(|line| Line { number: line.number + lines, ..line })
        .map_err(|diagnostic| Diagnostic { line: diagnostic.line + lines, ..diagnostic })
}

fn newlines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'\n').count()
}

proptest! {
    // Always the same cases: a fault that one run finds, the next finds too.
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    })]

    #[test]
    fn what_is_written_is_read(list in vec(entry(), 0..20)) {
        let read = read(&written(&list)).into_iter().map(|item| item.map(|line| line.entry));
        prop_assert_eq!(read.collect::<Result<Vec<_>, _>>(), Ok(list));
    }

    #[test]
    fn a_line_number_is_that_of_the_path(list in vec(entry(), 0..20)) {
        let file = written(&list);
        let mut number = 1;
        for (item, entry) in read(&file).into_iter().zip(&list) {
            prop_assert_eq!(item.unwrap().number, number);
            number += newlines(entry.path()) + 1;
        }
    }

    /// At most one item a line, in order, each at a place that the file has, and said in a form
    /// that is safe for a terminal.
    #[test]
    fn any_file_is_read_to_its_end(file in file()) {
        let lines: Vec<_> = file.split(|byte| *byte == b'\n').collect();
        let items = read(&file);
        prop_assert!(items.len() <= lines.len());
        let mut last = 0;
        for item in items {
            let line = match item {
                Ok(line) => line.number,
                Err(diagnostic) => {
                    prop_assert!(diagnostic.column >= 1);
                    prop_assert!(diagnostic.column <= lines[diagnostic.line - 1].len() + 1);
                    let text = diagnostic.to_string();
                    prop_assert!(!text.contains(char::is_control), "{text:?}");
                    prop_assert!(text.len() < 800, "{text:?}");
                    diagnostic.line
                }
            };
            prop_assert!(line > last && line <= lines.len());
            last = line;
        }
    }

    #[test]
    fn any_bytes_are_read_to_their_end(file in vec(any::<u8>(), 0..2000)) {
        prop_assert!(read(&file).len() <= newlines(&file) + 1);
    }

    /// Whatever two lines hold, each is read as if the other were not there, unless the first asks
    /// for it with a backslash at its end.
    #[test]
    fn a_line_stands_for_itself(above in file(), below in file()) {
        let mut both = above;
        while matches!(both.last(), Some(b'\\' | b'\r')) {
            both.pop();
        }
        both.push(b'\n');
        let mut items = read(&both);
        let lines = newlines(&both);
        items.extend(read(&below).into_iter().map(|item| moved(item, lines)));
        both.extend(&below);
        prop_assert_eq!(read(&both), items);
    }

    #[test]
    fn a_line_changed_or_lost_changes_no_other(
        list in vec(entry(), 1..10),
        which in any::<Index>(),
        instead in vec(telling_bytes(), 0..40),
    ) {
        let which = which.index(list.len());
        let mut instead = instead;
        instead.retain(|byte| *byte != b'\n');
        instead.push(b'.');
        let (above, below) = (written(&list[..which]), written(&list[which + 1..]));
        let entries = |file: &[u8]| {
            read(file).into_iter().filter_map(|item| Some(item.ok()?.entry)).collect::<Vec<_>>()
        };
        let others: Vec<_> = [&list[..which], &list[which + 1..]].concat();
        prop_assert_eq!(&entries(&[&above[..], &below].concat()), &others);
        let changed = entries(&[&above[..], &instead, b"\n", &below].concat());
        // What took the line's place may be an entry by chance.
        prop_assert_eq!(&changed[..which], &others[..which]);
        prop_assert_eq!(&changed[changed.len() + which - others.len()..], &others[which..]);
    }

    /// Every line but the one that is cut stays what it is.
    #[test]
    fn a_cut_file_is_read_up_to_the_cut(file in file()) {
        let whole = read(&file);
        for cut in 0..file.len() {
            let mut items = read(&file[..cut]);
            items.pop();
            prop_assert_eq!(&items[..], &whole[..items.len()]);
        }
    }
}

#[test]
fn golden_files_are_read_up_to_every_cut() {
    for file in [&include_bytes!("golden/odd")[..], include_bytes!("golden/bad")] {
        let whole = read(file);
        for cut in 0..file.len() {
            let mut items = read(&file[..cut]);
            items.pop();
            assert_eq!(items[..], whole[..items.len()]);
        }
    }
}
