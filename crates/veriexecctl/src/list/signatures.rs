//! Signatures files, as they are named on the command line.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context, Result};
use sigfile::{Line, printable};

use crate::answer::complaints::Complaints;
use crate::bytes;

/// The most bytes that are read: some million entries, and a limit for what has no end.
const LIMIT: u64 = 1 << 30;

/// The bytes of a signatures file; `-` is standard input.
pub(crate) fn read(file: &Path) -> Result<Vec<u8>> {
    if file.as_os_str() == "-" {
        return read_all(io::stdin().lock(), LIMIT).context("standard input");
    }
    let opened = File::open(file).and_then(|opened| read_all(opened, LIMIT));
    let is_missing = opened.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::NotFound);
    let what = if is_missing { ", a list that veriexecgen(8) makes" } else { "" };
    opened.with_context(|| format!("cannot read {}{what}", printable(bytes(file))))
}

fn read_all(source: impl Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    let read = source.take(limit.saturating_add(1)).read_to_end(&mut text)?;
    if read as u64 > limit {
        return Err(io::Error::other(format!(
            "more than {limit} bytes; expected a signatures file"
        )));
    }
    Ok(text)
}

/// The good lines of a signatures file; there is a complaint about each other one.
pub(crate) fn good_lines(file: &Path, complaints: &mut Complaints) -> Result<Vec<Line>> {
    let text = read(file)?;
    if let Some(foreign) = sigfile::foreign(&text) {
        complaints.add(format_args!("{}", foreign.in_file(file)));
        return Ok(Vec::new());
    }
    let good = |line: Result<Line, sigfile::Diagnostic>| {
        line.map_err(|problem| complaints.add(format_args!("{}", problem.in_file(file)))).ok()
    };
    Ok(sigfile::entries(&text).filter_map(good).collect())
}

/// Complains of a list without a line, good or bad: what makes lists has failed, or another was
/// meant.
pub(crate) fn complain_of_nothing(file: &Path, complaints: &mut Complaints) {
    if complaints.count() == 0 {
        complaints.add(format_args!("{} lists nothing", printable(bytes(file))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_end_is_no_signatures_file() {
        assert_eq!(read_all(&b"12345678"[..], 8).unwrap(), b"12345678");
        let error = read_all(io::repeat(b'/'), 8).unwrap_err();
        assert_eq!(error.to_string(), "more than 8 bytes; expected a signatures file");
    }
}
