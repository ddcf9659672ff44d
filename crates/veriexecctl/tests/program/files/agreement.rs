//! `explain` and `simulate` ask the same policy: over any table, each answer is the same.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use fingerprint::{Algorithm, Hasher};
use kmod_ioctl::{Access, Device, DeviceSpec, LoadOptions, MockDevice, Reason, Refusal, Simulated};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::Value;
use sigfile::{Entry, EntryType};
use veriexec::StrictLevel;

use crate::elf::elf;
use crate::machine::{Machine, lines};

/// A file: what it holds, and what it is listed as, if it is.
#[derive(Clone, Debug)]
struct Case {
    content: u8,
    listed: Option<(usize, u8, u8)>,
    /// Whether it has a second name before its first in the list.
    linked: bool,
    /// What it is listed as once more, by which nothing changes: the first line counts.
    again: Option<(usize, u8, u8)>,
}

fn case() -> impl Strategy<Value = Case> {
    let listed = || (0..Algorithm::ALL.len(), 0..3_u8, 0..16_u8);
    let again = prop::option::weighted(0.2, listed());
    (0..3_u8, prop::option::weighted(0.8, listed()), any::<bool>(), again).prop_map(
        |(content, listed, linked, again)| {
            let again = again.filter(|_| listed.is_some());
            Case { content, listed, linked, again }
        },
    )
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
        entries.extend(case.again.map(|again| entry(&path, again)));
        names.push(path);
    }
    // Before anything is loaded, a driver at level 0 looks at nothing, and has no reason for it.
    machine.file("always", [0], 0o644);
    entries.push(entry(&machine.path("always"), (0, 0, 0)));
    fs::write(machine.path("S"), lines(&entries)).unwrap();
    fs::write(machine.path("other"), "not listed").unwrap();
    symlink("0", machine.path("symlink")).unwrap();

    load(&machine, &entries);
    names.push(machine.path("symlink"));
    compare(&machine, &names);
}

fn load(machine: &Machine, entries: &[Entry]) {
    let mut loader = Device::open(&device(machine), Access::WRITE).unwrap();
    for entry in entries {
        if let Err(error) = loader.load(entry, LoadOptions::default()) {
            assert_eq!(error.refusal().map(Refusal::reason), Some(Reason::Differs));
        }
    }
    loader.close().unwrap();
}

fn device(machine: &Machine) -> DeviceSpec {
    DeviceSpec::Mock(machine.path("state"))
}

/// Has each file explained from the list `S` and by the device, and asks the device about each
/// answer. Returns how many answers that were.
fn compare(machine: &Machine, names: &[PathBuf]) -> usize {
    let mut device = Device::open(&device(machine), Access::READ).unwrap();
    let mock = device.mock().unwrap();
    let (new, other) = (machine.name("new"), machine.name("other"));
    let mut answers = 0;
    for path in names {
        let path = path.to_str().unwrap();
        let by_file = machine.run(&["explain", path, "--signatures", "S", "--json"]).done();
        let by_device = machine.control(&["explain", path, "--json"]).done();
        for explained in [by_file.json(), by_device.json()] {
            let accesses = explained["accesses"].as_array().unwrap();
            // A mount over a file is not simulated.
            let (last, accesses) = accesses.split_last().unwrap();
            assert_eq!(last["access"], "mount");
            assert_eq!(accesses.len(), WORDS.len());
            for (word, access) in WORDS.into_iter().zip(accesses) {
                assert_eq!(access["access"], word);
                // Of a symbolic link, it is the file that is explained.
                if path.ends_with("symlink") && !["exec", "mmap", "open", "write"].contains(&word) {
                    continue;
                }
                let asked = simulated(word, path.as_bytes(), new.as_bytes(), other.as_bytes());
                answers += same(mock, &[asked], &access["levels"], &format!("{path} {word}"));
            }
            for need in explained["needs"].as_array().unwrap() {
                let path = need["path"].as_str().unwrap().as_bytes();
                let asked: &[Simulated<'_>] = match need["role"].as_str().unwrap() {
                    "library" => &[Simulated::Open(path), Simulated::Mmap(path)],
                    _ => &[Simulated::Mmap(path)],
                };
                answers += same(mock, asked, &need["levels"], &format!("{need}"));
            }
        }
    }
    answers
}

/// Insists that the answers at the levels are those of a device: the first denial, or the last.
fn same(mock: &MockDevice, asked: &[Simulated<'_>], levels: &Value, what: &str) -> usize {
    let levels = levels.as_array().unwrap();
    assert_eq!(levels.len(), StrictLevel::ALL.len());
    for (level, answer) in StrictLevel::ALL.into_iter().zip(levels) {
        let decide =
            |asked: &Simulated<'_>| mock.simulate(*asked, Some(level)).unwrap().forecast.decision;
        let decisions: Vec<_> = asked.iter().map(decide).collect();
        let denial = decisions.iter().find(|decision| !decision.verdict.is_allowed());
        let decision = denial.or(decisions.last()).unwrap();
        let errno = decision.verdict.into_result().err();
        let errno = errno.and_then(veriexec::Errno::name);
        assert_eq!(answer["level"], level.number());
        assert_eq!(answer["allowed"], decision.verdict.is_allowed(), "{what}");
        assert_eq!(answer["errno"], serde_json::json!(errno), "{what}");
        let notices = decision.notices.iter().flatten();
        let found: Vec<_> = notices.map(|notice| notice.finding.word()).collect();
        let expected = if decision.verdict.is_allowed() { found.first() } else { found.last() };
        assert_eq!(answer["finding"].as_str(), expected.copied(), "{what}: {found:?}");
    }
    levels.len()
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
    let cases: Vec<Case> = listed
        .chain([None])
        .map(|listed| Case { content: 0, listed, linked: false, again: None })
        .collect();
    agree(&cases);
}

/// A program that is as listed, one that is not, a script, its interpreter, a library, a file that
/// is not listed: what is explained is what the program itself simulates.
#[test]
fn they_agree_about_every_kind_of_file() {
    let machine = Machine::new();
    let loader = machine.name("ld.so");
    machine.file("ld.so", elf(None, &[], None), 0o755);
    machine.file("library", elf(None, &[], None), 0o644);
    machine.file("half", elf(None, &[], None), 0o644);
    for program in ["good", "changed"] {
        machine.file(program, elf(Some(&loader), &["library", "half"], Some("$ORIGIN")), 0o755);
    }
    machine.file("interpreter", "interpreter", 0o755);
    machine.file("script", format!("#!{}\n", machine.name("interpreter")), 0o755);
    machine.file("unlisted", "unlisted", 0o755);
    machine.file("other", "not listed", 0o644);
    let listed = [
        ("good", "direct"),
        ("changed", "direct, file"),
        ("script", "script"),
        ("interpreter", "interpreter"),
        ("library", "library"),
        ("half", "indirect"),
        ("ld.so", "library"),
    ];
    let entries = listed.map(|(name, flags)| machine.entry(name, flags));
    fs::write(machine.path("S"), lines(&entries)).unwrap();
    machine.file("changed", "changed", 0o755);
    load(&machine, &entries);

    let names = ["good", "changed", "script", "interpreter", "library", "unlisted"];
    let answers = compare(&machine, &names.map(|name| machine.path(name)));
    // Nine accesses each, and what is needed: a loader and two libraries, or an interpreter.
    assert_eq!(answers, 2 * 4 * (6 * 9 + 3 + 1));

    let mut answers = 0;
    for name in names.map(|name| machine.name(name)) {
        let explained = machine.control(&["explain", &name, "--json"]).done().json();
        for access in explained["accesses"].as_array().unwrap() {
            let word = access["access"].as_str().unwrap();
            // That is not simulated.
            if word == "mount" {
                continue;
            }
            let (new, other) = (machine.name("new"), machine.name("other"));
            let words = match word {
                "rename" => vec![word, &name, &new],
                "replace" => vec!["rename", &other, &name],
                _ => vec![word, &name],
            };
            for answer in access["levels"].as_array().unwrap() {
                let level = answer["level"].to_string();
                let asked = [&["simulate", "--json", "--level", &level][..], &words].concat();
                let run = machine.control(&asked);
                assert_eq!(run.json()["allowed"], answer["allowed"], "{name} {word} {level}");
                assert_eq!(run.json()["errno"], answer["errno"], "{name} {word} {level}");
                run.expect(i32::from(answer["allowed"] == false));
                answers += 1;
            }
        }
    }
    println!("{answers} answers of the two commands agree");
    assert_eq!(answers, 6 * 9 * 4);
}
