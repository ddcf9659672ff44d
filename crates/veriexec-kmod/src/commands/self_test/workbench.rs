//! What the self-test is made on: a program in a file system that only this process sees, and the
//! module's device.

use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use fingerprint::{Algorithm, Digest, Hasher};
use kmod_ioctl::{Access, Device, DeviceSpec, LoadOptions};
use nix::errno::Errno;
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use sigfile::{Entry, EntryType};

use crate::commands::self_test::attempt::{self, Answer, Deed};
use crate::commands::self_test::{calls, hooks};
use crate::machine::settings::Settings;

/// Directories that every system has one of, to mount something over.
const PLACES: [&str; 3] = ["/run", "/tmp", "/mnt"];

/// The file's name, which the module's reports have, too.
const NAME: &str = "veriexec-self-test";

/// Which fingerprint a file is listed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Listed {
    /// One that the file does not match.
    Wrongly,
    /// The file's own.
    Rightly,
}

/// A file, and a driver to list it with.
pub(crate) trait Bench {
    /// Lists the file for every access.
    fn list(&mut self, listed: Listed) -> Result<()>;

    /// Takes the entry back.
    fn delist(&mut self) -> Result<()>;

    /// Does something to the file, as if at strict level 1, and says how it was answered.
    fn attempt(&mut self, deed: Deed) -> Result<Answer>;

    /// Has each function of the kernel's called that should lead to the module, and names those that
    /// do not.
    fn silent_hooks(&mut self) -> Result<Vec<String>>;
}

/// A program, and a driver to list it with.
pub(crate) struct Workbench {
    device: Device,
    file: PathBuf,
    /// The same, opened while it was not listed.
    opened: File,
    right: Digest,
    wrong: Digest,
}

impl Workbench {
    /// Mounts a file system, which ends with this process, and copies this program there.
    ///
    /// An own file system, because any that there is may forbid to execute what is on it, and
    /// an own mount namespace, so that nobody else sees or changes the file.
    pub(crate) fn set_up() -> Result<Self> {
        let algorithm = algorithm(&Settings::default().get("algorithms")?)?;
        let file = private_directory()?.join(NAME);
        fs::copy("/proc/self/exe", &file).with_context(|| file.display().to_string())?;
        let contents = fs::read(&file)?;
        let opened = File::open(&file)?;
        let right = Hasher::digest(algorithm, &contents);
        let device = Device::open(&DeviceSpec::default(), Access::WRITE)?;
        Ok(Self { device, file, opened, right, wrong: another(&right)? })
    }
}

impl Bench for Workbench {
    fn list(&mut self, listed: Listed) -> Result<()> {
        let fingerprint = match listed {
            Listed::Wrongly => self.wrong,
            Listed::Rightly => self.right,
        };
        let accesses = [EntryType::DIRECT, EntryType::INDIRECT, EntryType::FILE];
        let entry_type = accesses.into_iter().fold(EntryType::EMPTY, |all, one| all | one);
        let entry = Entry::new(self.file.as_os_str().as_bytes().to_vec(), fingerprint, entry_type)?;
        Ok(self.device.load(&entry, LoadOptions::default())?)
    }

    fn delist(&mut self) -> Result<()> {
        Ok(self.device.delete(self.file.as_os_str().as_bytes())?)
    }

    fn attempt(&mut self, deed: Deed) -> Result<Answer> {
        attempt::answer(deed, &self.file, &self.opened)
    }

    fn silent_hooks(&mut self) -> Result<Vec<String>> {
        let place = self.file.with_file_name("calls");
        fs::create_dir(&place).with_context(|| place.display().to_string())?;
        let unreachable = calls::make(&place)?;
        hooks::silent(&Settings::default().at_once("called")?, &unreachable)
    }
}

/// An empty directory on a file system of this process's own.
fn private_directory() -> Result<PathBuf> {
    let Some(place) = PLACES.map(Path::new).into_iter().find(|place| place.is_dir()) else {
        bail!("none of {} is a directory; expected one to mount over", PLACES.join(", "));
    };
    let failed = |what: &str, errno: Errno| anyhow!("{what}: {}", errno.desc());
    unshare(CloneFlags::CLONE_NEWNS)
        .map_err(|errno| failed("cannot have mounts of its own", errno))?;
    let none: Option<&Path> = None;
    // What is mounted here is not to be seen elsewhere.
    mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_SLAVE, none)
        .map_err(|errno| failed("cannot keep its mounts to itself", errno))?;
    // There will be a node of a disk there.
    mount(Some("tmpfs"), place, Some("tmpfs"), MsFlags::MS_NOSUID, Some("mode=0700"))
        .map_err(|errno| failed("cannot mount a tmpfs", errno))?;
    Ok(place.to_owned())
}

/// An algorithm that the driver has, of those in the list of their names.
fn algorithm(names: &[u8]) -> Result<Algorithm> {
    let known = || names.split(u8::is_ascii_whitespace).filter_map(Algorithm::from_name);
    known()
        .find(|algorithm| *algorithm == Algorithm::Sha256)
        .or_else(|| known().next())
        .context("kern.veriexec.algorithms names none; expected SHA256")
}

/// A fingerprint that differs in one bit.
fn another(digest: &Digest) -> Result<Digest> {
    let mut bytes = digest.as_bytes().to_vec();
    if let Some(byte) = bytes.last_mut() {
        *byte ^= 1;
    }
    Ok(Digest::new(digest.algorithm(), &bytes)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_algorithm_is_one_that_the_driver_has() {
        assert_eq!(algorithm(b"SHA1 SHA256 SHA512").unwrap(), Algorithm::Sha256);
        assert_eq!(algorithm(b"SHA3 SHA384").unwrap(), Algorithm::Sha384);
        assert!(algorithm(b"").is_err());
    }

    #[test]
    fn a_wrong_fingerprint_is_another_of_the_same_algorithm() {
        let right = Hasher::digest(Algorithm::Sha512, b"contents");
        let wrong = another(&right).unwrap();
        assert_eq!(wrong.algorithm(), right.algorithm());
        assert_ne!(wrong, right);
    }
}
