//! The subsystem on a system of a handful of files.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail so")]

mod answers;
mod checks;
mod fake;
mod files;
mod forecasts;
mod load;
mod machine;
mod model;
mod passing;
mod requests;
mod restore;
mod statistics;
mod verify;
