//! JSON as NetBSD's proplib(3) writes it, and reads it: without null, fractions and exponents.

mod number;
mod read;
mod string;
mod write;

pub(crate) use read::read;
pub(crate) use write::write;
