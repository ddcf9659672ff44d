//! The policy, as one who is asked.

use core::fmt;

use fingerprint::{Algorithm, Digest};

use super::{Asked, Operations, Reported, Reports};
use crate::hooks::{Handler, HookPoint, Host, Vote};
use crate::{Errno, FileId, Located, Platform, Process, Report, Step, Veriexec};

/// The subsystem behind a lock that is waited for.
///
/// Reports are handed to their hook point with it held: handlers there ask the subsystem nothing.
pub trait Tables {
    /// Looks at the subsystem, perhaps beside others who look at it.
    fn look<R>(&self, look: impl FnOnce(&Veriexec) -> R) -> R;

    /// Changes the subsystem, alone.
    fn change<R>(&self, change: impl FnOnce(&mut Veriexec) -> R) -> R;
}

/// The policy: it votes as the subsystem decides. While it hashes it holds no lock.
///
/// What it decides becomes of the entries, as that the entry of a removed file goes, becomes of
/// them even if another handler denies.
pub struct Policy<'a, P: Platform + 'static, L, R, S: Host> {
    tables: &'a L,
    reports: &'a HookPoint<Reports<P>, R, S>,
}

impl<'a, P: Platform + 'static, L, R, S: Host> Policy<'a, P, L, R, S> {
    /// The policy of those tables, which tells there what there is to report.
    pub const fn new(tables: &'a L, reports: &'a HookPoint<Reports<P>, R, S>) -> Self {
        Self { tables, reports }
    }
}

impl<P, L, R, S> Handler<Operations<P>> for Policy<'_, P, L, R, S>
where
    P: Platform + 'static,
    L: Tables,
    R: Handler<Reports<P>>,
    S: Host,
{
    fn handle(&self, event: &Asked<'_, P>) -> Vote {
        let platform = Reporting { platform: event.platform, reports: self.reports };
        let mut step = self.tables.look(|tables| tables.begin(&platform, event.operation));
        loop {
            step = match step {
                Step::Decided(verdict) => return verdict.into(),
                Step::Exclusive(operation) => {
                    self.tables.change(|tables| tables.settle(&platform, operation))
                }
                Step::Hash(ticket) => {
                    let hashed = ticket.hash(&platform);
                    self.tables.change(|tables| tables.complete(&platform, ticket, hashed))
                }
            }
        }
    }
}

impl<P: Platform + 'static, L, R, S: Host> fmt::Debug for Policy<'_, P, L, R, S> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Policy")
    }
}

/// A system whose reports go to a hook point.
struct Reporting<'a, P: Platform + 'static, R, S: Host> {
    platform: &'a P,
    reports: &'a HookPoint<Reports<P>, R, S>,
}

impl<P, R, S> Platform for Reporting<'_, P, R, S>
where
    P: Platform + 'static,
    R: Handler<Reports<P>>,
    S: Host,
{
    fn locate(&self, path: &[u8]) -> Result<Located, Errno> {
        self.platform.locate(path)
    }

    fn supports(&self, algorithm: Algorithm) -> bool {
        self.platform.supports(algorithm)
    }

    fn fingerprint(
        &self,
        path: &[u8],
        file: FileId,
        algorithm: Algorithm,
    ) -> Result<Digest, Errno> {
        self.platform.fingerprint(path, file, algorithm)
    }

    fn fingerprint_for_writer(
        &self,
        path: &[u8],
        file: FileId,
        algorithm: Algorithm,
    ) -> Result<Digest, Errno> {
        self.platform.fingerprint_for_writer(path, file, algorithm)
    }

    fn entry_added(&self, file: FileId) {
        self.platform.entry_added(file);
    }

    fn entry_removed(&self, file: FileId) {
        self.platform.entry_removed(file);
    }

    fn report(&self, report: &Report<'_>) {
        let _ = self.reports.invoke(&Reported { report: *report, platform: self.platform });
    }

    fn process(&self) -> Option<Process<'_>> {
        self.platform.process()
    }
}
