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
//! load.set_string("file", "/lib/libc.so")?;
//! load.set_unsigned("entry-type", 6)?;
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
//! | your own types | `serde`, with the `serde` feature |
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

#[cfg(feature = "std")]
pub mod file;
mod formats;
#[cfg(any(feature = "plist", feature = "serde"))]
mod interop;
mod memory;
pub mod message;
mod objects;

pub use formats::format::Format;
pub use formats::limits::Limits;
pub use formats::options::{Mode, ReadOptions};
pub use formats::read_error::{Expected, ReadError, ReadErrorKind};
pub use formats::write_error::WriteError;
pub use formats::xml;
#[cfg(feature = "plist")]
pub use interop::plist;
#[cfg(feature = "serde")]
pub use interop::serde;
pub use memory::fallible::{self, NoMemory};
pub use objects::array::{Array, IndexError};
pub use objects::data::Data;
pub use objects::dictionary::{Dictionary, DictionaryEntry, SetError};
pub use objects::ingest;
pub use objects::number::Number;
pub use objects::object::{Kind, Object};
pub use objects::prop_string::{PropString, StringError};
