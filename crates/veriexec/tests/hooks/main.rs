//! Hook points, and the subsystem on them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail so")]

mod invocation;
mod model;
mod race;
mod threads;
mod topic;
