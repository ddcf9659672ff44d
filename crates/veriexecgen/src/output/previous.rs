//! What the output listed before: `-A` adds to it and changes none of it.

use std::collections::HashMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use anyhow::{Context, Result};
use fingerprint::Digest;
use sigfile::{Entry, EntryType, entries, foreign, printable};

use crate::answer::faults::Faults;

/// A signatures file that is to be added to.
#[derive(Debug, Default)]
pub(crate) struct Previous {
    bytes: Vec<u8>,
    listed: HashMap<Vec<u8>, Listed>,
}

/// What a line says of a path.
#[derive(Clone, Copy, Debug)]
struct Listed {
    line: usize,
    fingerprint: Digest,
    entry_type: EntryType,
}

impl Previous {
    /// Reads a file; if there is none, it listed nothing.
    ///
    /// # Errors
    /// When it cannot be read. Lines that are wrong are faults.
    pub(crate) fn read(file: &Path, faults: &mut Faults) -> Result<Self> {
        let bytes = match fs::read(file) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            read => read.with_context(|| {
                format!("Cannot read `{}'", printable(file.as_os_str().as_bytes()))
            })?,
        };
        let mut listed = HashMap::new();
        if let Some(foreign) = foreign(&bytes) {
            faults.add(foreign.in_file(file));
            return Ok(Self { bytes, listed });
        }
        for line in entries(&bytes) {
            match line {
                Ok(line) => {
                    let what = Listed {
                        line: line.number,
                        fingerprint: *line.entry.fingerprint(),
                        entry_type: line.entry.entry_type().or_direct(),
                    };
                    // A driver keeps the first of two lines for one file.
                    listed.entry(line.entry.into_path()).or_insert(what);
                }
                Err(diagnostic) => faults.add(diagnostic.in_file(file)),
            }
        }
        Ok(Self { bytes, listed })
    }

    /// The file as it was; if it is to be `continued`, with the newline that its last line may lack.
    pub(crate) fn write(&self, out: &mut dyn io::Write, continued: bool) -> io::Result<()> {
        out.write_all(&self.bytes)?;
        match self.bytes.last() {
            Some(last) if continued && *last != b'\n' => out.write_all(b"\n"),
            _ => Ok(()),
        }
    }

    /// Whether an entry is not listed yet. One that is listed as something else is a fault.
    pub(crate) fn is_new(&self, file: &Path, entry: &Entry, faults: &mut Faults) -> bool {
        match self.listed.get(entry.path()) {
            None => true,
            Some(listed) => {
                let Listed { line, fingerprint, entry_type } = listed;
                let same = entry.fingerprint() == fingerprint && entry.entry_type() == *entry_type;
                if !same {
                    faults.add(format_args!(
                        "{}:{line}: `{}' is listed as {} {fingerprint} {entry_type}, but is {} {} \
                         {}; --refresh brings its line up to date, or write a new list",
                        printable(file.as_os_str().as_bytes()),
                        printable(entry.path()),
                        fingerprint.algorithm(),
                        entry.algorithm(),
                        entry.fingerprint(),
                        entry.entry_type(),
                    ));
                }
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use fingerprint::Algorithm;

    use super::*;

    fn previous(text: &str, faults: &mut Faults) -> Previous {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("S"), text).unwrap();
        Previous::read(&dir.path().join("S"), faults).unwrap()
    }

    fn entry(path: &str, byte: u8, entry_type: EntryType) -> Entry {
        let digest = Digest::new(Algorithm::Md5, &[byte; 16]).unwrap();
        Entry::new(path.into(), digest, entry_type).unwrap()
    }

    #[test]
    fn only_what_is_new_is_kept() {
        let ones = "01".repeat(16);
        let text = format!("/a md5 {ones}\n/b MD5 {ones} direct # b\n/c MD5 {ones} file\n");
        let mut faults = Faults::new(false);
        let old = previous(&text, &mut faults);
        let mut found = vec![
            entry("/a", 1, EntryType::DIRECT),
            entry("/b", 1, EntryType::DIRECT),
            entry("/d", 1, EntryType::DIRECT),
        ];
        found.retain(|entry| old.is_new(Path::new("S"), entry, &mut faults));
        assert_eq!(found, [entry("/d", 1, EntryType::DIRECT)]);
        assert!(faults.check().is_ok());

        let mut found = vec![entry("/b", 2, EntryType::DIRECT), entry("/c", 1, EntryType::DIRECT)];
        found.retain(|entry| old.is_new(Path::new("S"), entry, &mut faults));
        assert!(found.is_empty());
        let ended = faults.check().unwrap_err().to_string();
        assert!(ended.starts_with("2 errors, nothing was written"), "{ended}");
    }

    #[test]
    fn the_old_bytes_are_kept_and_ended() {
        let written = |text: &str| {
            let mut out = Vec::new();
            previous(text, &mut Faults::new(true)).write(&mut out, true).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(written("# kept\n\n  bad line"), "# kept\n\n  bad line\n");
        assert_eq!(written("# kept\n"), "# kept\n");
        assert_eq!(written(""), "");
    }

    #[test]
    fn a_bad_line_is_a_fault() {
        let mut faults = Faults::new(false);
        previous("/a md5 00\n", &mut faults);
        assert!(faults.check().is_err());
    }
}
