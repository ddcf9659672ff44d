//! A line of the configuration.

use crate::configuration::fault::Problem;

/// A line `NAME=VALUE`, as a shell has it.
pub(super) struct Assignment<'a> {
    pub(super) name: &'a [u8],
    /// Where the name begins, from 1.
    pub(super) column: usize,
    pub(super) value: &'a [u8],
    pub(super) column_of_value: usize,
}

impl<'a> Assignment<'a> {
    /// The assignment on a line, if there is one: a value is a word, or stands in quotes. Where a
    /// shell would put something else in its place, it is refused.
    pub(super) fn of(line: &'a [u8]) -> Result<Option<Self>, (usize, Problem)> {
        let rest = line.trim_ascii_start();
        if rest.is_empty() || rest.starts_with(b"#") {
            return Ok(None);
        }
        let column = column_of(line, rest);
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let end = rest.iter().position(|byte| !is_name(byte)).unwrap_or(rest.len());
        let (name, rest) = rest.split_at(end);
        let Some(rest) = rest.strip_prefix(b"=").filter(|_| !name.is_empty()) else {
            let is_apart = !name.is_empty() && rest.trim_ascii_start().starts_with(b"=");
            let problem = if is_apart { Problem::Blanks } else { Problem::NoAssignment };
            return Err((column_of(line, rest), problem));
        };
        let column_of_value = column_of(line, rest);
        let (value, rest) = match rest.split_first() {
            Some((&quote @ (b'"' | b'\''), rest)) => {
                let end = rest.iter().position(|byte| *byte == quote);
                let end = end.ok_or((column_of_value, Problem::Unfinished(char::from(quote))))?;
                let (value, rest) = rest.split_at(end);
                (value, rest.get(1..).unwrap_or_default())
            }
            _ => {
                let end = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
                rest.split_at(end)
            }
        };
        let special = |byte: &u8| b"$`\\\"';&|<>()".contains(byte);
        if value.iter().any(special) {
            return Err((column_of_value, Problem::Expansion));
        }
        let after = rest.trim_ascii_start();
        let is_comment = after.starts_with(b"#") && after.len() < rest.len();
        if !after.is_empty() && !is_comment {
            let is_apart = column_of(line, rest) == column_of_value;
            let problem = if is_apart { Problem::Blanks } else { Problem::Trailing };
            return Err((column_of(line, if is_apart { rest } else { after }), problem));
        }
        Ok(Some(Self { name, column, value, column_of_value }))
    }
}

/// Where the end of a line begins, from 1.
fn column_of(line: &[u8], end: &[u8]) -> usize {
    line.len().saturating_sub(end.len()).saturating_add(1)
}
