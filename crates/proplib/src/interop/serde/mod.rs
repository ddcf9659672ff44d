//! Any type to and from property lists, by way of serde.
//!
//! | in Rust | in a property list |
//! |---|---|
//! | `bool` | bool |
//! | `i8` to `i64` | signed number |
//! | `u8` to `u64` | unsigned number |
//! | `char`, `str`, `String`, a unit variant | string |
//! | bytes, [`Data`](crate::Data) | data |
//! | sequence, tuple, tuple struct | array |
//! | map, struct | dictionary |
//! | newtype struct, `Some` | what is in it |
//! | any other variant | dictionary of one key, the variant's name |
//! | [`Object`], [`Number`](crate::Number), [`PropString`](crate::PropString), ... | itself |
//!
//! A field or a value of a map that is `None` is left out, and a field that is missing is read as
//! `None`. Numbers are read by value: what fits a type is read as that type, whatever the sign it
//! was stored with. Mind that serde takes a `Vec<u8>` for a sequence of numbers; bytes are what
//! `Data` and serde_bytes make of them.
//!
//! Property lists have no place for floating-point numbers, for numbers of 128 bits, for `()`,
//! for `None` as an element or as a whole, and for keys that are no strings, have more than 128
//! bytes or hold a NUL. Strings have no NUL either. Each of them is an [`Error`] that says so, and
//! where.
//!
//! ```
//! use proplib::Data;
//! use proplib::serde::{from_dictionary, to_dictionary};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Debug, PartialEq, Serialize, Deserialize)]
//! #[serde(rename_all = "kebab-case")]
//! struct Load {
//!     file: String,
//!     fp: Data,
//!     fp_type: String,
//!     entry_type: u8,
//!     keep_filename: Option<bool>,
//! }
//!
//! let load = Load {
//!     file: "/bin/sh".into(),
//!     fp: Data::new(&[0x5a; 32])?,
//!     fp_type: "SHA256".into(),
//!     entry_type: 1,
//!     keep_filename: None,
//! };
//! let dictionary = to_dictionary(&load)?;
//! assert_eq!(dictionary.get_string(b"fp-type"), Some(&b"SHA256"[..]));
//! assert_eq!(dictionary.get(b"keep-filename"), None);
//! assert_eq!(from_dictionary::<Load>(&dictionary)?, load);
//!
//! let error = to_dictionary(&[("load", 0.5)]).unwrap_err();
//! assert_eq!(
//!     error.to_string(),
//!     "[0][1]: floating-point number; a property list has integers alone",
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Other formats than property lists take an `Object`, too. They see a string that is not UTF-8
//! as a map of one key, `$proplib::string`, and read it back from that. What they do not tell
//! apart does not come back: JSON, for instance, makes arrays of data.
//!
//! What serde itself allocates, for messages and for owned values, aborts where there is no
//! memory: a kernel has no use for this feature.

mod deserializer;
mod error;
mod objects;
mod serializer;

use ::serde::{Deserialize, Serialize};

pub use deserializer::{Deserializer, Source};
pub use error::{Error, ErrorKind, Uncarried};
pub use serializer::Serializer;

use crate::{Dictionary, Kind, Object};

/// The name of a struct, and of its only field, that stands for a string that is not UTF-8. The
/// field has the bytes.
const RAW_STRING: &str = "$proplib::string";

/// The object that a value makes.
///
/// # Errors
/// [`Error`]: what a property list cannot carry, and where it is in the value.
pub fn to_object<T: Serialize + ?Sized>(value: &T) -> Result<Object, Error> {
    value.serialize(Serializer::new())?.ok_or_else(|| Uncarried::None.into())
}

/// The dictionary that a value makes: a struct, a map, or a variant that is neither unit nor
/// transparent.
///
/// # Errors
/// [`Error`]: what a property list cannot carry, and where it is in the value; or that the value
/// makes another kind of object.
pub fn to_dictionary<T: Serialize + ?Sized>(value: &T) -> Result<Dictionary, Error> {
    match to_object(value)? {
        Object::Dictionary(dictionary) => Ok(dictionary),
        other => Err(ErrorKind::Kind { expected: Kind::Dictionary, found: other.kind() }.into()),
    }
}

/// The value that an object makes. It can borrow strings and data.
///
/// # Errors
/// [`Error`]: what was expected, and where in the object.
pub fn from_object<'de, T: Deserialize<'de>>(object: &'de Object) -> Result<T, Error> {
    T::deserialize(Deserializer::new(object))
}

/// The value that a dictionary makes. It can borrow strings and data.
///
/// # Errors
/// [`Error`]: what was expected, and where in the dictionary.
pub fn from_dictionary<'de, T: Deserialize<'de>>(dictionary: &'de Dictionary) -> Result<T, Error> {
    T::deserialize(Deserializer::new(dictionary))
}
