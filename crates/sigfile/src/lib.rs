//! Signatures files, veriexec(5): what each file must be.
//!
//! [`Entry`] and [`EntryType`] are `no_std` and serve a kernel as well as a program; the grammar
//! needs the `std` feature.
#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

mod entry;
mod entry_type;

pub use entry::{Entry, PathError};
pub use entry_type::{EntryType, UnknownFlag};
