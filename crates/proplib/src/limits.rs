//! How much of a property list is too much.

/// Bounds on what is read and written, so that hostile input costs a bounded amount of memory.
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
