//! Random requests and accesses, against a model that is a map and a handful of rules.

use std::collections::BTreeMap;

use fingerprint::{Algorithm, Digest};
use proptest::prelude::*;
use veriexec::{
    Access, Errno, FileId, FileKind, LoadRequest, Loaded, Platform, Status, StrictLevel, Verdict,
    Veriexec,
};

use crate::fake::{Fake, digest, request};

/// Two files on each of two mounts, and a second name for one of them.
const NAMES: [&str; 5] = ["/1/a", "/1/b", "/2/a", "/2/b", "/1/link"];
const MOUNTS: [&str; 2] = ["/1", "/2"];
const CONTENTS: [&[u8]; 2] = [b"one", b"two"];

#[derive(Clone, Debug)]
enum Operation {
    Load {
        name: usize,
        algorithm: Algorithm,
        contents: usize,
        entry_type: u8,
        keep: bool,
        now: bool,
    },
    Delete {
        name: usize,
    },
    DeleteMount {
        mount: usize,
    },
    Flush,
    Verify {
        name: usize,
        access: Access,
    },
    /// Other contents, and the purge that goes with opening for write.
    Write {
        name: usize,
        contents: usize,
    },
    Raise {
        level: StrictLevel,
    },
}

fn operations() -> impl Strategy<Value = Vec<Operation>> {
    let name = 0..NAMES.len();
    let contents = 0..CONTENTS.len();
    let algorithm = prop_oneof![Just(Algorithm::Sha256), Just(Algorithm::Md5)];
    let flags = proptest::sample::select(vec![0_u8, 1, 2, 4, 6, 0x10, 0x11, 0x08]);
    let access = proptest::sample::select(&Access::ALL[..]);
    let operation = prop_oneof![
        8 => (name.clone(), algorithm, contents.clone(), flags, any::<bool>(), any::<bool>())
            .prop_map(|(name, algorithm, contents, entry_type, keep, now)| {
                Operation::Load { name, algorithm, contents, entry_type, keep, now }
            }),
        3 => name.clone().prop_map(|name| Operation::Delete { name }),
        1 => (0..MOUNTS.len()).prop_map(|mount| Operation::DeleteMount { mount }),
        1 => Just(Operation::Flush),
        8 => (name.clone(), access).prop_map(|(name, access)| Operation::Verify { name, access }),
        3 => (name, contents).prop_map(|(name, contents)| Operation::Write { name, contents }),
    ];
    // Only at the end, or the rest would all be refused.
    let level = proptest::sample::select(&StrictLevel::ALL[..]);
    (
        proptest::collection::vec(operation.clone(), 0..40),
        level.prop_map(|level| Operation::Raise { level }),
        proptest::collection::vec(operation, 0..10),
    )
        .prop_map(|(mut all, raise, last)| {
            all.push(raise);
            all.extend(last);
            all
        })
}

#[derive(Clone, Debug, PartialEq)]
struct ModelEntry {
    names: Vec<&'static str>,
    entry_type: u8,
    fingerprint: Digest,
    status: Status,
}

#[derive(Default)]
struct Model {
    entries: BTreeMap<FileId, ModelEntry>,
    contents: BTreeMap<FileId, usize>,
    level: u8,
    loaded: bool,
}

impl Model {
    fn load(
        &mut self,
        file: FileId,
        mut entry: ModelEntry,
        evaluate: bool,
    ) -> Result<Loaded, Errno> {
        if self.level > 0 {
            return Err(Errno::PERM);
        }
        if entry.entry_type & 0x08 != 0 {
            return Err(Errno::INVAL);
        }
        if entry.entry_type & 7 == 0 {
            entry.entry_type |= 1;
        }
        if evaluate || entry.entry_type & 0x10 != 0 {
            entry.status = self.compare(file, &entry.fingerprint);
        }
        if let Some(old) = self.entries.get_mut(&file) {
            if (old.entry_type, old.fingerprint) != (entry.entry_type, entry.fingerprint) {
                return Err(Errno::EXIST);
            }
            entry.names.retain(|name| !old.names.contains(name));
            old.names.append(&mut entry.names);
            return Ok(Loaded::Identical);
        }
        self.entries.insert(file, entry);
        self.loaded = true;
        Ok(Loaded::Added)
    }

    fn remove(&mut self, goes: impl Fn(&FileId) -> bool) -> Result<(), Errno> {
        if self.level > 0 {
            return Err(Errno::PERM);
        }
        let before = self.entries.len();
        self.entries.retain(|file, _| !goes(file));
        if self.entries.len() < before { Ok(()) } else { Err(Errno::NOENT) }
    }

    fn verify(&mut self, file: FileId, access: Access) -> Verdict {
        let may = |from_level_on: u8| {
            if self.level < from_level_on { Verdict::Allow } else { Verdict::Deny(Errno::PERM) }
        };
        if self.level == 0 && !self.loaded {
            return Verdict::Allow;
        }
        let Some(entry) = self.entries.get(&file) else {
            return if access == Access::File { may(3) } else { may(2) };
        };
        let mut status = entry.status;
        if status == Status::NotEvaluated || entry.entry_type & 0x10 != 0 {
            status = self.compare(file, &entry.fingerprint);
        }
        let listed = entry.entry_type & access.flag().bits() != 0;
        let verdict = match status {
            Status::Valid if listed => Verdict::Allow,
            Status::Valid => may(2),
            _ => may(1),
        };
        self.entries.get_mut(&file).unwrap().status = status;
        verdict
    }

    fn compare(&self, file: FileId, fingerprint: &Digest) -> Status {
        let contents = CONTENTS[self.contents[&file]];
        let same = digest(fingerprint.algorithm(), contents) == *fingerprint;
        if same { Status::Valid } else { Status::Mismatch }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn the_subsystem_does_what_the_model_does(operations in operations()) {
        let fake = Fake::default();
        let mut model = Model::default();
        for (index, name) in (0..).zip(&NAMES[..4]) {
            let file = fake.file(index / 2, 10 + index % 2, name, CONTENTS[0]);
            model.contents.insert(file.id, 0);
        }
        fake.link("/1/link", "/1/a");
        for (mount, name) in (0..).zip(MOUNTS) {
            fake.other(mount, 2, name, FileKind::Directory { mount_root: true });
        }
        let mut veriexec = Veriexec::new();
        for operation in operations {
            match operation {
                Operation::Load { name, algorithm, contents, entry_type, keep, now } => {
                    let name = NAMES[name];
                    let fingerprint = digest(algorithm, CONTENTS[contents]);
                    let sent = LoadRequest {
                        keep_filename: keep,
                        eval_on_load: now,
                        ..request(name, &fingerprint, entry_type)
                    };
                    let status = Status::NotEvaluated;
                    let names = keep.then_some(name).into_iter().collect();
                    let entry = ModelEntry { names, entry_type, fingerprint, status };
                    let file = fake.locate(sent.file).unwrap().id;
                    prop_assert_eq!(veriexec.load(&fake, sent), model.load(file, entry, now));
                }
                Operation::Delete { name } => {
                    let file = fake.locate(NAMES[name].as_bytes()).unwrap().id;
                    let expected = model.remove(|other| *other == file);
                    prop_assert_eq!(veriexec.delete(&fake, NAMES[name].as_bytes()), expected);
                }
                Operation::DeleteMount { mount } => {
                    let expected = model.remove(|other| other.mount == mount as u64);
                    prop_assert_eq!(veriexec.delete(&fake, MOUNTS[mount].as_bytes()), expected);
                }
                Operation::Flush => {
                    let expected = model.remove(|_| true);
                    let expected = if expected == Err(Errno::NOENT) { Ok(()) } else { expected };
                    prop_assert_eq!(veriexec.flush(&fake), expected);
                }
                Operation::Verify { name, access } => {
                    let path = NAMES[name].as_bytes();
                    let file = fake.locate(path).unwrap();
                    let level = veriexec.strict();
                    let forecast = veriexec.would(&fake, path, file, access, level);
                    let expected = model.verify(file.id, access);
                    prop_assert_eq!(veriexec.verify(&fake, path, file, access), expected);
                    prop_assert_eq!(forecast.decision.verdict, expected);
                }
                Operation::Write { name, contents } => {
                    let file = fake.locate(NAMES[name].as_bytes()).unwrap().id;
                    fake.write(file, CONTENTS[contents]);
                    model.contents.insert(file, contents);
                    veriexec.purge(file);
                    if let Some(entry) = model.entries.get_mut(&file) {
                        entry.status = Status::NotEvaluated;
                    }
                }
                Operation::Raise { level } => {
                    veriexec.raise(level).unwrap();
                    model.level = level.number();
                }
            }
            same(&veriexec, &model)?;
        }
    }
}

/// Compares everything that can be seen of the two.
fn same(veriexec: &Veriexec, model: &Model) -> Result<(), TestCaseError> {
    let seen: BTreeMap<_, _> = veriexec
        .entries()
        .map(|(file, view)| {
            let names: Vec<_> =
                view.kept_names.iter().map(|name| str::from_utf8(name).unwrap()).collect();
            (file, (names, view.entry_type.bits(), *view.fingerprint, view.status))
        })
        .collect();
    let expected: BTreeMap<_, _> = model
        .entries
        .iter()
        .map(|(file, entry)| {
            (*file, (entry.names.clone(), entry.entry_type, entry.fingerprint, entry.status))
        })
        .collect();
    prop_assert_eq!(seen, expected);
    for (file, _) in veriexec.entries() {
        prop_assert!(veriexec.lookup(file).is_some());
    }
    let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
    for file in model.entries.keys() {
        *counts.entry(file.mount).or_default() += 1;
    }
    let tables: BTreeMap<_, _> =
        veriexec.tables().map(|table| (table.mount, table.entries)).collect();
    prop_assert_eq!(tables, counts);
    let mut dumped: Vec<_> =
        veriexec.dump().map(|(name, entry)| (name, *entry.fingerprint)).collect();
    let named = |entry: &ModelEntry| {
        let fingerprint = entry.fingerprint;
        entry.names.clone().into_iter().map(move |name| (name.as_bytes(), fingerprint))
    };
    let mut expected: Vec<_> = model.entries.values().flat_map(named).collect();
    dumped.sort_unstable_by_key(|(name, _)| *name);
    expected.sort_unstable_by_key(|(name, _)| *name);
    prop_assert_eq!(dumped, expected);
    Ok(())
}
