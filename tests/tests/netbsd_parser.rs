//! A NetBSD machine reads our signatures files as we do, and where it would read a file otherwise,
//! that is known.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at once")]

use fingerprint::{Algorithm, Digest};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;
use sigfile::{Entry, EntryType, entries, write_entry};
use veriexec_tests::netbsd_parser;

const HEX: &str = "00112233445566778899aabbccddeeff";

/// An entry as a driver holds it: path, algorithm, fingerprint, and the accesses as its number.
type Held = (Vec<u8>, Option<Algorithm>, Vec<u8>, u8);

fn held_by_netbsd(file: &[u8]) -> Vec<Held> {
    let held = |entry: netbsd_parser::LoadedEntry| {
        let access = entry.access();
        (entry.path, Algorithm::from_name(&entry.algorithm), entry.fingerprint, access)
    };
    netbsd_parser::parse(file).into_iter().map(held).collect()
}

fn held_by_us(file: &[u8]) -> Vec<Held> {
    entries(file).filter_map(Result::ok).map(|line| held(&line.entry)).collect()
}

fn held(entry: &Entry) -> Held {
    let access = entry.entry_type().or_direct().bits();
    let digest = entry.fingerprint().as_bytes().to_vec();
    (entry.path().to_vec(), Some(entry.algorithm()), digest, access)
}

/// The names of a file's entries with their accesses, as text: NetBSD's reading, then ours.
///
/// In the file, `MD5` stands for that word and a fingerprint.
fn readings(file: &str) -> [Vec<String>; 2] {
    let file = file.replace("MD5", &format!("MD5 {HEX}"));
    [held_by_netbsd(file.as_bytes()), held_by_us(file.as_bytes())].map(|held| {
        let show = |(path, _, _, access): Held| format!("{} {access:#x}", path.escape_ascii());
        held.into_iter().map(show).collect()
    })
}

#[track_caller]
fn assert_readings(file: &str, netbsd: &[&str], ours: &[&str]) {
    assert_eq!(readings(file), [netbsd, ours].map(<[_]>::to_vec));
}

#[test]
fn a_plain_file_is_read_alike() {
    let file = "# c\n  # c\n\n/a MD5\n/b MD5 script , Untrusted\r\n/c MD5 untrusted\n";
    let both = ["/a 0x1", "/b 0x15", "/c 0x11"];
    assert_readings(file, &both, &both);
    let both = ["/a b\\tc\\\\d\\ne 0x1"];
    assert_readings("/a\\ b\\\tc\\\\d\\\ne \\\n MD5 \\\n direct\n", &both, &both);
}

#[test]
fn netbsd_loses_a_line_with_a_comment_and_the_next() {
    let file = "/a MD5 file # why\n/b MD5 direct\n/c MD5 direct\n";
    // The flag of the first line comes back on the third.
    assert_readings(file, &["/c 0x5"], &["/a 0x4", "/b 0x1", "/c 0x1"]);
}

#[test]
fn netbsd_adds_the_flags_of_a_bad_line_to_the_next() {
    let file = "/a MD5 direct\n/b MD5 indirect, bogus\n/c MD5\n/d MD5\n";
    assert_readings(file, &["/a 0x1", "/c 0x2", "/d 0x1"], &["/a 0x1", "/c 0x1", "/d 0x1"]);
    assert_readings("/b MD5 library file\n/c MD5 direct\n", &["/c 0x7"], &["/c 0x1"]);
}

#[test]
fn netbsd_takes_a_path_alone_for_part_of_the_next() {
    assert_readings("/a\n/b MD5\n/c MD5\n", &["/a\\n/b 0x1", "/c 0x1"], &["/b 0x1", "/c 0x1"]);
    assert_readings("/\n/b MD5\n", &["/\\n/b 0x1"], &["/b 0x1"]);
}

#[test]
fn netbsd_loses_a_last_line_without_a_newline() {
    assert_readings("/a MD5\n/b MD5 file", &["/a 0x1"], &["/a 0x1", "/b 0x4"]);
}

#[test]
fn netbsd_drops_what_it_does_not_know() {
    assert_readings("\u{feff}/a MD5 'file'\n", &["/a 0x4"], &[]);
    // The fingerprint is 256 there, an odd number of digits, and here 01.
    assert_eq!(netbsd_parser::parse(b"/a SHA-256 00 file\n"), []);
    let split = netbsd_parser::parse(b"/a SHA-01 file\n");
    let [entry] = &split[..] else { panic!("{split:?}") };
    assert_eq!((&entry.algorithm[..], &entry.fingerprint[..]), (&b"SHA"[..], &[1][..]));
}

#[test]
fn netbsd_ends_a_name_at_a_nul() {
    assert_readings("/a\0b MD5 file\n", &["/a 0x4"], &[]);
}

#[test]
fn netbsd_goes_on_after_an_empty_line_that_continues() {
    let file = "/a MD5 \\\n\nfile\n/b MD5\n";
    assert_readings(file, &["/a 0x4", "/b 0x1"], &["/a 0x1", "/b 0x1"]);
}

#[test]
fn netbsd_has_no_names_that_end_in_a_backslash() {
    assert_readings("/a\\\\ MD5 file\n/b MD5\n", &["/b 0x1"], &["/a\\\\ 0x4", "/b 0x1"]);
    // It reads the quoted backslash, and the blank as quoted too.
    assert_readings("/a\\\\ b MD5 file\n", &["/a\\\\ b 0x4"], &[]);
}

fn entry() -> impl Strategy<Value = Entry> {
    let byte = prop_oneof![select(&b"/\\ \t\r\n#,aF0\""[..]), 1..=u8::MAX];
    let path = vec(byte, 1..30).prop_map(|name| [b"/".to_vec(), name].concat());
    let digest = (select(&Algorithm::ALL[..]), any::<[u8; 64]>())
        .prop_map(|(algorithm, raw)| Digest::new(algorithm, &raw[..algorithm.digest_len()]));
    let entry_type = any::<u8>().prop_map(|bits| EntryType::from_bits(bits & 0x17));
    (path, digest, entry_type).prop_map(|(path, digest, entry_type)| {
        Entry::new(path, digest.unwrap(), entry_type.unwrap()).unwrap()
    })
}

fn written(entries: &[Entry]) -> Vec<u8> {
    let mut file = Vec::new();
    entries.iter().for_each(|entry| write_entry(&mut file, entry).unwrap());
    file
}

/// Blanks of every kind, beginning with one that ends a path.
fn blanks() -> impl Strategy<Value = String> {
    (select(&[" ", "\t"][..]), vec(select(&[" ", "\t", "\r", "\\\n"][..]), 0..3))
        .prop_map(|(first, rest)| format!("{first}{}", rest.concat()))
}

fn maybe_blanks() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), blanks()]
}

/// Some of the text in upper case.
fn any_case(text: String) -> impl Strategy<Value = String> {
    any::<u64>().prop_map(move |upper| {
        let change = |(index, letter): (usize, char)| {
            if upper >> (index % 64) & 1 == 1 { letter.to_ascii_uppercase() } else { letter }
        };
        text.chars().enumerate().map(change).collect()
    })
}

/// A line as a person may write it for a NetBSD machine, with what may stand above it.
fn line_by_hand() -> impl Strategy<Value = Vec<u8>> {
    const ABOVE: &[&str] = &["\n", " \t\n", "# /a b\\\n", "  #\n", " ", "\r\n", "\t"];
    const NAME: &[&[u8]] = &[b"a", b"/", b"#", b",", b"\xff", b"\\ ", b"\\\t", b"\\\\x", b"\\\n"];
    const WORDS: &[&str] =
        &["direct", "indirect", "file", "untrusted", "program", "interpreter", "script", "library"];
    const END: &[&str] = &["\n", " \n", "\t\r\n", "\r\n"];
    let fields = (select(&Algorithm::ALL[..]), any::<u8>()).prop_flat_map(|(algorithm, byte)| {
        let digest = Digest::new(algorithm, &vec![byte; algorithm.digest_len()]).unwrap();
        (blanks(), any_case(algorithm.to_string()), blanks(), any_case(digest.to_string()))
    });
    let flags = vec(select(WORDS).prop_flat_map(|word| any_case(word.into())), 0..4);
    let comma = (maybe_blanks(), maybe_blanks()).prop_map(|(before, after)| before + "," + &after);
    let flags = (blanks(), flags, comma).prop_map(|(before, flags, comma)| match &flags[..] {
        [] => String::new(),
        flags => before + &flags.join(&comma),
    });
    (vec(select(ABOVE), 0..3), vec(select(NAME), 1..9), fields, flags, select(END)).prop_map(
        |(above, name, (before, algorithm, between, hex), flags, end)| {
            let rest = format!("{before}{algorithm}{between}{hex}{flags}{end}");
            [above.concat().as_bytes(), b"/", &name.concat(), rest.as_bytes()].concat()
        },
    )
}

proptest! {
    // Always the same cases: a fault that one run finds, the next finds too.
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    })]

    /// Names with newlines too: quoted, they are part of the name for both.
    #[test]
    fn what_we_write_is_what_netbsd_reads(list in vec(entry(), 0..20)) {
        let file = written(&list);
        let all: Vec<_> = list.iter().map(held).collect();
        prop_assert_eq!(held_by_us(&file), all.clone());
        // There is no way to write the others for it. It loses them, and nothing beside them.
        let expressible = all.into_iter().filter(|(path, ..)| !path.ends_with(b"\\"));
        prop_assert_eq!(held_by_netbsd(&file), expressible.collect::<Vec<_>>());
    }

    #[test]
    fn what_is_written_by_hand_for_netbsd_is_read_alike(lines in vec(line_by_hand(), 0..10)) {
        let file = lines.concat();
        let ours = held_by_us(&file);
        prop_assert_eq!(ours.len(), lines.len());
        prop_assert_eq!(held_by_netbsd(&file), ours);
    }

    #[test]
    fn any_bytes_are_read_to_their_end(file in vec(any::<u8>(), 0..2000)) {
        let newlines = file.iter().filter(|byte| **byte == b'\n').count();
        prop_assert!(netbsd_parser::parse(&file).len() <= newlines);
    }
}
