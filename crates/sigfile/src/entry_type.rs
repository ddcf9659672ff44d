//! Entry types: the accesses a file is listed for.

use core::fmt;
use core::ops::BitOr;

/// A set of accesses that an entry permits, as the flags of veriexec(5).
///
/// The empty set is what a line without flags says; a driver takes it for
/// [`DIRECT`](Self::DIRECT), see [`or_direct`](Self::or_direct).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct EntryType(u8);

impl EntryType {
    /// No flag at all.
    pub const EMPTY: Self = Self(0);
    /// Executed directly: a program.
    pub const DIRECT: Self = Self(0x01);
    /// Executed indirectly: an interpreter of `#!` scripts, or mapped as a shared library.
    pub const INDIRECT: Self = Self(0x02);
    /// Opened as a plain file.
    pub const FILE: Self = Self(0x04);
    /// On storage that can change unseen: verified at each access.
    pub const UNTRUSTED: Self = Self(0x10);

    /// The words of veriexec(5) with the accesses each stands for; the plain four first.
    const WORDS: [(&'static str, Self); 8] = [
        ("direct", Self::DIRECT),
        ("indirect", Self::INDIRECT),
        ("file", Self::FILE),
        ("untrusted", Self::UNTRUSTED),
        ("program", Self::DIRECT),
        ("interpreter", Self::INDIRECT),
        ("script", Self(0x05)),
        ("library", Self(0x06)),
    ];

    /// The set with these bits, if every bit has a meaning (mask 0x17, sys/verified_exec.h).
    #[must_use]
    pub const fn from_bits(bits: u8) -> Option<Self> {
        if bits & !0x17 == 0 { Some(Self(bits)) } else { None }
    }

    /// The bits, as they go into the `entry-type` number of veriexec(4).
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether every access in `other` is in this set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether no flag is set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The accesses of both sets.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What a driver makes of it: a set that permits no access permits direct execution.
    #[must_use]
    pub const fn or_direct(self) -> Self {
        if self.0 & 0x07 == 0 { Self(self.0 | Self::DIRECT.0) } else { self }
    }

    /// What NetBSD's veriexecgen(8) writes for a file, by its mode alone: `direct` if anyone may
    /// execute it, else `indirect, file`.
    #[must_use]
    pub const fn by_mode(executable: bool) -> Self {
        if executable { Self::DIRECT } else { Self(0x06) }
    }

    /// The accesses that a flag word of veriexec(5) stands for, in any case.
    ///
    /// # Errors
    /// [`UnknownFlag`] if it is no such word.
    pub fn from_word(word: &[u8]) -> Result<Self, UnknownFlag> {
        Self::WORDS
            .into_iter()
            .find(|(known, _)| known.as_bytes().eq_ignore_ascii_case(word))
            .map(|(_, accesses)| accesses)
            .ok_or(UnknownFlag)
    }
}

impl BitOr for EntryType {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.and(other)
    }
}

/// Prints the flags as veriexecctl(8) does: in the order direct, indirect, file, untrusted, with
/// `, ` between; nothing for the empty set.
impl fmt::Display for EntryType {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (word, access) in Self::WORDS.into_iter().take(4) {
            if self.contains(access) {
                write!(out, "{separator}{word}")?;
                separator = ", ";
            }
        }
        Ok(())
    }
}

/// A word that is no flag of veriexec(5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown flag; expected direct, indirect, file, program, interpreter, script, library or \
     untrusted"
)]
pub struct UnknownFlag;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_the_bits_of_netbsd() {
        let bits = |word: &str| EntryType::from_word(word.as_bytes()).map(EntryType::bits);
        assert_eq!(bits("direct"), Ok(0x01));
        assert_eq!(bits("PROGRAM"), Ok(0x01));
        assert_eq!(bits("indirect"), Ok(0x02));
        assert_eq!(bits("Interpreter"), Ok(0x02));
        assert_eq!(bits("file"), Ok(0x04));
        assert_eq!(bits("script"), Ok(0x05));
        assert_eq!(bits("library"), Ok(0x06));
        assert_eq!(bits("untrusted"), Ok(0x10));
        assert_eq!(bits("VERIEXEC_DIRECT"), Err(UnknownFlag));
        assert_eq!(bits(""), Err(UnknownFlag));
    }

    #[test]
    fn printing_has_the_order_of_netbsd() {
        let all = EntryType::from_bits(0x17).unwrap();
        assert_eq!(all.to_string(), "direct, indirect, file, untrusted");
        assert_eq!(EntryType::from_word(b"library").unwrap().to_string(), "indirect, file");
        assert_eq!(EntryType::EMPTY.to_string(), "");
    }

    #[test]
    fn bits_without_a_meaning_are_refused() {
        assert_eq!(EntryType::from_bits(0x08), None);
        assert_eq!(EntryType::from_bits(0x20), None);
    }

    #[test]
    fn the_mode_alone_gives_what_netbsd_writes() {
        assert_eq!(EntryType::by_mode(true).to_string(), "direct");
        assert_eq!(EntryType::by_mode(false).to_string(), "indirect, file");
    }

    #[test]
    fn a_set_that_permits_nothing_means_direct() {
        assert_eq!(EntryType::EMPTY.or_direct(), EntryType::DIRECT);
        assert_eq!(EntryType::UNTRUSTED.or_direct().bits(), 0x11);
        assert_eq!(EntryType::FILE.or_direct(), EntryType::FILE);
    }
}
