//! File systems in which a kernel shows what it knows: what is read there was never kept, and is
//! something else the next time.

use std::path::Path;

use rustix::fd::BorrowedFd;

/// Whether an open directory is in such a file system, as far as the system can tell.
#[cfg(target_os = "linux")]
pub(crate) fn holds(directory: BorrowedFd<'_>) -> bool {
    rustix::fs::fstatfs(directory).is_ok_and(|status| is_pseudo(status.f_type))
}

/// Whether what a path leads to is in such a file system, as far as the system can tell.
#[cfg(target_os = "linux")]
pub(crate) fn leads_into(path: &Path) -> bool {
    rustix::fs::statfs(path).is_ok_and(|status| is_pseudo(status.f_type))
}

/// Whether what a path leads to is in a file system that Linux lets nobody execute anything from,
/// because it makes its files up: proc(5), sysfs(5), cgroups(7), mq_overview(7).
///
/// A driver has no entries there, and is not asked about what is done there: veriexec(4).
#[cfg(target_os = "linux")]
#[must_use]
pub fn is_made_up(path: &Path) -> bool {
    /// Those that have `SB_I_NOEXEC`: proc and mqueue, and those of kernfs.
    const MADE_UP: [u32; 6] =
        [0x0000_9fa0, 0x0027_e0eb, 0x0765_5821, 0x1980_0202, 0x6265_6572, 0x6367_7270];
    // The word is as wide as a register, and signed on some machines.
    rustix::fs::statfs(path).is_ok_and(|status| MADE_UP.contains(&(status.f_type as u32)))
}

/// The same where no driver leaves anything out.
#[cfg(not(target_os = "linux"))]
#[must_use]
pub const fn is_made_up(_: &Path) -> bool {
    false
}

#[cfg(not(target_os = "linux"))]
pub(crate) const fn holds(_: BorrowedFd<'_>) -> bool {
    false
}

#[cfg(not(target_os = "linux"))]
pub(crate) const fn leads_into(_: &Path) -> bool {
    false
}

/// The numbers are those of statfs(2), and of Linux's `linux/magic.h`.
#[cfg(target_os = "linux")]
fn is_pseudo(kind: rustix::fs::FsWord) -> bool {
    const PSEUDO: [u32; 22] = [
        0x0000_1cd1, // devpts
        0x0000_9fa0, // proc
        0x0000_9fa1, // openprom
        0x0027_e0eb, // cgroup
        0x0765_5821, // resctrl
        0x1980_0202, // mqueue
        0x4249_4e4d, // binfmt_misc
        0x5a3c_69f0, // apparmorfs
        0x6165_676c, // pstore
        0x6265_6570, // configfs
        0x6265_6572, // sysfs
        0x6367_7270, // cgroup2
        0x6462_6720, // debugfs
        0x6573_5543, // fusectl
        0x6759_6969, // rpc_pipefs
        0x6e66_7364, // nfsd
        0x6e73_6673, // nsfs
        0x7363_6673, // securityfs
        0x7472_6163, // tracefs
        0xcafe_4a11, // bpf
        0xde5e_81e4, // efivarfs
        0xf97c_ff8c, // selinuxfs
    ];
    // The word is as wide as a register, and signed on some machines.
    PSEUDO.contains(&(kind as u32))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::fs::File;
    use std::os::fd::AsFd;

    use super::*;

    #[test]
    fn what_the_kernel_shows_is_told_from_what_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        for (path, pseudo) in
            [(Path::new("/proc"), true), (Path::new("/sys"), true), (dir.path(), false)]
        {
            assert_eq!(leads_into(path), pseudo, "{path:?}");
            assert_eq!(holds(File::open(path).unwrap().as_fd()), pseudo, "{path:?}");
        }
        assert!(leads_into(Path::new("/proc/self/mounts")));
        for (path, made_up) in
            [("/proc/meminfo", true), ("/sys/kernel", true), ("/dev/null", false)]
        {
            assert_eq!(is_made_up(Path::new(path)), made_up, "{path}");
        }
        assert!(!leads_into(&dir.path().join("none")));
    }
}
