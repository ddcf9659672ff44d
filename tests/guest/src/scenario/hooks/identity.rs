//! Which file is which: numbers that are used again, and inodes that come and go.

use crate::machine::disk::Disk;
use crate::scenario::Scenario;

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "identity",
    script: include_str!("identity.sh"),
    programs: &["veriexecctl"],
    c_programs: &["subvolume", "served"],
    kernel_modules: &[
        "lib/libcrc32c",
        "fs/xfs/xfs",
        "crypto/xor",
        "lib/raid6/raid6_pq",
        "crypto/blake2b_generic",
        "lib/zstd/zstd_compress",
        "fs/btrfs/btrfs",
        "fs/nls/nls_cp437",
        "fs/nls/nls_ascii",
        "fs/nls/nls_iso8859-1",
        "fs/nls/nls_utf8",
        "fs/fat/fat",
        "fs/fat/vfat",
        "fs/overlayfs/overlay",
        "fs/fuse/fuse",
    ],
    disks: &[
        Disk::Empty(48),
        Disk::Xfs,
        Disk::Btrfs,
        Disk::Empty(16),
        Disk::Empty(16),
        Disk::Empty(64),
    ],
    limit: 900,
    ..Scenario::PLAIN
};
