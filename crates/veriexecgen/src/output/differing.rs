//! The lines in which a list differs from the one before: what `--dry-run` shows.

use std::collections::HashMap;
use std::io::{self, Write};

use sigfile::{Difference, Entry, difference, entries, printable};

use crate::answer::report::Changes;

/// Two lists, one of which may take the place of the other.
pub(crate) struct Differing<'a> {
    pub(crate) before: &'a [u8],
    pub(crate) after: &'a [u8],
}

impl Differing<'_> {
    /// What becomes of the entries. Lines that are wrong are none.
    pub(crate) fn changes(&self) -> Changes {
        let [before, after] = [self.before, self.after].map(read);
        let difference: Difference<'_> = difference(&before, &after);
        Changes::of(&difference)
    }

    /// Writes the lines that are not the same, in the order of their bytes, a line that is there no
    /// more before the one in its place; for a person to read if they are to be `shown`.
    pub(crate) fn write(&self, out: &mut dyn Write, shown: bool) -> io::Result<()> {
        let mut counts: HashMap<&[u8], i64> = HashMap::new();
        for (list, sign) in [(self.before, -1), (self.after, 1)] {
            for line in lines(list) {
                let count = counts.entry(line).or_default();
                *count = count.saturating_add(sign);
            }
        }
        let mut counts: Vec<_> = counts.into_iter().filter(|(_, count)| *count != 0).collect();
        counts.sort_unstable_by_key(|(line, count)| (first_word(line), *count, *line));
        for (line, count) in counts {
            let sign = if count < 0 { "-" } else { "+" };
            for _ in 0..count.unsigned_abs() {
                out.write_all(sign.as_bytes())?;
                if shown {
                    // The grammar's own backslashes are harmless, and doubling them would mislead.
                    write!(out, "{}", printable(line).to_string().replace(r"\\", r"\"))?;
                } else {
                    out.write_all(line)?;
                }
                out.write_all(b"\n")?;
            }
        }
        Ok(())
    }
}

fn read(list: &[u8]) -> Vec<Entry> {
    entries(list).filter_map(|line| Some(line.ok()?.entry)).collect()
}

fn lines(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    let text = list.strip_suffix(b"\n").unwrap_or(list);
    text.split(|byte| *byte == b'\n').filter(|_| !list.is_empty())
}

fn first_word(line: &[u8]) -> &[u8] {
    let end = line.iter().position(|byte| matches!(byte, b' ' | b'\t'));
    line.get(..end.unwrap_or(line.len())).unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn differing(before: &str, after: &str) -> String {
        let mut out = Vec::new();
        let both = Differing { before: before.as_bytes(), after: after.as_bytes() };
        both.write(&mut out, false).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn lines_that_are_the_same_are_left_out() {
        assert_eq!(differing("", ""), "");
        assert_eq!(differing("/a 1\n/b 1\n", "/b 1\n/a 1"), "");
        assert_eq!(differing("", "/b 1\n/a 1\n"), "+/a 1\n+/b 1\n");
        assert_eq!(differing("# c\n/a 1\n", ""), "-# c\n-/a 1\n");
        assert_eq!(differing("/a 1\n/a 1\n/b 2\n", "/b 3\n/a 1\n"), "-/a 1\n-/b 2\n+/b 3\n");
        assert_eq!(differing("/b 4\n/c 1\n", "/b 3\n/c 1\n"), "-/b 4\n+/b 3\n");
    }

    #[test]
    fn entries_are_counted_by_what_becomes_of_them() {
        let md5 = |byte: u8| format!("MD5 {}", format!("{byte:02x}").repeat(16));
        let before = format!("/a {0}\n/b {0}\n/c {0} direct\nwrong\n", md5(1));
        let after = format!("/b {}\n/c {}\n/d {1}\n", md5(2), md5(1));
        let both = Differing { before: before.as_bytes(), after: after.as_bytes() };
        let changes = both.changes();
        let counts = ["added", "changed", "removed"].map(|what| changes.count(what));
        assert_eq!(counts, [1, 1, 1]);
    }
}
