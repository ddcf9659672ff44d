//! Numbers of things, as a person says them.

use std::fmt;

/// A number with what is counted, in the singular.
pub(crate) struct Counted(pub(crate) usize, pub(crate) &'static str);

/// Prints "1 error", "2 errors", "1 more entry".
impl fmt::Display for Counted {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(count, noun) = self;
        match (count, noun.strip_suffix('y')) {
            (1, _) => write!(out, "1 {noun}"),
            (_, Some(stem)) => write!(out, "{count} {stem}ies"),
            (_, None) => write!(out, "{count} {noun}s"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_not_many() {
        let counted = [0, 1, 2].map(|count| Counted(count, "error").to_string());
        assert_eq!(counted, ["0 errors", "1 error", "2 errors"]);
        let counted = [1, 2].map(|count| Counted(count, "more entry").to_string());
        assert_eq!(counted, ["1 more entry", "2 more entries"]);
    }
}
