//! The tree of files that a package would install: `cargo xtask dist DIR`.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::command::root;
use crate::kmod;

use self::place::Place;

mod place;

/// What in the version's place stands in dkms.conf, as Debian's dh_dkms has it.
const VERSION: &str = "#MODULE_VERSION#";

/// Lays the tree out in a directory that is empty, not there, or has a tree that was laid out before.
///
/// # Errors
/// When the directory has something else in it, or something does not build; it is as it was then.
pub(crate) fn lay_out(directory: &Path) -> Result<()> {
    let place = Place::new(directory)?;
    let object = kmod::object()?;
    let programs = kmod::programs()?;

    let tree = Tree { directory: place.next() };
    tree.module(&object)?;
    for name in kmod::PROGRAMS {
        tree.install(&programs.join(name), "usr/sbin", 0o755)?;
    }
    tree.texts()?;
    println!("{}", place.replace()?.display());
    Ok(())
}

/// The tree, as it grows.
struct Tree {
    directory: PathBuf,
}

impl Tree {
    /// The sources of the module, for DKMS: all C, and the object that was made of Rust.
    fn module(&self, object: &Path) -> Result<()> {
        let version = env!("CARGO_PKG_VERSION");
        let place = format!("usr/src/veriexec-{version}");
        for folder in folders()? {
            let to = Path::new(&place).join(&folder);
            for file in files_in(&root().join("kmod/linux").join(&folder))? {
                if is_source(&file) {
                    self.install(&file, &to, 0o644)?;
                }
            }
        }
        self.install(&root().join("LICENSE"), &place, 0o644)?;
        self.install(object, &place, 0o644)?;
        let settings = self.directory.join(&place).join("dkms.conf");
        let text = fs::read_to_string(&settings)?;
        ensure!(text.contains(VERSION), "dkms.conf has no {VERSION}");
        Ok(fs::write(settings, text.replace(VERSION, version))?)
    }

    /// What is read, by people and by systemd.
    fn texts(&self) -> Result<()> {
        for page in files_in(&root().join("man"))? {
            let section = page.extension().and_then(|section| section.to_str());
            let section = section.with_context(|| format!("{} has no section", page.display()))?;
            self.install(&page, format!("usr/share/man/man{section}"), 0o644)?;
        }
        for (name, to) in [
            ("dist/veriexec.service", "usr/lib/systemd/system"),
            ("dist/veriexec.conf", "usr/share/veriexec"),
            ("README.md", "usr/share/doc/veriexec"),
            ("CHANGELOG.md", "usr/share/doc/veriexec"),
            ("doc/threat-model.md", "usr/share/doc/veriexec"),
            ("doc/attacks.md", "usr/share/doc/veriexec"),
            ("LICENSE", "usr/share/doc/veriexec"),
        ] {
            self.install(&root().join(name), to, 0o644)?;
        }
        Ok(())
    }

    /// Copies a file into a directory of the tree, under the name that it has.
    fn install(&self, file: &Path, to: impl AsRef<Path>, mode: u32) -> Result<()> {
        let to = to.as_ref();
        // The tree is copied over an older one, and all that is not in /usr is the administrator's.
        ensure!(to.starts_with("usr"), "{} is not in usr", to.display());
        let place = self.directory.join(to);
        fs::create_dir_all(&place).with_context(|| place.display().to_string())?;
        let place = place.join(file.file_name().context("a file has a name")?);
        fs::copy(file, &place).with_context(|| file.display().to_string())?;
        Ok(fs::set_permissions(&place, Permissions::from_mode(mode))?)
    }
}

/// The folders of `kmod/linux` that have sources of the module in C, itself among them: all but the one
/// of the core, which has none.
fn folders() -> Result<Vec<PathBuf>> {
    let module = root().join("kmod/linux");
    let mut folders = vec![PathBuf::new()];
    for entry in fs::read_dir(&module).with_context(|| module.display().to_string())? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            folders.push(entry.file_name().into());
        }
    }
    folders.sort();
    Ok(folders)
}

/// Whether a file of `kmod/linux` is one that a kernel's build reads.
fn is_source(file: &Path) -> bool {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let by_name = ["Kbuild", "Makefile", "dkms.conf"].contains(&name);
    let is_c = [".c", ".h"].iter().any(|end| name.ends_with(end)) && !name.ends_with(".mod.c");
    by_name || is_c
}

/// The files in a directory, in the order of their names.
fn files_in(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for file in fs::read_dir(directory).with_context(|| directory.display().to_string())? {
        let file = file?;
        if file.file_type()?.is_file() {
            files.push(file.path());
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn the_sources_of_the_module_are_complete() {
        let module = root().join("kmod/linux");
        let folders = folders().unwrap();
        let all = folders.iter().flat_map(|folder| files_in(&module.join(folder)).unwrap());
        let sources: Vec<_> = all.filter(|file| is_source(file)).collect();
        let kbuild = fs::read_to_string(module.join("Kbuild")).unwrap();
        let lines = kbuild.lines().filter_map(|line| line.strip_prefix("veriexec-y "));
        let objects: Vec<_> = lines.flat_map(|line| line.split(' ').skip(1)).collect();
        assert!(objects.contains(&"hooks/table.o"), "{objects:?}");
        for object in objects.into_iter().filter(|object| *object != "core.o") {
            let source = module.join(object).with_extension("c");
            assert!(sources.contains(&source), "{}", source.display());
        }
        assert!(!is_source(Path::new("veriexec.mod.c")), "kbuild makes it");
    }

    #[test]
    fn a_tree_that_is_copied_over_an_older_one_leaves_the_configuration_alone() {
        let directory = tempfile::tempdir().unwrap();
        let tree = Tree { directory: directory.path().join("tree") };
        tree.module(&root().join("LICENSE")).unwrap();
        tree.texts().unwrap();
        let machine = directory.path().join("machine");
        let kept = [
            ("veriexec.conf", "veriexec_strict=2\n"),
            ("signatures", "/usr/bin/a SHA256 00\n"),
            ("systemd/system/veriexec.service.d/own.conf", "[Unit]\n"),
        ];
        for (name, text) in kept {
            let file = machine.join("etc").join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        for _ in ["a first time", "again"] {
            let mut copy = Command::new("cp");
            copy.arg("-r").arg(tree.directory.join(".")).arg(&machine);
            assert!(copy.status().unwrap().success());
        }
        for (name, text) in kept {
            assert_eq!(fs::read_to_string(machine.join("etc").join(name)).unwrap(), text, "{name}");
        }
        assert!(machine.join("usr/share/veriexec/veriexec.conf").is_file());
        let unit = fs::read(machine.join("usr/lib/systemd/system/veriexec.service")).unwrap();
        assert_eq!(unit, fs::read(root().join("dist/veriexec.service")).unwrap());
        assert!(tree.install(&root().join("LICENSE"), "etc", 0o644).is_err());
    }

    #[test]
    fn dkms_has_the_version_and_the_object() {
        let directory = tempfile::tempdir().unwrap();
        let object = directory.path().join("core.o_shipped");
        fs::write(&object, "object").unwrap();
        let tree = Tree { directory: directory.path().join("tree") };
        tree.module(&object).unwrap();
        let version = env!("CARGO_PKG_VERSION");
        let place = tree.directory.join(format!("usr/src/veriexec-{version}"));
        assert_eq!(fs::read(place.join("core.o_shipped")).unwrap(), b"object");
        let text = fs::read_to_string(place.join("dkms.conf")).unwrap();
        assert!(text.contains(&format!("\nPACKAGE_VERSION=\"{version}\"\n")), "{text}");
    }
}
