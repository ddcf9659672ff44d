//! The hook points where the system asks, and tells.

use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;

use proplib::fallible::{self, NoMemory};

use crate::hooks::{Guard, Handler, HookPoint, Host, RegisterError, Topic};
use crate::{Access, Action, Errno, EventKind, FileId, Image, Operation, Platform, Verdict};

/// What somebody is about to do.
#[derive(Debug)]
pub struct Operations<P>(PhantomData<fn(P)>);

/// An operation, and the system as it is for who asks.
#[derive(Debug)]
pub struct Asked<'a, P> {
    /// What is about to be done.
    pub operation: Operation<'a>,
    /// The system, for the time of this check.
    pub platform: &'a P,
}

impl<P: Platform + 'static> Topic for Operations<P> {
    type Event<'a> = Asked<'a, P>;
}

/// What was decided about operations. Votes do not count.
#[derive(Debug)]
pub enum Decisions {}

/// An operation that was asked about, and the answer.
#[derive(Clone, Copy, Debug)]
pub struct Decided<'a> {
    /// What is done, or not.
    pub operation: Operation<'a>,
    /// Its kind.
    pub kind: EventKind,
    /// Whether it may be done.
    pub verdict: Verdict,
}

impl Topic for Decisions {
    type Event<'a> = Decided<'a>;
}

/// What goes, whoever has a say in it. Votes do not count.
#[derive(Debug)]
pub enum Departures {}

/// What is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Gone {
    /// A file, for good: no name leads to it, and nobody has it open.
    File(FileId),
    /// The kernel's object of a file, which serves another file next. The file lives on.
    Object(FileId),
    /// A mounted file system.
    Mount(u64),
}

impl Topic for Departures {
    type Event<'a> = Gone;
}

/// The types of the handlers at [`Points`]. What has them of its own makes no indirect calls;
/// [`Dynamic`](crate::hooks::Dynamic) ones, or references, serve anybody.
pub trait Handlers<P: Platform + 'static> {
    /// Of those that are asked about operations.
    type Operation: Handler<Operations<P>>;
    /// Of those that hear of decisions.
    type Decision: Handler<Decisions>;
    /// Of those that hear of departures.
    type Departure: Handler<Departures>;
}

/// The hook points of the system.
pub struct Points<P: Platform + 'static, H: Handlers<P>, S: Host> {
    /// By kind.
    operations: Vec<HookPoint<Operations<P>, H::Operation, S>>,
    decisions: HookPoint<Decisions, H::Decision, S>,
    departures: HookPoint<Departures, H::Departure, S>,
}

type OperationGuard<'a, P, H, S> = Guard<'a, Operations<P>, <H as Handlers<P>>::Operation, S>;

impl<P: Platform + 'static, H: Handlers<P>, S: Host + Clone> Points<P, H, S> {
    /// Hook points without handlers, where everything is allowed.
    ///
    /// # Errors
    /// [`NoMemory`].
    pub fn new(host: S) -> Result<Self, NoMemory> {
        let mut operations = Vec::new();
        fallible::reserve_exact(&mut operations, EventKind::ALL.len())?;
        for _ in EventKind::ALL {
            fallible::push(&mut operations, HookPoint::new(host.clone(), Verdict::Allow))?;
        }
        Ok(Self {
            operations,
            decisions: HookPoint::new(host.clone(), Verdict::Allow),
            departures: HookPoint::new(host, Verdict::Allow),
        })
    }
}

impl<P: Platform + 'static, H: Handlers<P>, S: Host> Points<P, H, S> {
    /// Asks about an operation, and tells what was decided. The answer must be kept.
    pub fn check(&self, platform: &P, operation: Operation<'_>) -> Verdict {
        let kind = kind(&operation.action);
        let verdict = self.operation(kind).map_or(Verdict::Deny(Errno::PERM), |point| {
            point.invoke(&Asked { operation, platform })
        });
        let _ = self.decisions.invoke(&Decided { operation, kind, verdict });
        verdict
    }

    /// Tells that something is gone.
    pub fn depart(&self, gone: Gone) {
        let _ = self.departures.invoke(&gone);
    }

    /// Where operations of a kind are asked about. There is one for each kind.
    #[must_use]
    pub fn operation(&self, kind: EventKind) -> Option<&HookPoint<Operations<P>, H::Operation, S>> {
        self.operations.get(kind as usize)
    }

    /// Registers a handler for operations of all kinds.
    ///
    /// # Errors
    /// [`RegisterError`]; then it is registered for none.
    pub fn register_for_all(
        &self,
        name: &'static str,
        priority: i32,
        handler: H::Operation,
    ) -> Result<Vec<OperationGuard<'_, P, H, S>>, RegisterError>
    where
        H::Operation: Clone,
    {
        let mut guards = Vec::new();
        fallible::reserve_exact(&mut guards, self.operations.len())?;
        for point in &self.operations {
            fallible::push(&mut guards, point.register(name, priority, handler.clone())?)?;
        }
        Ok(guards)
    }

    /// Where decisions are told.
    #[must_use]
    pub fn decisions(&self) -> &HookPoint<Decisions, H::Decision, S> {
        &self.decisions
    }

    /// Where departures are told.
    #[must_use]
    pub fn departures(&self) -> &HookPoint<Departures, H::Departure, S> {
        &self.departures
    }
}

impl<P: Platform + 'static, H: Handlers<P>, S: Host> fmt::Debug for Points<P, H, S> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Points").finish_non_exhaustive()
    }
}

/// The kind of the event that an action is, whatever is listed.
const fn kind(action: &Action<'_>) -> EventKind {
    match *action {
        Action::Access(_, Access::Direct) => EventKind::Direct,
        Action::Access(_, Access::Indirect) => EventKind::Indirect,
        Action::Access(_, Access::File) => EventKind::File,
        Action::Write(_) | Action::Command(_) => EventKind::Write,
        Action::Truncate(_) | Action::Resize(_) => EventKind::Truncate,
        Action::Create(_) => EventKind::Create,
        Action::Remove(_) | Action::RemoveVolume(_) => EventKind::Remove,
        Action::Rename { .. } => EventKind::Rename,
        Action::Link(_) => EventKind::Link,
        Action::SetAttributes(_) => EventKind::SetAttributes,
        Action::Protect(_) => EventKind::Protect,
        Action::KernelLoad(Image::Module, _) => EventKind::Module,
        Action::KernelLoad(Image::Kexec, _) => EventKind::Kexec,
        Action::KernelLoad(Image::Firmware, _) => EventKind::Firmware,
        Action::Unmount(_) => EventKind::Unmount,
        Action::MountOver(_) => EventKind::MountOver,
        Action::RawRead => EventKind::RawRead,
        Action::RawWrite(_) => EventKind::RawWrite,
        Action::MemoryWrite => EventKind::MemoryWrite,
        Action::PassThrough => EventKind::PassThrough,
    }
}
