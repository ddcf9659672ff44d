//! The contract of `/dev/veriexec`, veriexec(4), from both of its sides.
//!
//! The numbers and structures are NetBSD's, on every operating system. The driver's side is
//! `no_std` and serves a kernel as well as the mock device; the client needs the `std` feature.
#![cfg_attr(not(feature = "std"), no_std)]

mod plistref;
mod request;

pub use plistref::{PlistRef, REQUEST_LIMIT};
pub use request::{Access, Request, Width};
