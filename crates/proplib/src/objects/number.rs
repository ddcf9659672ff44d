//! Numbers, prop_number(3).

use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};

/// A number with the signedness that it was made with, which decides how it is written: signed in
/// decimal, unsigned in hexadecimal.
///
/// Numbers compare by value, as prop_number(3) does: 5 signed equals 5 unsigned, and an unsigned
/// number above `i64::MAX` equals no signed one. Their order is that of their values, too.
///
/// ```
/// use proplib::Number;
///
/// let number = Number::from(200_i32);
/// assert_eq!(number, Number::Unsigned(200));
/// assert!(!number.is_unsigned());
/// assert_eq!((number.to_u8(), number.to_i8()), (Some(200), None));
/// ```
#[derive(Clone, Copy)]
pub enum Number {
    /// As `prop_number_create_signed` makes it.
    Signed(i64),
    /// As `prop_number_create_unsigned` makes it.
    Unsigned(u64),
}

impl Number {
    /// Whether it was made unsigned.
    #[must_use]
    pub const fn is_unsigned(self) -> bool {
        matches!(self, Self::Unsigned(_))
    }

    fn value(self) -> i128 {
        match self {
            Self::Signed(value) => value.into(),
            Self::Unsigned(value) => value.into(),
        }
    }
}

macro_rules! widths {
    ($($type:ident $variant:ident $getter:ident;)*) => {
        impl Number {
            $(
                #[doc = concat!("The value as `", stringify!($type), "`, if it fits, whatever the stored signedness.")]
                #[must_use]
                pub fn $getter(self) -> Option<$type> {
                    match self {
                        Self::Signed(value) => value.try_into().ok(),
                        Self::Unsigned(value) => value.try_into().ok(),
                    }
                }
            )*
        }
        $(
            impl From<$type> for Number {
                fn from(value: $type) -> Self {
                    Self::$variant(value.into())
                }
            }
        )*
    };
}

widths! {
    u8 Unsigned to_u8;
    u16 Unsigned to_u16;
    u32 Unsigned to_u32;
    u64 Unsigned to_u64;
    i8 Signed to_i8;
    i16 Signed to_i16;
    i32 Signed to_i32;
    i64 Signed to_i64;
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.value() == other.value()
    }
}

impl Eq for Number {}

/// As `prop_number_equals_signed` says.
impl PartialEq<i64> for Number {
    fn eq(&self, other: &i64) -> bool {
        *self == Self::Signed(*other)
    }
}

/// As `prop_number_equals_unsigned` says.
impl PartialEq<u64> for Number {
    fn eq(&self, other: &u64) -> bool {
        *self == Self::Unsigned(*other)
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        self.value().cmp(&other.value())
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.value().hash(state);
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signed(value) => write!(out, "{value}"),
            Self::Unsigned(value) => write!(out, "{value:#x}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hash::DefaultHasher;

    use Number::{Signed, Unsigned};

    fn hash(number: Number) -> u64 {
        let mut hasher = DefaultHasher::new();
        number.hash(&mut hasher);
        hasher.finish()
    }

    #[test]
    fn equality_is_that_of_netbsd() {
        assert_eq!(Signed(5), Unsigned(5));
        assert_eq!(Signed(i64::MAX), Unsigned(i64::MAX.unsigned_abs()));
        assert_ne!(Signed(-1), Unsigned(u64::MAX));
        assert_ne!(Signed(i64::MIN), Unsigned(1 << 63));
        assert_ne!(Signed(0), Unsigned(1));
        assert_eq!(hash(Signed(5)), hash(Unsigned(5)));
        assert!(Signed(5) == 5_u64 && Unsigned(5) == 5_i64);
        assert!(Signed(-1) != u64::MAX && Unsigned(u64::MAX) != -1_i64);
    }

    #[test]
    fn order_is_that_of_values() {
        let mut numbers =
            [Unsigned(u64::MAX), Signed(7), Unsigned(0), Signed(i64::MIN), Signed(-1), Unsigned(8)];
        numbers.sort();
        let sorted =
            [Signed(i64::MIN), Signed(-1), Unsigned(0), Signed(7), Unsigned(8), Unsigned(u64::MAX)];
        assert_eq!(numbers, sorted);
        assert_eq!(Signed(3).cmp(&Unsigned(3)), Ordering::Equal);
    }
}
