//! A system: it boots, is brought up with the module, locks out, and pays for it.

pub(crate) mod boot;
pub(crate) mod cost;
pub(crate) mod listeners;
pub(crate) mod loader;
pub(crate) mod lockout;
pub(crate) mod mounts;
pub(crate) mod proofs;
pub(crate) mod scanners;
pub(crate) mod starts;
