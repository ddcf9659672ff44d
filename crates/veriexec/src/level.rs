//! Strict levels, veriexec(8).

use core::fmt;

use crate::Errno;

/// How strict Veriexec is: `kern.veriexec.strict`.
///
/// A level rises and never falls, see [`Veriexec::raise`](crate::Veriexec::raise).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StrictLevel {
    /// 0: everything is allowed and reported; the tables can be changed.
    #[default]
    Learning = 0,
    /// 1, intrusion detection: access to a file that does not match is denied.
    Ids = 1,
    /// 2, intrusion prevention: nothing unlisted is executed, nothing listed is written.
    Ips = 2,
    /// 3: nothing unlisted is opened, nothing is created, renamed, removed or unmounted.
    Lockdown = 3,
}

impl StrictLevel {
    /// Every level, from the mildest.
    pub const ALL: [Self; 4] = [Self::Learning, Self::Ids, Self::Ips, Self::Lockdown];

    /// The level of that number.
    ///
    /// # Errors
    /// [`Errno::INVAL`] unless it is 0 to 3. NetBSD takes a higher number for lockdown, which then
    /// cannot be set to 3 any more.
    pub const fn from_number(number: i64) -> Result<Self, Errno> {
        match number {
            0 => Ok(Self::Learning),
            1 => Ok(Self::Ids),
            2 => Ok(Self::Ips),
            3 => Ok(Self::Lockdown),
            _ => Err(Errno::INVAL),
        }
    }

    /// The number, 0 to 3.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The name veriexec(8) gives the level.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Learning => "learning",
            Self::Ids => "IDS",
            Self::Ips => "IPS",
            Self::Lockdown => "lockdown",
        }
    }
}

impl fmt::Display for StrictLevel {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_four_levels() {
        for (number, level) in (0..).zip(StrictLevel::ALL) {
            assert_eq!(StrictLevel::from_number(number), Ok(level));
            assert_eq!(i64::from(level.number()), number);
        }
        for number in [-1, 4, 7, i64::MIN, i64::MAX] {
            assert_eq!(StrictLevel::from_number(number), Err(Errno::INVAL));
        }
        assert!(StrictLevel::ALL.is_sorted());
    }
}
