//! finit_module(2), and what its errors mean.

use std::fs::File;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, anyhow, ensure};
use nix::errno::Errno;
use nix::kmod::{ModuleInitFlags, finit_module};
use sigfile::printable;

use crate::machine::module_file::is_compressed;
use crate::machine::module_state::NAME;

/// `MODULE_INIT_COMPRESSED_FILE`: the kernel decompresses the file.
const COMPRESSED: u32 = 4;

/// modprobe(8), which decompresses what a kernel does not.
const MODPROBE: &str = "/sbin/modprobe";

/// Inserts the module of that file. One that was inserted by somebody else meanwhile is as good.
pub(crate) fn insert(file: &Path) -> Result<()> {
    attempt(file)?.map_err(|errno| failure(file, errno))
}

/// Inserts the module of the file where it is installed; modprobe(8) does it if the kernel cannot
/// decompress it, which is so of what DKMS compresses with xz's own settings.
pub(crate) fn insert_installed(file: &Path) -> Result<()> {
    match attempt(file)? {
        Ok(()) => Ok(()),
        Err(errno) if is_not_decompressed(file, errno) && Path::new(MODPROBE).exists() => {
            let status = Command::new(MODPROBE).arg(NAME).status().context(MODPROBE)?;
            ensure!(status.success(), "cannot load {}: modprobe: {status}", shown(file));
            Ok(())
        }
        Err(errno) => Err(failure(file, errno)),
    }
}

/// What the kernel answers; an error if the file cannot be opened.
fn attempt(file: &Path) -> Result<Result<(), Errno>> {
    let opened = File::open(file).with_context(|| shown(file))?;
    let flags = if is_compressed(file) { COMPRESSED } else { 0 };
    Ok(match finit_module(&opened, c"", ModuleInitFlags::from_bits_retain(flags)) {
        Err(Errno::EEXIST) => Ok(()),
        answer => answer,
    })
}

fn is_not_decompressed(file: &Path, errno: Errno) -> bool {
    is_compressed(file) && matches!(errno, Errno::EOPNOTSUPP | Errno::EINVAL)
}

fn failure(file: &Path, errno: Errno) -> anyhow::Error {
    let reason = match errno {
        errno if is_not_decompressed(file, errno) => {
            "this kernel does not decompress it; decompress the file, or load the module with \
             modprobe veriexec"
        }
        Errno::EPERM => {
            "not permitted; only the superuser may, and not after kernel.modules_disabled was set"
        }
        Errno::ENOEXEC => {
            "no module for this kernel; build it for this one, the kernel's log says more"
        }
        Errno::ENOKEY | Errno::EKEYREJECTED | Errno::EBADMSG => {
            "not signed with a key that this kernel trusts; sign it, and enrol the key with mokutil"
        }
        Errno::ENOSYS => "this kernel takes no modules",
        errno => {
            let text = errno.desc();
            return anyhow!("cannot load {}: {text}; the kernel's log says more", shown(file));
        }
    };
    anyhow!("cannot load {}: {reason}", shown(file))
}

fn shown(file: &Path) -> String {
    printable(file.as_os_str().as_encoded_bytes()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_there_is_named() {
        for insert in [insert, insert_installed] {
            let text = format!("{:#}", insert(Path::new("/nowhere/\u{1b}.ko")).unwrap_err());
            assert!(text.starts_with("/nowhere/\\x1b.ko: "), "{text}");
        }
    }

    #[test]
    fn a_failure_says_what_to_do() {
        let text = |file, errno| failure(Path::new(file), errno).to_string();
        for errno in [Errno::EOPNOTSUPP, Errno::EINVAL] {
            assert!(text("a.ko.xz", errno).ends_with("with modprobe veriexec"));
            assert!(!text("a.ko", errno).contains("modprobe"));
        }
        assert!(!text("a.ko.xz", Errno::EPERM).contains("modprobe"));
        assert!(text("a.ko", Errno::EBUSY).ends_with("; the kernel's log says more"));
        assert!(text("\u{1b}.ko", Errno::EPERM).starts_with("cannot load \\x1b.ko: not permitted"));
    }
}
