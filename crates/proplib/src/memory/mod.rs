//! Memory: asking for it, fetching it ahead, and looking at eight bytes of it at once.

pub mod fallible;
pub(crate) mod prefetch;
pub(crate) mod word;
pub(crate) mod words;
