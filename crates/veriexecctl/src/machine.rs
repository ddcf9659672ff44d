//! The machine that is looked at: its files, mounts and libraries.

pub(crate) mod contents;
pub(crate) mod kind;
pub(crate) mod libraries;
pub(crate) mod mount_point;
pub(crate) mod tree;
