//! What property lists are made of.

pub(crate) mod array;
pub(crate) mod bytes;
pub(crate) mod container;
pub(crate) mod data;
pub(crate) mod dictionary;
mod dismantle;
pub(crate) mod entries;
mod getters;
pub mod ingest;
mod list;
pub(crate) mod number;
pub(crate) mod object;
pub(crate) mod prop_string;
mod shared_bytes;
pub(crate) mod walk;
