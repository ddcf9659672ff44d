//! Hook points, and the subsystem on them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail so")]

mod invocation;
mod model;
mod race;
mod subsystem;
mod system;
mod threads;
mod topic;
