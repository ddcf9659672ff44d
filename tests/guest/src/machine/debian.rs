//! A root file system of Debian's, in an image for a guest's disk.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::machine::root::Root;
use crate::materials::cache::Cache;
use crate::materials::packages;
use crate::materials::program::{is_there, output, require};

/// What busybox runs to boot it, systemd first.
pub(crate) const WITH_SYSTEMD: &str =
    concat!("first=/sbin/init\n", include_str!("debian/handover.sh"));

/// What busybox runs to boot it without anything but the scenario.
pub(crate) const ALONE: &str =
    concat!("first=/usr/local/lib/veriexec/run\n", include_str!("debian/handover.sh"));

const SUITE: &str = "bookworm";

/// What is installed beside Debian's smallest system.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Selection {
    /// What it takes to start, to serve, and to let people in.
    Server,
    /// What administrators use beside that, day by day.
    Daily,
    /// What scans files as they are used, and a compiler, which uses many.
    Scanners,
}

impl Selection {
    fn packages(self) -> impl Iterator<Item = &'static str> {
        let more: &[&str] = match self {
            Self::Server => &[],
            Self::Daily => &DAILY,
            Self::Scanners => &SCANNERS,
        };
        SERVER.iter().chain(more).copied()
    }

    /// How large the file system is, with room for what a scenario makes.
    fn size(self) -> &'static str {
        match self {
            Self::Server => "1G",
            Self::Daily => "3G",
            Self::Scanners => "2G",
        }
    }
}

const SERVER: [&str; 10] = [
    "cron",
    "dbus",
    "fapolicyd",
    "kmod",
    "libpam-systemd",
    "login",
    "openssh-server",
    "python3",
    "systemd-sysv",
    "udev",
];

/// A kernel and its initial RAM disk; the manual; and much of what Debian calls standard.
const DAILY: [&str; 33] = [
    "bind9-host",
    "bzip2",
    "ca-certificates",
    "cpio",
    "curl",
    "dc",
    "file",
    "gettext-base",
    "git",
    "gpg",
    "initramfs-tools",
    "iproute2",
    "less",
    "linux-image-cloud-amd64",
    "locales",
    "logrotate",
    "lsof",
    "man-db",
    "manpages",
    "media-types",
    "openssl",
    "pciutils",
    "perl",
    "procps",
    "psmisc",
    "rsync",
    "screen",
    "strace",
    "sudo",
    "vim-tiny",
    "wget",
    "xz-utils",
    "zstd",
];

/// fapolicyd is among those of a server.
const SCANNERS: [&str; 3] = ["clamav-daemon", "libc6-dev", "tcc"];

/// Puts a file where the scenario finds it; `scenario` is the one that is run.
pub(crate) fn put(root: &mut Root, name: &str, contents: &[u8]) -> Result<()> {
    root.file(&Path::new("/payload").join(name), contents)
}

/// Makes the image of a root file system of ext4, unless the cache has it.
pub(crate) fn image(cache: &Cache, selection: Selection) -> Result<PathBuf> {
    // Another list of packages makes another image. Its name may not be longer than a file's.
    let packages: Vec<_> = selection.packages().collect();
    let name = match selection {
        Selection::Server => format!("debian-{SUITE}-{}", packages.join("-")),
        Selection::Daily => format!("debian-{SUITE}-daily-{:016x}", hash(&packages)),
        Selection::Scanners => format!("debian-{SUITE}-scanners-{:016x}", hash(&packages)),
    };
    let place = cache.directory(&name, |making| fill(cache, selection, making))?;
    Ok(place.join("root.ext4"))
}

fn hash(packages: &[&str]) -> u64 {
    let mut hasher = DefaultHasher::new();
    packages.iter().for_each(|package| package.hash(&mut hasher));
    hasher.finish()
}

fn fill(cache: &Cache, selection: Selection, making: &Path) -> Result<()> {
    require(&[("mke2fs", "e2fsprogs"), ("wget", "wget"), ("gpgv", "gpgv")])?;
    let root = making.join("root");
    eprintln!("making a root file system of Debian's in the cache, with debootstrap");
    let packages: Vec<_> = selection.packages().collect();
    let mut debootstrap = debootstrap(cache)?;
    debootstrap.arg("--variant=minbase").arg(format!("--include={}", packages.join(",")));
    // From where, it knows itself.
    output(debootstrap.arg(SUITE).arg(&root)).context("expected root's rights")?;
    for package in root.join("var/cache/apt/archives").read_dir()? {
        let package = package?.path();
        if package.is_file() {
            fs::remove_file(package)?;
        }
    }
    let mut make = Command::new("mke2fs");
    make.args(["-q", "-t", "ext4", "-L", "debian", "-d"]).arg(&root);
    output(make.arg(making.join("root.ext4")).arg(selection.size()))?;
    Ok(fs::remove_dir_all(&root)?)
}

/// The machine's own, or else unpacked into the cache.
fn debootstrap(cache: &Cache) -> Result<Command> {
    if is_there("debootstrap") {
        return Ok(Command::new("debootstrap"));
    }
    let fetch = |place: &Path| packages::unpack(&["debootstrap"], place);
    let unpacked = cache.directory("debootstrap", fetch)?;
    let mut debootstrap = Command::new(unpacked.join("usr/sbin/debootstrap"));
    debootstrap.env("DEBOOTSTRAP_DIR", unpacked.join("usr/share/debootstrap"));
    Ok(debootstrap)
}
