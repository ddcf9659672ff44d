//! `explain` and `simulate` ask the same policy: over any table, each answer is the same.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::fs;
use std::os::unix::fs::symlink;

use fingerprint::{Algorithm, Hasher};
use kmod_ioctl::{Access, Device, DeviceSpec, LoadOptions, Simulated};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use sigfile::{Entry, EntryType};
use veriexec::StrictLevel;

use crate::machine::{Machine, lines};

/// A file: what it holds, and what it is listed as, if it is.
#[derive(Clone, Debug)]
struct Case {
    content: u8,
    listed: Option<(usize, u8, u8)>,
    /// Whether it has a second name before its first in the list.
    linked: bool,
}

fn case() -> impl Strategy<Value = Case> {
    let listed = (0..Algorithm::ALL.len(), 0..3_u8, 0..16_u8);
    (0..3_u8, prop::option::weighted(0.8, listed), any::<bool>())
        .prop_map(|(content, listed, linked)| Case { content, listed, linked })
}

/// Every set of accesses, with `untrusted` and without.
fn entry_type(number: u8) -> EntryType {
    EntryType::from_bits((number & 7) | ((number & 8) << 1)).unwrap()
}

fn entry(path: &std::path::Path, listed: (usize, u8, u8)) -> Entry {
    let (algorithm, content, flags) = listed;
    let digest = Hasher::digest(Algorithm::ALL[algorithm], &[content]);
    let path = path.as_os_str().as_encoded_bytes().to_vec();
    Entry::new(path, digest, entry_type(flags)).unwrap()
}

const WORDS: [&str; 9] =
    ["exec", "mmap", "open", "write", "truncate", "remove", "rename", "replace", "link"];

fn simulated<'a>(word: &str, path: &'a [u8], new: &'a [u8], other: &'a [u8]) -> Simulated<'a> {
    match word {
        "exec" => Simulated::Exec(path),
        "mmap" => Simulated::Mmap(path),
        "open" => Simulated::Open(path),
        "write" => Simulated::Write(path),
        "truncate" => Simulated::Truncate(path),
        "remove" => Simulated::Remove(path),
        "rename" => Simulated::Rename { from: path, to: new },
        "replace" => Simulated::Rename { from: other, to: path },
        _ => Simulated::Link(path),
    }
}

fn agree(cases: &[Case]) {
    let machine = Machine::new();
    let mut entries = Vec::new();
    let mut names = Vec::new();
    for (index, case) in cases.iter().enumerate() {
        let path = machine.path(index.to_string());
        fs::write(&path, [case.content]).unwrap();
        if case.linked {
            let link = machine.path(format!("link-{index}"));
            fs::hard_link(&path, &link).unwrap();
            entries.extend(case.listed.map(|listed| entry(&link, listed)));
            names.push(link);
        }
        entries.extend(case.listed.map(|listed| entry(&path, listed)));
        names.push(path);
    }
    // Before anything is loaded, a driver at level 0 looks at nothing, and has no reason for it.
    machine.file("always", [0], 0o644);
    entries.push(entry(&machine.path("always"), (0, 0, 0)));
    fs::write(machine.path("S"), lines(&entries)).unwrap();
    fs::write(machine.path("other"), "not listed").unwrap();
    symlink("0", machine.path("symlink")).unwrap();

    let device = machine.path("state");
    let spec = DeviceSpec::Mock(device);
    let mut loader = Device::open(&spec, Access::WRITE).unwrap();
    for entry in &entries {
        loader.load(entry, LoadOptions::default()).unwrap();
    }
    loader.close().unwrap();
    let mut device = Device::open(&spec, Access::READ).unwrap();

    let new = machine.name("new");
    let other = machine.name("other");
    names.push(machine.path("symlink"));
    for path in &names {
        let path = path.to_str().unwrap();
        let by_file = machine.run(&["explain", path, "--signatures", "S", "--json"]).done();
        let by_device = machine.control(&["explain", path, "--json"]).done();
        for explained in [by_file.json(), by_device.json()] {
            let accesses = explained["accesses"].as_array().unwrap();
            assert_eq!(accesses.len(), WORDS.len());
            for (word, access) in WORDS.into_iter().zip(accesses) {
                assert_eq!(access["access"], word);
                // Of a symbolic link, it is the file that is explained.
                if path.ends_with("symlink") && !["exec", "mmap", "open", "write"].contains(&word) {
                    continue;
                }
                for (level, answer) in
                    StrictLevel::ALL.into_iter().zip(access["levels"].as_array().unwrap())
                {
                    let asked = simulated(word, path.as_bytes(), new.as_bytes(), other.as_bytes());
                    let mock = device.mock().unwrap();
                    let simulation = mock.simulate(asked, Some(level)).unwrap();
                    let decision = simulation.forecast.decision;
                    let errno = decision.verdict.into_result().err();
                    let errno = errno.and_then(veriexec::Errno::name);
                    assert_eq!(answer["level"], level.number());
                    assert_eq!(answer["allowed"], decision.verdict.is_allowed(), "{path} {word}");
                    assert_eq!(answer["errno"], serde_json::json!(errno), "{path} {word}");
                    let notices = decision.notices.into_iter().flatten();
                    let found: Vec<_> = notices.map(|notice| notice.finding.word()).collect();
                    let told = answer["finding"].as_str();
                    let denial = found.last().copied();
                    let told_rightly = if decision.verdict.is_allowed() {
                        told == found.first().copied()
                    } else {
                        told == denial
                    };
                    assert!(told_rightly, "{path} {word}: {told:?} of {found:?}");
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 48,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0x5e_ed),
        ..ProptestConfig::default()
    })]

    #[test]
    fn explain_agrees_with_simulate(cases in vec(case(), 1..5)) {
        agree(&cases);
    }
}

#[test]
fn they_agree_about_every_entry_type_and_comparison() {
    let listed = (0..16).flat_map(|flags| [0, 1].map(|content| Some((3, content, flags))));
    let cases: Vec<Case> =
        listed.chain([None]).map(|listed| Case { content: 0, listed, linked: false }).collect();
    agree(&cases);
}
