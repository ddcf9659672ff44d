//! From objects to text.

mod array_writer;
mod out;
mod sink;
mod whole;
mod write;

pub use array_writer::ArrayWriter;
#[cfg(feature = "std")]
pub use sink::IoSink;
pub use sink::Sink;
pub(crate) use whole::{text, text_of_array, text_of_dictionary};
pub(crate) use write::{write, write_array, write_dictionary};
