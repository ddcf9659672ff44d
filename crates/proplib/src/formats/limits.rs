//! How much of a property list is too much.

/// Bounds on what is read and written, so that hostile input costs a bounded amount of memory.
///
/// ```
/// use proplib::{Limits, Object};
///
/// let flat = Limits { max_depth: 1, ..Limits::default() };
/// let text = b"<plist version=\"1.0\"><array><array/></array></plist>";
/// assert!(Object::internalize(text).is_ok());
/// assert!(Object::internalize_within(text, &flat).is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many arrays and dictionaries may be open inside each other, the outermost included.
    pub max_depth: usize,
    /// How many bytes a text that is read may have.
    pub max_input: usize,
}

impl Limits {
    /// 256 containers inside each other, 1 GiB of text.
    pub const DEFAULT: Self = Self { max_depth: 256, max_input: 1 << 30 };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
