//! What `-v` says.

use std::fmt::Arguments;
use std::io::{self, BufWriter, ErrorKind, Write};

/// Tells what is being done, if it was asked for.
pub(crate) struct Narration {
    /// Where to; nowhere if it was not asked for, or if nobody listens any more.
    out: Option<BufWriter<Box<dyn Write>>>,
    trouble: Option<io::Error>,
}

impl Narration {
    /// On standard output, or on standard error if the former is taken by the list.
    pub(crate) fn new(verbose: bool, stdout_is_taken: bool) -> Self {
        let out: Box<dyn Write> =
            if stdout_is_taken { Box::new(io::stderr()) } else { Box::new(io::stdout()) };
        Self { out: verbose.then(|| BufWriter::new(out)), trouble: None }
    }

    /// Whether anything is told.
    pub(crate) fn is_on(&self) -> bool {
        self.out.is_some()
    }

    /// Tells one line.
    pub(crate) fn say(&mut self, line: Arguments<'_>) {
        self.attempt(|out| writeln!(out, "{line}"));
    }

    /// Lets everything told so far be seen.
    pub(crate) fn flush(&mut self) {
        self.attempt(|out| out.flush());
    }

    /// What kept it from being told; that a reader went away is no trouble.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.flush();
        self.trouble.map_or(Ok(()), Err)
    }

    fn attempt(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
        let Some(out) = &mut self.out else { return };
        if let Err(error) = write(out) {
            // Dropped without another attempt to write what it still holds.
            self.out.take().map(BufWriter::into_parts);
            self.trouble = Some(error).filter(|error| error.kind() != ErrorKind::BrokenPipe);
        }
    }
}
