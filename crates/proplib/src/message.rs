//! Property lists as they cross ioctl(2), prop_send_ioctl(3) and prop_copyin_ioctl(9).
//!
//! What crosses is a text and a length, `struct plistref`. The text has a NUL at its end, and the
//! length counts it. A driver refuses a request that is too long, [`REQUEST_LIMIT`]; a reply may
//! have any length.
//!
//! ```
//! use proplib::Dictionary;
//! use proplib::message::{MessageError, REQUEST_LIMIT};
//!
//! // A program asks.
//! let mut query = Dictionary::new();
//! query.set_string(b"file", b"/bin/sh")?;
//! let request = query.externalize_message()?;
//! assert_eq!(request.last(), Some(&0));
//!
//! // The driver reads that, and answers.
//! assert_eq!(Dictionary::internalize_request(&request)?, query);
//! let mut answer = Dictionary::new();
//! answer.set_unsigned(b"status", 2)?;
//! let reply = answer.externalize_message()?;
//!
//! // The program reads the reply.
//! assert_eq!(Dictionary::internalize_reply(&reply)?.get_u8(b"status"), Some(2));
//!
//! let long = vec![b' '; REQUEST_LIMIT];
//! let error = Dictionary::internalize_request(&long).unwrap_err();
//! assert_eq!(error, MessageError::TooLong { length: REQUEST_LIMIT, limit: REQUEST_LIMIT });
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use alloc::vec::Vec;

use crate::memory::fallible;
use crate::{Array, Dictionary, Limits, Object, ReadError, WriteError};

/// The length at which a driver refuses a request, in bytes, the NUL included: the longest
/// accepted is one byte less. It is NetBSD's `prop_object_copyin_limit`.
pub const REQUEST_LIMIT: usize = 128 * 1024;

/// Why a message was not understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// A request is too long, which ioctl(2) reports as `E2BIG`.
    #[error("request of {length} bytes; expected less than {limit}")]
    TooLong {
        /// How many bytes it has.
        length: usize,
        /// How many are too many.
        limit: usize,
    },
    /// A reply has no bytes, not even the NUL; programs report it as `EIO`.
    #[error("empty reply; expected a property list with a NUL at its end")]
    Empty,
    /// The text is no property list, or of another kind; reported as `EIO`.
    #[error(transparent)]
    Text(#[from] ReadError),
}

macro_rules! messages {
    ($($type:ident $what:literal;)*) => {$(
        impl $type {
            #[doc = concat!("The ", $what, " as what crosses ioctl(2): XML with a NUL at its end.")]
            ///
            /// A driver takes a request only if it is shorter than [`REQUEST_LIMIT`].
            ///
            /// # Errors
            /// [`WriteError`] if it exceeds [`Limits::DEFAULT`], or there is no memory for the
            /// text.
            pub fn externalize_message(&self) -> Result<Vec<u8>, WriteError> {
                let mut text = self.externalize()?;
                fallible::push(&mut text, 0)?;
                Ok(text)
            }

            #[doc = concat!("Reads the ", $what, " in a request, as a driver does: ")]
            /// prop_copyin_ioctl(9). It needs no NUL at its end.
            ///
            /// # Errors
            /// [`MessageError::TooLong`] from [`REQUEST_LIMIT`] bytes on; [`MessageError::Text`].
            pub fn internalize_request(request: &[u8]) -> Result<Self, MessageError> {
                Self::internalize_request_within(request, REQUEST_LIMIT, &Limits::DEFAULT)
            }

            /// Like [`internalize_request`](Self::internalize_request), with limits of your own,
            /// as prop_copyin_ioctl_size(9) has them.
            ///
            /// # Errors
            /// [`MessageError::TooLong`] from `limit` bytes on; [`MessageError::Text`].
            pub fn internalize_request_within(
                request: &[u8],
                limit: usize,
                limits: &Limits,
            ) -> Result<Self, MessageError> {
                let length = request.len();
                if length >= limit {
                    return Err(MessageError::TooLong { length, limit });
                }
                Ok(Self::internalize_within(request, limits)?)
            }

            #[doc = concat!("Reads the ", $what, " in a reply, as a program does: ")]
            /// prop_recv_ioctl(3). The last byte is the place of the NUL, whatever the driver put
            /// there.
            ///
            /// # Errors
            /// [`MessageError::Empty`]; [`MessageError::Text`].
            pub fn internalize_reply(reply: &[u8]) -> Result<Self, MessageError> {
                Self::internalize_reply_within(reply, &Limits::DEFAULT)
            }

            /// Like [`internalize_reply`](Self::internalize_reply), with limits of your own.
            ///
            /// # Errors
            /// [`MessageError::Empty`]; [`MessageError::Text`].
            pub fn internalize_reply_within(
                reply: &[u8],
                limits: &Limits,
            ) -> Result<Self, MessageError> {
                let (_, text) = reply.split_last().ok_or(MessageError::Empty)?;
                Ok(Self::internalize_within(text, limits)?)
            }
        }
    )*};
}

messages! {
    Object "object";
    Array "array";
    Dictionary "dictionary";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Kind, ReadErrorKind};
    use alloc::string::ToString;

    fn dictionary(bytes: usize) -> Dictionary {
        let mut dictionary = Dictionary::new();
        dictionary.set_string(b"k", vec![b'x'; bytes]).unwrap();
        dictionary
    }

    #[test]
    fn the_limit_of_a_request_counts_its_nul() {
        let around = dictionary(1).externalize_message().unwrap().len() - 1;
        let longest = dictionary(REQUEST_LIMIT - 1 - around);
        let request = longest.externalize_message().unwrap();
        assert_eq!(request.len(), 131_071);
        assert_eq!(Dictionary::internalize_request(&request), Ok(longest));
        let request = dictionary(REQUEST_LIMIT - around).externalize_message().unwrap();
        let error = Dictionary::internalize_request(&request).unwrap_err();
        assert_eq!(error, MessageError::TooLong { length: 131_072, limit: 131_072 });
        assert_eq!(error.to_string(), "request of 131072 bytes; expected less than 131072");
        let own = Dictionary::internalize_request_within(&request, 131_073, &Limits::DEFAULT);
        assert!(own.is_ok());
    }

    #[test]
    fn a_reply_has_no_limit() {
        let long = dictionary(3 * REQUEST_LIMIT);
        let reply = long.externalize_message().unwrap();
        assert_eq!(Dictionary::internalize_reply(&reply), Ok(long));
    }

    #[test]
    fn a_request_needs_no_nul_and_a_reply_loses_its_last_byte() {
        let text = Object::Bool(true).externalize().unwrap();
        let with = |end: &[u8]| [&text[..], end].concat();
        assert_eq!(Object::internalize_request(&text), Ok(true.into()));
        assert_eq!(Object::internalize_request(&with(b"\0")), Ok(true.into()));
        assert_eq!(Object::internalize_request(&with(b"\0junk")), Ok(true.into()));
        assert_eq!(Object::internalize_reply(&with(b"\0")), Ok(true.into()));
        assert_eq!(Object::internalize_reply(&with(b"x")), Ok(true.into()));
        // The last byte of the text is a line's end, which it can do without.
        assert_eq!(Object::internalize_reply(&text), Ok(true.into()));
        assert!(Object::internalize_reply(&text[..text.len() - 1]).is_err());
    }

    #[test]
    fn nothing_is_no_message() {
        let empty = |result: Result<Array, MessageError>| match result.unwrap_err() {
            MessageError::Text(error) => error.kind == ReadErrorKind::Empty,
            _ => false,
        };
        assert!(empty(Array::internalize_request(b"")));
        assert!(empty(Array::internalize_request(b"\0")));
        assert!(empty(Array::internalize_reply(b"\0")));
        assert_eq!(Array::internalize_reply(b""), Err(MessageError::Empty));
    }

    #[test]
    fn another_kind_is_refused() {
        let message = dictionary(1).externalize_message().unwrap();
        for result in [Array::internalize_request(&message), Array::internalize_reply(&message)] {
            let Err(MessageError::Text(error)) = result else { panic!("{result:?}") };
            let (expected, found) = (Kind::Array, Kind::Dictionary);
            assert_eq!(error.kind, ReadErrorKind::Root { expected, found });
        }
    }
}
