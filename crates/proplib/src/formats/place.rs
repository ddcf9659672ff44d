//! Places in a text.

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// In bytes from 0.
    pub(crate) offset: usize,
    /// From 1.
    pub(crate) line: usize,
    /// In bytes from 1.
    pub(crate) column: usize,
}

impl Place {
    pub(crate) const BEGIN: Self = Self { offset: 0, line: 1, column: 1 };

    /// The place behind this text, which begins here.
    pub(crate) fn behind(self, text: &[u8]) -> Self {
        let lines = lines(text);
        let last = text.rsplit(|&byte| byte == b'\n').next().unwrap_or(text);
        let column = if lines == 0 { self.column } else { 1 };
        Self {
            offset: self.offset.saturating_add(text.len()),
            line: self.line.saturating_add(lines),
            column: column.saturating_add(last.len()),
        }
    }
}

/// How many lines end in a text. Sixteen counts of a byte each are made side by side, for as long
/// as none can overflow.
fn lines(text: &[u8]) -> usize {
    const SIDE_BY_SIDE: usize = 16;
    let mut lines: usize = 0;
    for some in text.chunks(const { SIDE_BY_SIDE * u8::MAX as usize }) {
        let (rows, rest) = some.as_chunks::<SIDE_BY_SIDE>();
        let mut counts = [0_u8; SIDE_BY_SIDE];
        for row in rows {
            for (count, byte) in counts.iter_mut().zip(row) {
                *count = count.wrapping_add(u8::from(*byte == b'\n'));
            }
        }
        for count in counts {
            lines = lines.saturating_add(count.into());
        }
        for byte in rest {
            lines = lines.saturating_add((*byte == b'\n').into());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn lines_are_counted_in_texts_of_any_length() {
        let text: Vec<u8> =
            (0..20_000_u32).map(|at| if at % 7 < 3 { b'\n' } else { b'a' }).collect();
        let breaks = b"\n".repeat(20_000);
        for length in (0..100).chain([4079, 4080, 4081, 8161, 20_000]) {
            let found = text[..length].iter().filter(|&&byte| byte == b'\n').count();
            assert_eq!(lines(&text[..length]), found);
            assert_eq!(lines(&breaks[..length]), length);
        }
    }

    #[test]
    fn places_add_up() {
        let text = b"ab\ncd\n\nefg";
        let whole = Place { offset: 10, line: 4, column: 4 };
        assert_eq!(Place::BEGIN.behind(text), whole);
        for cut in 0..text.len() {
            assert_eq!(Place::BEGIN.behind(&text[..cut]).behind(&text[cut..]), whole);
        }
    }
}
