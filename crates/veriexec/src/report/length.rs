//! How long something is when it is shown.

use core::fmt::{self, Display, Write};

/// How many bytes it takes to show it.
pub(super) fn length(of: impl Display) -> usize {
    let mut length = Length(0);
    // That counts, and does not fail.
    let _ = write!(length, "{of}");
    length.0
}

/// How many bytes were written.
struct Length(usize);

impl Write for Length {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = self.0.saturating_add(text.len());
        Ok(())
    }
}
