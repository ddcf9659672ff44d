//! From objects to text, prop_object_externalize(3).

use alloc::vec::Vec;

use crate::formats::xml::Sink;
use crate::formats::{json, xml};
use crate::{Array, Dictionary, Format, Limits, Object, WriteError};

impl Object {
    /// The object as an XML property list, byte for byte as NetBSD writes it, without the NUL
    /// that NetBSD puts after it.
    ///
    /// A long array or dictionary gets the memory for its text at once, as much as a sample of its
    /// children needs and a sixteenth more; if the others are longer, it doubles.
    ///
    /// ```
    /// use proplib::Object;
    ///
    /// let text = String::from_utf8(Object::from(6_u8).externalize()?)?;
    /// assert!(text.ends_with("<plist version=\"1.0\">\n<integer>0x6</integer>\n</plist>\n"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`WriteError`] if it exceeds [`Limits::DEFAULT`], or there is no memory for the text.
    pub fn externalize(&self) -> Result<Vec<u8>, WriteError> {
        self.externalize_within(&Limits::DEFAULT)
    }

    /// Like [`externalize`](Self::externalize), with limits of your own.
    ///
    /// # Errors
    /// [`WriteError`] if it exceeds the limits, or there is no memory for the text.
    pub fn externalize_within(&self, limits: &Limits) -> Result<Vec<u8>, WriteError> {
        xml::text(self, limits)
    }

    /// Hands the object as an XML property list to a sink, piece by piece, and returns the sink.
    ///
    /// ```
    /// use proplib::{Limits, Object};
    ///
    /// let mut texts = Vec::new();
    /// for object in [Object::from(true), Object::from(7_u8)] {
    ///     object.externalize_to(&mut texts, &Limits::DEFAULT)?;
    ///     texts.push(0);
    /// }
    /// # Ok::<(), proplib::WriteError>(())
    /// ```
    ///
    /// # Errors
    /// What the sink says, or, through it, [`WriteError`] if the object exceeds the limits. Then
    /// what the sink has is useless.
    pub fn externalize_to<S: Sink>(&self, sink: S, limits: &Limits) -> Result<S, S::Error> {
        xml::write(self, sink, limits)
    }

    /// The object in JSON, byte for byte as NetBSD writes it, without the NUL that NetBSD puts
    /// after it.
    ///
    /// JSON says less than XML: what is read back has every number signed that fits an `i64`,
    /// which is equal, and data cannot be written at all. Bytes of strings that are not UTF-8 are
    /// written as they are; other readers of JSON may refuse them.
    ///
    /// ```
    /// use proplib::{Array, Object};
    ///
    /// let mut array = Array::new();
    /// array.push_string(b"/lib")?;
    /// let text = Object::from(array.clone()).externalize_json()?;
    /// assert_eq!(text, b"[\n\t\"\\/lib\"\n]\n");
    /// assert_eq!(Array::internalize(&text)?, array);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`WriteError`] if it holds what JSON cannot carry or exceeds [`Limits::DEFAULT`], or there
    /// is no memory for the text.
    pub fn externalize_json(&self) -> Result<Vec<u8>, WriteError> {
        json::write(self, &Limits::DEFAULT)
    }

    /// The object in a format, with limits of your own.
    ///
    /// # Errors
    /// [`WriteError`] if it holds what the format cannot carry or exceeds the limits, or there is
    /// no memory for the text.
    pub fn externalize_with(&self, format: Format, limits: &Limits) -> Result<Vec<u8>, WriteError> {
        match format {
            Format::Xml => self.externalize_within(limits),
            Format::Json => json::write(self, limits),
        }
    }
}

macro_rules! containers {
    ($($type:ident $text:ident $write:ident $what:literal;)*) => {$(
        impl $type {
            #[doc = concat!("The ", $what, " as an XML property list, see [`Object::externalize`].")]
            ///
            /// # Errors
            /// [`WriteError`] if it exceeds [`Limits::DEFAULT`], or there is no memory for the
            /// text.
            pub fn externalize(&self) -> Result<Vec<u8>, WriteError> {
                self.externalize_within(&Limits::DEFAULT)
            }

            /// Like [`externalize`](Self::externalize), with limits of your own.
            ///
            /// # Errors
            /// [`WriteError`] if it exceeds the limits, or there is no memory for the text.
            pub fn externalize_within(&self, limits: &Limits) -> Result<Vec<u8>, WriteError> {
                xml::$text(self, limits)
            }

            #[doc = concat!("Hands the ", $what, " to a sink, see [`Object::externalize_to`].")]
            ///
            /// # Errors
            /// What the sink says, or, through it, [`WriteError`] if it exceeds the limits.
            pub fn externalize_to<S: Sink>(&self, sink: S, limits: &Limits) -> Result<S, S::Error> {
                xml::$write(self, sink, limits)
            }

            #[doc = concat!("The ", $what, " in JSON, see [`Object::externalize_json`].")]
            ///
            /// # Errors
            /// [`WriteError`] if it holds what JSON cannot carry or exceeds [`Limits::DEFAULT`], or
            /// there is no memory for the text.
            pub fn externalize_json(&self) -> Result<Vec<u8>, WriteError> {
                self.externalize_with(Format::Json, &Limits::DEFAULT)
            }

            #[doc = concat!("The ", $what, " in a format, see [`Object::externalize_with`].")]
            ///
            /// # Errors
            /// [`WriteError`] if it holds what the format cannot carry or exceeds the limits, or
            /// there is no memory for the text.
            pub fn externalize_with(
                &self,
                format: Format,
                limits: &Limits,
            ) -> Result<Vec<u8>, WriteError> {
                Object::from(self.clone()).externalize_with(format, limits)
            }
        }
    )*};
}

containers! {
    Array text_of_array write_array "array";
    Dictionary text_of_dictionary write_dictionary "dictionary";
}
