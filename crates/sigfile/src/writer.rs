//! Lines of signatures files, written so that every name is read back.

use std::io::{self, Write};

use fingerprint::{Algorithm, Digest};

use crate::{Entry, EntryType, PathError, printable};

/// Writes an entry as one line, as [`write_line`] does.
///
/// # Errors
/// Those of `out`.
pub fn write_entry(out: &mut impl Write, entry: &Entry) -> io::Result<()> {
    write_line(out, entry.path(), entry.fingerprint(), entry.entry_type())
}

/// Writes an entry as one line for people to read: what could harm a terminal is shown as
/// [`printable`] shows it, all else as [`write_entry`] writes it. Such a line need not read back.
///
/// # Errors
/// Those of [`write_entry`].
pub fn show_entry(out: &mut impl Write, entry: &Entry) -> io::Result<()> {
    let mut line = Vec::new();
    write_entry(&mut line, entry)?;
    let text = line.strip_suffix(b"\n").unwrap_or(&line);
    // The grammar's own backslashes are harmless, and doubling them would mislead.
    writeln!(out, "{}", printable(text).to_string().replace(r"\\", r"\"))
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
    out.write_all(b" ")?;
    out.write_all(digest.algorithm().name().as_bytes())?;
    out.write_all(b" ")?;
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

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &[u8; 16] = b"\x00\x12\x9a\xab\xcf\xff\x10\x01\x22\x33\x44\x55\x66\x77\x88\x99";
    const HEX: &str = "00129aabcfff10012233445566778899";

    fn line(path: &[u8], entry_type: EntryType) -> io::Result<String> {
        let digest = Digest::new(Algorithm::Md5, DIGEST).unwrap();
        let mut out = Vec::new();
        let result = write_line(&mut out, path, &digest, entry_type);
        let out = String::from_utf8(out).unwrap();
        result.inspect_err(|_| assert_eq!(out, "")).map(|()| out)
    }

    #[test]
    fn a_line_has_four_fields() {
        let expected = format!("/bin/ls MD5 {HEX} direct\n");
        assert_eq!(line(b"/bin/ls", EntryType::DIRECT).unwrap(), expected);
        let library = EntryType::from_word(b"library").unwrap();
        let expected = format!("/lib/c.so MD5 {HEX} indirect, file\n");
        assert_eq!(line(b"/lib/c.so", library).unwrap(), expected);
        let expected = format!("/bin/ls MD5 {HEX}\n");
        assert_eq!(line(b"/bin/ls", EntryType::EMPTY).unwrap(), expected);
    }

    #[test]
    fn what_would_end_a_path_is_quoted() {
        let path = b"/a b\tc\nd\\e#f,g\rh\"";
        let expected = format!("/a\\ b\\\tc\\\nd\\\\e\\#f,g\rh\" MD5 {HEX} file\n");
        assert_eq!(line(path, EntryType::FILE).unwrap(), expected);
    }

    #[test]
    fn a_path_that_could_not_be_read_back_is_not_written() {
        for path in [&b"bin/ls"[..], b"", b"/", b"/a\0"] {
            let error = line(path, EntryType::DIRECT).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
            assert!(error.get_ref().unwrap().is::<PathError>());
        }
    }

    #[test]
    fn what_is_shown_does_no_harm() {
        let shown = |path: &[u8]| {
            let digest = Digest::new(Algorithm::Md5, DIGEST).unwrap();
            let entry = Entry::new(path.to_vec(), digest, EntryType::FILE).unwrap();
            let mut out = Vec::new();
            show_entry(&mut out, &entry).unwrap();
            String::from_utf8(out).unwrap()
        };
        let line = |path: &str| format!("{path} MD5 {HEX} file\n");
        assert_eq!(shown(b"/bin/ls"), line("/bin/ls"));
        let hostile = "/a b\x1b[2J\u{202e}\\".as_bytes();
        assert_eq!(shown(hostile), line("/a\\ b\\x1b[2J\\u{202e}\\\\"));
        assert_eq!(shown(b"/\xff\n"), line("/\\xff\\\\n"));
    }

    #[test]
    fn an_error_of_the_output_is_passed_on() {
        let digest = Digest::new(Algorithm::Md5, DIGEST).unwrap();
        for room in 0..50 {
            let mut space = [0; 50];
            let mut out = &mut space[..room];
            let result = write_line(&mut out, b"/bin/ls", &digest, EntryType::FILE);
            assert_eq!(result.unwrap_err().kind(), io::ErrorKind::WriteZero);
        }
    }
}
