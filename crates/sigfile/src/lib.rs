//! Signatures files, veriexec(5): what each file must be.
//!
//! [`Entry`], [`EntryType`] and [`printable`] are `no_std` and serve a kernel as well as a program;
//! the grammar, the writer and [`mod@classify`] need the `std` feature.
#![cfg_attr(
    feature = "std",
    doc = r##"
```
use sigfile::{EntryType, entries};

let file = b"/bin/ls MD5 d41d8cd98f00b204e9800998ecf8427e direct # lists\n/bin/cat MD5 d4\n";
let mut lines = entries(file);

let listed = lines.next().unwrap().unwrap();
assert_eq!(listed.entry.path(), b"/bin/ls");
assert_eq!(listed.entry.entry_type(), EntryType::DIRECT);

let problem = lines.next().unwrap().unwrap_err();
assert_eq!(problem.to_string(), "2:14: fingerprint of 2 digits; expected 32 for MD5");
```
"##
)]
#![cfg_attr(not(any(feature = "std", test)), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

#[cfg(feature = "std")]
pub mod classify;
#[cfg(feature = "std")]
mod cursor;
#[cfg(feature = "std")]
mod diagnostic;
#[cfg(feature = "std")]
mod difference;
mod entry;
mod entry_type;
#[cfg(feature = "std")]
mod foreign;
#[cfg(feature = "std")]
mod grammar;
#[cfg(feature = "json")]
pub mod json;
#[cfg(feature = "std")]
pub mod lint;
#[cfg(feature = "std")]
mod netbsd;
mod printable;
#[cfg(feature = "std")]
mod revision;
#[cfg(feature = "std")]
mod writer;

#[cfg(feature = "std")]
pub use classify::{
    BEGINNING, Classification, Kind, Machine, Needs, classify, classify_begun,
    is_program_or_library, needs,
};
#[cfg(feature = "std")]
pub use diagnostic::{Diagnostic, Excerpt, Problem};
#[cfg(feature = "std")]
pub use difference::{Aspect, Change, Difference, aspects, difference};
pub use entry::{Entry, PathError};
pub use entry_type::{EntryType, UnknownFlag};
#[cfg(feature = "std")]
pub use foreign::{Foreign, foreign};
#[cfg(feature = "std")]
pub use grammar::{Entries, Line, entries};
#[cfg(feature = "std")]
pub use lint::lint;
pub use printable::{Printable, printable};
#[cfg(feature = "std")]
pub use revision::{Placed, Revision, placed};
#[cfg(feature = "std")]
pub use writer::{show_entry, write_entry, write_line};
