//! Tables of system calls with the answers they should get: what `programs/rows.c` makes.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::Result;
use fingerprint::{Algorithm, Digest, Hasher};
use sigfile::EntryType;
use veriexec::StrictLevel;

use crate::machine::root::Root;
use crate::materials::Materials;
use crate::materials::compiler::{self, Linking};

/// A system call about a file of its own.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) level: StrictLevel,
    /// The call, by its name in `programs/rows/*_calls.c`.
    pub(crate) call: &'static str,
    pub(crate) place: Place,
    /// What the file is listed for, if it is.
    pub(crate) entry: Option<EntryType>,
    /// Whether its contents are the listed ones.
    pub(crate) is_match: bool,
    pub(crate) state: State,
    pub(crate) expected: Expected,
}

/// Where a row's file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a file system that many rows share.
    Shared,
    /// In a file system of its own.
    Own,
    /// There, below the place that something is mounted over.
    Below,
    /// On the disk that is written raw.
    Disk,
    /// On the disk that cannot be read any more.
    BrokenDisk,
}

/// What has happened to a file before the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Nothing since it was listed.
    Fresh,
    /// It was evaluated.
    Evaluated,
    /// Somebody has it open for write, and had before it was listed.
    Busy,
}

/// What should come of it.
#[derive(Clone, Debug)]
pub(crate) struct Expected {
    /// 0, or the error number.
    pub(crate) error: i32,
    /// The status that the file's name leads to after the call, in words with hyphens, `no-entry`,
    /// or `-` if it is not asked.
    pub(crate) status: &'static str,
    /// The same of the other name that there may be.
    pub(crate) other: &'static str,
    /// What is logged, with a star for anything; `None` if it is not looked at.
    pub(crate) log: Option<Vec<String>>,
}

/// Rows, as the guest needs them.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: String,
    signatures: String,
    count: usize,
}

impl Row {
    /// The file that the row of that number is about.
    pub(crate) fn file(&self, number: usize) -> String {
        match self.place {
            Place::Shared => format!("/t/row{number}/f"),
            Place::Own => format!("/own/row{number}/f"),
            Place::Below => format!("/own/row{number}/place/f"),
            Place::Disk => format!("/disk/row{number}/f"),
            Place::BrokenDisk => format!("/broken/row{number}/f"),
        }
    }
}

impl Table {
    /// A table of those rows; the files are made of these programs and modules.
    pub(crate) fn new(rows: &[Row], program: &[u8], module: &[u8]) -> Result<Self> {
        let mut table = Self::default();
        for row in rows {
            let contents = if row.call == "finit-module" { module } else { program };
            table.add(row, &Hasher::digest(Algorithm::Sha256, contents))?;
        }
        Ok(table)
    }

    fn add(&mut self, row: &Row, digest: &Digest) -> Result<()> {
        let file = row.file(self.count);
        let entry = row.entry.map_or_else(|| "unlisted".into(), flags);
        let contents = if row.is_match { "match" } else { "mismatch" };
        let state = match row.state {
            State::Fresh => "fresh",
            State::Evaluated => "evaluated",
            State::Busy => "busy",
        };
        let level = row.level.number();
        let Expected { error, status, other, log } = &row.expected;
        write!(self.rows, "{level}\t{}\t{file}\t{entry}\t{contents}\t{state}", row.call)?;
        write!(self.rows, "\t{error}\t{status}\t{other}")?;
        if let Some(log) = log {
            write!(self.rows, "\t{}", log.join("\t"))?;
        }
        writeln!(self.rows)?;
        if row.entry.is_some() {
            writeln!(self.signatures, "{file} SHA256 {digest} {entry}")?;
        }
        if row.call == "script" {
            let text = format!("#!{file}\n");
            let digest = Hasher::digest(Algorithm::Sha256, text.as_bytes());
            let script = file.replace("/f", "/script");
            writeln!(self.signatures, "{script} SHA256 {digest} direct,file")?;
        }
        self.count += 1;
        Ok(())
    }

    /// Puts them where a guest finds them.
    pub(crate) fn install(&self, root: &mut Root) -> Result<()> {
        root.file(Path::new("/table"), self.rows.as_bytes())?;
        root.file(Path::new("/signatures"), self.signatures.as_bytes())
    }
}

/// Rows for a guest, and what their files are made of.
pub(crate) fn install(rows: &[Row], materials: &Materials<'_>, root: &mut Root) -> Result<()> {
    let Materials { cache, tools, kernel, .. } = materials;
    let program = compiler::program(cache, "nothing", Linking::Bare)?;
    let module = compiler::module(cache, tools, kernel, "probe")?;
    root.copy(&program, Path::new("/nothing"))?;
    root.copy(&module, Path::new("/lib/probe.ko"))?;
    let program = fs::read(program)?;
    let digest = Hasher::digest(Algorithm::Sha256, &program);
    root.file(Path::new("/nothing.digest"), base64(digest.as_bytes()).as_bytes())?;
    Table::new(rows, &program, &fs::read(module)?)?.install(root)
}

/// The flags of an entry, as a signatures file has them.
fn flags(entry: EntryType) -> String {
    entry.to_string().replace(' ', "")
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let number = group.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
        let number = number << (8 * (3 - group.len()));
        for place in 0..4 {
            let digit = number >> (18 - 6 * place) & 63;
            text.push(if place > group.len() { '=' } else { DIGITS[digit as usize].into() });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_rfc_4648() {
        for (bytes, text) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn a_row_has_its_fields_between_tabs() {
        let log = Some(vec!["Veriexec: one *".into(), "two".into()]);
        let row = Row {
            level: StrictLevel::Ips,
            call: "script",
            place: Place::Shared,
            entry: EntryType::from_bits(0x16),
            is_match: false,
            state: State::Busy,
            expected: Expected { error: 1, status: "valid", other: "-", log },
        };
        let table = Table::new(&[row], b"program", b"module").unwrap();
        assert_eq!(
            table.rows,
            "2\tscript\t/t/row0/f\tindirect,file,untrusted\tmismatch\tbusy\t1\tvalid\t-\t\
             Veriexec: one *\ttwo\n"
        );
        let names: Vec<_> = table.signatures.lines().map(|line| line.split(' ').next()).collect();
        assert_eq!(names, [Some("/t/row0/f"), Some("/t/row0/script")]);
    }
}
