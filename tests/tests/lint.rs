//! What lint says about NetBSD, held against the model of NetBSD's reader: it is silent exactly
//! about the files that are read alike.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use fingerprint::{Algorithm, Digest};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::RngSeed;
use sigfile::lint::Fault;
use sigfile::{Line, entries, lint};
use veriexec_tests::netbsd_parser;

/// An entry as a driver holds it: path, fingerprint, and the accesses as its number.
type Held = (Vec<u8>, Digest, u8);

/// What a NetBSD kernel takes of what its veriexecctl(8) loads.
fn held_by_netbsd(file: &[u8]) -> Vec<Held> {
    let held = |entry: netbsd_parser::LoadedEntry| {
        let access = entry.access();
        let algorithm = Algorithm::from_name(&entry.algorithm)?;
        let digest = Digest::new(algorithm, &entry.fingerprint).ok()?;
        // The root directory is no regular file.
        (entry.path != b"/").then_some((entry.path, digest, access))
    };
    netbsd_parser::parse(file).into_iter().filter_map(held).collect()
}

fn held_by_us(file: &[u8]) -> Vec<Held> {
    let held = |Line { entry, .. }| {
        let access = entry.entry_type().or_direct().bits();
        (entry.path().to_vec(), *entry.fingerprint(), access)
    };
    entries(file).filter_map(Result::ok).map(held).collect()
}

fn is_about_netbsd(fault: &Fault) -> bool {
    matches!(
        fault,
        Fault::TrailingComment
            | Fault::NoFinalNewline
            | Fault::TrailingBackslash
            | Fault::LostLine { .. }
            | Fault::Misread
            | Fault::LeakedFlags { .. }
            | Fault::NextLinesFlags { .. }
            | Fault::LoadedAnyway { .. }
    )
}

/// The paths of the entries that lint says NetBSD does not load.
fn said_to_be_lost(file: &[u8]) -> Vec<Vec<u8>> {
    let lost = |fault: &Fault| {
        is_about_netbsd(fault)
            && !matches!(
                fault,
                Fault::LeakedFlags { .. }
                    | Fault::NextLinesFlags { .. }
                    | Fault::LoadedAnyway { .. }
            )
    };
    lint(file).into_iter().filter(|found| lost(&found.fault)).filter_map(|f| f.path).collect()
}

/// Pieces of lines, right and wrong, in any order.
fn file() -> impl Strategy<Value = String> {
    let pieces = [
        "/a", "/b", "/c\\ d", "/e\\\\", "/f\\\n", "/g\r", "/", "/h#", "bin/x", "'", "\u{feff}",
        " ", " ", " ", "\t", "\r", "\n", "\n", "\n", "\\\n", "\\", "MD5", "MD5", "MD5", "SHA3 00",
        "SHA-256", "file", "direct", "indirect", "bogus", ",", ", ", "# c", "#", "\0", "0",
        "\u{e9}",
    ];
    let line = (
        select(&["/a", "/b\\ c", " /d", "/e\\\\", "\t/f"][..]),
        select(&[" ", " \\\n", "\t"][..]),
        select(&["MD5", "MD5", "MD5", "MD4"][..]),
        select(
            &["", " file", " indirect, file", " direct,", " file file", " bogus", " script, bogus"]
                [..],
        ),
        select(&["\n", "\n", "\n", " \n", "\r\n", " # c\n", "#\n \n", "\\\n\n", "\n\n", ""][..]),
    )
        .prop_map(|(path, blank, algorithm, flags, end)| {
            format!("{path}{blank}{algorithm}{flags}{end}")
        });
    let pieces = vec(select(pieces.to_vec()), 1..6).prop_map(|pieces| pieces.concat());
    vec(prop_oneof![4 => line, 1 => pieces], 0..8)
        .prop_map(|lines| with_fingerprints(&lines.concat()))
}

/// The text with a fingerprint after each algorithm, no two of them the same.
fn with_fingerprints(text: &str) -> String {
    let parts = text.split_inclusive("MD5").enumerate();
    let fingerprint = |(index, part): (usize, &str)| {
        let known = part.ends_with("MD5");
        part.to_owned() + &if known { format!(" {index:032x}") } else { String::new() }
    };
    parts.map(fingerprint).collect()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 20_000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(4),
        ..ProptestConfig::default()
    })]

    #[test]
    fn lint_is_silent_about_netbsd_exactly_if_it_reads_the_same(file in file()) {
        let silent = !lint(file.as_bytes()).iter().any(|found| is_about_netbsd(&found.fault));
        let same = held_by_netbsd(file.as_bytes()) == held_by_us(file.as_bytes());
        prop_assert_eq!(silent, same, "{:?}: {:?}", &file, lint(file.as_bytes()));
    }

    #[test]
    fn the_entries_that_lint_calls_lost_are_lost(file in file()) {
        let netbsd = held_by_netbsd(file.as_bytes());
        let is_lost = |ours: &Held| !netbsd.iter().any(|one| (&one.0, &one.1) == (&ours.0, &ours.1));
        let ours = held_by_us(file.as_bytes());
        let lost: Vec<_> = ours.into_iter().filter(is_lost).map(|(path, ..)| path).collect();
        prop_assert_eq!(said_to_be_lost(file.as_bytes()), lost, "{:?}", &file);
    }
}

#[test]
fn both_kinds_of_files_are_tried() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut alike = 0;
    for _ in 0..1000 {
        let file = file().new_tree(&mut runner).unwrap().current();
        alike += usize::from(held_by_netbsd(file.as_bytes()) == held_by_us(file.as_bytes()));
    }
    assert!((100..900).contains(&alike), "{alike} of 1000 files are read alike");
}
