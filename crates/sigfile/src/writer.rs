//! Lines of signatures files, written so that every name is read back.

use std::io::{self, Write};

use fingerprint::{Algorithm, Digest};

use crate::{Entry, EntryType, PathError};

/// Writes an entry as one line, as [`write_line`] does.
///
/// # Errors
/// Those of `out`.
pub fn write_entry(out: &mut impl Write, entry: &Entry) -> io::Result<()> {
    write_line(out, entry.path(), entry.fingerprint(), entry.entry_type())
}

/// Writes a line of a signatures file: the path with a backslash before each backslash, space, tab,
/// newline and `#`, the algorithm, lower-case hexadecimal, and the flags, if any, in the order of
/// veriexecctl(8).
///
/// Many short writes: `out` should be buffered.
///
/// # Errors
/// Those of `out`; [`io::ErrorKind::InvalidInput`] with a [`PathError`], and nothing written, for a
/// path that no entry can have.
pub fn write_line(
    out: &mut impl Write,
    path: &[u8],
    digest: &Digest,
    entry_type: EntryType,
) -> io::Result<()> {
    PathError::check(path).map_err(|e| io::Error::new(io::ErrorKind::InvalidInput, e))?;
    write_escaped(out, path)?;
    write!(out, " {} ", digest.algorithm())?;
    write_hex(out, digest)?;
    if !entry_type.is_empty() {
        write!(out, " {entry_type}")?;
    }
    out.write_all(b"\n")
}

fn write_escaped(out: &mut impl Write, mut path: &[u8]) -> io::Result<()> {
    let special = |byte: &u8| matches!(byte, b'\\' | b' ' | b'\t' | b'\n' | b'#');
    while let Some((plain, rest)) =
        path.iter().position(special).and_then(|index| path.split_at_checked(index))
    {
        out.write_all(plain)?;
        let (quoted, rest) = rest.split_at_checked(1).unwrap_or((rest, &[]));
        out.write_all(b"\\")?;
        out.write_all(quoted)?;
        path = rest;
    }
    out.write_all(path)
}

fn write_hex(out: &mut impl Write, digest: &Digest) -> io::Result<()> {
    let mut hex = [[0; 2]; Algorithm::MAX_DIGEST_LEN];
    for (pair, byte) in hex.iter_mut().zip(digest.as_bytes()) {
        *pair = [digit(byte >> 4), digit(byte & 0xf)];
    }
    let written = hex.get(..digest.as_bytes().len()).unwrap_or(&hex);
    out.write_all(written.as_flattened())
}

fn digit(nibble: u8) -> u8 {
    match nibble {
        0..=9 => b'0'.wrapping_add(nibble),
        _ => b'a'.wrapping_sub(10).wrapping_add(nibble),
    }
}
