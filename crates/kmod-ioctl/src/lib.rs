//! The contract of `/dev/veriexec`, veriexec(4), from both of its sides.
//!
//! The numbers and structures are NetBSD's, on every operating system. The driver's side,
//! [`dispatch`](mod@dispatch), is `no_std` and serves a kernel as well as the mock device; the
//! client, `Device`, needs the `std` feature.
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects, clippy::indexing_slicing))]

extern crate alloc;

#[cfg(feature = "std")]
mod device;
#[cfg(feature = "std")]
mod device_error;
#[cfg(feature = "std")]
mod device_spec;
pub mod dispatch;
pub mod message;
#[cfg(feature = "std")]
mod mock;
#[cfg(feature = "std")]
mod node;
mod plistref;
#[cfg(feature = "std")]
mod refusal;
mod request;

#[cfg(feature = "std")]
pub use device::{Device, DumpedEntry, LoadOutcome, QueryReply};
#[cfg(feature = "std")]
pub use device_error::{DeviceError, ReplyProblem};
#[cfg(feature = "std")]
pub use device_spec::{DeviceSpec, DeviceSpecError};
pub use dispatch::{Call, Reply, dispatch};
pub use message::{EntryError, LoadOptions, LoadedEntry};
#[cfg(feature = "std")]
pub use mock::{
    EntryProblem, LogLine, MockDevice, Overview, Simulated, Simulation, StateError, StateProblem,
    TableOverview,
};
pub use plistref::{PlistRef, REQUEST_LIMIT};
#[cfg(feature = "std")]
pub use refusal::{Reason, Refusal};
pub use request::{Access, Request, Width};
