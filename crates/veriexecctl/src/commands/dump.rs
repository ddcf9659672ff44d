//! `dump`: the entries whose names were kept, as a signatures file.

use std::io::{self, BufWriter, IsTerminal, Write};

use anyhow::Result;
use kmod_ioctl::{Access, DumpedEntry};
use serde_json::Value;
use sigfile::{show_entry, write_entry};

use crate::answer::json::{Object, Print};
use crate::answer::to_standard_output;
use crate::cli::Cli;
use crate::device::open;
use crate::exit::Exit;

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
    let write = if terminal { show_entry } else { write_entry };
    entries.iter().try_for_each(|DumpedEntry { entry, .. }| write(&mut out, entry))?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use fingerprint::{Algorithm, Hasher};
    use sigfile::{Entry, EntryType};
    use veriexec::Status;

    use super::*;

    fn printed(name: &[u8], terminal: bool) -> String {
        let digest = Hasher::digest(Algorithm::Md5, b"");
        let entry = Entry::new(name.to_vec(), digest, EntryType::FILE).unwrap();
        let mut text = Vec::new();
        print(&mut text, &[DumpedEntry { entry, status: Status::Valid }], terminal).unwrap();
        String::from_utf8_lossy(&text).into_owned()
    }

    #[test]
    fn a_terminal_is_not_harmed() {
        let rest = " MD5 d41d8cd98f00b204e9800998ecf8427e file\n";
        assert_eq!(printed(b"/a b\x1b[2J\xff", true), format!("/a\\ b\\x1b[2J\\xff{rest}"));
        assert_eq!(printed(b"/a b\x1b[2J", false), format!("/a\\ b\x1b[2J{rest}"));
    }
}
