//! The files that are to be listed: where they are looked for, which are taken, what they are called.

pub(crate) mod candidate;
pub(crate) mod prefix;
pub(crate) mod sources;
