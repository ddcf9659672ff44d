//! Signatures files, as they are named on the command line.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context, Result};
use sigfile::{Line, printable};

use crate::bytes;
use crate::complaints::Complaints;

/// The bytes of a signatures file; `-` is standard input.
pub(crate) fn read(file: &Path) -> Result<Vec<u8>> {
    if file.as_os_str() == "-" {
        let mut text = Vec::new();
        io::stdin().lock().read_to_end(&mut text).context("standard input")?;
        return Ok(text);
    }
    fs::read(file).with_context(|| format!("cannot read {}", printable(bytes(file))))
}

/// The good lines of a signatures file; there is a complaint about each other one.
pub(crate) fn good_lines(file: &Path, complaints: &mut Complaints) -> Result<Vec<Line>> {
    let text = read(file)?;
    let good = |line: Result<Line, sigfile::Diagnostic>| {
        line.map_err(|problem| complaints.add(format_args!("{}", problem.in_file(file)))).ok()
    };
    Ok(sigfile::entries(&text).filter_map(good).collect())
}
