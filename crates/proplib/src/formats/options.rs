//! What a reader takes.

use crate::Limits;

/// Which property lists are read. Of JSON, the tolerant mode takes no more than the strict one, but
/// for a byte order mark in UTF-8.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// What NetBSD's proplib(3) takes, no more and no less, but for its faults: a string without
    /// its end and an end tag in the place of a value are refused, and `<data/>`, which NetBSD
    /// writes and does not read, is taken.
    #[default]
    Strict,
    /// All of that, and what others write: `<true />` and `<true></true>`, white space in any tag
    /// and around `=`, attributes in quotes of either kind, numeric entities, CDATA sections,
    /// comments and processing instructions in any place, a document type with declarations in it,
    /// and a byte order mark.
    ///
    /// What is read is what stands there. Attributes are those that leave the value as it is:
    /// `version` of `<plist>`, `size` of `<data>`, `id`, `ID`, `xmlns`, `xmlns:...`, `xml:id`,
    /// `xml:lang` and `xml:space`; any other, such as `IDREF`, is refused, and so is a declared
    /// encoding other than UTF-8, even where the strict mode passes over it. Entities that a document type
    /// declares are not looked at, and refused where they are used. Types that proplib(3) does not
    /// have, such as dates and real numbers, are refused in both modes.
    Tolerant,
}

/// How a property list is read.
///
/// ```
/// use proplib::{Mode, Object, ReadOptions};
///
/// let tolerant = ReadOptions { mode: Mode::Tolerant, ..ReadOptions::default() };
/// let text = b"<plist version='1.0'><true /></plist>";
/// assert_eq!(Object::internalize_with(text, &tolerant)?, Object::Bool(true));
/// assert!(Object::internalize(text).is_err());
/// # Ok::<(), proplib::ReadError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// Which property lists are read.
    pub mode: Mode,
    /// How much is read.
    pub limits: Limits,
}

impl From<Limits> for ReadOptions {
    fn from(limits: Limits) -> Self {
        Self { mode: Mode::default(), limits }
    }
}
