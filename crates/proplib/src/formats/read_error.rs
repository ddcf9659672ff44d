//! Why a text cannot be read, and where.

use core::fmt;

use crate::formats::place::Place;
use crate::memory::fallible::NoMemory;
use crate::{Dictionary, Kind};

/// Where a text is no property list, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {kind}")]
pub struct ReadError {
    /// What is wrong.
    pub kind: ReadErrorKind,
    /// Where it is wrong, in bytes from 0.
    pub offset: usize,
    /// Its line, from 1.
    pub line: usize,
    /// Its column in that line, in bytes from 1.
    pub column: usize,
}

/// What is wrong with a text that is no property list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadErrorKind {
    /// There is nothing but white space.
    #[error("nothing to read; expected a property list")]
    Empty,
    /// More bytes than [`Limits::max_input`](crate::Limits::max_input).
    #[error("text too long; expected at most {limit} bytes")]
    TooLarge {
        /// How many were allowed.
        limit: usize,
    },
    /// More containers inside each other than [`Limits::max_depth`](crate::Limits::max_depth).
    #[error("containers nested too deep; expected at most {limit} inside each other")]
    TooDeep {
        /// How many were allowed.
        limit: usize,
    },
    /// There is no memory for the objects.
    #[error(transparent)]
    NoMemory(#[from] NoMemory),
    /// The text ends too early.
    #[error("text ends too early; expected {0}")]
    End(Expected),
    /// Something else stands where something is due.
    #[error("expected {0}")]
    Other(Expected),
    /// An element that is none of a property list's.
    #[error(
        "unknown element; expected <array>, <data>, <dict>, <false/>, <integer>, <string> or \
         <true/>"
    )]
    UnknownElement,
    /// An element of other kinds of property lists, of a type that proplib(3) does not have.
    #[error(
        "<{0}>, a type unknown to proplib(3); expected <array>, <data>, <dict>, <false/>, \
         <integer>, <string> or <true/>"
    )]
    OtherType(&'static str),
    /// An attribute that the element cannot have.
    #[error("unknown attribute; expected none but \"version\" of <plist> and \"size\" of <data>")]
    Attribute,
    /// In the tolerant mode, an attribute that may say that the value is another one than what
    /// stands there.
    #[error(
        "attribute that may change the value; expected none but \"version\" of <plist>, \"size\" of \
         <data>, \"id\", \"xmlns\", \"xml:lang\" and \"xml:space\""
    )]
    ForeignAttribute,
    /// In the tolerant mode, an XML declaration that names another encoding than UTF-8.
    #[error("another encoding; expected a text in UTF-8, and \"UTF-8\" or none here")]
    Encoding,
    /// A property list, or a text, in a format that is not read.
    #[error("{0}, which is not read; expected a property list in XML or JSON, in UTF-8")]
    OtherFormat(&'static str),
    /// A key longer than NetBSD takes.
    #[error("key too long; expected at most {} bytes", Dictionary::MAX_KEY)]
    KeyTooLong,
    /// A `&` that begins nothing known.
    #[error("unknown entity; expected &amp;, &apos;, &gt;, &lt; or &quot;")]
    Entity,
    /// A `&#` that is no character.
    #[error("no character; expected &#N; or &#xN; with a number of Unicode other than 0")]
    Character,
    /// A `\` that begins nothing known.
    #[error(
        "unknown escape; expected \\\", \\\\, \\/, \\b, \\f, \\n, \\r, \\t, or \\u and four hexadecimal \
         digits"
    )]
    Escape,
    /// A `\u0000`.
    #[error("escape of NUL; expected a C string, which has none")]
    EscapedNul,
    /// Half of a surrogate pair.
    #[error(
        "surrogate without its other half; expected \\uD800 to \\uDBFF, and \\uDC00 to \\uDFFF at once \
         after it"
    )]
    Surrogate,
    /// A key without a byte, which JSON cannot have.
    #[error("empty key; expected 1 to {} bytes", Dictionary::MAX_KEY)]
    KeyEmpty,
    /// A number that neither an `i64` nor a `u64` can hold.
    #[error(
        "number out of range; expected {} to {}, or to {} without a sign",
        i64::MIN,
        i64::MAX,
        u64::MAX
    )]
    Range,
    /// The attribute `size` of data is not the number of its bytes.
    #[error("wrong size; expected size=\"{found}\", or none")]
    Size {
        /// How many bytes there are.
        found: usize,
    },
    /// The property list is of another kind than was asked for.
    #[error("property list is of kind {found}; expected {expected}")]
    Root {
        /// What was asked for.
        expected: Kind,
        /// What it is.
        found: Kind,
    },
}

/// What a text was expected to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expected {
    /// The `<` of the first tag.
    FirstTag,
    /// The `>` that ends an XML declaration or a document type.
    PreambleEnd,
    /// The start tag of this element.
    Start(&'static str),
    /// The start tag of this element, or the end tag of what encloses it.
    StartOrEnd(&'static str, &'static str),
    /// The end tag of this element.
    EndTag(&'static str),
    /// A start tag of any value.
    Value,
    /// A start tag of any value, or the end tag of this element.
    ValueOrEnd(&'static str),
    /// An element in the form `<name/>`.
    EmptyElement,
    /// An element in the form `<name>...</name>`.
    NonEmptyElement,
    /// The end of a tag: `>`.
    TagEnd,
    /// An attribute in the form `name="value"`.
    Attribute,
    /// A comment in the form `<!-- ... -->`.
    Comment,
    /// The `-->` of a comment.
    CommentEnd,
    /// The `?>` of a processing instruction.
    InstructionEnd,
    /// The `]]>` of a CDATA section.
    SectionEnd,
    /// A whole number.
    Integer,
    /// Base64 with its padding.
    Base64,
    /// A property list, of whatever format.
    Root,
    /// A value of JSON.
    JsonValue,
    /// An element of an array in JSON, or the array's end.
    Element,
    /// The same, or a comma.
    CommaOrElement,
    /// A key of a dictionary in JSON, or the dictionary's end.
    Key,
    /// The same, or a comma.
    CommaOrKey,
    /// The colon after a key in JSON.
    Colon,
    /// The end of a string in JSON.
    Quote,
    /// A whole number in JSON.
    Decimal,
    /// The end of the text.
    TextEnd,
}

impl fmt::Display for Expected {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fixed = match self {
            Self::Start(name) => return write!(out, "<{name}>"),
            Self::StartOrEnd(name, end) => return write!(out, "<{name}> or </{end}>"),
            Self::EndTag(name) => return write!(out, "</{name}>"),
            Self::ValueOrEnd(end) => return write!(out, "a value or </{end}>"),
            Self::FirstTag => "\"<\", with which an XML property list begins",
            Self::PreambleEnd => "\">\" after <?xml or <!DOCTYPE",
            Self::Value => "a value",
            Self::EmptyElement => "the form <name/>",
            Self::NonEmptyElement => "the form <name>...</name>",
            Self::TagEnd => "\">\"",
            Self::Attribute => "name=\"value\" after the blank, or no blank",
            Self::Comment => "<!-- and a comment",
            Self::CommentEnd => "--> after the comment",
            Self::InstructionEnd => "?> after the processing instruction",
            Self::SectionEnd => "]]> after the CDATA section",
            Self::Integer => "a whole number and </integer>",
            Self::Base64 => "base64 with its padding and </data>",
            Self::Root => {
                "\"<\", with which an XML property list begins, or a value in JSON: \"{\", \"[\", a \
                 string, a whole number, true or false"
            }
            Self::JsonValue => "a value: \"{\", \"[\", a string, a whole number, true or false",
            Self::Element => "a value or \"]\"",
            Self::CommaOrElement => "\",\", a value or \"]\"",
            Self::Key => "a key in quotes or \"}\"",
            Self::CommaOrKey => "\",\", a key in quotes or \"}\"",
            Self::Colon => "\":\" after the key",
            Self::Quote => "the quote that ends the string",
            Self::Decimal => "a whole number in decimal, without fraction and exponent",
            Self::TextEnd => "nothing after the property list",
        };
        out.write_str(fixed)
    }
}

/// What is wrong, before its line is counted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault {
    pub(crate) kind: ReadErrorKind,
    pub(crate) offset: usize,
}

impl Fault {
    pub(crate) fn root(expected: Kind, found: Kind, offset: usize) -> Self {
        Self { kind: ReadErrorKind::Root { expected, found }, offset }
    }

    pub(crate) fn in_text(self, text: &[u8]) -> ReadError {
        self.behind(Place::BEGIN, text)
    }

    /// The error in a text that begins at a place in another one.
    pub(crate) fn behind(self, place: Place, text: &[u8]) -> ReadError {
        let Place { offset, line, column } = place.behind(text.get(..self.offset).unwrap_or(text));
        ReadError { kind: self.kind, offset, line, column }
    }
}
