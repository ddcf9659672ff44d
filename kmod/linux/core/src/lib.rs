//! The Rust core of the Linux module: the subsystem and its driver side, called by the C shim,
//! `kmod/linux/*.c`, which it calls in turn for what only a kernel can do.
//!
//! Nothing here panics, allocates without saying so, or decides what the `veriexec` crate decides.
//! Built for a target without an operating system it is linked into the module; for any other it
//! is an ordinary library, whose tests stand in for the shim.
#![cfg_attr(target_os = "none", no_std)]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects, clippy::indexing_slicing))]

extern crate alloc;

mod caller;
mod check;
mod kernel;
mod line;
mod log;
#[cfg(target_os = "none")]
mod memory;
mod open_file;
mod operation;
#[cfg(target_os = "none")]
mod panic;
mod request;
mod settings;
mod shim;
mod tables;

#[cfg(test)]
mod tests;
