//! The veriexec(9) subsystem: what is listed, what is known about it, and what is allowed.
//!
//! [`Veriexec`] holds the tables and the level, [`policy`] decides, and a [`Platform`] tells what
//! a path leads to and hashes files. The same code serves the kernel module and the mock device:
//! it is `no_std`, every growth can fail and says so, and nothing in it panics.
//!
//! | veriexec(9) | here |
//! |---|---|
//! | `veriexec_init` | [`Veriexec::new`] |
//! | `veriexec_fpops_add` | [`Platform::supports`]: the platform says what it can hash with |
//! | `veriexec_file_add` | [`Veriexec::load`] |
//! | `veriexec_table_add` | none: a table comes with its first entry |
//! | `veriexec_file_delete`, `veriexec_table_delete` | [`Veriexec::file_delete`], [`Veriexec::table_delete`] |
//! | `veriexec_lookup`, `veriexec_convert` | [`Veriexec::lookup`], [`EntryView`] |
//! | `veriexec_verify` | [`Veriexec::verify`] |
//! | `veriexec_openchk`, `veriexec_removechk`, `veriexec_renamechk`, `veriexec_unmountchk` | [`Veriexec::open_check`], [`remove_check`](Veriexec::remove_check), [`rename_check`](Veriexec::rename_check), [`unmount_check`](Veriexec::unmount_check) |
//! | `veriexec_purge` | [`Veriexec::purge`] |
//! | `veriexec_file_report` | [`Veriexec::report`] |
//! | `veriexec_dump`, `veriexec_flush` | [`Veriexec::dump`], [`Veriexec::flush`] |
//!
//! A kernel holds no lock while it hashes. What hashes is therefore in steps: [`Candidate::new`]
//! and [`Veriexec::add`] are a [`load`](Veriexec::load); [`Veriexec::begin`], [`Ticket::hash`] and
//! [`Veriexec::complete`], with [`Veriexec::settle`] where an entry changes, are a
//! [`check`](Veriexec::check). [`begin`](Veriexec::begin) and the other methods that take `&self`
//! can run side by side, the rest needs the lock alone.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::indexing_slicing, clippy::arithmetic_side_effects))]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod hooks;
pub mod policy;

mod entries;
mod errno;
mod file_id;
mod level;
mod operation;
mod platform;
mod report;
mod statistics;
mod status;
mod subsystem;

pub use entries::{Candidate, EntryView, KeptEntry, LoadRequest, Loaded, RestoreError};
pub use errno::Errno;
pub use file_id::{FileId, FileKind, Located};
pub use level::StrictLevel;
pub use operation::{Action, Forecast, Moment, Opening, Operation, Step, Ticket};
pub use platform::Platform;
pub use policy::{
    Access, Decision, Evaluation, Event, EventKind, Finding, Image, Notice, Object, Verdict,
};
pub use report::{
    Audit, Budgets, Json, Kind, Limiter, Loudness, Message, Occasion, Parent, Priority, Process,
    Program, Question, Report, Suppressed,
};
pub use statistics::{StatusCounts, Tally};
pub use status::Status;
pub use subsystem::{TableView, Veriexec};
