//! The manual's example for the files of a package, run as it is printed.

#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::path::Path;
use std::process::Command;

use crate::tree::{Run, Tree};

const MANUAL: &str = include_str!("../../../../man/veriexecgen.8");

/// The line of the manual that has `dpkg -L` in it.
fn example() -> String {
    let mut lines = MANUAL.lines().filter_map(|line| line.strip_prefix(".Dl "));
    let line = lines.find(|line| line.starts_with("dpkg -L ")).unwrap();
    line.replace(r"\(aq", "'").replace(r"\-", "-")
}

/// Runs the example for a package, with our program writing to the tree and not to /etc.
fn run(tree: &Tree, package: &str) -> Run {
    let program = env!("CARGO_BIN_EXE_veriexecgen");
    let wrapper = format!("#!/bin/sh\nexec '{program}' -o '{}' \"$@\"\n", tree.name("S"));
    tree.file("bin/veriexecgen", wrapper, 0o755);
    let path = std::env::var("PATH").unwrap();
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(example().replace("-L dash", &format!("-L {package}")));
    shell.env("PATH", format!("{}:{path}", tree.name("bin"))).current_dir(tree.path(""));
    Run::of(&shell.output().unwrap())
}

/// f09: among the names that dpkg prints there are sentences about diversions, directories, links to
/// nothing and files that an administrator has left out.
#[test]
fn f09_the_example_works_for_a_package_with_diversions() {
    let tree = Tree::with_programs(&["pkg/bin/tool", "pkg/bin/tool.distrib", "pkg/bin/more: /x"]);
    tree.program("other");
    tree.file("pkg/doc", "", 0o644);
    tree.link("nowhere", "pkg/dangling");
    let at = |name: &str| tree.name(&format!("pkg/{name}"));
    let printed = format!(
        "/.\n{}\n{}\ndiverted by other to: {}\npackage diverts others to: {}\nlocally diverted to: \
         {}\n{}\n{}\n{}\n{}\n",
        tree.name("pkg"),
        at("bin/tool"),
        at("bin/tool.distrib"),
        at("bin/none"),
        at("bin/neither"),
        at("doc"),
        at("dangling"),
        at("left-out"),
        at("bin/more: /x"),
    );
    tree.file("printed", printed, 0o644);
    tree.file("bin/dpkg", "#!/bin/sh\n[ \"$1 $2\" = '-L tool' ] && cat printed\n", 0o755);
    tree.run(&["-d", ".", "-o", "S"]).expect(0);
    run(&tree, "tool").expect(0);
    let listed: Vec<_> = crate::tree::entries(tree.text("S").as_bytes())
        .iter()
        .map(|entry| String::from_utf8(entry.path().to_vec()).unwrap())
        .collect();
    let expected = [tree.name("other"), at("bin/more: /x"), at("bin/tool"), at("bin/tool.distrib")];
    assert_eq!(listed, expected);
    // What the package does not bring any more, or never did, fails as a whole.
    let none = run(&tree, "none").expect(1);
    none.complains("stdin: no names; did what should have written them fail?", "");
}

#[test]
fn the_example_works_for_packages_of_this_machine() {
    if !Path::new("/usr/bin/dpkg").exists() {
        eprintln!("the_example_works_for_packages_of_this_machine: skipped, it needs dpkg");
        return;
    }
    for package in ["dash", "coreutils", "base-files"] {
        let tree = Tree::with_programs(&["other"]);
        tree.run(&["-d", ".", "-o", "S"]).expect(0);
        let run = run(&tree, package).expect(0);
        assert_eq!(run.stderr, "", "{package}");
        let listed = tree.text("S");
        let expected = match package {
            "dash" => Some("/usr/bin/dash SHA256 "),
            "coreutils" => Some("/usr/bin/ls SHA256 "),
            _ => None,
        };
        assert!(expected.is_none_or(|line| listed.contains(line)), "{package}: {listed}");
        assert!(listed.contains(&tree.name("other")), "{listed}");
    }
}
