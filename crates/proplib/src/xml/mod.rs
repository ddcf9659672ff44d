//! XML as NetBSD's proplib(3) writes it, and reads it: a small language of its own.

mod array_reader;
#[cfg(feature = "std")]
mod array_stream;
mod array_writer;
mod base64;
mod element;
mod events;
mod integer;
mod out;
mod preamble;
mod read;
mod scan;
mod sink;
mod tag;
mod text;
mod whole;
mod write;

pub use array_reader::ArrayReader;
#[cfg(feature = "std")]
pub use array_stream::{ArrayStream, StreamError};
pub use array_writer::ArrayWriter;
pub use events::{Event, Events};
pub(crate) use read::read;
#[cfg(feature = "std")]
pub use sink::IoSink;
pub use sink::Sink;
pub use text::Text;
pub(crate) use whole::{text, text_of_array, text_of_dictionary};
pub(crate) use write::{write, write_array, write_dictionary};

/// What comes before the first element.
const HEADER: &[u8] = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
    <!DOCTYPE plist PUBLIC \"-//Apple Computer//DTD PLIST 1.0//EN\" \
    \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
    <plist version=\"1.0\">\n";

/// What comes after the last one.
const FOOTER: &[u8] = b"</plist>\n";

/// White space between tags and in base64.
const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}
