//! The veriexec(9) subsystem: what is listed, what is known about it, and what is allowed.
//!
//! [`Veriexec`] holds the tables and the level, [`policy`] decides, and a [`Platform`] tells what
//! a path leads to and hashes files. The same code serves the kernel module and the mock device:
//! it is `no_std`, every growth can fail and says so, and nothing in it panics.
//!
//! A kernel holds no lock while it hashes. What hashes is therefore in steps: [`Candidate::new`]
//! and [`Veriexec::add`] are a [`load`](Veriexec::load), [`Veriexec::begin`] and
//! [`Veriexec::complete`] are a [`verify`](Veriexec::verify).
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::indexing_slicing, clippy::arithmetic_side_effects))]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod policy;

mod entry;
mod errno;
mod file_id;
mod level;
mod load;
mod platform;
mod report;
mod restore;
mod status;
mod subsystem;
mod table;
mod verify;

pub use entry::EntryView;
pub use errno::Errno;
pub use file_id::{FileId, FileKind, Located};
pub use level::StrictLevel;
pub use load::{Candidate, LoadRequest, Loaded};
pub use platform::Platform;
pub use policy::{
    Access, Decision, Evaluation, Event, EventKind, Finding, Image, Notice, Object, Verdict,
};
pub use report::{Loudness, Message, Priority, Process, Report};
pub use restore::{KeptEntry, RestoreError};
pub use status::Status;
pub use subsystem::{Moment, TableView, Veriexec};
pub use verify::{Forecast, Step, Ticket};
