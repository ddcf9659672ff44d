//! Error numbers, as they leave the driver.

use core::fmt;

use proplib::fallible::NoMemory;

/// An error number of the operating system that this code was built for, errno(2).
///
/// A target without an operating system has Linux's numbers: there the code is part of the kernel
/// module.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Errno(i32);

impl Errno {
    /// The highest number a kernel gives an error; above it lie valid pointers on Linux.
    const HIGHEST: i32 = 4095;

    /// The error of that number.
    ///
    /// A number that no error has, 0 among them, becomes [`Errno::IO`]: a failure must not turn
    /// into a success on its way out.
    #[must_use]
    pub const fn from_raw(raw: i32) -> Self {
        if raw > 0 && raw <= Self::HIGHEST { Self(raw) } else { Self::IO }
    }

    /// The number, always above 0.
    #[must_use]
    pub const fn raw(self) -> i32 {
        self.0
    }

    /// The symbol of errno(2), `"EPERM"` for example, if it is one that Veriexec deals in.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        self.known().map(|(_, symbol, _)| symbol)
    }

    fn known(self) -> Option<(Self, &'static str, &'static str)> {
        KNOWN.into_iter().find(|(errno, ..)| *errno == self)
    }
}

/// One of two numbers, by operating system.
const fn number(linux: i32, netbsd: i32) -> i32 {
    if cfg!(target_os = "netbsd") { netbsd } else { linux }
}

/// Writes each number once: as a constant, and in the table that has its symbol and its words.
macro_rules! errors {
    ($($constant:ident $symbol:literal $number:expr, $words:literal;)+) => {
        impl Errno {
            $(#[doc = concat!($symbol, ": ", $words, ".")]
            pub const $constant: Self = Self($number);)+
        }

        const KNOWN: [(Errno, &str, &str); [$($number),+].len()] =
            [$((Errno::$constant, $symbol, $words)),+];
    };
}

errors! {
    PERM "EPERM" 1, "operation not permitted";
    NOENT "ENOENT" 2, "no such file or entry";
    INTR "EINTR" 4, "interrupted";
    IO "EIO" 5, "input/output error";
    BIG "E2BIG" 7, "too long";
    BADF "EBADF" 9, "not a regular file";
    AGAIN "EAGAIN" number(11, 35), "try again";
    NOMEM "ENOMEM" 12, "out of memory";
    ACCES "EACCES" 13, "permission denied";
    FAULT "EFAULT" 14, "bad address";
    BUSY "EBUSY" 16, "in use";
    EXIST "EEXIST" 17, "exists already";
    NODEV "ENODEV" 19, "operation not supported by the device";
    NOTDIR "ENOTDIR" 20, "not a directory";
    ISDIR "EISDIR" 21, "is a directory";
    INVAL "EINVAL" 22, "invalid argument";
    NFILE "ENFILE" 23, "too many open files in the system";
    MFILE "EMFILE" 24, "too many open files";
    TXTBSY "ETXTBSY" 26, "file is open for writing or running";
    NOSPC "ENOSPC" 28, "no space left";
    ROFS "EROFS" 30, "read-only file system";
    NAMETOOLONG "ENAMETOOLONG" number(36, 63), "file name too long";
    LOOP "ELOOP" number(40, 62), "too many symbolic links";
    OVERFLOW "EOVERFLOW" number(75, 84), "value too large";
    OPNOTSUPP "EOPNOTSUPP" number(95, 45), "not supported";
    STALE "ESTALE" number(116, 70), "file is gone from its server";
}

impl fmt::Display for Errno {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.known() {
            Some((_, _, words)) => out.pad(words),
            None => write!(out, "error {}", self.0),
        }
    }
}

impl fmt::Debug for Errno {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(symbol) => out.pad(symbol),
            None => write!(out, "Errno({})", self.0),
        }
    }
}

impl core::error::Error for Errno {}

impl From<NoMemory> for Errno {
    fn from(_: NoMemory) -> Self {
        Self::NOMEM
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn numbers_are_those_of_this_system() {
        let system = [
            (Errno::PERM, libc::EPERM),
            (Errno::NOENT, libc::ENOENT),
            (Errno::INTR, libc::EINTR),
            (Errno::IO, libc::EIO),
            (Errno::BIG, libc::E2BIG),
            (Errno::BADF, libc::EBADF),
            (Errno::AGAIN, libc::EAGAIN),
            (Errno::NOMEM, libc::ENOMEM),
            (Errno::ACCES, libc::EACCES),
            (Errno::FAULT, libc::EFAULT),
            (Errno::BUSY, libc::EBUSY),
            (Errno::EXIST, libc::EEXIST),
            (Errno::NODEV, libc::ENODEV),
            (Errno::NOTDIR, libc::ENOTDIR),
            (Errno::ISDIR, libc::EISDIR),
            (Errno::INVAL, libc::EINVAL),
            (Errno::NFILE, libc::ENFILE),
            (Errno::MFILE, libc::EMFILE),
            (Errno::TXTBSY, libc::ETXTBSY),
            (Errno::NOSPC, libc::ENOSPC),
            (Errno::ROFS, libc::EROFS),
            (Errno::NAMETOOLONG, libc::ENAMETOOLONG),
            (Errno::LOOP, libc::ELOOP),
            (Errno::OVERFLOW, libc::EOVERFLOW),
            (Errno::OPNOTSUPP, libc::EOPNOTSUPP),
            (Errno::STALE, libc::ESTALE),
        ];
        assert_eq!(system.len(), KNOWN.len(), "an error number is missing from this test");
        for (errno, number) in system {
            assert_eq!(errno.raw(), number, "{errno:?}");
            assert_eq!(Errno::from_raw(number), errno);
        }
    }

    #[test]
    fn each_number_has_one_name() {
        for (index, (errno, symbol, _)) in KNOWN.into_iter().enumerate() {
            assert_eq!(errno.name(), Some(symbol));
            assert!(KNOWN.into_iter().skip(index + 1).all(|(other, ..)| other != errno));
        }
        assert_eq!(Errno::from_raw(999).name(), None);
        assert_eq!(Errno::from_raw(999).to_string(), "error 999");
        assert_eq!(Errno::PERM.to_string(), "operation not permitted");
    }

    #[test]
    fn what_is_no_error_number_is_still_an_error() {
        for raw in [0, -1, -4095, 4096, i32::MIN, i32::MAX] {
            assert_eq!(Errno::from_raw(raw), Errno::IO);
        }
    }
}
