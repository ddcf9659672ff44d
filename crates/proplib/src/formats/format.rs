//! The formats of property lists as text.

/// How a property list is written, `prop_format_t` of prop_object(3).
///
/// Reading needs no format: the text shows which one it is in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// The XML of property lists, which carries every object as it is.
    #[default]
    Xml,
    /// JSON, which has no data, and numbers without the signedness they were made with.
    Json,
}

impl Format {
    /// The format of a text, by its first byte that is not white space: XML begins with `<`, and
    /// anything else can only be JSON. An empty text has none.
    ///
    /// ```
    /// use proplib::Format;
    ///
    /// assert_eq!(Format::of(b"\n<plist>"), Some(Format::Xml));
    /// assert_eq!(Format::of(b"[]"), Some(Format::Json));
    /// assert_eq!(Format::of(b" \n"), None);
    /// ```
    #[must_use]
    pub fn of(text: &[u8]) -> Option<Self> {
        match text.iter().find(|&&byte| !is_space(byte))? {
            b'<' => Some(Self::Xml),
            // A NUL ends the text.
            0 => None,
            _ => Some(Self::Json),
        }
    }
}

/// White space between the parts of a text.
pub(crate) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_byte_tells_the_format() {
        for (text, format) in [
            ("", None),
            (" \t\r\n", None),
            ("\0<", None),
            (" \0[", None),
            ("<", Some(Format::Xml)),
            ("\r\n\t <plist>", Some(Format::Xml)),
            ("{}", Some(Format::Json)),
            ("\u{b}<plist>", Some(Format::Json)),
            ("\u{feff}<plist>", Some(Format::Json)),
            ("bplist00", Some(Format::Json)),
        ] {
            assert_eq!(Format::of(text.as_bytes()), format, "{text:?}");
        }
    }
}
