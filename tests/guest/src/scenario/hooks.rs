//! The hooks: what is denied, to whoever tries whatever to get past.

pub(crate) mod attacks;
pub(crate) mod devices;
pub(crate) mod enforcement;
pub(crate) mod fuzz;
pub(crate) mod identity;
pub(crate) mod policy;
pub(crate) mod reports;
pub(crate) mod toctou;
pub(crate) mod validity;

/// The modules of the file systems on which files are listed, each after those that it needs.
const FILE_SYSTEMS: &[&str] = &[
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
];
