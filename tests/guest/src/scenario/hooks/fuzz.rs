//! Whatever a user can do to listed files, at random: none of them is used that was changed.

use crate::machine::disk::Disk;
use crate::scenario::Scenario;

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "fuzz",
    script: include_str!("fuzz/fuzz.sh"),
    programs: &["veriexecctl"],
    c_programs: &["fuzz"],
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
    ],
    disks: &[Disk::Empty(32), Disk::Ext4, Disk::Xfs, Disk::Btrfs, Disk::Empty(32)],
    cpus: 2,
    limit: 700,
    is_soak: true,
    ..Scenario::PLAIN
};
