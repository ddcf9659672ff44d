//! The driver's side: permissions, error numbers, and that failure changes nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../../veriexec/tests/allocator/mod.rs"]
mod allocator;
mod answers;
mod damage;
mod driver;
mod errors;
mod memory;
mod permissions;
