//! The settings of a kernel's driver: `kern.veriexec`, wherever the system has it.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, anyhow, bail};
use sigfile::printable;

/// The tree of settings below `kern.veriexec`.
#[derive(Clone, Debug)]
pub(crate) enum Sysctl {
    /// A directory with a file for each setting, as Linux has it.
    Directory(PathBuf),
    /// The program that shows and changes them, sysctl(8).
    Program(PathBuf),
}

/// A table of the driver, `kern.veriexec.count.tableN`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) mount: Vec<u8>,
    pub(crate) file_system: Vec<u8>,
    pub(crate) entries: usize,
}

impl Sysctl {
    /// That of the system this runs on.
    pub(crate) fn of_this_system() -> Self {
        if cfg!(target_os = "linux") {
            Self::Directory("/proc/sys/kern/veriexec".into())
        } else {
            Self::Program("/sbin/sysctl".into())
        }
    }

    /// The value of a setting.
    pub(crate) fn get(&self, name: &str) -> Result<Vec<u8>> {
        let mut value = match self {
            Self::Directory(directory) => fs::read(directory.join(name.replace('.', "/")))
                .map_err(|error| failure(name, &error))?,
            Self::Program(program) => run(program, name, &["-n", &full(name)])?,
        };
        while value.last().is_some_and(u8::is_ascii_whitespace) {
            value.pop();
        }
        Ok(value)
    }

    /// The value of a setting that is a number.
    pub(crate) fn number(&self, name: &str) -> Result<i64> {
        let value = self.get(name)?;
        let number = str::from_utf8(&value).ok().and_then(|text| text.parse().ok());
        number.with_context(|| format!("{}: {} is no number", full(name), printable(&value)))
    }

    /// Changes a setting.
    pub(crate) fn set(&self, name: &str, value: i64) -> Result<()> {
        match self {
            Self::Directory(directory) => {
                let file = directory.join(name.replace('.', "/"));
                let written = fs::OpenOptions::new().write(true).open(file).and_then(|mut file| {
                    io::Write::write_all(&mut file, value.to_string().as_bytes())
                });
                written.map_err(|error| failure(name, &error))
            }
            Self::Program(program) => {
                run(program, name, &["-w", &format!("{}={value}", full(name))]).map(drop)
            }
        }
    }

    /// The tables, in the order of their numbers.
    pub(crate) fn tables(&self) -> Result<Vec<Table>> {
        let mut values = match self {
            Self::Directory(directory) => {
                values_of(directory).map_err(|error| failure("count", &error))?
            }
            Self::Program(program) => values_printed(&run(program, "count", &[&full("count")])?),
        };
        values.sort_by_key(|(number, ..)| *number);
        let mut tables: Vec<(u64, Table)> = Vec::new();
        for (number, name, value) in values {
            if tables.last().is_none_or(|(last, _)| *last != number) {
                tables.push((number, Table::default()));
            }
            let Some((_, table)) = tables.last_mut() else { continue };
            match &name[..] {
                b"mntpt" => table.mount = value,
                b"fstype" => table.file_system = value,
                b"nentries" => {
                    let number = str::from_utf8(&value).ok().and_then(|text| text.parse().ok());
                    table.entries = number.unwrap_or(0);
                }
                _ => {}
            }
        }
        Ok(tables.into_iter().map(|(_, table)| table).collect())
    }
}

/// What to do without a driver.
const LOAD_THE_DRIVER: &str = if cfg!(target_os = "linux") {
    "load the driver: veriexec-kmod load"
} else {
    "load the driver, veriexec(4)"
};

fn failure(name: &str, error: &io::Error) -> anyhow::Error {
    match error.kind() {
        io::ErrorKind::NotFound => {
            anyhow!("this system has no {}; {LOAD_THE_DRIVER}", full(name))
        }
        _ => anyhow!("{}: {error}", full(name)),
    }
}

fn full(name: &str) -> String {
    format!("kern.veriexec.{name}")
}

/// What the program prints; its own message if it fails.
fn run(program: &Path, name: &str, arguments: &[&str]) -> Result<Vec<u8>> {
    let output = Command::new(program).args(arguments).output().with_context(|| {
        format!("{}: {}", full(name), printable(program.as_os_str().as_bytes()))
    })?;
    if !output.status.success() {
        let said = output.stderr.split(|byte| *byte == b'\n').next().unwrap_or_default();
        bail!("{}: {}", full(name), printable(said));
    }
    Ok(output.stdout)
}

/// A value of a table: the table's number, the value's name, the value.
type Value = (u64, Vec<u8>, Vec<u8>);

/// The values of the tables of a driver; there is nothing of them while it has none.
fn values_of(driver: &Path) -> io::Result<Vec<Value>> {
    match values_below(&driver.join("count")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && driver.is_dir() => Ok(Vec::new()),
        values => values,
    }
}

/// Values from directories `tableN` with a file for each.
fn values_below(count: &Path) -> io::Result<Vec<Value>> {
    let mut values = Vec::new();
    for table in fs::read_dir(count)? {
        let table = table?;
        let Some(number) = table_number(table.file_name().as_bytes()) else { continue };
        for file in fs::read_dir(table.path())? {
            let file = file?;
            let value = fs::read(file.path())?;
            let value = value.strip_suffix(b"\n").unwrap_or(&value);
            values.push((number, file.file_name().as_bytes().to_vec(), value.to_vec()));
        }
    }
    Ok(values)
}

/// Values from lines `kern.veriexec.count.tableN.NAME = VALUE`.
fn values_printed(text: &[u8]) -> Vec<Value> {
    let value = |line: &[u8]| {
        let rest = line.strip_prefix(b"kern.veriexec.count.")?;
        let dot = rest.iter().position(|byte| *byte == b'.')?;
        let (table, rest) = rest.split_at_checked(dot)?;
        let rest = rest.get(1..)?;
        let equals = rest.windows(3).position(|part| part == b" = ")?;
        let (name, value) = rest.split_at_checked(equals)?;
        Some((table_number(table)?, name.to_vec(), value.get(3..)?.to_vec()))
    };
    text.split(|byte| *byte == b'\n').filter_map(value).collect()
}

fn table_number(name: &[u8]) -> Option<u64> {
    OsStr::from_bytes(name.strip_prefix(b"table")?).to_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory(dir: &Path) -> Sysctl {
        for (name, value) in [
            ("strict", "1\n"),
            ("verbose", "-2\n"),
            ("algorithms", "SHA256 SHA384\n"),
            ("count/table10/mntpt", "/usr\n"),
            ("count/table10/fstype", "ext4\n"),
            ("count/table10/nentries", "12\n"),
            ("count/table9/mntpt", "/with blank\n"),
            ("count/table9/nentries", "3\n"),
        ] {
            let file = dir.join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, value).unwrap();
        }
        Sysctl::Directory(dir.to_owned())
    }

    /// A program that answers as NetBSD's does, and notes what it was asked.
    fn program(dir: &Path) -> Sysctl {
        let file = dir.join("sysctl");
        let script = format!(
            "#!/bin/sh\n\
             echo \"$*\" >> {}/asked\n\
             case \"$*\" in\n\
             '-n kern.veriexec.strict') echo 1 ;;\n\
             '-n kern.veriexec.verbose') echo -2 ;;\n\
             '-n kern.veriexec.algorithms') echo SHA256 SHA384 ;;\n\
             '-w kern.veriexec.strict=2') echo 'kern.veriexec.strict: 1 -> 2' ;;\n\
             'kern.veriexec.count')\n\
             echo 'kern.veriexec.count.table10.mntpt = /usr'\n\
             echo 'kern.veriexec.count.table10.fstype = ext4'\n\
             echo 'kern.veriexec.count.table10.nentries = 12'\n\
             echo 'kern.veriexec.count.table9.mntpt = /with blank'\n\
             echo 'kern.veriexec.count.table9.nentries = 3' ;;\n\
             *) echo 'sysctl: no such thing' >&2; exit 1 ;;\n\
             esac\n",
            dir.display()
        );
        // Another process writes it: a descriptor of ours could be open in a child of another
        // test, and then it could not be executed.
        let written = Command::new("sh")
            .args(["-c", "printf %s \"$1\" > \"$2\" && chmod +x \"$2\"", "sh", &script])
            .arg(&file)
            .status();
        assert!(written.unwrap().success());
        Sysctl::Program(file)
    }

    #[test]
    fn values_are_read_from_files_and_from_the_program() {
        let dir = tempfile::tempdir().unwrap();
        for sysctl in [directory(dir.path()), program(dir.path())] {
            assert_eq!(sysctl.number("strict").unwrap(), 1);
            assert_eq!(sysctl.number("verbose").unwrap(), -2);
            assert_eq!(sysctl.get("algorithms").unwrap(), b"SHA256 SHA384");
            let usr = Table { mount: b"/usr".into(), file_system: b"ext4".into(), entries: 12 };
            let other = Table { mount: b"/with blank".into(), entries: 3, ..Table::default() };
            assert_eq!(sysctl.tables().unwrap(), [other, usr]);
            assert!(sysctl.number("algorithms").unwrap_err().to_string().ends_with("no number"));
        }
    }

    #[test]
    fn values_are_written_to_files_and_through_the_program() {
        let dir = tempfile::tempdir().unwrap();
        directory(dir.path()).set("strict", 2).unwrap();
        assert_eq!(fs::read(dir.path().join("strict")).unwrap(), b"2\n");
        program(dir.path()).set("strict", 2).unwrap();
        let asked = fs::read_to_string(dir.path().join("asked")).unwrap();
        assert_eq!(asked, "-w kern.veriexec.strict=2\n");
    }

    #[test]
    fn a_driver_has_no_tables_until_something_is_loaded() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("strict"), "0\n").unwrap();
        let sysctl = Sysctl::Directory(dir.path().to_owned());
        assert_eq!(sysctl.tables().unwrap(), []);
        fs::create_dir(dir.path().join("count")).unwrap();
        assert_eq!(sysctl.tables().unwrap(), []);
    }

    #[test]
    fn what_the_system_lacks_is_said() {
        let dir = tempfile::tempdir().unwrap();
        let none = Sysctl::Directory(dir.path().join("veriexec"));
        let text = none.number("strict").unwrap_err().to_string();
        assert_eq!(text, format!("this system has no kern.veriexec.strict; {LOAD_THE_DRIVER}"));
        assert!(none.tables().unwrap_err().to_string().starts_with("this system has no "));
        // A setting is never made.
        assert!(none.set("strict", 1).unwrap_err().to_string().starts_with("this system has no "));
        assert!(!dir.path().join("strict").exists());

        let program = program(dir.path());
        let text = program.set("strict", 9).unwrap_err().to_string();
        assert_eq!(text, "kern.veriexec.strict: sysctl: no such thing");
        let none = Sysctl::Program(dir.path().join("none"));
        let text = format!("{:#}", none.number("strict").unwrap_err());
        assert!(text.starts_with("kern.veriexec.strict: ") && text.contains("/none: "), "{text}");
    }
}
