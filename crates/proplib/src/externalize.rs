//! From objects to text, prop_object_externalize(3).

use alloc::vec::Vec;

use crate::fallible::NoMemory;
use crate::{Array, Dictionary, Limits, Object, xml};

/// Why an object could not be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// More containers inside each other than [`Limits::max_depth`].
    #[error("containers nested too deep; expected at most {limit} inside each other")]
    TooDeep {
        /// How many were allowed.
        limit: usize,
    },
    /// There is no memory for the text.
    #[error(transparent)]
    NoMemory(#[from] NoMemory),
}

impl Object {
    /// The object as an XML property list, byte for byte as NetBSD writes it, without the NUL
    /// that NetBSD puts after it.
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
        match self {
            Self::Array(array) => array.externalize_within(limits),
            Self::Dictionary(dictionary) => dictionary.externalize_within(limits),
            leaf => xml::write_leaf(leaf),
        }
    }
}

macro_rules! containers {
    ($($type:ident $write:ident $what:literal;)*) => {$(
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
                xml::$write(self, limits)
            }
        }
    )*};
}

containers! {
    Array write_array "array";
    Dictionary write_dictionary "dictionary";
}
