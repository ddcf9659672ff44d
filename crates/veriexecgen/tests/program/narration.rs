//! What `-v` says.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::tree::{Run, Tree};

#[test]
fn each_step_is_told() {
    let tree = Tree::with_programs(&["dir/a", "dir/b\x1b", "dir/sub/c"]);
    fs::set_permissions(tree.path("dir/a"), fs::Permissions::from_mode(0o4755)).unwrap();
    fs::create_dir(tree.path("sub")).unwrap();
    tree.file("list", "sub\n", 0o644);
    tree.file("S", "", 0o644);
    let run = tree.run(&["-v", "-a", "-t", "md5", "-d", "dir", "-f", "list", "-o", "S"]).expect(0);
    let told: Vec<_> = run.stdout.lines().collect();
    let adding = |name: &str| format!("Adding {}.", tree.name(name));
    assert_eq!(
        told[..9],
        [
            "Fingerprinting dir files from list (all files) (non-recursive) using MD5",
            &format!("Passing over {}: a directory.", tree.name("dir/sub")),
            "Passing over sub: a directory.",
            &adding("dir/a"),
            &adding("dir/b\\x1b"),
            "",
            "Backing up existing fingerprint file to \"S.old\"",
            "",
            told[8],
        ]
    );
    assert!(told[8].starts_with("2 files, 6 bytes in ") && told[8].ends_with(" GB/s)"), "{told:?}");
    assert_eq!(told[9..11], ["1 of them setuid or setgid", "Passed over: 2 directories"]);
    assert_eq!(run.stderr, "");
}

#[cfg(target_os = "linux")]
#[test]
fn what_only_the_kernel_shows_is_passed_over() {
    let tree = Tree::with_programs(&["dir/a"]);
    tree.link("/proc/self/mounts", "dir/mtab");
    let run = tree.run(&["-v", "-a", "-d", "dir", "-o", "S"]).expect(0);
    let told = format!("Passing over {}: shown by the kernel, not kept.\n", tree.name("dir/mtab"));
    assert!(run.stdout.contains(&told), "{run:#?}");
    assert_eq!(tree.text("S").lines().count(), 1);
    let run = tree.run(&["-a", "-r", "-d", "/sys", "-o", "T"]).expect(1);
    run.complains("/sys: no files are kept there; the kernel shows what it knows", "");
}

#[test]
fn recursion_is_told() {
    let tree = Tree::with_programs(&["dir/a"]);
    let run = tree.run(&["-v", "-r", "-d", "dir", "-o", "S"]).expect(0);
    let first = "Fingerprinting dir (executables only) (recursive) using SHA256\n";
    assert!(run.stdout.starts_with(first), "{run:#?}");
    assert!(!run.stdout.contains("Backing up"), "{run:#?}");
}

#[test]
fn a_list_on_standard_output_stays_clean() {
    let tree = Tree::with_programs(&["dir/a"]);
    let run = tree.run(&["-v", "-d", "dir", "-o", "-"]).expect(0);
    assert_eq!(run.stdout.lines().count(), 1);
    assert!(run.stderr.contains("Adding "), "{run:#?}");
}

#[test]
fn without_v_nothing_is_told() {
    let tree = Tree::with_programs(&["dir/a"]);
    tree.file("S", "", 0o644);
    let run = tree.run(&["-d", "dir", "-o", "S"]).expect(0);
    assert_eq!((&*run.stdout, &*run.stderr), ("", ""));
}

/// f11: with a full standard output the list is written all the same, and the status says so.
#[cfg(target_os = "linux")]
#[test]
fn f11_the_status_says_whether_the_list_was_written() {
    let tree = Tree::with_programs(&["dir/a"]);
    let full = |arguments: &[&str]| {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        Run::of(&tree.command().args(arguments).stdout(full).output().unwrap())
    };
    tree.file("S", "", 0o644);
    let run = full(&["-v", "-d", "dir", "-o", "S"]).expect(2);
    let end = "all else is done";
    run.complains("Cannot write what -v says: No space left on device", end);
    assert_eq!(tree.text("S").lines().count(), 1);
    full(&["--json", "-d", "dir", "-o", "T"]).expect(2).complains("Cannot write to standard", end);
    assert_eq!(tree.text("T"), tree.text("S"));
    full(&["-d", "dir", "-o", "-"]).expect(1).complains("Cannot write to standard output: ", "");
    full(&["-v", "-d", "none", "-o", "U"]).expect(1).complains("Cannot stat file `none'", "");
    assert!(!tree.path("U").exists());
}
