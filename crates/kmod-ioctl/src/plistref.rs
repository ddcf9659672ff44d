//! `struct plistref` of prop/plistref.h: how a property list crosses ioctl(2).

use core::ffi::c_void;

pub use proplib::message::REQUEST_LIMIT;

/// A property list as XML in memory, or the place for one.
///
/// On the way in it is the caller's; a reply is memory that the driver maps into the caller, who
/// unmaps it.
#[derive(Debug)]
#[repr(C)]
pub struct PlistRef {
    /// The text, NUL-terminated.
    pub plist: *mut c_void,
    /// Its length in bytes, the NUL included.
    pub len: usize,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Width;

    #[test]
    fn the_size_is_the_one_in_the_request_numbers() {
        assert_eq!(size_of::<PlistRef>(), Width::NATIVE.plistref_size() as usize);
        assert_eq!(core::mem::offset_of!(PlistRef, len), size_of::<usize>());
    }
}
