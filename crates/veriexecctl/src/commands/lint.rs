//! `lint`: what is wrong with a signatures file, or will be.

pub(crate) mod codes;
mod files;
mod finding;

use std::io::{self, BufWriter, Write};
use std::path::Path;

use anyhow::Result;
use sigfile::lint::Severity;
use sigfile::printable;

use crate::answer::json::{Object, Print};
use crate::answer::to_standard_output;
use crate::bytes;
use crate::cli::{Cli, LintArgs};
use crate::exit::Exit;
use crate::list::signatures;
use crate::machine::tree::Tree;
use finding::Finding;

/// Prints what there is to say about a file; the status says whether that was nothing.
pub(crate) fn run(cli: &Cli, args: &LintArgs) -> Result<Exit> {
    let text = signatures::read(&args.file)?;
    let mut findings: Vec<Finding> = sigfile::lint(&text).into_iter().map(Finding::from).collect();
    if sigfile::entries(&text).next().is_none() {
        findings.push(Finding::of_nothing());
    }
    if !args.no_files {
        findings.extend(files::lint(&text, &Tree::new(args.root.as_deref())?));
        findings.sort_by_key(|finding| (finding.line, finding.column));
    }
    findings.retain(|finding| {
        let allowed = args.allow.iter().any(|code| *code == finding.code);
        !allowed && (finding.severity == Severity::Error || !args.errors_only)
    });
    if cli.json {
        let count =
            |severity| findings.iter().filter(|finding| finding.severity == severity).count();
        Object::new()
            .name("file", bytes(&args.file))
            .with("errors", count(Severity::Error))
            .with("warnings", count(Severity::Warning))
            .with("findings", findings.iter().map(Finding::json).collect::<Vec<_>>())
            .print()?;
    } else {
        let out = BufWriter::new(io::stdout().lock());
        to_standard_output(print(out, &args.file, &findings))?;
    }
    Ok(if findings.is_empty() { Exit::Done } else { Exit::Failed })
}

fn print(mut out: impl Write, file: &Path, findings: &[Finding]) -> io::Result<()> {
    let file = printable(bytes(file)).to_string();
    for Finding { line, column, severity, code, text, .. } in findings {
        writeln!(out, "{file}:{line}:{column}: {severity}: {text} [{code}]")?;
    }
    out.flush()
}
