//! Request numbers of veriexec(4), encoded as sys/ioccom.h does, on every operating system.

use core::fmt;

/// What a program asks of the driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Request {
    /// `VERIEXEC_LOAD`: take an entry.
    Load,
    /// `VERIEXEC_TABLESIZE`: nothing any more; old programs still send it.
    TableSize,
    /// `VERIEXEC_DELETE`: drop the entry of a file, or those of a mount.
    Delete,
    /// `VERIEXEC_QUERY`: show the entry of a file.
    Query,
    /// `VERIEXEC_DUMP`: show every entry whose name was kept.
    Dump,
    /// `VERIEXEC_FLUSH`: drop every entry.
    Flush,
}

impl Request {
    /// Every request, by its number.
    pub const ALL: [Self; 6] =
        [Self::Load, Self::TableSize, Self::Delete, Self::Query, Self::Dump, Self::Flush];

    /// The request number for ioctl(2) that a caller of that width uses.
    #[must_use]
    pub const fn number(self, width: Width) -> u32 {
        let (direction, ordinal) = match self {
            Self::Load => (IN, 1),
            Self::TableSize => (IN, 2),
            Self::Delete => (IN, 3),
            Self::Query => (IN | OUT, 4),
            Self::Dump => (OUT, 5),
            Self::Flush => (VOID, 6),
        };
        let length = if direction == VOID { 0 } else { width.plistref_size() };
        encode(direction, length, ordinal)
    }

    /// The request of that number, and the width of the caller who sent it.
    ///
    /// `VERIEXEC_FLUSH` carries no structure and has one number for both widths; it is answered
    /// with [`Width::NATIVE`].
    #[must_use]
    pub fn from_number(number: u32) -> Option<(Self, Width)> {
        [Width::NATIVE, Width::Lp64, Width::Ilp32].into_iter().find_map(|width| {
            let request = Self::ALL.into_iter().find(|request| request.number(width) == number)?;
            Some((request, width))
        })
    }

    /// How the descriptor must be open: for writing to change the tables, else for reading.
    #[must_use]
    pub const fn access(self) -> Access {
        if self.modifies() { Access::WRITE } else { Access::READ }
    }

    /// Whether it can change the tables, which strict levels above 0 forbid.
    #[must_use]
    pub const fn modifies(self) -> bool {
        match self {
            Self::Load | Self::TableSize | Self::Delete | Self::Flush => true,
            Self::Query | Self::Dump => false,
        }
    }

    /// The macro's name in sys/verified_exec.h.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Load => "VERIEXEC_LOAD",
            Self::TableSize => "VERIEXEC_TABLESIZE",
            Self::Delete => "VERIEXEC_DELETE",
            Self::Query => "VERIEXEC_QUERY",
            Self::Dump => "VERIEXEC_DUMP",
            Self::Flush => "VERIEXEC_FLUSH",
        }
    }
}

impl fmt::Display for Request {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.name())
    }
}

/// The data model of a caller: it decides the size of `struct plistref`, which is part of the
/// request number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// 64-bit pointers and `size_t`.
    Lp64,
    /// 32-bit pointers and `size_t`.
    Ilp32,
}

impl Width {
    /// The width of what is being compiled.
    pub const NATIVE: Self =
        if cfg!(target_pointer_width = "64") { Self::Lp64 } else { Self::Ilp32 };

    /// The size of `struct plistref`, in bytes.
    #[must_use]
    pub const fn plistref_size(self) -> u32 {
        match self {
            Self::Lp64 => 16,
            Self::Ilp32 => 8,
        }
    }
}

/// What a descriptor of the device was opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// For reading: queries and dumps.
    pub read: bool,
    /// For writing: changes of the tables.
    pub write: bool,
}

impl Access {
    /// For reading alone.
    pub const READ: Self = Self { read: true, write: false };
    /// For writing alone.
    pub const WRITE: Self = Self { read: false, write: true };
    /// For both.
    pub const READ_WRITE: Self = Self { read: true, write: true };

    /// Whether everything that `needed` has is here too.
    #[must_use]
    pub const fn covers(self, needed: Self) -> bool {
        (self.read || !needed.read) && (self.write || !needed.write)
    }
}

/// No structure is copied either way.
const VOID: u32 = 0x2000_0000;
/// The driver fills the structure.
const OUT: u32 = 0x4000_0000;
/// The driver reads the structure.
const IN: u32 = 0x8000_0000;
/// The group of Veriexec's requests.
const GROUP: u8 = b'X';

const fn encode(direction: u32, length: u32, ordinal: u32) -> u32 {
    direction | (length << 16) | ((GROUP as u32) << 8) | ordinal
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers that NetBSD/amd64 and NetBSD/i386 compile sys/verified_exec.h to.
    const NUMBERS: [(Request, u32, u32); 6] = [
        (Request::Load, 0x8010_5801, 0x8008_5801),
        (Request::TableSize, 0x8010_5802, 0x8008_5802),
        (Request::Delete, 0x8010_5803, 0x8008_5803),
        (Request::Query, 0xC010_5804, 0xC008_5804),
        (Request::Dump, 0x4010_5805, 0x4008_5805),
        (Request::Flush, 0x2000_5806, 0x2000_5806),
    ];

    #[test]
    fn numbers_are_those_of_netbsd() {
        for (request, lp64, ilp32) in NUMBERS {
            assert_eq!(request.number(Width::Lp64), lp64, "{request}");
            assert_eq!(request.number(Width::Ilp32), ilp32, "{request}");
        }
    }

    #[test]
    fn numbers_are_recognised_with_their_width() {
        for (request, lp64, ilp32) in NUMBERS {
            if request == Request::Flush {
                assert_eq!(Request::from_number(lp64), Some((request, Width::NATIVE)));
            } else {
                assert_eq!(Request::from_number(lp64), Some((request, Width::Lp64)));
                assert_eq!(Request::from_number(ilp32), Some((request, Width::Ilp32)));
            }
        }
    }

    #[test]
    fn every_other_number_is_unknown() {
        for number in [0, 0x8010_5800, 0x8010_5807, 0x8010_5301, 0xC010_5801, 0x2000_5801, !0] {
            assert_eq!(Request::from_number(number), None, "{number:#x}");
        }
    }

    #[test]
    fn access_covers_what_it_has() {
        assert!(Access::READ_WRITE.covers(Request::Load.access()));
        assert!(Access::READ_WRITE.covers(Request::Dump.access()));
        assert!(!Access::READ.covers(Request::Flush.access()));
        assert!(!Access::WRITE.covers(Request::Query.access()));
    }
}
