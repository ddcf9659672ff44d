//! Property lists as text: reading, writing, and what both may say.

mod context;
mod externalize;
mod foreign;
pub(crate) mod format;
mod internalize;
pub(crate) mod json;
pub(crate) mod limits;
pub(crate) mod options;
pub(crate) mod place;
pub(crate) mod read_error;
pub(crate) mod write_error;
pub mod xml;
