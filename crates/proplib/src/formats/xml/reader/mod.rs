//! From text to objects and to parts of them.

mod array_reader;
#[cfg(feature = "std")]
mod array_stream;
mod element;
mod events;
mod preamble;
mod read;
pub(super) mod scan;
mod tag;
mod text;

pub use array_reader::ArrayReader;
#[cfg(feature = "std")]
pub use array_stream::{ArrayStream, StreamError};
pub use events::{Event, Events};
pub(crate) use read::read;
pub use text::Text;
