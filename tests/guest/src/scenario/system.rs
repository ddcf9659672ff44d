//! A system: it boots, is brought up with the module, lives with it, and pays for it.

pub(crate) mod boot;
pub(crate) mod cost;
pub(crate) mod daily;
pub(crate) mod debian;
pub(crate) mod examples;
pub(crate) mod loader;
pub(crate) mod lockout;
pub(crate) mod tools;
pub(crate) mod updates;
