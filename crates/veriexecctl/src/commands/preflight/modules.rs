//! Modules of Linux's that are compressed: who decompresses them decides whether the kernel can know
//! which file it takes in.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::Path;

use sigfile::printable;
use veriexec::StrictLevel;

use crate::bytes;
use crate::machine::tree::{Tree, is_missing};

/// Where each kernel has its modules, and what names them there: modprobe(8), modules.dep(5).
const MODULES: &[u8] = b"/lib/modules";
const INDEX: &str = "modules.dep";

/// What modprobe(8) or the kernel decompresses.
const COMPRESSED: [&[u8]; 3] = [b".ko.xz", b".ko.zst", b".ko.gz"];

/// Says of each kernel that has such modules that nobody can tell here whether it takes them in.
///
/// Modules that come from memory, because modprobe(8) decompressed them, are denied from level 2 on
/// even if their files are listed.
pub(super) fn doubt(tree: &Tree, level: StrictLevel, skipped: &mut Vec<String>) {
    if level < StrictLevel::Ips {
        return;
    }
    let Ok(modules) = tree.place(MODULES) else { return };
    let Ok(kernels) = fs::read_dir(modules) else { return };
    let mut kernels: Vec<_> = kernels.filter_map(|kernel| Some(kernel.ok()?.path())).collect();
    kernels.sort_unstable();
    for kernel in kernels {
        let name = printable(bytes(Path::new(kernel.file_name().unwrap_or(OsStr::new("?")))));
        match compressed(&kernel) {
            Ok(0) => {}
            Ok(count) => skipped.push(format!(
                "{count} compressed modules of kernel {name}: if modprobe decompresses them, and not \
                 the kernel, none is taken in at level 2; have those that are needed loaded before, \
                 see veriexecgen(8)"
            )),
            Err(error) => skipped.push(format!("modules of kernel {name}: {INDEX}: {error}")),
        }
    }
}

/// How many of a kernel's modules are compressed.
fn compressed(kernel: &Path) -> io::Result<usize> {
    match fs::read(kernel.join(INDEX)) {
        Ok(index) => Ok(count(&index)),
        Err(error) if is_missing(&error) => Ok(0),
        Err(error) => Err(error),
    }
}

/// How many lines of modules.dep(5) are of such modules: their names end at a colon.
fn count(index: &[u8]) -> usize {
    let names = index.split(|byte| *byte == b'\n').filter_map(|line| {
        let end = line.iter().position(|byte| *byte == b':')?;
        line.get(..end)
    });
    names.filter(|name| COMPRESSED.iter().any(|end| name.ends_with(end))).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_a_compressed_module_counts_once() {
        let index = b"kernel/a.ko.xz: kernel/b.ko.xz kernel/c.ko.xz\nkernel/b.ko.xz:\n\
                      kernel/c.ko: kernel/b.ko.xz\nkernel/d.ko.zst:\nkernel/e.ko.gz:\nno line";
        assert_eq!(count(index), 4);
        assert_eq!(count(b""), 0);
    }

    #[test]
    fn each_kernel_that_has_some_is_named_from_level_2_on() {
        let root = tempfile::tempdir().unwrap();
        for (kernel, index) in [("6.1", "kernel/a.ko:\n"), ("6.12", "kernel/a.ko.xz:\n")] {
            let kernel = root.path().join("lib/modules").join(kernel);
            fs::create_dir_all(&kernel).unwrap();
            fs::write(kernel.join(INDEX), index).unwrap();
        }
        fs::create_dir(root.path().join("lib/modules/none")).unwrap();
        let tree = Tree::new(Some(root.path())).unwrap();
        let said = |level| {
            let mut skipped = Vec::new();
            doubt(&tree, level, &mut skipped);
            skipped
        };
        assert!(said(StrictLevel::Ids).is_empty());
        for level in [StrictLevel::Ips, StrictLevel::Lockdown] {
            let said = said(level);
            assert_eq!(said.len(), 1, "{said:?}");
            assert!(said[0].starts_with("1 compressed modules of kernel 6.12: "), "{said:?}");
        }
        fs::remove_file(root.path().join("lib/modules/6.1/modules.dep")).unwrap();
        fs::create_dir(root.path().join("lib/modules/6.1/modules.dep")).unwrap();
        let said = said(StrictLevel::Ips);
        assert!(said[0].starts_with("modules of kernel 6.1: modules.dep: "), "{said:?}");
    }
}
