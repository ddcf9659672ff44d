//! Data, prop_data(3).

use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;

use crate::memory::fallible::NoMemory;
use crate::objects::shared_bytes::SharedBytes;

/// Bytes without a meaning to the property list.
///
/// ```
/// use proplib::Data;
///
/// let data = Data::new(&[0xde, 0xad])?;
/// assert_eq!(data, Data::from_vec(vec![0xde, 0xad])?);
/// assert_eq!(data.as_bytes(), [0xde, 0xad]);
/// # Ok::<(), proplib::NoMemory>(())
/// ```
#[derive(Clone, Default)]
pub struct Data(SharedBytes);

impl Data {
    /// A copy of these bytes.
    ///
    /// # Errors
    /// [`NoMemory`].
    #[inline]
    pub fn new(bytes: &[u8]) -> Result<Self, NoMemory> {
        SharedBytes::new(bytes).map(Self)
    }

    /// These bytes, not copied if they are many.
    ///
    /// # Errors
    /// [`NoMemory`].
    pub fn from_vec(bytes: Vec<u8>) -> Result<Self, NoMemory> {
        SharedBytes::from_vec(bytes).map(Self)
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_slice()
    }
}

impl PartialEq for Data {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Data {}

impl Ord for Data {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl PartialOrd for Data {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Debug for Data {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("<")?;
        for byte in self.as_bytes() {
            write!(out, "{byte:02x}")?;
        }
        out.write_str(">")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cases of prop_data_basic in NetBSD's tests/lib/libprop/t_proplib.c that have a meaning
    /// here.
    #[test]
    fn data_are_compared_by_content() {
        let (one, two) = ([0xde, 0xad, 0xbe, 0xef], [0xaa, 0x55].repeat(4));
        assert_eq!(Data::new(&one).unwrap(), Data::from_vec(one.to_vec()).unwrap());
        assert_eq!(Data::new(&one).unwrap().clone().as_bytes(), one);
        assert_ne!(Data::new(&one).unwrap(), Data::new(&two).unwrap());
        assert_eq!(Data::new(b"").unwrap(), Data::default());
        assert_eq!(format!("{:?}", Data::new(&one).unwrap()), "<deadbeef>");
    }
}
