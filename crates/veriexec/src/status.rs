//! What is known about the contents of a listed file.

use core::fmt;

use crate::Errno;

/// The status of an entry: the `status` number of veriexec(4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Status {
    /// 0: not hashed since it was listed, or since it was last opened for write.
    #[default]
    NotEvaluated = 0,
    /// 1: the contents had the listed fingerprint.
    Valid = 1,
    /// 2: the contents had another fingerprint.
    Mismatch = 2,
}

impl Status {
    /// Every status, by number.
    pub const ALL: [Self; 3] = [Self::NotEvaluated, Self::Valid, Self::Mismatch];

    /// The status of that number.
    ///
    /// # Errors
    /// [`Errno::INVAL`] unless it is 0 to 2.
    pub const fn from_number(number: u64) -> Result<Self, Errno> {
        match number {
            0 => Ok(Self::NotEvaluated),
            1 => Ok(Self::Valid),
            2 => Ok(Self::Mismatch),
            _ => Err(Errno::INVAL),
        }
    }

    /// The number, 0 to 2.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The words that `veriexecctl query` has for it, veriexecctl(8).
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotEvaluated => "not evaluated",
            Self::Valid => "valid",
            Self::Mismatch => "mismatch",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_three_statuses() {
        for (number, status) in (0..).zip(Status::ALL) {
            assert_eq!(Status::from_number(number), Ok(status));
            assert_eq!(u64::from(status.number()), number);
        }
        assert_eq!(Status::from_number(3), Err(Errno::INVAL));
    }
}
