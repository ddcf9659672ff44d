//! Fingerprints: what makes a file the file that was listed.
//!
//! [`Algorithm`] and [`Digest`] are `no_std` and serve a kernel as well as a program; the engine
//! that hashes files and trees needs the `std` feature.
#![cfg_attr(not(feature = "std"), no_std)]

mod algorithm;
mod digest;

pub use algorithm::{Algorithm, UnknownAlgorithm};
pub use digest::{Digest, DigestError};
