//! The hooks: what is denied, to whoever tries whatever to get past.

pub(crate) mod attacks;
pub(crate) mod devices;
pub(crate) mod enforcement;
pub(crate) mod fuzz;
pub(crate) mod identity;
pub(crate) mod policy;
pub(crate) mod reports;
pub(crate) mod toctou;
pub(crate) mod validity;
