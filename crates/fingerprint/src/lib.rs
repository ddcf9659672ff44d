//! Fingerprints: what makes a file the file that was listed.
//!
//! [`Algorithm`] and [`Digest`] are `no_std` and serve a kernel as well as a program; the engine
//! that hashes files and trees needs the `std` feature.
#![cfg_attr(
    feature = "std",
    doc = "
The engine, from the small to the large: a [`Hasher`] makes the digest of one stream of bytes,
[`of_file`] that of one open file, and [`Batch`] those of many files at once, which it also finds."
)]
#![cfg_attr(not(feature = "std"), no_std)]

mod algorithm;
mod digest;

#[cfg(feature = "std")]
mod batch;
#[cfg(feature = "std")]
mod engine;
#[cfg(feature = "std")]
mod file;
#[cfg(feature = "std")]
mod tree;

pub use algorithm::{Algorithm, UnknownAlgorithm};
pub use digest::{Digest, DigestError};

#[cfg(feature = "std")]
pub use batch::{Batch, BatchError, Begun, Job, Outcome};
#[cfg(feature = "std")]
pub use engine::Engine;
#[cfg(feature = "std")]
pub use engine::hasher::Hasher;
#[cfg(feature = "std")]
pub use engine::lanes::{Lanes, Piece};
#[cfg(feature = "std")]
pub use file::pseudo::is_made_up;
#[cfg(feature = "std")]
pub use file::rooted::resolve_in;
#[cfg(feature = "std")]
pub use file::status::{Identity, Status, Version};
#[cfg(feature = "std")]
pub use file::{FileError, of_file, open};
#[cfg(feature = "std")]
pub use tree::{Attempt, Depth, Found, FoundFile, Other, TreeError, Walk, locate, locate_in};
