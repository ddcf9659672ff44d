//! A root file system of Debian's, in an image for a guest's disk.

use std::fs;
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

/// What is installed beside Debian's smallest system.
const PACKAGES: [&str; 10] = [
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

const SUITE: &str = "bookworm";

/// How large the file system is, with room for what a scenario makes.
const SIZE: &str = "1G";

/// Puts a file where the scenario finds it; `scenario` is the one that is run.
pub(crate) fn put(root: &mut Root, name: &str, contents: &[u8]) -> Result<()> {
    root.file(&Path::new("/payload").join(name), contents)
}

/// Makes the image of a root file system of ext4, unless the cache has it.
pub(crate) fn image(cache: &Cache) -> Result<PathBuf> {
    // Another list of packages makes another image.
    let name = format!("debian-{SUITE}-{}", PACKAGES.join("-"));
    let place = cache.directory(&name, |making| fill(cache, making))?;
    Ok(place.join("root.ext4"))
}

fn fill(cache: &Cache, making: &Path) -> Result<()> {
    require(&[("mke2fs", "e2fsprogs"), ("wget", "wget"), ("gpgv", "gpgv")])?;
    let root = making.join("root");
    eprintln!("making a root file system of Debian's in the cache, with debootstrap");
    let mut debootstrap = debootstrap(cache)?;
    debootstrap.arg("--variant=minbase").arg(format!("--include={}", PACKAGES.join(",")));
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
    output(make.arg(making.join("root.ext4")).arg(SIZE))?;
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
