//! Which file is the module: where DKMS and `make modules_install` put it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sigfile::printable;

/// Below the directory of a kernel's modules, in the order in which depmod.d(5) prefers them.
const PLACES: [&str; 3] = ["updates/dkms", "updates", "extra"];

/// How a module's file ends, if that is compressed or not.
const ENDINGS: [&str; 4] = ["ko", "ko.xz", "ko.zst", "ko.gz"];

/// The installed module of a kernel, by the kernel's release.
///
/// # Errors
/// Names the directories, if there is none in them.
pub(crate) fn installed(modules: &Path, release: &str) -> Result<PathBuf> {
    let home = modules.join(release);
    let places = PLACES.map(|place| home.join(place).join("veriexec"));
    let mut files =
        places.iter().flat_map(|file| ENDINGS.iter().map(|ending| file.with_extension(ending)));
    let found = files.find(|file| file.is_file());
    let Some(file) = found else {
        let home = printable(home.as_os_str().as_encoded_bytes()).to_string();
        bail!(
            "no veriexec.ko for this kernel; expected it in {}; build it with dkms autoinstall, \
             or name it with --module",
            PLACES.map(|place| format!("{home}/{place}")).join(", ")
        );
    };
    Ok(file)
}

/// The release of the running kernel, as `uname -r` prints it.
pub(crate) fn running_release() -> Result<String> {
    let file = "/proc/sys/kernel/osrelease";
    let text = fs::read_to_string(file).with_context(|| file.to_owned())?;
    Ok(text.trim_end().to_owned())
}

/// Whether the kernel must decompress a file of that name.
pub(crate) fn is_compressed(file: &Path) -> bool {
    let name = file.as_os_str().as_encoded_bytes();
    [".xz", ".zst", ".gz"].iter().any(|ending| name.ends_with(ending.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(names: &[&str]) -> tempfile::TempDir {
        let modules = tempfile::tempdir().unwrap();
        for name in names {
            let file = modules.path().join("6.1.0").join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "").unwrap();
        }
        modules
    }

    fn found(names: &[&str]) -> String {
        let modules = with(names);
        let file = installed(modules.path(), "6.1.0").unwrap();
        file.strip_prefix(modules.path().join("6.1.0")).unwrap().to_str().unwrap().to_owned()
    }

    #[test]
    fn the_installed_module_is_found_where_modprobe_finds_it() {
        assert_eq!(
            found(&["extra/veriexec.ko", "updates/dkms/veriexec.ko.xz"]),
            "updates/dkms/veriexec.ko.xz"
        );
        assert_eq!(found(&["extra/veriexec.ko.gz", "extra/veriexec.ko"]), "extra/veriexec.ko");
        assert_eq!(found(&["extra/veriexec.ko.zst"]), "extra/veriexec.ko.zst");
    }

    #[test]
    fn without_one_it_is_said_where_it_was_looked_for() {
        let modules = with(&["extra/veriexec", "kernel/veriexec.ko"]);
        for release in ["6.1.0", "6.2.0"] {
            let text = installed(modules.path(), release).unwrap_err().to_string();
            assert!(text.contains(&format!("/{release}/updates/dkms, ")), "{text}");
        }
    }

    #[test]
    fn compression_is_told_by_the_name() {
        for (name, compressed) in
            [("a.ko", false), ("xz", false), ("a.ko.xz", true), ("a.ko.zst", true), ("a.gz", true)]
        {
            assert_eq!(is_compressed(Path::new(name)), compressed, "{name}");
        }
    }
}
