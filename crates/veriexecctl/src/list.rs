//! The signatures file that a command is given.

pub(crate) mod listing;
pub(crate) mod signatures;
