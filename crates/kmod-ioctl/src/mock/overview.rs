//! What the mock device holds, in numbers: what a kernel tells through sysctl(8).

use fingerprint::Algorithm;
use veriexec::{Errno, EventKind, Platform, Status, StrictLevel, Tally, Veriexec};

use super::MockDevice;

/// A driver's settings, and its tables in numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overview {
    /// `kern.veriexec.strict`.
    pub strict: StrictLevel,
    /// `kern.veriexec.verbose`.
    pub verbosity: i32,
    /// `kern.veriexec.algorithms`.
    pub algorithms: Vec<Algorithm>,
    /// `kern.veriexec.count`, by the tables' numbers.
    pub tables: Vec<TableOverview>,
    /// How often each kind of event was decided about, of those that ever were.
    pub statistics: Vec<(EventKind, Tally)>,
}

/// A table in numbers: the entries of one file system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableOverview {
    /// The table's number.
    pub number: u64,
    /// The device that the file system is on, as stat(2) numbers it.
    pub device: u64,
    /// A name that was kept of one of its files, by which the mount point can be found.
    pub name: Option<Vec<u8>>,
    /// How many entries have each status, by [`Status::number`].
    pub statuses: [usize; Status::ALL.len()],
}

impl TableOverview {
    /// How many entries there are.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.statuses.iter().fold(0, |sum, count| sum.saturating_add(*count))
    }
}

impl MockDevice {
    /// The settings, and the tables in numbers.
    #[must_use]
    pub fn overview(&self) -> Overview {
        let statistics = self.veriexec.statistics();
        let happened = statistics.filter(|(_, tally)| *tally != Tally::default());
        let supported = |algorithm: &Algorithm| self.platform.supports(*algorithm);
        Overview {
            strict: self.veriexec.strict(),
            verbosity: self.veriexec.verbosity(),
            algorithms: Algorithm::ALL.into_iter().filter(supported).collect(),
            tables: tables(&self.veriexec),
            statistics: happened.collect(),
        }
    }

    /// Sets how much is reported, `kern.veriexec.verbose`, to any number.
    ///
    /// # Errors
    /// [`Errno::PERM`] if the device is not open for writing.
    pub fn set_verbosity(&mut self, verbosity: i32) -> Result<(), Errno> {
        if !self.access.write {
            return Err(Errno::PERM);
        }
        self.veriexec.set_verbosity(verbosity);
        self.touched = true;
        Ok(())
    }
}

fn tables(veriexec: &Veriexec) -> Vec<TableOverview> {
    let empty = |table: veriexec::TableView| TableOverview {
        number: table.number,
        device: table.mount,
        name: None,
        statuses: [0; Status::ALL.len()],
    };
    let mut tables: Vec<_> = veriexec.tables().map(empty).collect();
    // The entries of a table follow each other, so that the one before is nearly always the one.
    let mut current = 0;
    for (file, view) in veriexec.entries() {
        if tables.get(current).is_none_or(|table| table.device != file.mount) {
            let found = tables.iter().position(|table| table.device == file.mount);
            current = found.unwrap_or(tables.len());
        }
        let Some(table) = tables.get_mut(current) else { continue };
        if let Some(count) = table.statuses.get_mut(usize::from(view.status.number())) {
            *count = count.saturating_add(1);
        }
        if table.name.is_none() {
            table.name = view.kept_name().map(<[u8]>::to_vec);
        }
    }
    tables.sort_by_key(|table| table.number);
    tables
}
