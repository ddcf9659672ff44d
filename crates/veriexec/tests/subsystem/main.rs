//! The subsystem on a system of a handful of files.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail so")]

mod answers;
mod fake;
mod load;
mod model;
mod requests;
mod restore;
mod verify;
