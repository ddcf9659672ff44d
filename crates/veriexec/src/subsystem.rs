//! The subsystem: its settings and its tables.

use core::sync::atomic::AtomicU64;

use fingerprint::Algorithm;
use proplib::fallible::NoMemory;

use crate::entries::Entry;
use crate::entries::{Key, Table, mix};
use crate::statistics::Counters;
use crate::{
    EntryView, Errno, FileId, FileKind, Located, Loudness, Message, Platform, Priority, Report,
    Status, StrictLevel,
};

/// Veriexec: what is listed, what is known about it, and how strict to be.
///
/// A driver holds one, behind its lock. Methods that take `&self` change nothing and can run side
/// by side.
#[derive(Debug)]
pub struct Veriexec {
    pub(crate) settings: Settings,
    mounts: Table<u64, Mount>,
    pub(crate) counters: Counters,
    /// Counts what contents may have changed by, so that what was hashed before is told from what
    /// was hashed after. Whoever opens an unlisted file for write only counts: he waits for nobody.
    pub(crate) writes: AtomicU64,
    /// Counts the tables ever made.
    next_number: u64,
    /// Counts the loads and purges: the stamps of entries.
    clock: u64,
}

/// What is set and not listed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    pub(crate) strict: StrictLevel,
    pub(crate) verbosity: i32,
    /// Whether anything was ever loaded.
    pub(crate) loaded: bool,
}

/// A table of one mounted file system, as `kern.veriexec.count` shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableView {
    /// The table's number. No two tables ever have the same one.
    pub number: u64,
    /// The mounted file system.
    pub mount: u64,
    /// How many entries there are; at least one.
    pub entries: usize,
}

#[derive(Debug)]
struct Mount {
    number: u64,
    entries: Table<FileKey, Entry>,
}

/// What of a [`FileId`] tells the files of one mount apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FileKey {
    inode: u64,
    generation: u64,
}

impl From<FileId> for FileKey {
    fn from(FileId { inode, generation, .. }: FileId) -> Self {
        Self { inode, generation }
    }
}

impl FileKey {
    /// The file of that mount.
    fn of(self, mount: u64) -> FileId {
        FileId { mount, inode: self.inode, generation: self.generation }
    }
}

impl Key for FileKey {
    /// Alike for those that had the number one after the other.
    fn hash(&self) -> u64 {
        mix(self.inode)
    }
}

impl Key for u64 {
    fn hash(&self) -> u64 {
        mix(*self)
    }
}

impl Veriexec {
    /// Learning, silent, and nothing listed: veriexec_init(9).
    #[must_use]
    pub const fn new() -> Self {
        Self {
            settings: Settings { strict: StrictLevel::Learning, verbosity: 0, loaded: false },
            mounts: Table::new(),
            counters: Counters::new(),
            writes: AtomicU64::new(0),
            next_number: 0,
            clock: 0,
        }
    }

    /// The strict level: `kern.veriexec.strict`.
    #[must_use]
    pub fn strict(&self) -> StrictLevel {
        self.settings.strict
    }

    /// Sets the strict level, to the same or a higher one.
    ///
    /// # Errors
    /// [`Errno::PERM`] if it is lower.
    pub fn raise(&mut self, level: StrictLevel) -> Result<(), Errno> {
        if level < self.settings.strict {
            return Err(Errno::PERM);
        }
        self.settings.strict = level;
        Ok(())
    }

    /// How much is reported: `kern.veriexec.verbose`.
    #[must_use]
    pub fn verbosity(&self) -> i32 {
        self.settings.verbosity
    }

    /// Sets how much is reported, to any number.
    pub fn set_verbosity(&mut self, verbosity: i32) {
        self.settings.verbosity = verbosity;
    }

    /// Whether every access is allowed without a look at it and without a report: at level 0,
    /// until something was loaded.
    #[must_use]
    pub fn is_bypassed(&self) -> bool {
        self.settings.bypasses(self.settings.strict)
    }

    /// Whether the tables may be changed now: LOAD, DELETE, FLUSH and TABLESIZE of veriexec(4) ask
    /// this before they look at what they were given.
    ///
    /// # Errors
    /// [`Errno::PERM`] above level 0, with a report.
    pub fn modify_check(&self, platform: &impl Platform) -> Result<(), Errno> {
        if self.settings.strict == StrictLevel::Learning {
            return Ok(());
        }
        let level = self.settings.strict;
        platform.report(&Report::refusal(Message::TablesLocked, level, platform.process()));
        Err(Errno::PERM)
    }

    /// The algorithms that a load may name, `kern.veriexec.algorithms`: what the platform supports
    /// instead of what was given to veriexec_fpops_add(9).
    pub fn algorithms(platform: &impl Platform) -> impl Iterator<Item = Algorithm> {
        Algorithm::ALL.into_iter().filter(|algorithm| platform.supports(*algorithm))
    }

    /// Hands a report to the platform if it is loud enough: veriexec_file_report(9).
    pub fn report(&self, platform: &impl Platform, loudness: Loudness, report: &Report<'_>) {
        if loudness.is_heard(self.settings.verbosity) {
            platform.report(report);
        }
    }

    /// The entry of a file: veriexec_lookup(9). What it looks like to QUERY and DUMP is
    /// veriexec_convert(9).
    #[must_use]
    pub fn lookup(&self, file: FileId) -> Option<EntryView<'_>> {
        self.entry(file).map(Entry::view)
    }

    /// The entry of the file that the path leads to: QUERY of veriexec(4).
    ///
    /// # Errors
    /// What [`Platform::locate`] says, and [`Errno::NOENT`] if the file has no entry.
    pub fn query(&self, platform: &impl Platform, path: &[u8]) -> Result<EntryView<'_>, Errno> {
        let located = platform.locate(path)?;
        self.lookup(located.id).ok_or(Errno::NOENT)
    }

    /// Every name that was kept, with its entry: veriexec_dump(9), DUMP of veriexec(4).
    ///
    /// The order is that of loading the entries, table by table, until something is deleted; the
    /// names of an entry, hard links of one file, stand together. NetBSD keeps, and shows, the
    /// first name of each alone.
    pub fn dump(&self) -> impl Iterator<Item = (&[u8], EntryView<'_>)> {
        self.entries()
            .flat_map(|(_, view)| view.kept_names.iter().map(move |name| (name.as_slice(), view)))
    }

    /// Every entry with the file it belongs to, in the order of [`dump`](Self::dump).
    pub fn entries(&self) -> impl Iterator<Item = (FileId, EntryView<'_>)> {
        self.mounts.iter().flat_map(|(mount, table)| {
            table.entries.iter().map(|(key, entry)| (key.of(*mount), entry.view()))
        })
    }

    /// The tables: one for each mounted file system with listed files.
    pub fn tables(&self) -> impl Iterator<Item = TableView> {
        self.mounts.iter().map(|(mount, table)| TableView {
            number: table.number,
            mount: *mount,
            entries: table.entries.len(),
        })
    }

    /// Deletes the entry of the file that the path leads to or, if that is a mount point, the
    /// whole table of what is mounted there: DELETE of veriexec(4).
    ///
    /// # Errors
    /// [`Errno::PERM`] above level 0; what [`Platform::locate`] says; and what
    /// [`delete_located`](Self::delete_located) says.
    pub fn delete(&mut self, platform: &impl Platform, path: &[u8]) -> Result<(), Errno> {
        self.modify_check(platform)?;
        let located = platform.locate(path)?;
        self.delete_located(platform, path, located)
    }

    /// [`delete`](Self::delete) of something that was located before: the part that needs the
    /// driver's lock.
    ///
    /// # Errors
    /// [`Errno::PERM`] above level 0; [`Errno::NOENT`] if there is no such entry or table, if it is
    /// a directory but no mount point, and if it is neither file nor directory: the last two with
    /// a report. NetBSD takes any directory for its mount point, and says nothing of the rest.
    pub fn delete_located(
        &mut self,
        platform: &impl Platform,
        path: &[u8],
        located: Located,
    ) -> Result<(), Errno> {
        self.modify_check(platform)?;
        let refuse = |message| {
            platform.report(&Report::new(Priority::Error, message, path));
            Err(Errno::NOENT)
        };
        match located.kind {
            FileKind::Regular => self.forget(platform, located.id).ok_or(Errno::NOENT),
            FileKind::Directory { mount_root: true } => {
                self.forget_table(platform, located.id.mount).ok_or(Errno::NOENT)
            }
            FileKind::Directory { mount_root: false } | FileKind::Way => {
                refuse(Message::NotMountPoint)
            }
            FileKind::Other => refuse(Message::NotDeletable),
        }
    }

    /// Deletes every entry: veriexec_flush(9), FLUSH of veriexec(4). That there are none is no error.
    ///
    /// # Errors
    /// [`Errno::PERM`] above level 0.
    pub fn flush(&mut self, platform: &impl Platform) -> Result<(), Errno> {
        self.modify_check(platform)?;
        for (file, _) in self.entries() {
            platform.entry_removed(file);
        }
        self.mounts.clear();
        Ok(())
    }

    pub(crate) fn entry(&self, file: FileId) -> Option<&Entry> {
        self.mounts.get(&file.mount)?.entries.get(&FileKey::from(file))
    }

    pub(crate) fn entry_mut(&mut self, file: FileId) -> Option<&mut Entry> {
        self.mounts.get_mut(&file.mount)?.entries.get_mut(&FileKey::from(file))
    }

    /// What had the file's number in another generation, and is not known to have changed.
    ///
    /// There is one file at a time that has a number. So what is listed is that very file, under
    /// the generation that somebody gave it and may take from it again; or it is gone.
    pub(crate) fn other_generation(&self, file: FileId) -> Option<FileId> {
        let known = FileKey::from(file);
        let entries = &self.mounts.get(&file.mount)?.entries;
        let is_other = |(key, entry): &(&FileKey, &Entry)| {
            key.inode == known.inode && **key != known && entry.status != Status::NotEvaluated
        };
        entries.alike(known.hash()).find(is_other).map(|(key, _)| key.of(file.mount))
    }

    /// Adds the entry of a file that has none. Without memory nothing changes.
    pub(crate) fn insert(&mut self, file: FileId, mut entry: Entry) -> Result<(), NoMemory> {
        let now = self.tick();
        entry.stamp = now;
        if let Some(table) = self.mounts.get_mut(&file.mount) {
            table.entries.insert(file.into(), entry)?;
        } else {
            let number = self.next_number;
            let mut table = Mount { number, entries: Table::new() };
            table.entries.insert(file.into(), entry)?;
            self.mounts.insert(file.mount, table)?;
            self.next_number = number.wrapping_add(1);
        }
        self.settings.loaded = true;
        Ok(())
    }

    /// Removes the entry of a file, and its table with the last one.
    pub(crate) fn remove(&mut self, file: FileId) -> Option<()> {
        let table = self.mounts.get_mut(&file.mount)?;
        table.entries.remove(&FileKey::from(file))?;
        if table.entries.is_empty() {
            self.mounts.remove(&file.mount);
        }
        Some(())
    }

    /// [`remove`](Self::remove)s the entry of a file, and tells the platform.
    pub(crate) fn forget(&mut self, platform: &impl Platform, file: FileId) -> Option<()> {
        self.remove(file)?;
        platform.entry_removed(file);
        Some(())
    }

    /// Removes the table of a mount, and tells the platform of each entry.
    pub(crate) fn forget_table(&mut self, platform: &impl Platform, mount: u64) -> Option<()> {
        let table = self.mounts.remove(&mount)?;
        for (key, _) in table.entries.iter() {
            platform.entry_removed(key.of(mount));
        }
        Some(())
    }

    pub(crate) fn remove_table(&mut self, mount: u64) -> Option<()> {
        self.mounts.remove(&mount).map(drop)
    }

    pub(crate) fn has_table(&self, mount: u64) -> bool {
        self.mounts.get(&mount).is_some()
    }

    pub(crate) fn table_mut(&mut self, mount: u64) -> impl Iterator<Item = &mut Entry> {
        self.mounts.get_mut(&mount).into_iter().flat_map(|table| table.entries.values_mut())
    }

    pub(crate) fn tick(&mut self) -> u64 {
        self.clock = self.clock.wrapping_add(1);
        self.clock
    }
}

impl Settings {
    /// Whether nothing would be looked at, were this the level.
    pub(crate) fn bypasses(self, level: StrictLevel) -> bool {
        !self.loaded && level == StrictLevel::Learning
    }

    pub(crate) fn notify(
        self,
        platform: &impl Platform,
        loudness: Loudness,
        message: Message<'_>,
        name: &[u8],
    ) {
        if loudness.is_heard(self.verbosity) {
            platform.report(&Report::new(Priority::Notice, message, name));
        }
    }
}

impl Default for Veriexec {
    fn default() -> Self {
        Self::new()
    }
}
