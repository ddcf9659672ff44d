//! From text to objects, prop_object_internalize(3).

use core::ffi::CStr;

use crate::formats::foreign;
use crate::formats::read_error::{Fault, ReadError, ReadErrorKind};
use crate::formats::{json, xml};
use crate::{Array, Dictionary, Format, Kind, Limits, Mode, Object, ReadOptions};

impl Object {
    /// Reads a property list, XML or JSON (see [`Format::of`]), taking what
    /// NetBSD takes and refusing what it refuses. A NUL ends the text; what follows a property list
    /// in XML is ignored, and what follows one in JSON is refused.
    ///
    /// ```
    /// use proplib::{Expected, Object, ReadErrorKind};
    ///
    /// let object = Object::internalize(b"<plist><integer>0x6</integer></plist>")?;
    /// assert_eq!(object, Object::internalize(b"6")?);
    ///
    /// let error = Object::internalize(b"<plist>\n<dict>\n  <true/>").unwrap_err();
    /// assert_eq!((error.line, error.column), (3, 3));
    /// assert_eq!(error.kind, ReadErrorKind::Other(Expected::StartOrEnd("key", "dict")));
    /// assert_eq!(error.to_string(), "3:3: expected <key> or </dict>");
    /// # Ok::<(), proplib::ReadError>(())
    /// ```
    ///
    /// # Errors
    /// [`ReadError`]: where the text is wrong, and what was expected there.
    pub fn internalize(text: &[u8]) -> Result<Self, ReadError> {
        Self::internalize_within(text, &Limits::DEFAULT)
    }

    /// Like [`internalize`](Self::internalize), with limits of your own.
    ///
    /// # Errors
    /// [`ReadError`]: where the text is wrong or exceeds a limit, and what was expected there.
    pub fn internalize_within(text: &[u8], limits: &Limits) -> Result<Self, ReadError> {
        Self::internalize_with(text, &ReadOptions::from(*limits))
    }

    /// Like [`internalize`](Self::internalize), in a mode and with limits of your own.
    ///
    /// # Errors
    /// [`ReadError`]: where the text is wrong or exceeds a limit, and what was expected there.
    pub fn internalize_with(text: &[u8], options: &ReadOptions) -> Result<Self, ReadError> {
        read(text, options, None)
    }
}

impl Array {
    /// Reads a property list that is an array, see [`Object::internalize`].
    ///
    /// # Errors
    /// [`ReadError`]: where the text is wrong, and what was expected there.
    pub fn internalize(text: &[u8]) -> Result<Self, ReadError> {
        Self::internalize_within(text, &Limits::DEFAULT)
    }

    /// Like [`internalize`](Self::internalize), with limits of your own.
    ///
    /// # Errors
    /// [`ReadError`]: where the text is wrong or exceeds a limit, and what was expected there.
    pub fn internalize_within(text: &[u8], limits: &Limits) -> Result<Self, ReadError> {
        Self::internalize_with(text, &ReadOptions::from(*limits))
    }

    /// Like [`internalize`](Self::internalize), in a mode and with limits of your own.
    ///
    /// # Errors
    /// [`ReadError`]: where the text is wrong or exceeds a limit, and what was expected there.
    pub fn internalize_with(text: &[u8], options: &ReadOptions) -> Result<Self, ReadError> {
        match read(text, options, Some(Kind::Array))? {
            Object::Array(array) => Ok(array),
            other => Err(Fault::root(Kind::Array, other.kind(), 0).in_text(text)),
        }
    }
}

impl Dictionary {
    /// Reads a property list that is a dictionary, see [`Object::internalize`].
    ///
    /// # Errors
    /// [`ReadError`]: where the text is wrong, and what was expected there.
    pub fn internalize(text: &[u8]) -> Result<Self, ReadError> {
        Self::internalize_within(text, &Limits::DEFAULT)
    }

    /// Like [`internalize`](Self::internalize), with limits of your own.
    ///
    /// # Errors
    /// [`ReadError`]: where the text is wrong or exceeds a limit, and what was expected there.
    pub fn internalize_within(text: &[u8], limits: &Limits) -> Result<Self, ReadError> {
        Self::internalize_with(text, &ReadOptions::from(*limits))
    }

    /// Like [`internalize`](Self::internalize), in a mode and with limits of your own.
    ///
    /// # Errors
    /// [`ReadError`]: where the text is wrong or exceeds a limit, and what was expected there.
    pub fn internalize_with(text: &[u8], options: &ReadOptions) -> Result<Self, ReadError> {
        match read(text, options, Some(Kind::Dictionary))? {
            Object::Dictionary(dictionary) => Ok(dictionary),
            other => Err(Fault::root(Kind::Dictionary, other.kind(), 0).in_text(text)),
        }
    }
}

/// Reads the text up to its first NUL, in the format that its first byte tells.
fn read(text: &[u8], options: &ReadOptions, root: Option<Kind>) -> Result<Object, ReadError> {
    let limits = &options.limits;
    if text.len() > limits.max_input {
        let kind = ReadErrorKind::TooLarge { limit: limits.max_input };
        return Err(ReadError { kind, offset: 0, line: 1, column: 1 });
    }
    let unmarked = match options.mode {
        Mode::Strict => text,
        Mode::Tolerant => text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text),
    };
    let read = match Format::of(unmarked) {
        Some(Format::Json) => {
            let text = CStr::from_bytes_until_nul(text).map_or(text, CStr::to_bytes);
            json::read(text, options, root)
        }
        Some(Format::Xml) | None => xml::read(text, options, root),
    };
    read.map_err(|fault| {
        // What the text is says more than what is wrong with it as JSON.
        let is_xml = Format::of(unmarked) == Some(Format::Xml);
        let foreign = foreign::name_of(text).filter(|_| !is_xml).map(ReadErrorKind::OtherFormat);
        foreign.map_or(fault, |kind| Fault { kind, offset: 0 }).in_text(text)
    })
}
