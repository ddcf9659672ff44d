//! The policy, against a table written down apart from it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail so")]

mod exhaustive;
mod manual;
mod mutation;
mod rows;
