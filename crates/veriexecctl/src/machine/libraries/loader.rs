//! Programs that load libraries, and where they search by themselves.

use sigfile::Machine;

use super::configuration;
use crate::machine::requirements::{base_name, joined};
use crate::machine::tree::Tree;

/// Where glibc searches when nothing names another place, behind the directories for a machine.
const OF_GLIBC: [&[u8]; 4] = [b"/lib64", b"/usr/lib64", b"/lib", b"/usr/lib"];
/// Where musl does if no path file says otherwise.
const OF_MUSL: [&[u8]; 3] = [b"/lib", b"/usr/local/lib", b"/usr/lib"];
/// Where a loader that is not known here may.
const OF_OTHERS: [&[u8]; 6] =
    [b"/lib64", b"/usr/lib64", b"/lib", b"/usr/lib", b"/usr/pkg/lib", b"/usr/local/lib"];

/// What musl's loader holds itself, whatever stands behind it in a name.
const IN_MUSL: [&[u8]; 7] =
    [b"libc.", b"libpthread.", b"librt.", b"libm.", b"libdl.", b"libutil.", b"libxnet."];

/// The most a processor may have of what glibc has variants for.
const VARIANTS: [(u16, &[&str]); 3] = [
    (object::X86_64, &["x86-64-v4", "x86-64-v3", "x86-64-v2"]),
    (object::PPC64, &["power10", "power9"]),
    (object::S390, &["z16", "z15", "z14", "z13"]),
];

/// Numbers of machines: `e_machine` in elf(5).
mod object {
    pub(super) const I386: u16 = 3;
    pub(super) const M68K: u16 = 4;
    pub(super) const MIPS: u16 = 8;
    pub(super) const PARISC: u16 = 15;
    pub(super) const PPC: u16 = 20;
    pub(super) const PPC64: u16 = 21;
    pub(super) const S390: u16 = 22;
    pub(super) const ARM: u16 = 40;
    pub(super) const SH: u16 = 42;
    pub(super) const SPARC64: u16 = 43;
    pub(super) const IA64: u16 = 50;
    pub(super) const X86_64: u16 = 62;
    pub(super) const AARCH64: u16 = 183;
    pub(super) const RISCV: u16 = 243;
    pub(super) const LOONGARCH: u16 = 258;
    pub(super) const ALPHA: u16 = 0x9026;
}

/// A loader, by the name of it that programs have in them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Loader {
    Glibc,
    Musl {
        /// Its path file.
        path_file: Vec<u8>,
    },
    Other,
}

impl Loader {
    /// The loader of that path.
    pub(super) fn of(path: &[u8]) -> Self {
        let name = base_name(path);
        if let Some(rest) = name.strip_prefix(b"ld-musl-") {
            let architecture = rest.split(|byte| *byte == b'.').next().unwrap_or(rest);
            // Beside the directory that it is in: /lib/ld-musl-x86_64.so.1 has its file in /etc.
            let prefix = path.iter().rposition(|byte| *byte == b'/').and_then(|end| {
                let directory = path.get(..end)?;
                directory.get(..directory.iter().rposition(|byte| *byte == b'/')?)
            });
            let prefix = prefix.unwrap_or_default();
            let path_file = [prefix, b"/etc/ld-musl-", architecture, b".path"].concat();
            return Self::Musl { path_file };
        }
        let is_glibc = [&b"ld-linux"[..], b"ld64.so", b"ld.so.1", b"ld-2."];
        if is_glibc.iter().any(|begin| name.starts_with(begin)) {
            return Self::Glibc;
        }
        Self::Other
    }

    /// Whether what an object says in `DT_RUNPATH` counts for the libraries of its libraries.
    pub(super) fn inherits_runpath(&self) -> bool {
        matches!(self, Self::Musl { .. })
    }

    /// Whether the first file of a name is taken, whatever it is.
    pub(super) fn takes_the_first(&self) -> bool {
        matches!(self, Self::Musl { .. })
    }

    /// Whether the loader itself is the library of that name.
    pub(super) fn is_library(&self, name: &[u8]) -> bool {
        matches!(self, Self::Musl { .. }) && IN_MUSL.iter().any(|begin| name.starts_with(begin))
    }

    /// Where it searches when an object names no other place, in its order.
    pub(super) fn directories(
        &self,
        tree: &Tree,
        configured: &[Vec<u8>],
        machine: Machine,
    ) -> Vec<Vec<u8>> {
        let plain = |directories: &[&[u8]]| -> Vec<Vec<u8>> {
            directories.iter().map(|directory| directory.to_vec()).collect()
        };
        if let Self::Musl { path_file } = self {
            return configuration::of_musl(tree, path_file).unwrap_or_else(|| plain(&OF_MUSL));
        }
        let triplets = self.triplets(machine).iter();
        let own = triplets.flat_map(|triplet| {
            [&b"/lib"[..], b"/usr/lib"].map(|parent| joined(parent, triplet.as_bytes()))
        });
        let plain = if *self == Self::Glibc { plain(&OF_GLIBC) } else { plain(&OF_OTHERS) };
        configured.iter().cloned().chain(own).chain(plain).collect()
    }

    /// The directories below one in which it searches first.
    pub(super) fn variants(&self, directory: &[u8], machine: Machine) -> Vec<Vec<u8>> {
        if *self != Self::Glibc {
            return Vec::new();
        }
        let variants = VARIANTS.iter().find(|(number, _)| *number == machine.number());
        let variants = variants.map(|(_, names)| *names).unwrap_or_default().iter();
        variants.map(|name| [directory, b"/glibc-hwcaps/", name.as_bytes()].concat()).collect()
    }

    /// What Debian calls its directories for a machine.
    pub(super) fn triplets(&self, machine: Machine) -> &'static [&'static str] {
        match (machine.number(), machine.is_64(), machine.is_little()) {
            (object::X86_64, true, _) => &["x86_64-linux-gnu"],
            (object::X86_64, false, _) => &["x86_64-linux-gnux32"],
            (object::I386, ..) => &["i386-linux-gnu", "i686-linux-gnu"],
            (object::AARCH64, true, _) => &["aarch64-linux-gnu"],
            (object::ARM, ..) => &["arm-linux-gnueabihf", "arm-linux-gnueabi"],
            (object::RISCV, true, _) => &["riscv64-linux-gnu"],
            (object::PPC64, _, true) => &["powerpc64le-linux-gnu"],
            (object::PPC64, _, false) => &["powerpc64-linux-gnu"],
            (object::PPC, ..) => &["powerpc-linux-gnu"],
            (object::S390, true, _) => &["s390x-linux-gnu"],
            (object::MIPS, true, true) => &["mips64el-linux-gnuabi64"],
            (object::MIPS, true, false) => &["mips64-linux-gnuabi64"],
            (object::MIPS, false, true) => &["mipsel-linux-gnu", "mips64el-linux-gnuabin32"],
            (object::MIPS, false, false) => &["mips-linux-gnu", "mips64-linux-gnuabin32"],
            (object::LOONGARCH, true, _) => &["loongarch64-linux-gnu"],
            (object::M68K, ..) => &["m68k-linux-gnu"],
            (object::SPARC64, ..) => &["sparc64-linux-gnu"],
            (object::ALPHA, ..) => &["alpha-linux-gnu"],
            (object::PARISC, ..) => &["hppa-linux-gnu"],
            (object::IA64, ..) => &["ia64-linux-gnu"],
            (object::SH, ..) => &["sh4-linux-gnu"],
            _ => &[],
        }
    }

    /// What `$PLATFORM` stands for on a machine.
    pub(super) fn platform(&self, machine: Machine) -> &'static str {
        let triplet = self.triplets(machine).first().copied().unwrap_or_default();
        triplet.split('-').next().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loaders_are_told_by_name() {
        for glibc in ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1", "/lib/ld64.so.2"]
        {
            assert_eq!(Loader::of(glibc.as_bytes()), Loader::Glibc, "{glibc}");
        }
        let path_file = |path: &str| match Loader::of(path.as_bytes()) {
            Loader::Musl { path_file } => String::from_utf8(path_file).unwrap(),
            other => panic!("{other:?}"),
        };
        assert_eq!(path_file("/lib/ld-musl-x86_64.so.1"), "/etc/ld-musl-x86_64.path");
        assert_eq!(path_file("/usr/lib/ld-musl-armhf.so.1"), "/usr/etc/ld-musl-armhf.path");
        assert_eq!(Loader::of(b"/libexec/ld.elf_so"), Loader::Other);
    }
}
