//! `dump`: the entries whose names were kept, as a signatures file.

use std::io::{self, BufWriter, IsTerminal, Write};

use anyhow::Result;
use kmod_ioctl::{Access, DumpedEntry};
use serde_json::Value;
use sigfile::printable;

use crate::cli::Cli;
use crate::exit::Exit;
use crate::json::Object;
use crate::{open, to_standard_output};

/// Prints a line an entry, exact bytes for a program to read, harmless ones for a terminal.
pub(crate) fn run(cli: &Cli) -> Result<Exit> {
    let entries = open(cli, Access::READ)?.dump()?;
    if cli.json {
        let json = |DumpedEntry { entry, status }: &DumpedEntry| {
            Value::from(Object::new().entry(entry).with("status", status.name()))
        };
        Object::new().with("entries", entries.iter().map(json).collect::<Vec<_>>()).print()?;
        return Ok(Exit::Done);
    }
    let out = io::stdout().lock();
    let terminal = out.is_terminal();
    to_standard_output(print(BufWriter::new(out), &entries, terminal))?;
    Ok(Exit::Done)
}

fn print(mut out: impl Write, entries: &[DumpedEntry], terminal: bool) -> io::Result<()> {
    let mut line = Vec::new();
    for DumpedEntry { entry, .. } in entries {
        line.clear();
        sigfile::write_entry(&mut line, entry)?;
        if terminal {
            let text = line.strip_suffix(b"\n").unwrap_or(&line);
            // The grammar's own backslashes are harmless, and doubling them would mislead.
            writeln!(out, "{}", printable(text).to_string().replace(r"\\", r"\"))?;
        } else {
            out.write_all(&line)?;
        }
    }
    out.flush()
}
