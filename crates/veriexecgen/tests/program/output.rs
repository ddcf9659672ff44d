//! Where the list goes, and what was there before.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::process::Command;
use std::thread;

use rustix::fs::{CWD, FileType, Mode, mknodat};

use crate::tree::{ABC, Run, Tree, entries};

fn line(tree: &Tree, name: &str) -> String {
    format!("{} SHA256 {ABC} direct, file\n", tree.name(name))
}

#[test]
fn the_old_list_is_kept_and_nothing_else_is_left() {
    let tree = Tree::with_programs(&["dir/a"]);
    tree.run(&["-d", "dir", "-o", "out/S"]).expect(1);
    fs::create_dir(tree.path("out")).unwrap();
    let held = |pairs: &[(&str, &str)]| {
        let pairs = pairs.iter().map(|(name, text)| ((*name).into(), text.as_bytes().to_vec()));
        assert_eq!(tree.held("out"), pairs.collect::<Vec<_>>());
    };
    let first = line(&tree, "dir/a");
    tree.run(&["-d", "dir", "-o", "out/S"]).expect(0);
    held(&[("S", &first)]);
    tree.program("dir/b");
    let second = first.clone() + &line(&tree, "dir/b");
    tree.run(&["-d", "dir", "-o", "out/S"]).expect(0);
    held(&[("S", &second), ("S.old", &first)]);
    let before = fs::metadata(tree.path("out/S")).unwrap();
    tree.run(&["-d", "dir", "--output", &tree.name("out/S")]).expect(0);
    held(&[("S", &second), ("S.old", &first)]);
    let after = fs::metadata(tree.path("out/S")).unwrap();
    assert_eq!((before.ino(), before.ctime_nsec()), (after.ino(), after.ctime_nsec()));
}

#[test]
fn a_failing_run_changes_nothing() {
    let tree = Tree::with_programs(&["dir/a"]);
    tree.file("out/S", "new", 0o600);
    tree.file("out/S.old", "old", 0o600);
    tree.link("nowhere", "dir/dangling");
    let before = tree.held("out");
    tree.run(&["-d", "dir", "-o", "out/S"]).expect(1);
    tree.run(&["-d", "none", "-o", "out/S"]).expect(1);
    assert_eq!(tree.held("out"), before);
}

#[test]
fn a_full_disk_changes_nothing() {
    let tree = Tree::new();
    for index in 0..100 {
        tree.program(format!("dir/{index}"));
    }
    tree.file("out/S", "new", 0o600);
    tree.file("out/S.old", "old", 0o600);
    let before = tree.held("out");
    // A limit on the length of files, in blocks of 512 or 1024 bytes, fails in the middle of
    // writing as a full disk does, whoever runs the test.
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 4; exec \"$@\"", "sh"]);
    shell.arg(env!("CARGO_BIN_EXE_veriexecgen")).args(["-d", "dir", "-o", "out/S"]);
    let run = Run::of(&shell.current_dir(tree.path("")).output().unwrap());
    run.expect(1).complains("Cannot write `out/S': File too large", "");
    assert_eq!(tree.held("out"), before);
}

#[test]
fn no_backup_no_new_list() {
    let tree = Tree::with_programs(&["dir/a"]);
    tree.file("out/S", "kept", 0o600);
    fs::create_dir_all(tree.path("out/S.old/full")).unwrap();
    let before = tree.held("out");
    tree.run(&["-d", "dir", "-o", "out/S"]).expect(1).complains("Cannot back up `out/S': ", "");
    assert_eq!(tree.held("out"), before);
}

#[test]
fn where_nothing_can_be_written_nothing_is_hashed() {
    let tree = Tree::with_programs(&["dir/a"]);
    let run = tree.run(&["-v", "-d", "dir", "-o", "none/S"]).expect(1);
    assert!(run.stdout.is_empty(), "{run:#?}");
    run.complains("Cannot write `none/S': directory `none': No such file", "");
    tree.run(&["-d", "dir", "-o", "dir/a/S"]).expect(1).complains("Could not stat `dir/a/S': ", "");
    let directory = "Cannot write `dir': it is a directory; expected the name of a file";
    tree.run(&["-d", "dir", "-o", "dir"]).expect(1).complains(directory, "");
}

#[test]
fn the_mode_is_that_of_the_old_list_or_of_a_new_file() {
    let tree = Tree::with_programs(&["dir/a"]);
    let mode = |name| fs::metadata(tree.path(name)).unwrap().permissions().mode() & 0o7777;
    File::create(tree.path("plain")).unwrap();
    tree.run(&["-d", "dir", "-o", "S"]).expect(0);
    assert_eq!(mode("S"), mode("plain"));
    fs::set_permissions(tree.path("S"), fs::Permissions::from_mode(0o604)).unwrap();
    tree.program("dir/b");
    tree.run(&["-d", "dir", "-o", "S"]).expect(0);
    assert_eq!((mode("S"), mode("S.old")), (0o604, 0o604));
}

#[test]
fn devices_and_fifos_are_written_to_and_stay() {
    let tree = Tree::with_programs(&["dir/a"]);
    tree.run(&["-d", "dir", "-o", "/dev/null"]).expect(0);
    let full = "Cannot write `/dev/full': No space left on device";
    tree.run(&["-d", "dir", "-o", "/dev/full"]).expect(1).complains(full, "");
    for device in ["/dev/null", "/dev/full"] {
        assert!(fs::symlink_metadata(device).unwrap().file_type().is_char_device());
    }
    assert!(!fs::exists("/dev/null.old").unwrap());

    mknodat(CWD, tree.path("fifo"), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    let fifo = tree.path("fifo");
    let reader = thread::spawn(move || {
        let mut text = String::new();
        File::open(fifo).unwrap().read_to_string(&mut text).unwrap();
        text
    });
    tree.run(&["-d", "dir", "-o", "fifo"]).expect(0);
    assert_eq!(reader.join().unwrap(), line(&tree, "dir/a"));
    assert!(fs::symlink_metadata(tree.path("fifo")).unwrap().file_type().is_fifo());
}

#[test]
fn standard_output_has_several_names() {
    let tree = Tree::with_programs(&["dir/a"]);
    for name in ["-", "/dev/stdout", "/dev/fd/1"] {
        let run = tree.run(&["-d", "dir", "-o", name]).expect(0);
        assert_eq!(run.stdout, line(&tree, "dir/a"));
    }
    // Behind what the file already holds.
    fs::write(tree.path("log"), "before\n").unwrap();
    let log = File::options().append(true).open(tree.path("log")).unwrap();
    let mut command = tree.command();
    command.args(["-d", "dir", "-o", "/dev/stdout"]).stdout(log);
    assert!(command.status().unwrap().success());
    assert_eq!(tree.text("log"), format!("before\n{}", line(&tree, "dir/a")));
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let tree = Tree::with_programs(&["dir/a"]);
    let gone = |arguments: &[&str]| {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        Run::of(&tree.command().args(arguments).stdout(writer).output().unwrap())
    };
    let run = gone(&["-v", "-d", "dir", "-o", "S"]).expect(0);
    assert_eq!(run.stderr, "");
    assert_eq!(tree.text("S"), line(&tree, "dir/a"));
    gone(&["-d", "dir", "-o", "-"]).expect(1).complains("Cannot write to standard output: ", "");
    gone(&["--help"]).expect(0);
}

#[test]
fn an_old_list_that_is_a_link_is_set_aside() {
    let tree = Tree::with_programs(&["dir/a"]);
    tree.file("elsewhere", "old", 0o644);
    tree.link("elsewhere", "S");
    tree.run(&["-d", "dir", "-o", "S"]).expect(0);
    assert_eq!(tree.text("S"), line(&tree, "dir/a"));
    assert!(!fs::symlink_metadata(tree.path("S")).unwrap().is_symlink());
    assert_eq!(fs::read_link(tree.path("S.old")).unwrap().to_str(), Some("elsewhere"));
    assert_eq!(tree.text("elsewhere"), "old");
}

#[test]
fn the_list_does_not_list_itself() {
    let tree = Tree::with_programs(&["a"]);
    tree.file("S.old", "older", 0o644);
    for _ in 0..3 {
        tree.run(&["-a", "-r", "-d", ".", "-o", "S"]).expect(0);
        assert_eq!(tree.text("S"), line(&tree, "a"));
    }
    fs::hard_link(tree.path("S"), tree.path("second-name")).unwrap();
    let run = tree.run(&["-v", "-a", "-d", ".", "-o", "S"]).expect(0);
    for name in ["S", "S.old", "second-name"] {
        let note = format!("Passing over {}: about to be replaced.\n", tree.name(name));
        assert!(run.stdout.contains(&note), "{run:#?}");
    }
    assert_eq!(tree.text("S"), line(&tree, "a"));

    let mut command = tree.command();
    command.args(["-a", "-d", ".", "-o", "-"]);
    command.stdout(File::create(tree.path("redirected")).unwrap());
    assert!(command.status().unwrap().success());
    assert!(!tree.text("redirected").contains("redirected"));
}

#[test]
#[cfg(target_os = "linux")]
fn an_immutable_list_is_not_replaced() {
    use rustix::fs::{IFlags, ioctl_getflags, ioctl_setflags};

    let tree = Tree::with_programs(&["dir/a"]);
    let run = tree.run(&["-S", "-d", "dir", "-o", "S"]);
    assert_eq!(entries(tree.text("S").as_bytes()).len(), 1);
    if run.status == Some(2) {
        // Only root can set the flag, and only where the file system has it.
        run.complains("Can't set immutable flag: ", "");
        return;
    }
    run.expect(0);
    let before = fs::metadata(tree.path("S")).unwrap().ino();
    let again = [&["-d", "dir", "-o", "S"][..], &["-A", "-d", "dir", "-o", "S"]]
        .map(|arguments| tree.run(arguments));
    let file = File::open(tree.path("S")).unwrap();
    let flags = ioctl_getflags(&file).unwrap();
    ioctl_setflags(&file, flags - IFlags::IMMUTABLE).unwrap();
    assert!(flags.contains(IFlags::IMMUTABLE));
    for run in again {
        let advice = "Cannot write `S': `S' is immutable; make it replaceable with `chattr -i S'";
        run.expect(1).complains(advice, "");
    }
    assert_eq!(fs::metadata(tree.path("S")).unwrap().ino(), before);
    tree.run(&["-d", "dir", "-o", "S"]).expect(0);
}

#[test]
fn only_a_file_can_be_made_immutable() {
    let tree = Tree::with_programs(&["dir/a"]);
    for output in ["-", "/dev/null"] {
        tree.run(&["-S", "-d", "dir", "-o", output]).expect(1).complains("-S makes the output", "");
    }
}
