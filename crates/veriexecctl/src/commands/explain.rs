//! `explain`: what each access to a file is answered at each level, and why.

mod listed;
mod need;
mod row;
mod subject;
mod table;

use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, Error, Result, anyhow};
use serde_json::Value;
use sigfile::printable;
use veriexec::StrictLevel;

use crate::answer::complaints::Complaints;
use crate::answer::json::Object as Json;
use crate::answer::json::Print;
use crate::answer::to_standard_output;
use crate::bytes;
use crate::cli::{Cli, ExplainArgs};
use crate::exit::Exit;
use crate::machine::kind::Kind;
use crate::machine::tree::{Tree, is_missing};

use listed::Source;
use need::{Found, Needs};
use row::Row;
use subject::Subject;

/// Explains a file. Whatever comes out, it was explained.
pub(crate) fn run(cli: &Cli, args: &ExplainArgs) -> Result<Exit> {
    let mut complaints = Complaints::default();
    let tree = Tree::new(args.root.as_deref())?;
    let mut source = Source::open(cli, args, &tree, &mut complaints)?;
    let levels = args.level.map_or(StrictLevel::ALL.to_vec(), |level| vec![level]);
    let explanation = Explanation::of(&args.file, &tree, &mut source, &levels)?;
    if cli.json {
        explanation.json().print()?;
    } else {
        to_standard_output(io::stdout().write_all(explanation.text(&levels).as_bytes()))?;
    }
    Ok(if complaints.finish() == 0 { Exit::Done } else { Exit::Failed })
}

/// The error, with what it means that no file is there: a report may name one that is gone.
fn without_file(error: Error) -> Error {
    match error.downcast_ref::<io::Error>() {
        Some(missing) if is_missing(missing) => anyhow!(
            "{missing}: the file is gone, or has no name; one without a name is not listed: from \
             strict level 2 on it is neither executed nor mapped, at level 3 it is not opened"
        ),
        _ => error,
    }
}

/// A file, and what is answered about it.
struct Explanation {
    subject: Subject,
    rows: Vec<Row>,
    needs: Needs,
}

impl Explanation {
    fn of(file: &Path, tree: &Tree, source: &mut Source, levels: &[StrictLevel]) -> Result<Self> {
        let name = || format!("`{}'", printable(bytes(file)));
        let place = tree.place(bytes(file)).map_err(|error| without_file(error.into()));
        let place = place.with_context(name)?;
        let subject = Subject::of(bytes(file), &place, source).map_err(without_file);
        let subject = subject.with_context(name)?;
        let rows = row::ACCESSES.map(|access| Row::of_access(access, &subject, levels)).into();
        let needs = match subject.kind {
            Kind::Regular => Needs::of(&place, tree, source, levels),
            _ => Needs::default(),
        };
        Ok(Self { subject, rows, needs })
    }

    fn text(&self, levels: &[StrictLevel]) -> String {
        let mut text = self.subject.text();
        // What the driver is never asked about tells nothing.
        let rows: Vec<_> = self.rows.iter().filter(|row| row.is_asked).cloned().collect();
        if !rows.is_empty() {
            table::draw(&mut text, levels, &rows);
        }
        for (path, reason) in &self.needs.unread {
            let path = printable(path);
            text.push_str(&format!("what {path} needs: not known: {reason}\n"));
        }
        let mut rows = Vec::new();
        for need in &self.needs.known {
            if let Some(said) = need.text() {
                text.push_str(&said);
                text.push('\n');
            }
            if let Found::File(_, row) = &need.found {
                rows.push(row.clone());
            }
        }
        if !rows.is_empty() {
            text.push_str("needs:\n");
            table::draw(&mut text, levels, &rows);
        }
        text
    }

    fn json(&self) -> Json {
        let needs = self.needs.known.iter().map(|need| {
            let object = Json::new().with("role", need.role.word()).name("name", &need.name);
            Value::from(match &need.found {
                Found::File(subject, row) => {
                    subject.json(object).with("found", true).with("levels", row.json())
                }
                Found::Nothing => object.with("found", false),
                Found::Unknown(reason) => {
                    object.with("found", Value::Null).with("unknown_because", reason.as_str())
                }
            })
        });
        let unread = self.needs.unread.iter().map(|(path, reason)| {
            Value::from(Json::new().name("path", path).with("reason", reason.as_str()))
        });
        let accesses = self.rows.iter().map(|row| {
            Value::from(Json::new().with("access", row.word()).with("levels", row.json()))
        });
        self.subject
            .json(Json::new())
            .with("accesses", accesses.collect::<Vec<_>>())
            .with("needs", needs.collect::<Vec<_>>())
            .with("needs_unread", unread.collect::<Vec<_>>())
    }
}
