//! What runs on this machine: an emulator, and what a kernel's headers need beside a compiler.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};

use crate::materials::cache::Cache;
use crate::materials::packages;
use crate::materials::program::{is_there, require};

const LIBRARIES: [&str; 2] = ["usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu"];

/// Tools of the machine's own, or else unpacked into the cache.
#[derive(Debug)]
pub(crate) struct Tools {
    unpacked: PathBuf,
    own_qemu: bool,
}

impl Tools {
    /// Unpacks what the machine has not.
    pub(crate) fn fetch(cache: &Cache) -> Result<Self> {
        let machine = std::env::consts::ARCH;
        ensure!(machine == "x86_64", "a guest needs an x86_64 machine; this is {machine}");
        let needed =
            [("gcc-12", "gcc-12"), ("make", "make"), ("ldd", "libc-bin"), ("xz", "xz-utils")];
        require(&needed)?;
        let own_qemu = is_there("qemu-system-x86_64");
        let mut wanted = vec!["busybox-static", "pahole"];
        if !own_qemu {
            wanted.push("qemu-system-x86");
        }
        let name = if own_qemu { "tools" } else { "tools-qemu" };
        let fill = |place: &Path| packages::unpack(&packages::closure(&wanted)?, place);
        Ok(Self { unpacked: cache.directory(name, fill)?, own_qemu })
    }

    /// The emulator, as a command to which the machine is to be added.
    pub(crate) fn qemu(&self) -> Command {
        if self.own_qemu {
            return Command::new("qemu-system-x86_64");
        }
        let mut qemu = Command::new(self.unpacked.join("usr/bin/qemu-system-x86_64"));
        self.find_libraries(&mut qemu);
        qemu.env("QEMU_MODULE_DIR", self.unpacked.join("usr/lib/x86_64-linux-gnu/qemu"));
        for firmware in ["usr/share/qemu", "usr/share/seabios"] {
            qemu.arg("-L").arg(self.unpacked.join(firmware));
        }
        qemu
    }

    /// make, with pahole where kbuild looks for it.
    pub(crate) fn make(&self) -> Command {
        self.make_with(&self.unpacked)
    }

    /// The same, with what is unpacked there, too.
    pub(crate) fn make_with(&self, unpacked: &Path) -> Command {
        let mut make = Command::new("make");
        self.find_libraries(&mut make);
        let path = std::env::var_os("PATH").unwrap_or_default();
        let ours = [self.unpacked.join("usr/bin"), unpacked.join("usr/bin")];
        let path = ours.into_iter().chain(std::env::split_paths(&path));
        make.env("PATH", std::env::join_paths(path).unwrap_or_else(|_| OsString::new()));
        make
    }

    /// A shell and its commands, in one program without libraries.
    pub(crate) fn busybox(&self) -> PathBuf {
        self.unpacked.join("bin/busybox")
    }

    fn find_libraries(&self, command: &mut Command) {
        let places = LIBRARIES.map(|place| self.unpacked.join(place));
        let joined = std::env::join_paths(places).unwrap_or_else(|_| OsString::new());
        command.env("LD_LIBRARY_PATH", joined);
    }
}
