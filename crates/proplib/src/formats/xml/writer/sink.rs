//! Where text goes.

use alloc::vec::Vec;

use crate::WriteError;
use crate::memory::fallible;

/// Takes a text, piece by piece.
///
/// A `Vec<u8>` is one, and so is a mutable reference to one.
pub trait Sink {
    /// Why a text is not taken. Objects that cannot be written are reported through it, too.
    type Error: From<WriteError>;

    /// Takes the next piece, all of it.
    ///
    /// # Errors
    /// What the sink says; what it took of the piece is useless then.
    fn put(&mut self, text: &[u8]) -> Result<(), Self::Error>;

    /// Is called when the text is complete.
    ///
    /// # Errors
    /// What the sink says.
    fn finish(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}

impl Sink for Vec<u8> {
    type Error = WriteError;

    fn put(&mut self, text: &[u8]) -> Result<(), WriteError> {
        Ok(fallible::extend(self, text)?)
    }
}

impl<S: Sink> Sink for &mut S {
    type Error = S::Error;

    fn put(&mut self, text: &[u8]) -> Result<(), S::Error> {
        (**self).put(text)
    }

    fn finish(&mut self) -> Result<(), S::Error> {
        (**self).finish()
    }
}

/// A [`Sink`] for what the standard library can write to.
///
/// Pieces are of half a kibibyte: put a [`BufWriter`](std::io::BufWriter) around a file.
///
/// ```
/// use proplib::xml::{ArrayWriter, IoSink};
/// use std::{fs::File, io::BufWriter};
///
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("list");
/// let mut writer = ArrayWriter::new(IoSink(BufWriter::new(File::create(path)?)));
/// for number in 0..100_u64 {
///     writer.push(&number.into())?;
/// }
/// writer.finish()?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[cfg(feature = "std")]
#[derive(Debug)]
pub struct IoSink<W>(pub W);

#[cfg(feature = "std")]
impl<W: std::io::Write> Sink for IoSink<W> {
    type Error = std::io::Error;

    fn put(&mut self, text: &[u8]) -> std::io::Result<()> {
        self.0.write_all(text)
    }

    fn finish(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}
