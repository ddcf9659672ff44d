//! Where in an object something is wrong.

use alloc::format;
use alloc::string::String;
use core::fmt;

/// The keys and indices that lead from the outermost object to one inside it, such as
/// `entries[2].file`. It grows from its end, while an error is on its way out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Trail(String);

impl Trail {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn at_key(&self, key: &[u8]) -> Self {
        Self(format!("{}{}{}", key.escape_ascii(), self.separator(), self.0))
    }

    pub(crate) fn at_index(&self, index: usize) -> Self {
        Self(format!("[{index}]{}{}", self.separator(), self.0))
    }

    fn separator(&self) -> &'static str {
        if self.0.is_empty() || self.0.starts_with('[') { "" } else { "." }
    }
}

/// What an error's text begins with.
impl fmt::Display for Trail {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(out, "{}: ", self.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn it_is_read_from_the_outermost_object() {
        let trail = Trail::default();
        assert_eq!(trail.to_string(), "");
        let trail = trail.at_key(b"a\n").at_key(b"b").at_index(2).at_index(0).at_key(b"c");
        assert_eq!(trail.as_str(), r"c[0][2].b.a\n");
        assert_eq!(trail.to_string(), r"c[0][2].b.a\n: ");
    }
}
