//! What the program can be told to do, a file or folder each.

pub(crate) mod boot;
pub(crate) mod load;
pub(crate) mod self_test;
pub(crate) mod status;
pub(crate) mod unload;
