//! Writing an array without holding it.

use core::fmt;

use super::out::Out;
use super::sink::Sink;
use crate::formats::xml::{FOOTER, HEADER};
use crate::objects::walk;
use crate::{Limits, Object, WriteError};

/// Writes a property list that is an array, element by element, byte for byte as
/// [`Array::externalize`](crate::Array::externalize) writes the whole.
///
/// It holds half a kibibyte of text, whatever the number of elements.
///
/// ```
/// use proplib::{Array, Object, xml::ArrayWriter};
///
/// let mut writer = ArrayWriter::new(Vec::new());
/// writer.push(&7_u8.into())?;
/// writer.push(&true.into())?;
/// let text = writer.finish()?;
/// assert_eq!(Array::internalize(&text)?.get(1), Some(&Object::Bool(true)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct ArrayWriter<S> {
    out: Out<S>,
    max_depth: usize,
    is_empty: bool,
}

impl<S: Sink> ArrayWriter<S> {
    /// Begins an array that may be as deep as [`Limits::DEFAULT`] says.
    #[must_use]
    pub fn new(sink: S) -> Self {
        Self::within(sink, &Limits::DEFAULT)
    }

    /// Like [`new`](Self::new), with limits of your own.
    #[must_use]
    pub fn within(sink: S, limits: &Limits) -> Self {
        Self { out: Out::new(sink), max_depth: limits.max_depth, is_empty: true }
    }

    /// Writes the next element.
    ///
    /// # Errors
    /// [`WriteError::TooDeep`], which leaves no trace of the element; else what the sink says, or
    /// [`WriteError::NoMemory`], after which the text is useless.
    pub fn push(&mut self, element: &Object) -> Result<(), S::Error> {
        if walk::is_deeper(element, self.max_depth.saturating_sub(1)).map_err(WriteError::from)? {
            return Err(WriteError::TooDeep { limit: self.max_depth }.into());
        }
        if self.is_empty {
            self.begin()?;
            self.out.bytes(b"<array>\n")?;
            self.is_empty = false;
        }
        self.out.object(element, 1, self.max_depth)
    }

    /// Ends the array, and returns the sink with all of its text.
    ///
    /// # Errors
    /// What the sink says, or [`WriteError::TooDeep`] if not even an array is allowed.
    pub fn finish(mut self) -> Result<S, S::Error> {
        if self.is_empty {
            self.begin()?;
            self.out.bytes(b"<array/>\n")?;
        } else {
            self.out.bytes(b"</array>\n")?;
        }
        self.out.bytes(FOOTER)?;
        self.out.finish()
    }

    fn begin(&mut self) -> Result<(), S::Error> {
        if self.max_depth == 0 {
            return Err(WriteError::TooDeep { limit: 0 }.into());
        }
        self.out.bytes(HEADER)
    }
}

impl<S: fmt::Debug> fmt::Debug for ArrayWriter<S> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ArrayWriter").field("sink", self.out.sink()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Array, Dictionary, PropString};
    use alloc::vec::Vec;

    fn elements() -> Vec<Object> {
        let mut dictionary = Dictionary::new();
        dictionary.set_string(b"key", [b'<'; 1000]).unwrap();
        dictionary.set(b"inner", Array::new()).unwrap();
        dictionary.set_data(b"data", [0xff; 1000]).unwrap();
        let mut array = Array::new();
        array.push(dictionary.clone()).unwrap();
        let string = PropString::new(b"text").unwrap();
        vec![true.into(), dictionary.into(), array.into(), string.into(), (-7_i8).into()]
    }

    #[test]
    fn the_text_is_that_of_the_whole() {
        for count in 0..40 {
            let mut array = Array::new();
            let mut writer = ArrayWriter::new(Vec::new());
            for element in elements().iter().cycle().take(count) {
                array.push(element.clone()).unwrap();
                writer.push(element).unwrap();
            }
            assert_eq!(writer.finish().unwrap(), array.externalize().unwrap(), "{count}");
        }
    }

    #[test]
    fn an_element_that_is_too_deep_leaves_no_trace() {
        let limits = Limits { max_depth: 3, ..Limits::default() };
        let mut text = Vec::new();
        let mut writer = ArrayWriter::within(&mut text, &limits);
        let mut array = Array::new();
        for element in elements() {
            if let Object::Array(_) = element {
                assert_eq!(writer.push(&element), Err(WriteError::TooDeep { limit: 3 }));
            } else {
                writer.push(&element).unwrap();
                array.push(element).unwrap();
            }
        }
        writer.finish().unwrap();
        assert_eq!(text, array.externalize().unwrap());

        let none = Limits { max_depth: 0, ..Limits::default() };
        let refusal = WriteError::TooDeep { limit: 0 };
        let writer = || ArrayWriter::within(Vec::new(), &none);
        assert_eq!(writer().push(&true.into()), Err(refusal));
        assert_eq!(writer().finish(), Err(refusal));
    }
}
