//! Objects from and to the types of other crates.

#[cfg(feature = "plist")]
pub mod plist;
#[cfg(feature = "serde")]
pub mod serde;
mod trail;
