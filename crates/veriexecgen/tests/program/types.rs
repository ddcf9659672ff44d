//! The accesses that files are listed for.

use std::fs;

use crate::tree::{Tree, library, summary};

fn types(tree: &Tree, arguments: &[&str]) -> Vec<(String, String)> {
    summary(&tree.list(arguments))
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, flags)| ((*name).into(), (*flags).into())).collect()
}

/// A program that is one: this one.
fn elf() -> Vec<u8> {
    fs::read(env!("CARGO_BIN_EXE_veriexecgen")).unwrap_or_default()
}

#[test]
fn contents_tell_programs_from_scripts_and_data() {
    let tree = Tree::new();
    tree.file("program", elf(), 0o755);
    tree.file("script", "#!/no/such/interpreter\n", 0o755);
    tree.file("data", "abc", 0o644);
    tree.file("unexecutable-script", "#!/bin/sh\n", 0o644);
    let expected = pairs(&[
        ("data", "file"),
        ("program", "direct, indirect, file"),
        ("script", "direct, file"),
        ("unexecutable-script", "file"),
    ]);
    assert_eq!(types(&tree, &["-a", "-d", "."]), expected);
    assert_eq!(types(&tree, &["-a", "-d", ".", "--classify", "content"]), expected);
}

#[test]
fn modes_tell_what_they_tell_on_netbsd() {
    let tree = Tree::new();
    tree.file("program", elf(), 0o755);
    tree.file("script", format!("#!{}\n", tree.name("program")), 0o755);
    tree.file("data", "abc", 0o644);
    let expected =
        pairs(&[("data", "indirect, file"), ("program", "direct"), ("script", "direct")]);
    assert_eq!(types(&tree, &["-a", "-d", ".", "--classify", "mode"]), expected);
}

/// A program that nothing loads: one of no segments.
fn loaded_by_nobody() -> Vec<u8> {
    let mut program = library();
    program[16] = 2;
    program
}

#[test]
fn what_runs_listed_scripts_is_indirect_too() {
    let tree = Tree::new();
    tree.file("bin/interpreter", loaded_by_nobody(), 0o755);
    tree.file("bin/other", loaded_by_nobody(), 0o755);
    tree.link("interpreter", "bin/link");
    tree.file("script", format!("#! {} -x\n", tree.name("bin/link")), 0o755);
    let expected = pairs(&[
        ("interpreter", "direct, indirect, file"),
        ("other", "direct, file"),
        ("script", "direct, file"),
    ]);
    assert_eq!(types(&tree, &["-r", "-d", "."]), expected);
    // A script that is not listed makes nobody an interpreter.
    let without = pairs(&[("interpreter", "direct, file"), ("other", "direct, file")]);
    assert_eq!(types(&tree, &["-d", "bin"]), without);
}

/// What a loader of this kind and mode is listed for, with programs of these names that name it.
fn loader_flags(loader: Vec<u8>, mode: u32, programs: &[&str]) -> Option<String> {
    // This program's own loader has the name.
    let program = fs::File::open(env!("CARGO_BIN_EXE_veriexecgen")).ok()?;
    let named = String::from_utf8(sigfile::needs(&program)?.loader?).ok()?;
    let name = named.rsplit('/').next()?;
    let tree = Tree::new();
    tree.file(format!("root{named}"), loader, mode);
    for program in programs {
        tree.file(format!("root/bin/{program}"), elf(), 0o755);
    }
    let listed = types(&tree, &["-a", "-r", "-p", "root", "-d", "root"]);
    listed.into_iter().find(|(listed, _)| listed == name).map(|(_, flags)| flags)
}

#[test]
fn what_loads_listed_programs_can_be_run_by_hand() {
    assert_eq!(loader_flags(library(), 0o755, &["a"]).as_deref(), Some("direct, indirect, file"));
    assert_eq!(loader_flags(library(), 0o755, &[]).as_deref(), Some("indirect, file"));
    // What may not be executed is not.
    assert_eq!(loader_flags(library(), 0o644, &["a"]).as_deref(), Some("indirect, file"));
}

/// Klibc's loader is of type `ET_EXEC` and names no other.
#[test]
fn what_loads_listed_programs_is_mapped_whatever_its_type() {
    assert_eq!(
        loader_flags(loaded_by_nobody(), 0o755, &["a"]).as_deref(),
        Some("direct, indirect, file")
    );
    assert_eq!(loader_flags(loaded_by_nobody(), 0o755, &[]).as_deref(), Some("direct, file"));
    assert_eq!(loader_flags(loaded_by_nobody(), 0o644, &["a"]).as_deref(), Some("indirect, file"));
    // Nor does it matter whether it is an ELF file.
    assert_eq!(
        loader_flags(b"no loader".to_vec(), 0o755, &["a", "b"]).as_deref(),
        Some("direct, indirect, file")
    );
}

#[test]
fn what_gives_rights_is_not_mapped_by_others() {
    let tree = Tree::new();
    for (name, mode) in [("setuid", 0o4755), ("setgid", 0o2755), ("plain", 0o1755)] {
        tree.file(name, elf(), mode);
    }
    let expected = pairs(&[
        ("plain", "direct, indirect, file"),
        ("setgid", "direct, file"),
        ("setuid", "direct, file"),
    ]);
    assert_eq!(types(&tree, &["-d", "."]), expected);
}

#[test]
fn modules_of_the_kernel_are_told_from_object_files() {
    let tree = Tree::new();
    tree.file("x.ko", object_file(b".gnu.linkonce.this_module"), 0o644);
    tree.file("x.o", object_file(b".text"), 0o644);
    assert_eq!(types(&tree, &["-d", "."]), pairs(&[("x.ko", "indirect, file")]));
    let all = pairs(&[("x.ko", "indirect, file"), ("x.o", "file")]);
    assert_eq!(types(&tree, &["-a", "-d", "."]), all);
}

/// An ELF file of type `ET_REL` with that section.
fn object_file(section: &[u8]) -> Vec<u8> {
    let names = [b"\0.shstrtab\0", section, b"\0"].concat();
    let mut object = library();
    object[16] = 1;
    object[54] = 0;
    // The table of sections begins after the header, and has three rows; the second is of names.
    object[40] = 64;
    object[58] = 64;
    object[60] = 3;
    object[62] = 1;
    let mut rows = [[0_u8; 64]; 3];
    rows[1][0] = 1;
    rows[1][25] = 1;
    rows[1][32] = names.len() as u8;
    rows[2][0] = 11;
    object.extend(rows.concat());
    assert_eq!(object.len(), 0x100);
    object.extend(names);
    object
}

#[test]
fn all_hard_links_of_an_interpreter_are_listed_alike() {
    let tree = Tree::new();
    tree.file("interpreter", loaded_by_nobody(), 0o755);
    fs::hard_link(tree.path("interpreter"), tree.path("other-name")).unwrap();
    tree.file("script", format!("#!{}\n", tree.name("interpreter")), 0o755);
    let expected = pairs(&[
        ("interpreter", "direct, indirect, file"),
        ("other-name", "direct, indirect, file"),
        ("script", "direct, file"),
    ]);
    assert_eq!(types(&tree, &["-d", "."]), expected);
}

#[test]
fn below_a_prefix_interpreters_are_found_there() {
    let tree = Tree::new();
    tree.file("root/usr/bin/mawk", loaded_by_nobody(), 0o755);
    tree.file("root/usr/bin/script", "#!/bin/awk -f\n", 0o755);
    fs::create_dir(tree.path("root/etc")).unwrap();
    tree.link("usr/bin", "root/bin");
    tree.link("/etc/awk", "root/usr/bin/awk");
    tree.link("/usr/bin/mawk", "root/etc/awk");
    // The absolute links lead elsewhere, or nowhere, for as long as the root is not the root.
    let arguments = ["-p", "root", "-d", "root/usr/bin/mawk", "-d", "root/usr/bin/script"];
    let expected = pairs(&[("mawk", "direct, indirect, file"), ("script", "direct, file")]);
    assert_eq!(types(&tree, &arguments), expected);
}
