//! XML as NetBSD's proplib(3) writes it, and reads it: a small language of its own.

mod base64;
mod integer;
mod reader;
mod writer;

pub(crate) use reader::read;
pub use reader::{ArrayReader, Event, Events, Text};
#[cfg(feature = "std")]
pub use reader::{ArrayStream, StreamError};
#[cfg(feature = "std")]
pub use writer::IoSink;
pub use writer::{ArrayWriter, Sink};
pub(crate) use writer::{
    text, text_of_array, text_of_dictionary, write, write_array, write_dictionary,
};

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
