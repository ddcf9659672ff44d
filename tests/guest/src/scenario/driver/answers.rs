//! What NetBSD's own kernel answered, asked again of a Linux kernel with the module.

#[allow(clippy::panic, clippy::unwrap_used, reason = "what it reads is compiled in")]
#[path = "../../../../../crates/veriexec/tests/subsystem/answers/netbsd.rs"]
mod netbsd;

use std::path::Path;

use anyhow::{Context, Result};
use veriexec::{Errno, StrictLevel};

use self::netbsd::ON_PURPOSE;
use crate::machine::root::Root;
use crate::materials::Materials;
use crate::scenario::Scenario;
use crate::scenario::rows::{self, Expected, Place, Row, State};

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "answers",
    script: include_str!("answers.sh"),
    programs: &["veriexecctl"],
    c_programs: &["rows"],
    prepare,
    limit: 300,
    ..Scenario::PLAIN
};

/// What can only be asked on a file system of its own, because it is about its table or its mount.
const ON_ITS_OWN: [&str; 5] = ["load-", "delete", "query", "unmount-", "eval-on-load"];

fn prepare(materials: &Materials<'_>, root: &mut Root) -> Result<()> {
    let rows: Result<Vec<Row>> = netbsd::rows().map(|netbsd| row(&netbsd)).collect();
    root.file(Path::new("/note"), note().as_bytes())?;
    rows::install(&rows?, materials, root)
}

/// What differs from NetBSD's answers, and why.
fn note() -> String {
    let all = netbsd::rows().count();
    let differing = netbsd::rows().filter(|row| expected(row) != row.outcome).count();
    let may_not_ask = netbsd::rows().filter(|row| row.may_not_ask).count();
    let mut note = format!(
        "of {all} answers of NetBSD's, {} must be the same, {differing} differ on purpose, and \
         there is none that Linux has no call for; about {may_not_ask} its kernel may never ask",
        all - differing,
    );
    for difference in &ON_PURPOSE {
        let about = netbsd::rows().filter(|row| difference.is_about(row));
        let count = about.filter(|row| expected(row) != row.outcome).count();
        let netbsd::Difference { levels, operation, content, ours, why } = difference;
        let ours = ours.join(" ");
        note.push_str(&format!(
            "\n{count:3} at {levels}, {operation}, {content}: here {ours}: {why}"
        ));
    }
    note
}

/// What should be answered here.
fn expected<'a>(row: &netbsd::Row<'a>) -> [&'a str; 3] {
    let difference = ON_PURPOSE.iter().find(|difference| difference.is_about(row));
    difference.map_or(row.outcome, |difference| difference.ours)
}

fn row(netbsd: &netbsd::Row<'static>) -> Result<Row> {
    let [answer, status, other] = expected(netbsd);
    let level = StrictLevel::from_number(netbsd.level.parse()?);
    let level = level.ok().with_context(|| format!("there is no level {}", netbsd.level))?;
    let is_apart = ON_ITS_OWN.iter().any(|prefix| netbsd.operation.starts_with(prefix));
    Ok(Row {
        level,
        call: netbsd.operation,
        place: if is_apart { Place::Own } else { Place::Shared },
        entry: netbsd.entry_type().filter(|_| netbsd.operation != "unmount-empty"),
        is_match: netbsd.content != "mismatch",
        state: match netbsd.operation {
            "load-same-evaluated" => State::Evaluated,
            _ => State::Fresh,
        },
        expected: Expected { error: number(answer)?, status, other, log: None },
    })
}

/// The error number of that name.
fn number(answer: &str) -> Result<i32> {
    if answer == "ok" {
        return Ok(0);
    }
    let known = (1..200).find(|number| Errno::from_raw(*number).name() == Some(answer));
    known.with_context(|| format!("there is no error {answer}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_is_asked_for() {
        let rows: Vec<Row> = netbsd::rows().map(|netbsd| row(&netbsd).unwrap()).collect();
        assert_eq!(rows.len(), 583);
        assert!(note().starts_with("of 583 answers of NetBSD's, 541 must be the same, 42 differ"));
    }
}
