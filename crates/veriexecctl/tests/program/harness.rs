//! What the tests are made of.

pub(crate) mod elf;
pub(crate) mod machine;
