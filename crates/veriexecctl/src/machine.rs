//! The machine that is looked at: its files, mounts and libraries, and what it needs them for.

pub(crate) mod contents;
pub(crate) mod init;
pub(crate) mod kind;
pub(crate) mod libraries;
pub(crate) mod logins;
pub(crate) mod mount_point;
pub(crate) mod requirements;
pub(crate) mod script;
pub(crate) mod tree;
pub(crate) mod units;
