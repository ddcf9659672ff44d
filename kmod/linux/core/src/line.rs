//! A line of the kernel's log.

use core::fmt;

/// The longest line, in bytes: what printk takes in one record, less its own prefix.
pub(crate) const LONGEST: usize = 960;

/// What stands for the rest of a longer line.
const MARK: &[u8] = b"...";

/// A line, cut off where it gets longer than the place it is written to.
pub(crate) struct Line<'a> {
    bytes: &'a mut [u8],
    len: usize,
}

impl<'a> Line<'a> {
    /// A line that is to be written there.
    pub(crate) fn at(bytes: &'a mut [u8]) -> Self {
        Self { bytes, len: 0 }
    }

    /// What was written, and the mark if there was more.
    pub(crate) fn text(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    fn put(&mut self, byte: u8) -> fmt::Result {
        let room = self.bytes.len().saturating_sub(MARK.len());
        let place = self.bytes.get_mut(self.len).filter(|_| self.len < room).ok_or(fmt::Error)?;
        *place = byte;
        self.len = self.len.saturating_add(1);
        Ok(())
    }

    fn mark(&mut self) {
        for (place, byte) in self.bytes.iter_mut().skip(self.len).zip(MARK) {
            *place = *byte;
        }
        self.len = self.len.saturating_add(MARK.len()).min(self.bytes.len());
    }
}

impl fmt::Write for Line<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let written = text.bytes().try_for_each(|byte| self.put(byte));
        if written.is_err() {
            self.mark();
        }
        written
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::fmt::Write;

    #[test]
    fn a_line_holds_what_was_written() {
        let mut room = [0; LONGEST];
        let mut line = Line::at(&mut room);
        assert_eq!(line.text(), b"");
        write!(line, "Veriexec: {}", 7).unwrap();
        assert_eq!(line.text(), b"Veriexec: 7");
    }

    #[test]
    fn a_line_that_gets_too_long_is_marked() {
        let fits = LONGEST - MARK.len();
        let mut room = [0; LONGEST];
        let mut line = Line::at(&mut room);
        line.write_str(&"x".repeat(fits)).unwrap();
        assert_eq!(line.text(), vec![b'x'; fits]);
        line.write_str("y").unwrap_err();
        assert_eq!(line.text(), [vec![b'x'; fits], MARK.to_vec()].concat());

        let mut line = Line::at(&mut room);
        line.write_str(&"x".repeat(5000)).unwrap_err();
        assert_eq!(line.text(), [vec![b'x'; fits], MARK.to_vec()].concat());

        let mut line = Line::at(&mut room[..2]);
        line.write_str("x").unwrap_err();
        assert_eq!(line.text(), b"..");
    }
}
