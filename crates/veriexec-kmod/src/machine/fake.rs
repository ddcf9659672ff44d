//! A system for tests.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::Write;

use super::*;

/// A system that does as it is told, and remembers what was asked of it.
#[derive(Debug)]
pub(crate) struct Fake {
    pub(crate) state: ModuleState,
    /// Whether inserting the module puts settings there.
    pub(crate) has_settings: bool,
    pub(crate) level: Cell<i64>,
    pub(crate) insertion: Result<(), &'static str>,
    pub(crate) removal: Result<(), &'static str>,
    pub(crate) self_test: Result<bool, &'static str>,
    /// The first word of the commands of veriexecctl that fail.
    pub(crate) refused: &'static str,
    /// The text of each file that there is.
    pub(crate) files: BTreeMap<&'static str, &'static str>,
    /// The file that others can write.
    pub(crate) writable: &'static str,
    /// The file that is listed with another fingerprint.
    pub(crate) differs: &'static str,
    /// How many entries are loaded.
    pub(crate) entries: u64,
    /// Whether setting the level changes it.
    pub(crate) raises: bool,
    /// What was done and said, in order.
    pub(crate) journal: Vec<String>,
}

impl Default for Fake {
    fn default() -> Self {
        Self {
            state: ModuleState::Absent,
            has_settings: true,
            level: Cell::new(0),
            insertion: Ok(()),
            removal: Ok(()),
            self_test: Ok(true),
            refused: "nothing",
            files: BTreeMap::from([
                ("/etc/veriexec.conf", ""),
                ("/etc/signatures", "/bin/ls MD5 00112233445566778899aabbccddeeff\n"),
            ]),
            writable: "nothing",
            differs: "nothing",
            entries: 12,
            raises: true,
            journal: Vec::new(),
        }
    }
}

impl Fake {
    pub(crate) fn loaded(level: i64) -> Self {
        Self { state: ModuleState::Live, level: Cell::new(level), ..Self::default() }
    }

    pub(crate) fn did(&self) -> Vec<&str> {
        let done = self
            .journal
            .iter()
            .filter(|line| !line.starts_with("said ") && !line.starts_with("complained "));
        done.map(String::as_str).collect()
    }

    pub(crate) fn said(&self) -> Vec<&str> {
        self.journal.iter().filter_map(|line| line.strip_prefix("said ")).collect()
    }

    pub(crate) fn complained(&self) -> Vec<&str> {
        self.journal.iter().filter_map(|line| line.strip_prefix("complained ")).collect()
    }

    /// One whose configuration says that.
    pub(crate) fn configured(text: &'static str) -> Self {
        let mut machine = Self::default();
        machine.files.insert("/etc/veriexec.conf", text);
        machine
    }
}

impl Machine for Fake {
    fn module(&self) -> Result<ModuleState> {
        Ok(self.state.clone())
    }

    fn insert(&mut self, file: Option<&Path>) -> Result<PathBuf> {
        self.journal.push("insert".into());
        self.insertion.map_err(anyhow::Error::msg)?;
        self.state = ModuleState::Live;
        Ok(file.unwrap_or(Path::new("/lib/modules/here/veriexec.ko")).to_owned())
    }

    fn remove(&mut self) -> Result<()> {
        self.journal.push("remove".into());
        self.removal.map_err(anyhow::Error::msg)
    }

    fn number(&self, setting: &str) -> Result<i64> {
        if !self.has_settings || self.state != ModuleState::Live {
            anyhow::bail!("no such setting");
        }
        Ok(if setting == "strict" { self.level.get() } else { 7 })
    }

    fn set(&mut self, setting: &str, value: i64) -> Result<()> {
        self.journal.push(format!("set {setting} {value}"));
        if setting == "strict" && self.raises {
            self.level.set(value);
        }
        Ok(())
    }

    fn entries(&self) -> Result<u64> {
        Ok(self.entries)
    }

    fn self_test(&mut self) -> Result<bool> {
        self.journal.push("test".into());
        self.self_test.map_err(anyhow::Error::msg)
    }

    fn open(&self, file: &Path) -> io::Result<Source> {
        let name = file.to_str().unwrap();
        let text = self.files.get(name).ok_or(io::ErrorKind::NotFound)?;
        let mut opened = tempfile::tempfile()?;
        opened.write_all(text.as_bytes())?;
        let is_writable = name == self.writable;
        let objections =
            is_writable.then(|| format!("{name} can be written")).into_iter().collect();
        Ok(Source { path: name.into(), file: opened, objections })
    }

    fn delist(&mut self, source: &Source) -> Result<()> {
        self.journal.push(format!("delist {}", String::from_utf8_lossy(&source.path)));
        Ok(())
    }

    fn list(&mut self, source: &Source, read: Digest) -> Result<()> {
        assert_eq!(read, fingerprint::of_file(&source.file, read.algorithm()).unwrap().0);
        let name = String::from_utf8_lossy(&source.path);
        self.journal.push(format!("list {name}"));
        anyhow::ensure!(name != self.differs, "{name} is listed with another fingerprint");
        Ok(())
    }

    fn control(&mut self, arguments: &[&OsStr]) -> Result<bool> {
        let words: Vec<_> = arguments.iter().map(|word| word.to_string_lossy()).collect();
        self.journal.push(words.join(" "));
        Ok(!words.iter().any(|word| word == self.refused))
    }

    fn say(&mut self, line: &str) {
        self.journal.push(format!("said {line}"));
    }

    fn complain(&mut self, line: &str) {
        self.journal.push(format!("complained {line}"));
    }

    fn power_off(&mut self) -> Result<()> {
        self.journal.push("power off".into());
        Ok(())
    }
}
