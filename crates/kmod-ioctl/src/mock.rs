//! The mock device: the driver itself, in this process, with its state in a file.

mod lock;
mod overview;
mod platform;
mod simulation;
mod state;

use std::fs;
use std::path::{Path, PathBuf};

use proplib::Dictionary;
use proplib::file::FileProblem;
use veriexec::{Errno, EventKind, StrictLevel, Tally, Veriexec};

use crate::dispatch::{Call, Reply, admit, dispatch};
use crate::message;
use crate::request::{Access, Request, Width};

use lock::Lock;
use platform::MockPlatform;

pub use overview::{Overview, TableOverview};
pub use platform::LogLine;
pub use simulation::{Simulated, Simulation};
pub use state::{EntryProblem, StateError, StateProblem};

/// A driver without a kernel: it answers every request as the kernel module does, by the same
/// code, but nobody asks it before a file is accessed.
///
/// Files are known by device, inode number and time of birth. What was listed on a device whose
/// number has changed since, after a reboot for example, is not found any more.
#[derive(Debug)]
pub struct MockDevice {
    file: PathBuf,
    access: Access,
    veriexec: Veriexec,
    platform: MockPlatform,
    /// Whether a request that changes something has succeeded.
    touched: bool,
    _lock: Lock,
}

impl MockDevice {
    /// Reads the state, and keeps others from changing it meanwhile. `EBUSY` if others do that.
    pub(crate) fn open(file: &Path, access: Access) -> Result<Self, MockOpenError> {
        let failed = |problem| MockOpenError::State(StateError { file: file.into(), problem });
        // Before a lock is made beside a device, or a directory.
        if fs::metadata(file).is_ok_and(|found| !found.is_file()) {
            return Err(failed(FileProblem::NotRegular.into()));
        }
        let lock = Lock::take(file, access.write).map_err(|error| {
            if error.raw_os_error() == Some(libc::EBUSY) {
                return MockOpenError::Busy;
            }
            failed(StateProblem::Lock { lock: lock::path(file), error })
        })?;
        Ok(Self {
            file: file.into(),
            access,
            veriexec: state::load(file).map_err(MockOpenError::State)?,
            platform: MockPlatform::default(),
            touched: false,
            _lock: lock,
        })
    }

    /// Answers a request as the driver of a device node does. The reply's text has no NUL.
    pub(crate) fn exchange(
        &mut self,
        request: Request,
        plist: Option<&[u8]>,
    ) -> Result<Option<Vec<u8>>, Errno> {
        let call = Call { number: request.number(Width::NATIVE), access: self.access, plist };
        let reply = dispatch(&mut self.veriexec, &self.platform, call)?;
        self.touched |= request.modifies();
        Ok(match reply {
            Reply::Empty => None,
            Reply::Plist(mut text) => {
                text.pop();
                Some(text)
            }
        })
    }

    /// What a dump shows, a dictionary at a time: the text of them all could be longer than the
    /// tables are large.
    pub(crate) fn dump(
        &self,
    ) -> Result<impl Iterator<Item = Result<Dictionary, Errno>> + '_, Errno> {
        let number = Request::Dump.number(Width::NATIVE);
        admit(&self.veriexec, &self.platform, number, self.access)?;
        let shown = self.veriexec.dump();
        // A dictionary of ours is refused for want of memory alone.
        Ok(shown.map(|(name, view)| message::entry(&view, Some(name)).map_err(|_| Errno::NOMEM)))
    }

    /// Saves the state if it has changed.
    pub(crate) fn commit(&self) -> Result<(), StateError> {
        if self.touched { state::save(&self.file, &self.veriexec) } else { Ok(()) }
    }

    /// The strict level, `kern.veriexec.strict`.
    #[must_use]
    pub fn strict(&self) -> StrictLevel {
        self.veriexec.strict()
    }

    /// Raises the strict level.
    ///
    /// # Errors
    /// [`Errno::PERM`] if the level is above that already, or if the device is not open for
    /// writing.
    pub fn raise(&mut self, level: StrictLevel) -> Result<(), Errno> {
        if !self.access.write {
            return Err(Errno::PERM);
        }
        self.veriexec.raise(level)?;
        self.touched = true;
        Ok(())
    }

    /// How many events of a kind were decided. A simulation does not count.
    #[must_use]
    pub fn tally(&self, kind: EventKind) -> Tally {
        self.veriexec.tally(kind)
    }

    /// What the driver has logged since this was last asked, oldest first, the last 1,000 lines.
    pub fn take_log(&mut self) -> Vec<LogLine> {
        self.platform.take_log()
    }
}

/// Why a mock device cannot be opened.
#[derive(Debug)]
pub(crate) enum MockOpenError {
    /// Another program has it open.
    Busy,
    /// Its state cannot be read.
    State(StateError),
}
