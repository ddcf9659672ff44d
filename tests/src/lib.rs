//! What the end-to-end tests share.
#![forbid(unsafe_code)]
#![allow(clippy::panic, reason = "a test may stop at once")]

pub mod netbsd_parser;
pub mod odd_names;
pub mod programs;
pub mod requirement;
