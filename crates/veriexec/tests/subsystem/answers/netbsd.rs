//! What NetBSD's own kernel answered, and where Veriexec here says something else on purpose.

use sigfile::EntryType;

const ANSWERS: &str = include_str!("../../data/netbsd-kernel-answers.tsv");

/// Where this subsystem says something else on purpose.
pub(crate) struct Difference {
    /// The levels, operation and content.
    pub(crate) levels: &'static str,
    pub(crate) operation: &'static str,
    pub(crate) content: &'static str,
    /// Its own answer, status after, and status of the other name.
    pub(crate) ours: [&'static str; 3],
    pub(crate) why: &'static str,
}

impl Difference {
    /// Whether it is about the row.
    pub(crate) fn is_about(&self, row: &Row<'_>) -> bool {
        self.levels.contains(row.level)
            && self.operation == row.operation
            && self.content == row.content
    }
}

const fn difference(
    levels: &'static str,
    operation: &'static str,
    content: &'static str,
    ours: [&'static str; 3],
    why: &'static str,
) -> Difference {
    Difference { levels, operation, content, ours, why }
}

const IDENTICAL: &str = "an identical entry is no error, as in newer kernels";
const TRUNCATE: &str = "truncate(2) is denied wherever opening for write is";
const PURGED: &str = "truncate(2) is a write, and a write purges the status";

pub(crate) const ON_PURPOSE: [Difference; 11] = [
    difference("0", "load-same", "-", ["ok", "-", "-"], IDENTICAL),
    difference("0", "load-same-evaluated", "-", ["ok", "-", "-"], IDENTICAL),
    difference("0", "load-hardlink-same", "-", ["ok", "-", "-"], IDENTICAL),
    difference(
        "0",
        "delete-dir-inside-mount",
        "-",
        ["ENOENT", "-", "not-evaluated"],
        "only a mount point stands for the table of its mount",
    ),
    difference("0123", "strict-7", "-", ["EINVAL", "-", "-"], "there are four levels"),
    difference("01", "truncate", "match", ["ok", "not-evaluated", "-"], PURGED),
    difference("0", "truncate", "mismatch", ["ok", "not-evaluated", "-"], PURGED),
    difference("1", "truncate", "mismatch", ["EPERM", "mismatch", "-"], TRUNCATE),
    difference("23", "truncate", "match", ["EPERM", "valid", "-"], TRUNCATE),
    difference("23", "truncate", "mismatch", ["EPERM", "mismatch", "-"], TRUNCATE),
    difference("3", "truncate", "-", ["EPERM", "no-entry", "-"], TRUNCATE),
];

pub(crate) struct Row<'a> {
    pub(crate) level: &'a str,
    pub(crate) operation: &'a str,
    pub(crate) entry: &'a str,
    pub(crate) content: &'a str,
    /// The answer, the status after, and the status of the other name.
    pub(crate) outcome: [&'a str; 3],
    /// Whether a kernel built from NetBSD's sources may never ask Veriexec about it.
    pub(crate) may_not_ask: bool,
}

impl Row<'_> {
    /// The type of the entry that it is about; rows that name none have a direct one.
    pub(crate) fn entry_type(&self) -> Option<EntryType> {
        match self.entry {
            "unlisted" => None,
            "-" => Some(EntryType::DIRECT),
            words => {
                let flag = |word: &str| EntryType::from_word(word.as_bytes()).unwrap();
                Some(words.split('+').map(flag).fold(EntryType::EMPTY, |all, flag| all | flag))
            }
        }
    }
}

pub(crate) fn rows() -> impl Iterator<Item = Row<'static>> {
    ANSWERS.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let fields: Vec<_> = line.split('\t').collect();
        let (fields, may_not_ask) = match &fields[..] {
            [fields @ .., "may-not-ask"] => (fields, true),
            fields => (fields, false),
        };
        let [level, operation, entry, content, answer, status, other] = *fields else {
            panic!("not seven fields: {line}");
        };
        assert!(answer == "ok" || answer.starts_with('E'), "no answer: {line}");
        Row { level, operation, entry, content, outcome: [answer, status, other], may_not_ask }
    })
}
