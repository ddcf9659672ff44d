//! The accesses that files are listed for.

use std::fs;

use crate::tree::{Tree, summary};

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
        ("program", "direct"),
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

#[test]
fn what_runs_listed_scripts_is_indirect_too() {
    let tree = Tree::new();
    tree.file("bin/interpreter", elf(), 0o755);
    tree.file("bin/other", elf(), 0o755);
    tree.link("interpreter", "bin/link");
    tree.file("script", format!("#! {} -x\n", tree.name("bin/link")), 0o755);
    let expected = pairs(&[
        ("interpreter", "direct, indirect"),
        ("other", "direct"),
        ("script", "direct, file"),
    ]);
    assert_eq!(types(&tree, &["-r", "-d", "."]), expected);
    // A script that is not listed makes nobody an interpreter.
    let without = pairs(&[("interpreter", "direct"), ("other", "direct")]);
    assert_eq!(types(&tree, &["-d", "bin"]), without);
}

#[test]
fn all_hard_links_of_an_interpreter_are_listed_alike() {
    let tree = Tree::new();
    tree.file("interpreter", elf(), 0o755);
    fs::hard_link(tree.path("interpreter"), tree.path("other-name")).unwrap();
    tree.file("script", format!("#!{}\n", tree.name("interpreter")), 0o755);
    let expected = pairs(&[
        ("interpreter", "direct, indirect"),
        ("other-name", "direct, indirect"),
        ("script", "direct, file"),
    ]);
    assert_eq!(types(&tree, &["-d", "."]), expected);
}

#[test]
fn below_a_prefix_interpreters_are_found_there() {
    let tree = Tree::new();
    tree.file("root/usr/bin/mawk", elf(), 0o755);
    tree.file("root/usr/bin/script", "#!/bin/awk -f\n", 0o755);
    fs::create_dir(tree.path("root/etc")).unwrap();
    tree.link("usr/bin", "root/bin");
    tree.link("/etc/awk", "root/usr/bin/awk");
    tree.link("/usr/bin/mawk", "root/etc/awk");
    // The absolute links lead elsewhere, or nowhere, for as long as the root is not the root.
    let arguments = ["-p", "root", "-d", "root/usr/bin/mawk", "-d", "root/usr/bin/script"];
    let expected = pairs(&[("mawk", "direct, indirect"), ("script", "direct, file")]);
    assert_eq!(types(&tree, &arguments), expected);
}
