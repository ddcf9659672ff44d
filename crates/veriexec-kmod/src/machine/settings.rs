//! The module's settings, files below `/proc/sys/kern/veriexec`.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use sigfile::printable;

/// More than any setting is long, in bytes.
const LONGEST: usize = 16 * 1024;

/// The directory of the settings.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    directory: PathBuf,
}

impl Default for Settings {
    fn default() -> Self {
        Self::below(Path::new("/proc/sys/kern/veriexec"))
    }
}

impl Settings {
    fn below(directory: &Path) -> Self {
        Self { directory: directory.to_owned() }
    }

    /// The value of a setting, without the newline.
    pub(crate) fn get(&self, name: &str) -> Result<Vec<u8>> {
        let value = fs::read(self.directory.join(name)).map_err(|error| failure(name, &error))?;
        Ok(value.trim_ascii_end().to_vec())
    }

    /// The same, of one that changes while it is read: it is read in one piece.
    pub(crate) fn at_once(&self, name: &str) -> Result<Vec<u8>> {
        let mut value = vec![0; LONGEST];
        let read = File::open(self.directory.join(name)).and_then(|mut file| file.read(&mut value));
        value.truncate(read.map_err(|error| failure(name, &error))?);
        Ok(value.trim_ascii_end().to_vec())
    }

    /// The value of a setting that is a number.
    pub(crate) fn number(&self, name: &str) -> Result<i64> {
        let value = self.get(name)?;
        parsed(&value)
            .with_context(|| format!("kern.veriexec.{name}: {} is no number", printable(&value)))
    }

    /// Changes a setting, at once and as a whole; it is never made.
    pub(crate) fn set(&self, name: &str, value: i64) -> Result<()> {
        let written = OpenOptions::new()
            .write(true)
            .open(self.directory.join(name))
            .and_then(|mut file| file.write_all(value.to_string().as_bytes()));
        written.map_err(|error| failure(name, &error))
    }

    /// How many entries the tables hold: the sum of `count.tableN.nentries`.
    pub(crate) fn entries(&self) -> Result<u64> {
        let count = self.directory.join("count");
        let failed = |error| failure("count", &error);
        let tables = match fs::read_dir(&count) {
            Ok(tables) => tables,
            // Without a table there may be no directory for tables.
            Err(error) if error.kind() == io::ErrorKind::NotFound && self.directory.is_dir() => {
                return Ok(0);
            }
            Err(error) => return Err(failed(error)),
        };
        let mut sum = 0_u64;
        for table in tables {
            let table = table.map_err(failed)?.path();
            // A table can go while the directory is read.
            let Ok(value) = fs::read(table.join("nentries")) else { continue };
            sum = sum.saturating_add(parsed(value.trim_ascii_end()).unwrap_or(0));
        }
        Ok(sum)
    }
}

fn parsed<T: std::str::FromStr>(value: &[u8]) -> Option<T> {
    str::from_utf8(value).ok()?.parse().ok()
}

fn failure(name: &str, error: &io::Error) -> anyhow::Error {
    match error.kind() {
        io::ErrorKind::NotFound => anyhow!("this system has no kern.veriexec.{name}"),
        _ => anyhow!("kern.veriexec.{name}: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(files: &[(&str, &str)]) -> (Settings, tempfile::TempDir) {
        let directory = tempfile::tempdir().unwrap();
        for (name, value) in files {
            let file = directory.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, value).unwrap();
        }
        (Settings::below(directory.path()), directory)
    }

    #[test]
    fn settings_are_read_and_written() {
        let (settings, directory) =
            settings(&[("strict", "0\n"), ("algorithms", "SHA256 SHA384\n"), ("verbose", "-1\n")]);
        assert_eq!(settings.number("strict").unwrap(), 0);
        assert_eq!(settings.number("verbose").unwrap(), -1);
        assert_eq!(settings.get("algorithms").unwrap(), b"SHA256 SHA384");
        assert_eq!(settings.at_once("algorithms").unwrap(), b"SHA256 SHA384");
        assert!(settings.at_once("called").is_err());
        settings.set("strict", 2).unwrap();
        assert_eq!(settings.number("strict").unwrap(), 2);
        let text = settings.number("algorithms").unwrap_err().to_string();
        assert_eq!(text, "kern.veriexec.algorithms: SHA256 SHA384 is no number");
        let text = settings.set("trial", 1).unwrap_err().to_string();
        assert_eq!(text, "this system has no kern.veriexec.trial");
        assert!(!directory.path().join("trial").exists());
    }

    #[test]
    fn entries_of_all_tables_are_counted() {
        let (full, _directory) = settings(&[
            ("count/table0/nentries", "12\n"),
            ("count/table10/nentries", "30\n"),
            ("count/table10/mntpt", "/usr\n"),
            ("count/table3/mntpt", "/gone\n"),
        ]);
        assert_eq!(full.entries().unwrap(), 42);
        let (empty, _directory) = settings(&[("strict", "0\n")]);
        assert_eq!(empty.entries().unwrap(), 0);
        let none = Settings::below(Path::new("/nowhere"));
        assert_eq!(
            none.entries().unwrap_err().to_string(),
            "this system has no kern.veriexec.count"
        );
    }
}
