//! Property lists as NetBSD's proplib(3) writes and reads them.
//!
//! An [`Object`] is a boolean, a [`Number`], a [`PropString`], [`Data`], an [`Array`] or a
//! [`Dictionary`]. Cloning one shares it and never allocates; changing a shared container copies
//! it first, so that nobody sees another's changes.
//!
//! ```
//! use proplib::{Dictionary, Object};
//!
//! let mut load = Dictionary::new();
//! load.set_string(b"file", b"/lib/libc.so")?;
//! load.set_unsigned(b"entry-type", 6)?;
//! let text = load.externalize()?;
//! assert_eq!(Object::internalize(&text)?, Object::from(load));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | for | there is |
//! |---|---|
//! | XML and JSON, from and to memory | [`Object::internalize`], [`Object::externalize`] and others |
//! | an XML array that need not fit into memory, and parts of a text without objects | [`xml`] |
//! | files | `file`, with the `std` feature |
//! | what crosses ioctl(2) | [`message`] |
//! | a dictionary taken apart by rules | [`ingest`] |
//! | types of one's own | `serde`, with the `serde` feature |
//! | values of the plist crate | `plist`, with the `plist` feature |
//!
//! The crate is `no_std` and serves a kernel as well as a program: every growth can fail and says
//! so ([`NoMemory`]; [`fallible::share`] names the one exception outside a kernel), nothing recurses
//! without a bound, and no input makes it panic. What it shares with the C library and where it
//! differs is said in `man/proplib.3`.
#![cfg_attr(not(any(feature = "std", test)), no_std)]
#![cfg_attr(no_global_oom_handling, feature(allocator_api, vec_push_within_capacity))]
#![deny(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects, clippy::indexing_slicing))]

extern crate alloc;

mod array;
mod bytes;
mod container;
mod data;
mod dictionary;
mod dismantle;
mod entries;
mod externalize;
pub mod fallible;
#[cfg(feature = "std")]
pub mod file;
mod format;
pub mod ingest;
mod internalize;
mod json;
mod limits;
mod list;
pub mod message;
mod number;
mod object;
mod options;
mod place;
#[cfg(feature = "plist")]
pub mod plist;
mod prefetch;
mod prop_string;
mod read_error;
#[cfg(feature = "serde")]
pub mod serde;
#[cfg(any(feature = "plist", feature = "serde"))]
mod trail;
mod walk;
mod word;
mod write_error;
pub mod xml;

pub use array::{Array, IndexError};
pub use data::Data;
pub use dictionary::{Dictionary, SetError};
pub use fallible::NoMemory;
pub use format::Format;
pub use limits::Limits;
pub use number::Number;
pub use object::{Kind, Object};
pub use options::{Mode, ReadOptions};
pub use prop_string::{PropString, StringError};
pub use read_error::{Expected, ReadError, ReadErrorKind};
pub use write_error::WriteError;
