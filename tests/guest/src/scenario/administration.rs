//! The life of an administrator: our own tools, a day's work, and the examples of the manual.

pub(crate) mod daily;
pub(crate) mod debian;
pub(crate) mod examples;
pub(crate) mod tools;
pub(crate) mod updates;
