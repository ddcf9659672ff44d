//! A call of each of the kernel's functions that lead to the module.
//!
//! What comes of a call makes no difference, and most of them fail on purpose: the module counts them.

use std::fs::{self, File};
use std::io::IsTerminal;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, Result};
use nix::kmod::{DeleteModuleFlags, ModuleInitFlags, delete_module, finit_module, init_module};
use nix::mount::{MsFlags, mount, umount};
use nix::sys::signal::Signal;
use nix::sys::stat::{Mode, SFlag, makedev, mknod};
use nix::unistd::{pivot_root, truncate};
use rustix::fs::CWD;
use rustix::mount::{MoveMountFlags, move_mount};

use crate::commands::self_test::attempt::{Deed, command};
use crate::commands::self_test::hooks::Unreachable;
use crate::commands::self_test::rings;

/// A name that no module has.
const NO_MODULE: &std::ffi::CStr = c"veriexec_self_test";

/// The end of a signed module.
const SIGNATURE_MARK: &[u8] = b"~Module signature appended~\n";

/// Calls them all, with what is made for it in an empty directory of this process's own. Returns what
/// cannot be called here.
///
/// # Errors
/// A process for a call cannot be started.
pub(crate) fn make(directory: &Path) -> Result<Vec<Unreachable>> {
    let mut unreachable = Vec::new();
    files(directory);
    // A thread gets a stack, a part of which is protected.
    let _ = thread::spawn(|| ()).join();
    mounts(directory);
    modules(directory);
    lockdown(directory);
    if !rings::takes_commands() {
        unreachable.push(Unreachable::Rings);
    }
    if !takes_narrow_calls(directory)? {
        unreachable.push(Unreachable::NarrowCalls);
    }
    if !disks().iter().any(|device| open_disk(*device, directory)) {
        unreachable.push(Unreachable::Disks);
    }
    if !mount_no_disk(directory) {
        unreachable.push(Unreachable::DiskFileSystems);
    }
    Ok(unreachable)
}

fn files(directory: &Path) {
    let (first, second) = (directory.join("first"), directory.join("second"));
    if let Ok(file) = File::create(&first) {
        // It asks with an ioctl(2).
        let _ = file.is_terminal();
    }
    let _ = truncate(&first, 1);
    let _ = mknod(&directory.join("fifo"), SFlag::S_IFIFO, Mode::S_IRUSR, 0);
    let _ = fs::rename(&first, &second);
    let _ = fs::remove_file(&second);
}

fn mounts(directory: &Path) {
    let place = directory.join("mount");
    let _ = fs::create_dir(&place);
    let none: Option<&Path> = None;
    let _ = mount(Some("tmpfs"), &place, Some("tmpfs"), MsFlags::MS_NODEV, none);
    let _ = umount(&place);
    // Nothing is mounted there any more: there is nothing to move, and no root to change to.
    let _ = move_mount(CWD, &place, CWD, &place, MoveMountFlags::empty());
    let _ = pivot_root(&place, &place);
    let _ = fs::remove_dir(&place);
}

fn modules(directory: &Path) {
    // A signature that would be longer than all of it is refused before the kernel says anything.
    let image = [&[0xff; 64], SIGNATURE_MARK].concat();
    let _ = init_module(&image, c"");
    let written = directory.join("module");
    if let Ok(file) = fs::write(&written, &image).and_then(|()| File::open(&written)) {
        let _ = finit_module(file, c"", ModuleInitFlags::empty());
    }
    let _ = delete_module(NO_MODULE, DeleteModuleFlags::O_NONBLOCK);
}

/// Asks whether the machine can hibernate, and for its memory: both are among what lockdown knows, and
/// a kernel may have only one of them.
fn lockdown(directory: &Path) {
    let _ = fs::read("/sys/power/state");
    let node = directory.join("memory");
    if mknod(&node, SFlag::S_IFCHR, Mode::S_IRUSR, makedev(1, 1)).is_ok() {
        let _ = File::open(&node);
    }
}

/// Whether the kernel takes system calls of 32-bit programs, which a process of its own makes: where
/// it does not, that process ends.
fn takes_narrow_calls(directory: &Path) -> Result<bool> {
    let mut command: Command = command(Path::new("/proc/self/exe"), Deed::Narrow, directory);
    let ended = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .context("cannot try a 32-bit system call")?;
    Ok(ended.signal() != Some(Signal::SIGSEGV as i32))
}

/// The devices of disks, those that hold something first.
fn disks() -> Vec<(u64, u64)> {
    let names = fs::read_dir("/sys/class/block").into_iter().flatten().flatten();
    let mut found: Vec<_> = names.filter_map(|name| disk(&name.path())).collect();
    found.sort_unstable();
    found.into_iter().map(|(_, device)| device).collect()
}

/// Whether it is empty, and its numbers; what can be taken out is left alone, and may not be there.
fn disk(place: &Path) -> Option<(bool, (u64, u64))> {
    let read = |name: &str| fs::read_to_string(place.join(name)).ok();
    let is_removable = read("removable").is_some_and(|text| text.trim() == "1");
    let text = read("dev")?;
    let (major, minor) = text.trim().split_once(':')?;
    let is_empty = read("size").is_none_or(|text| text.trim() == "0");
    (!is_removable).then_some((is_empty, (major.parse().ok()?, minor.parse().ok()?)))
}

/// Opens a disk for reading, by a node of its own, and closes it.
fn open_disk((major, minor): (u64, u64), directory: &Path) -> bool {
    let node: PathBuf = directory.join(format!("disk-{major}-{minor}"));
    let made = mknod(&node, SFlag::S_IFBLK, Mode::S_IRUSR, makedev(major, minor));
    made.is_ok() && File::open(&node).is_ok()
}

/// Has a file system look for a disk that is not there; whether there is such a file system.
fn mount_no_disk(directory: &Path) -> bool {
    let node = directory.join("no-disk");
    let known = fs::read_to_string("/proc/filesystems").unwrap_or_default();
    let made = mknod(&node, SFlag::S_IFBLK, Mode::S_IRUSR, makedev(0, 0)).is_ok();
    let types: Vec<_> = on_disks(&known).collect();
    for kind in &types {
        let none: Option<&Path> = None;
        let _ = mount(Some(&node), directory, Some(*kind), MsFlags::MS_RDONLY, none);
    }
    made && !types.is_empty()
}

/// The types of file systems that are on disks, of a list with a line each.
fn on_disks(known: &str) -> impl Iterator<Item = &str> {
    known.lines().filter_map(|line| line.strip_prefix('\t'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_needs_no_disk_is_left_out() {
        let known = "nodev\tsysfs\nnodev\ttmpfs\n\text4\n\tfuseblk\n";
        assert_eq!(on_disks(known).collect::<Vec<_>>(), ["ext4", "fuseblk"]);
    }
}
