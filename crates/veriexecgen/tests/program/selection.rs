//! What is listed, and under which name.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixListener;

use rustix::fs::{CWD, FileType, Mode, mknodat};

use crate::tree::{Tree, library};

#[test]
fn without_r_only_what_the_directory_holds_itself() {
    let tree = Tree::with_programs(&["dir/a", "dir/sub/b", "dir/sub/deep/c", "beside"]);
    assert_eq!(tree.names(&["-d", "dir"]), ["dir/a"]);
    assert_eq!(tree.names(&["-r", "-d", "dir"]), ["dir/a", "dir/sub/b", "dir/sub/deep/c"]);
    assert_eq!(tree.names(&["--directory=dir/sub"]), ["dir/sub/b"]);
}

#[test]
fn directories_add_up_and_files_appear_once() {
    let tree = Tree::with_programs(&["x/a", "y/b", "y/c"]);
    assert_eq!(tree.names(&["-d", "y", "-d", "x", "-d", "y"]), ["x/a", "y/b", "y/c"]);
    assert_eq!(tree.names(&["-r", "-d", ".", "-d", "y", "-d", "y/c"]), ["x/a", "y/b", "y/c"]);
    assert_eq!(tree.names(&["-d", "y/c"]), ["y/c"]);
}

#[test]
fn there_may_be_any_number_of_directories() {
    // NetBSD's program has room for so many that a third ends outside of it.
    let names: Vec<_> = (0..10).map(|index| format!("d{index}")).collect();
    let tree = Tree::new();
    for name in &names {
        tree.program(format!("{name}/a"));
    }
    let arguments: Vec<&str> = names.iter().flat_map(|name| ["-d", name]).collect();
    let listed: Vec<_> = names.iter().map(|name| format!("{name}/a")).collect();
    assert_eq!(tree.names(&arguments), listed);
}

#[test]
fn programs_and_shared_libraries_or_all() {
    let tree = Tree::with_programs(&["program"]);
    // What a library is called is of no matter, nor whether it may be executed.
    tree.file("libx.so.1", library(), 0o444);
    tree.file("binding.node", library(), 0o644);
    tree.file("libc.so", "GROUP ( libc.so.6 )", 0o644);
    tree.file("cut.so", &library()[..63], 0o644);
    tree.file("data", "\x7fELF", 0o644);
    tree.file("group-may", "", 0o654);
    let programs = ["binding.node", "group-may", "libx.so.1", "program"];
    assert_eq!(tree.names(&["-d", "."]), programs);
    fs::write(tree.path("list"), "binding.node\ndata\n").unwrap();
    assert_eq!(tree.names(&["-f", "list"]), ["binding.node"]);
    fs::remove_file(tree.path("list")).unwrap();
    let all = ["binding.node", "cut.so", "data", "group-may", "libc.so", "libx.so.1", "program"];
    assert_eq!(tree.names(&["-a", "-d", "."]), all);
}

#[test]
fn links_to_files_are_listed_as_those() {
    let tree = Tree::with_programs(&["dir/a", "outside/b", "outside/c"]);
    tree.link("a", "dir/again");
    tree.link("../outside/b", "dir/b");
    tree.link("b", "dir/chain");
    tree.link("../outside", "dir/directory");
    tree.link("..", "dir/loop");
    tree.link("/dev/null", "dir/device");
    assert_eq!(tree.names(&["-r", "-a", "-d", "dir"]), ["dir/a", "outside/b"]);
    tree.link("dir", "link");
    assert_eq!(tree.names(&["-r", "-a", "-d", "link"]), ["dir/a", "outside/b"]);
}

#[test]
fn hard_links_are_lines_of_their_own() {
    let tree = Tree::with_programs(&["a"]);
    fs::hard_link(tree.path("a"), tree.path("b")).unwrap();
    assert_eq!(tree.names(&["-d", "."]), ["a", "b"]);
}

#[test]
fn what_is_no_regular_file_is_never_opened() {
    let tree = Tree::with_programs(&["a"]);
    // To open a FIFO that nobody writes to would last for ever.
    mknodat(CWD, tree.path("fifo"), FileType::Fifo, Mode::RWXU, 0).unwrap();
    tree.link("fifo", "to-fifo");
    let _socket = UnixListener::bind(tree.path("socket")).unwrap();
    fs::create_dir(tree.path("dir.so")).unwrap();
    tree.link("dir.so", "to-dir");
    assert_eq!(tree.names(&["-a", "-r", "-d", "."]), ["a"]);
    assert_eq!(tree.names(&["-a", "-d", "fifo", "-d", "socket", "-d", "a"]), ["a"]);
}

#[test]
fn names_come_from_a_list() {
    let tree = Tree::with_programs(&["a", "sub/b", "c"]);
    tree.file("data", "", 0o644);
    let list = format!("{}\nsub/b\nsub/../a\nsub\ndata", tree.name("a"));
    tree.file("list", &list, 0o644);
    assert_eq!(tree.names(&["-f", "list"]), ["a", "sub/b"]);
    assert_eq!(tree.names(&["-a", "-f", "list"]), ["a", "data", "sub/b"]);
    assert_eq!(tree.names(&["-f", "list", "-d", "."]), ["a", "c", "sub/b"]);
}

#[test]
fn a_list_is_read_from_standard_input() {
    let tree = Tree::with_programs(&["a", "b"]);
    let run = tree.run_with_input(&["-f", "-", "-o", "S"], b"b\n").expect(0);
    assert!(run.stdout.is_empty());
    assert!(tree.text("S").starts_with(&tree.name("b")));
    assert_eq!(tree.text("S").lines().count(), 1);
}

#[test]
fn names_that_end_with_nul_may_hold_newlines() {
    let tree = Tree::with_programs(&["two\nlines", "two", "lines"]);
    tree.run_with_input(&["-0", "-f", "-", "-o", "S"], b"two\nlines\0").expect(0);
    let listed = crate::tree::entries(tree.text("S").as_bytes());
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].path(), tree.name("two\nlines").as_bytes());
}

#[test]
fn the_system_directories_are_scanned_if_nothing_else_is() {
    let tree = Tree::with_programs(&["dir/a"]);
    // No file is below this prefix, which is found out before any of them is hashed.
    let scanned = |arguments: &[&str]| {
        let arguments = [arguments, &["-v", "-p", "/no/such/prefix", "-o", "S"]].concat();
        let run = tree.run(&arguments).expect(1);
        run.stdout.lines().next().unwrap_or_default().to_owned()
    };
    let system = "/bin /sbin /usr/bin /usr/sbin /lib /usr/lib /libexec /usr/libexec";
    let rest = "(executables only) (non-recursive) using SHA256";
    assert_eq!(scanned(&[]), format!("Fingerprinting {system} {rest}"));
    assert_eq!(scanned(&["-D", "-d", "dir"]), format!("Fingerprinting {system} dir {rest}"));
    assert_eq!(scanned(&["-d", "dir"]), format!("Fingerprinting dir {rest}"));
    tree.file("list", "dir/a\n", 0o644);
    assert_eq!(scanned(&["-f", "list"]), format!("Fingerprinting files from list {rest}"));
}

#[test]
fn below_a_prefix_links_lead_to_where_they_will() {
    let tree = Tree::with_programs(&["root/opt/t/tool", "root/usr/lib/x", "outside", "usr/bad"]);
    for (target, link) in [
        ("/etc/alternatives/tool", "root/usr/bin/tool"),
        ("/opt/t/tool", "root/etc/alternatives/tool"),
        ("../../../../../../opt/t/tool", "root/usr/bin/up"),
        ("/usr/lib", "root/lib"),
        ("/usr/bin", "root/bin"),
    ] {
        fs::create_dir_all(tree.path(link).parent().unwrap()).unwrap();
        tree.link(target, link);
    }
    let tool = ["root/opt/t/tool"];
    let both = ["root/opt/t/tool", "root/usr/lib/x"];
    let names = |arguments: &[&str]| {
        let run = tree.run(&[&["-p", "root", "-o", "-"], arguments].concat()).expect(0);
        let entries = crate::tree::entries(run.stdout.as_bytes());
        let name = |path: &[u8]| format!("root{}", String::from_utf8(path.to_vec()).unwrap());
        entries.iter().map(|entry| name(entry.path())).collect::<Vec<_>>()
    };
    assert_eq!(names(&["-r", "-d", "root/usr/bin"]), tool);
    assert_eq!(names(&["-r", "-d", "root"]), both);
    // What is named may be a link itself, by any way to the prefix.
    assert_eq!(names(&["-d", "root/bin"]), tool);
    assert_eq!(names(&["-d", &tree.name("usr/../root/lib")]), ["root/usr/lib/x"]);
    assert_eq!(names(&["-d", "root/bin/tool"]), tool);
    tree.file("list", "root/bin/tool\nroot/lib/x\n./root/usr/bin/up\n", 0o644);
    assert_eq!(names(&["-f", "list"]), both);
    // The directories of the system are those of the system that is there.
    assert_eq!(names(&[]), both);
    // A link that leads out by the names of this machine leads nowhere.
    tree.link(tree.name("outside"), "root/usr/bin/out");
    tree.link("loop", "root/usr/bin/loop");
    let mut run = tree.run(&["-p", "root", "-d", "root/usr/bin", "-o", "S"]).expect(1);
    for name in ["root/usr/bin/out", "root/usr/bin/loop"] {
        run = run.complains(&format!("Cannot stat symlink `{}': ", tree.name(name)), "");
    }
    let missed = format!("`{}' is not below the prefix ", tree.name("outside"));
    tree.run(&["-p", "root", "-d", "root/../outside", "-o", "S"]).expect(1).complains(&missed, "");
}

#[test]
fn odd_names_are_read_back_as_they_are() {
    let tree = Tree::new();
    let mut names: Vec<Vec<u8>> = [
        &b"with space"[..],
        b" at the ends ",
        b"tab\there",
        b"new\nline",
        b"\n",
        b"back\\slash",
        b"ends in \\",
        b"\\n",
        b"# comment",
        b"mid#hash",
        b"'single' \"double\" `tick`",
        b"carriage\rreturn",
        b"escape\x1b[2J",
        b"\xff\xfe",
        b"\xc3\x28",
        "caf\u{e9} \u{202e}\u{1f512}".as_bytes(),
        b"a, direct",
        b"-rf",
        b"x SHA256 00 direct",
    ]
    .map(<[u8]>::to_vec)
    .into();
    for byte in [b'x', b' ', b'\\', b'#', b'\n', 0xff] {
        names.push(vec![byte; 255]);
    }
    for (index, name) in names.iter().enumerate() {
        let name = OsStr::from_bytes(name);
        tree.file(name, index.to_string(), 0o755);
        tree.file(tree.path("dirs").join(name).join("inner"), index.to_string(), 0o755);
    }
    let mut expected = Vec::new();
    for name in &names {
        let name = OsStr::from_bytes(name);
        expected.push(tree.path(name).as_os_str().as_bytes().to_vec());
        let inner = tree.path("dirs").join(name).join("inner");
        expected.push(inner.as_os_str().as_bytes().to_vec());
    }
    expected.sort();
    let list = tree.list(&["-r", "-d", "."]);
    let listed: Vec<_> = list.iter().map(|entry| entry.path().to_vec()).collect();
    assert_eq!(listed, expected);
}
