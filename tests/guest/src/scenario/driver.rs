//! The driver: the module comes and goes, and answers requests, come what may.

pub(crate) mod answers;
pub(crate) mod device;
pub(crate) mod faults;
pub(crate) mod memory;
pub(crate) mod module;
pub(crate) mod soak;
pub(crate) mod traffic;
